//! Trying a formula in the designer: is it right, and what would it give.

use std::sync::Arc;

use formwork_model::{FormModel, Problem, Problems, Value, Values, form::Forms};
use formwork_rules::{Expression, Variables};
use serde_json::Value as Json;

use super::trial::draft_model;
use crate::{
    Caller, Engine, EngineResult,
    caller::system_access,
    record::{LinkLoader, stored::load},
    work::rule_context,
};

/// What came of trying a formula.
#[derive(Debug, Clone, Default)]
pub struct FormulaTrial {
    /// What is wrong with it.
    pub problems: Problems,
    /// What it gives for the record that it was tried on.
    pub value: Option<Json>,
    /// What it reads.
    pub references: Vec<String>,
}

/// The form over whose fields a formula goes.
#[derive(Debug, Clone, Copy)]
pub enum FormulaForm<'a> {
    /// The key of a published one.
    Published(&'a str),
    /// A document as it stands in the designer.
    Draft(&'a Json),
}

impl Engine {
    /// Compiles an expression over a form, and tries it on a record when one is named.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound` for an unknown record.
    pub async fn formula_check(
        &self,
        caller: &Caller,
        over: FormulaForm<'_>,
        expression: &str,
        record: Option<&str>,
    ) -> EngineResult<FormulaTrial> {
        caller.must_be_admin()?;
        let catalog = self.catalog();
        let mut trial = FormulaTrial::default();
        let compiled = match Expression::compile(expression) {
            Ok(compiled) => compiled,
            Err(problem) => {
                trial.problems.push(problem);
                return Ok(trial);
            }
        };
        trial.references = compiled.paths().iter().map(ToString::to_string).collect();
        let model = match over {
            FormulaForm::Draft(document) => draft_model(document).ok().map(Arc::new),
            FormulaForm::Published(key) => catalog.form(key),
        };
        let Some(model) = model else { return Ok(trial) };
        for path in compiled.paths() {
            if model.field(&path.root).is_none() {
                trial.problems.push(Problem::new("unknown_name").with("name", path.to_string()));
            }
        }
        let Some(record) = record.filter(|_| trial.problems.is_empty()) else { return Ok(trial) };
        let access = system_access(&catalog, &caller.member, self.now());
        let mut connection = self.store().read().await?;
        // The draft's own columns are not there yet: a record has what is published.
        let Some(published) = catalog.form(model.key().as_str()) else { return Ok(trial) };
        let stored = load(&mut connection, &catalog, &published, &access, record).await?;
        let values: &Values = &whole(&model, stored.values);
        let mut loader = LinkLoader::default();
        loader.add_expression(&model, &compiled, values);
        let links = loader.load(&mut connection, &catalog).await?;
        let context = rule_context(&catalog, &caller.member, self.now(), &links);
        match compiled.evaluate(&Variables::of(values), &context) {
            Ok(value) => trial.value = Some(Value::to_json(&value)),
            Err(problem) => trial.problems.push(problem),
        }
        Ok(trial)
    }
}

/// What a record holds, and nothing in the fields that it does not have yet.
fn whole(model: &FormModel, mut values: Values) -> Values {
    for key in model.fields.keys() {
        values.entry(key.clone()).or_insert(Value::Null);
    }
    values
}
