//! Scripts, compiled.

use formwork_model::{Problem, document::Script};
use formwork_rules::script;

/// A script that was read once.
pub struct CompiledScript {
    /// The document.
    pub document: Script,
    /// What rhai runs.
    pub(crate) program: script::Script,
}

impl CompiledScript {
    /// Reads a script.
    ///
    /// # Errors
    /// `formula_syntax`, at the source.
    pub(crate) fn new(document: &Script) -> Result<Self, Problem> {
        let program = script::compile(&document.source).map_err(|problem| problem.at("source"))?;
        Ok(Self { document: document.clone(), program })
    }
}
