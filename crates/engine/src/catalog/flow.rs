//! Flows, compiled: the tree of steps with every expression in it.

use std::{collections::HashMap, ops::Deref};

use formwork_flow::FlowVersion;
use formwork_model::{Problem, Problems, mention::Mentions};
use formwork_rules::Expression;

/// A flow at one version, whose expressions were compiled once.
#[derive(Debug)]
pub struct CompiledFlow {
    version: FlowVersion,
    expressions: HashMap<String, Result<Expression, Problem>>,
}

impl Deref for CompiledFlow {
    type Target = FlowVersion;

    fn deref(&self) -> &FlowVersion {
        &self.version
    }
}

impl CompiledFlow {
    /// Compiles what the walk over the flow's document has found. An expression that cannot
    /// be compiled fails where it is asked for: an old version goes on as far as it gets.
    pub(crate) fn new(version: FlowVersion, walked: &Mentions) -> Self {
        let texts = walked.expressions.iter().map(|written| &written.text);
        let expressions = texts.map(|text| (text.clone(), Expression::compile(text))).collect();
        Self { version, expressions }
    }

    /// An expression of the flow, by its text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn expression(&self, text: &str) -> Result<Expression, Problem> {
        // Flows are walked as a whole; compiling what the walk missed is right, only slower.
        self.expressions.get(text).cloned().unwrap_or_else(|| Expression::compile(text))
    }

    /// What keeps the flow from running, with pointers into its document.
    pub(crate) fn problems(&self, walked: &Mentions) -> Problems {
        let failed = walked.expressions.iter().filter_map(|written| {
            let problem = self.expressions.get(&written.text)?.as_ref().err()?.clone();
            Some(Problem { pointer: written.pointer.clone(), ..problem })
        });
        failed.collect()
    }
}
