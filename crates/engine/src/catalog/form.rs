//! Forms, compiled.

use std::sync::Arc;

use formwork_model::{FormModel, Problems, form::Forms};
use formwork_query::{Dialect, WholeRecord};
use formwork_rules::FormRules;

/// A form at one revision, with its rules.
pub struct CompiledForm {
    /// Fields, kinds and columns.
    pub model: Arc<FormModel>,
    /// Formulas, conditions and checks.
    pub rules: FormRules,
    /// How its records are read for the engine.
    pub(crate) whole: WholeRecord,
}

impl CompiledForm {
    /// Compiles a form among others.
    ///
    /// # Errors
    /// What is wrong with its rules.
    pub(crate) fn new(
        dialect: Dialect,
        model: &Arc<FormModel>,
        forms: &dyn Forms,
    ) -> Result<Self, Problems> {
        Ok(Self {
            rules: FormRules::compile(model, forms)?,
            whole: WholeRecord::new(dialect, forms, model),
            model: Arc::clone(model),
        })
    }
}
