//! A compiled expression as a tree, and its evaluation.
//!
//! The tree borrows from the record while it runs: reading a text field or a column of a
//! subform copies no text. It has no loops and calls only the function library, so its
//! work is bounded by its own size times that of the lists it reads; a budget of steps
//! bounds that too.

use std::{borrow::Cow, cell::Cell};

use formwork_model::{Value, Values};
use jiff::tz::TimeZone;

use crate::{
    Path,
    context::{Context, Variables},
    failure::Failure,
    function::{Arguments, Body, Branches, Function},
    operator::{self, Operator},
    term::{Outcome, Term},
};

/// Most steps of one evaluation: nodes visited and list items read.
const MAX_STEPS: u32 = 500_000;

/// One node of the tree.
#[derive(Debug)]
pub(crate) enum Node {
    Constant(Term<'static>),
    Text(Box<str>),
    Name(Path),
    List(Vec<Node>),
    Binary(Operator, Box<[Node; 2]>),
    Negate(Box<Node>),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Coalesce(Vec<Node>),
    Call(&'static Function, Vec<Node>),
}

/// One evaluation: what it reads, and the steps that it has left.
pub(crate) struct Frame<'v> {
    variables: Variables<'v>,
    context: &'v Context<'v>,
    steps_left: Cell<u32>,
}

impl<'v> Frame<'v> {
    pub(crate) fn new(variables: Variables<'v>, context: &'v Context<'v>) -> Self {
        Self { variables, context, steps_left: Cell::new(MAX_STEPS) }
    }

    fn spend(&self, steps: usize) -> Result<(), Failure> {
        let steps = u32::try_from(steps).map_err(|_| Failure::TooLongRunning)?;
        let left = self.steps_left.get().checked_sub(steps).ok_or(Failure::TooLongRunning)?;
        self.steps_left.set(left);
        Ok(())
    }

    fn read(&self, path: &Path) -> Outcome<'v> {
        if let Some(failure) = self.variables.failure(path) {
            return Err(failure);
        }
        let Some(member) = path.member.as_deref() else {
            return Ok(self.variables.plain(&path.root).map_or(Term::Null, Term::from));
        };
        if let Some(values) = self.variables.set(&path.root) {
            return Ok(value_in(values, member));
        }
        match self.variables.plain(&path.root) {
            None | Some(Value::Null) => Ok(Term::Null),
            Some(Value::Rows(rows)) => {
                self.spend(rows.len())?;
                Ok(Term::List(rows.iter().map(|row| value_in(&row.values, member)).collect()))
            }
            Some(Value::Text(id)) if member == "id" => Ok(Term::Text(Cow::Borrowed(id))),
            Some(Value::Text(id)) => {
                Ok(self.context.links.get(id).map_or(Term::Null, |linked| value_in(linked, member)))
            }
            Some(_) => Err(Failure::WrongType),
        }
    }
}

fn value_in<'v>(values: &'v Values, name: &str) -> Term<'v> {
    values.get(name).map_or(Term::Null, Term::from)
}

impl Node {
    /// Whether the result is a yes or no, so that nothing counts as no.
    pub(crate) fn is_condition(&self) -> bool {
        match self {
            Self::Binary(operator, _) => operator.is_comparison(),
            Self::Not(_) | Self::All(_) | Self::Any(_) => true,
            _ => false,
        }
    }

    /// Evaluates the node.
    pub(crate) fn evaluate<'v>(&'v self, frame: &Frame<'v>) -> Outcome<'v> {
        frame.spend(1)?;
        match self {
            Self::Constant(term) => Ok(term.clone()),
            Self::Text(text) => Ok(Term::Text(Cow::Borrowed(text))),
            Self::Name(path) => frame.read(path),
            Self::List(items) => Ok(Term::List(evaluate_all(items, frame)?)),
            Self::Binary(operator, sides) => {
                let [left, right] = sides.as_ref();
                let (left, right) = (left.evaluate(frame)?, right.evaluate(frame)?);
                operator.apply(&left, &right, frame.context.time_zone)
            }
            Self::Negate(node) => operator::negate(&node.evaluate(frame)?),
            Self::Not(node) => Ok((!node.evaluate(frame)?.truth()?).into()),
            Self::All(nodes) => Operands { nodes, frame }.all(),
            Self::Any(nodes) => Operands { nodes, frame }.any(),
            Self::Coalesce(nodes) => Operands { nodes, frame }.first_present(),
            Self::Call(function, nodes) => call(function, nodes, frame),
        }
    }
}

fn evaluate_all<'v>(nodes: &'v [Node], frame: &Frame<'v>) -> Result<Vec<Term<'v>>, Failure> {
    nodes.iter().map(|node| node.evaluate(frame)).collect()
}

fn call<'v>(function: &Function, nodes: &'v [Node], frame: &Frame<'v>) -> Outcome<'v> {
    match function.body {
        Body::Lazy(body) => body(&Operands { nodes, frame }),
        Body::Eager(body) => {
            let terms = evaluate_all(nodes, frame)?;
            frame.spend(terms.iter().map(size_of_term).sum())?;
            body(Arguments { terms: &terms, context: frame.context })
        }
    }
}

/// What a function has to go through to read a term once.
fn size_of_term(term: &Term<'_>) -> usize {
    match term {
        Term::Text(text) => text.len() / 16,
        Term::List(items) => items.len() + items.iter().map(size_of_term).sum::<usize>(),
        _ => 0,
    }
}

struct Operands<'n, 'v> {
    nodes: &'v [Node],
    frame: &'n Frame<'v>,
}

impl<'v> Branches<'v> for Operands<'_, 'v> {
    fn count(&self) -> usize {
        self.nodes.len()
    }

    fn take(&self, index: usize) -> Outcome<'v> {
        self.nodes.get(index).map_or(Ok(Term::Null), |node| node.evaluate(self.frame))
    }

    fn time_zone(&self) -> &TimeZone {
        self.frame.context.time_zone
    }
}
