//! Whether a record is complete and keeps its rules.

use formwork_model::{
    FieldKey, FieldModel, Problem, Problems, SubformModel, Value, Values, kind::Shape,
};

use super::{CheckRule, FieldStates, FormRules, place::Place};
use crate::{
    Failures,
    context::{Context, Variables},
};

impl FormRules {
    /// Checks a computed record: `required`, `too_few_rows` with `min`, and `rule` with the
    /// rule's `message` (the JSON of a localised text) where a check does not hold. What is
    /// required and could not be computed, and a check that cannot be computed, have the
    /// reason instead: `formula_failed`.
    pub fn check(&self, values: &Values, failures: &Failures, context: &Context) -> Problems {
        let (mut problems, others) = self.check_apart(values, failures, context, |_| true);
        problems.extend(others);
        problems
    }

    /// As [`FormRules::check`], with the problems of what nothing has changed apart, at the
    /// end: of checks, and of required formulas, that come down to fields that are none of the
    /// `changed` ones. That a field is required that people fill is never apart.
    pub fn check_apart(
        &self,
        values: &Values,
        failures: &Failures,
        context: &Context,
        changed: impl Fn(&FieldKey) -> bool,
    ) -> (Problems, Problems) {
        let states = self.states(values, failures, context);
        let (mut problems, mut untouched) = (Problems::new(), Problems::new());
        for (key, field) in &self.form.fields {
            let Some(state) = states.get(key.as_str()).filter(|state| state.visible) else {
                continue;
            };
            let value = values.get(key).unwrap_or(&Value::Null);
            if state.required && is_missing(field, value) {
                let is_kept = field.field.formula.is_some()
                    && !self.reads.sources([key]).iter().any(&changed);
                let found = if is_kept { &mut untouched } else { &mut problems };
                found.push(missing(failures.problem_of(key)).at(key));
            }
            if let Some(subform) = &field.subform {
                check_rows(key, subform, value, (&states, failures), &mut problems);
            }
        }
        for rule in &self.checks {
            let is_touched = rule.reads.iter().any(&changed);
            let found = if is_touched { &mut problems } else { &mut untouched };
            self.apply(rule, values, failures, context, found);
        }
        (problems, untouched)
    }

    fn apply(
        &self,
        rule: &CheckRule,
        values: &Values,
        failures: &Failures,
        context: &Context,
        problems: &mut Problems,
    ) {
        let record = Variables::of(values).with_failures(failures);
        let Some(subform) = &rule.rows_of else {
            problems.extend(rule.verdict(&record, context, None));
            return;
        };
        let rows = values.get(subform).map(Value::rows).unwrap_or_default();
        for (at, row) in rows.iter().enumerate() {
            let row = (at, &row.values);
            let variables = self.row_variables(record, subform.as_str(), row);
            problems.extend(rule.verdict(&variables, context, Some(at)));
        }
    }
}

fn missing(failure: Option<&Problem>) -> Problem {
    failure.cloned().unwrap_or_else(|| Problem::new("required"))
}

/// Serial numbers are drawn after the check.
fn is_missing(field: &FieldModel, value: &Value) -> bool {
    value.is_empty() && !matches!(field.kind.shape(), Shape::Serial(_))
}

fn check_rows(
    key: &FieldKey,
    subform: &SubformModel,
    value: &Value,
    (states, failures): (&FieldStates, &Failures),
    problems: &mut Problems,
) {
    let rows = value.rows();
    if rows.len() < subform.rows.0 {
        problems.push(Problem::new("too_few_rows").with("min", subform.rows.0).at(key));
    }
    for (index, row) in rows.iter().enumerate() {
        for (column, field) in &subform.fields {
            let state = states.in_row(key.as_str(), index, column.as_str());
            let value = row.values.get(column).unwrap_or(&Value::Null);
            if state.is_some_and(|state| state.required) && is_missing(field, value) {
                let failure = failures.problem_in(key.as_str(), index, column.as_str());
                problems.push(missing(failure).at(column).at(index).at(key));
            }
        }
    }
}

impl CheckRule {
    /// What is wrong with the record. A check that lacks a value is kept; one that fails is
    /// not.
    fn verdict(&self, variables: &Variables, context: &Context, row: Option<usize>) -> Problems {
        match self.that.verdict(variables, context) {
            Ok(Some(true) | None) => Problems::new(),
            Ok(Some(false)) => {
                let message = serde_json::to_value(&self.message).unwrap_or_default();
                self.placed(&Problem::new("rule").with("message", message), row)
            }
            Err(failure) => self.placed(&failure, row),
        }
    }

    /// A problem at each of the rule's fields, or once at the top.
    fn placed(&self, problem: &Problem, row: Option<usize>) -> Problems {
        if self.places.is_empty() {
            return vec![problem.clone()];
        }
        let at = |place: &Place| match (place, row) {
            (Place::Field(key), _) | (Place::Column(key, _), None) => problem.clone().at(key),
            (Place::Column(subform, column), Some(row)) => {
                problem.clone().at(column).at(row).at(subform)
            }
        };
        let mut problems: Problems = self.places.iter().map(at).collect();
        problems.dedup();
        problems
    }
}
