//! One expression, compiled once and evaluated often.

use std::sync::Arc;

use formwork_model::{Problem, Value};

use crate::{
    context::{Context, Variables},
    failure::Failure,
    node::{Frame, Node},
    path::Path,
    syntax,
    term::Term,
};

/// A compiled expression. Cheap to clone; shared between threads.
#[derive(Debug, Clone)]
pub struct Expression {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    node: Node,
    paths: Vec<Path>,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// `formula_syntax` with `line`, `column` and `reason`; `unknown_function` with `name`;
    /// `wrong_argument_count` with `signature`; `formula_too_long` with `max`.
    pub fn compile(text: &str) -> Result<Self, Problem> {
        let (node, paths) = syntax::parse(text)?;
        Ok(Self { inner: Arc::new(Inner { node, paths }) })
    }

    /// What the expression reads, each path once, in order of first appearance.
    pub fn paths(&self) -> &[Path] {
        &self.inner.paths
    }

    /// Evaluates the expression. A comparison that lacks a value gives no.
    ///
    /// # Errors
    /// `formula_failed` with `reason`: `division_by_zero`, `out_of_range`, `wrong_type` or
    /// `too_long_running`.
    pub fn evaluate(&self, variables: &Variables, context: &Context) -> Result<Value, Problem> {
        let value = self.run(variables, context)?;
        Ok(if value == Value::Null && self.inner.node.is_condition() {
            Value::Bool(false)
        } else {
            value
        })
    }

    /// Evaluates the expression as a condition; nothing counts as no.
    ///
    /// # Errors
    /// As [`Expression::evaluate`]; `wrong_type` when the result is no condition.
    pub fn holds(&self, variables: &Variables, context: &Context) -> Result<bool, Problem> {
        Ok(self.verdict(variables, context)?.unwrap_or(false))
    }

    /// Evaluates the expression as a condition: none when a value is missing to tell.
    ///
    /// # Errors
    /// As [`Expression::holds`].
    pub fn verdict(
        &self,
        variables: &Variables,
        context: &Context,
    ) -> Result<Option<bool>, Problem> {
        match self.run(variables, context)? {
            Value::Null => Ok(None),
            Value::Bool(yes) => Ok(Some(yes)),
            _ => Err(Failure::WrongType.into()),
        }
    }

    /// Evaluates the expression as people read the result.
    pub(crate) fn text(&self, variables: &Variables, context: &Context) -> Result<String, Problem> {
        let term = self.inner.node.evaluate(&Frame::new(*variables, context))?;
        Ok(term.display(context.time_zone).into_owned())
    }

    fn run(&self, variables: &Variables, context: &Context) -> Result<Value, Problem> {
        let term: Term<'_> = self.inner.node.evaluate(&Frame::new(*variables, context))?;
        Ok(term.into_value(context.time_zone))
    }
}
