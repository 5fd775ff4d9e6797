//! Trying a formula in the designer: is it right, and what would it give.

use formwork_model::{Problem, Problems, Value, Values, form::Forms};
use formwork_rules::{Expression, Variables};
use serde_json::Value as Json;

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

impl Engine {
    /// Compiles an expression over a form, and tries it on a record when one is named.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound` for an unknown record.
    pub async fn formula_check(
        &self,
        caller: &Caller,
        form: &str,
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
        let Some(model) = catalog.form(form) else { return Ok(trial) };
        for path in compiled.paths() {
            if model.field(&path.root).is_none() {
                trial.problems.push(Problem::new("unknown_name").with("name", path.to_string()));
            }
        }
        let Some(record) = record.filter(|_| trial.problems.is_empty()) else { return Ok(trial) };
        let access = system_access(&catalog, &caller.member, self.now());
        let mut connection = self.store().read().await?;
        let stored = load(&mut connection, &catalog, &model, &access, record).await?;
        let values: &Values = &stored.values;
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
