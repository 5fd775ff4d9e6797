//! Whether a record is complete and keeps its rules.

use formwork_model::{
    FieldKey, FieldModel, Problem, Problems, SubformModel, Value, Values, kind::Shape,
};

use super::{CheckRule, FieldStates, FormRules, place::Place};
use crate::context::{Context, Variables};

impl FormRules {
    /// Checks a computed record: `required`, `too_few_rows` with `min`, and `rule` with the
    /// rule's `message` (the JSON of a localised text) where a check does not hold.
    pub fn check(&self, values: &Values, context: &Context) -> Problems {
        let states = self.states(values, context);
        let mut problems = Problems::new();
        for (key, field) in &self.form.fields {
            let Some(state) = states.get(key.as_str()).filter(|state| state.visible) else {
                continue;
            };
            let value = values.get(key).unwrap_or(&Value::Null);
            if state.required && is_missing(field, value) {
                problems.push(Problem::new("required").at(key));
            }
            if let Some(subform) = &field.subform {
                check_rows(key, subform, value, &states, &mut problems);
            }
        }
        for rule in &self.checks {
            self.apply(rule, values, context, &mut problems);
        }
        problems
    }

    fn apply(&self, rule: &CheckRule, values: &Values, context: &Context, problems: &mut Problems) {
        let record = Variables::of(values);
        let Some(subform) = &rule.rows_of else {
            if rule.is_broken(&record, context) {
                problems.extend(rule.problems(None));
            }
            return;
        };
        let rows = values.get(subform).map(Value::rows).unwrap_or_default();
        for (index, row) in rows.iter().enumerate() {
            let variables = self.row_variables(record, subform.as_str(), &row.values);
            if rule.is_broken(&variables, context) {
                problems.extend(rule.problems(Some(index)));
            }
        }
    }
}

/// Serial numbers are drawn after the check.
fn is_missing(field: &FieldModel, value: &Value) -> bool {
    value.is_empty() && !matches!(field.kind.shape(), Shape::Serial(_))
}

fn check_rows(
    key: &FieldKey,
    subform: &SubformModel,
    value: &Value,
    states: &FieldStates,
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
                problems.push(Problem::new("required").at(column).at(index).at(key));
            }
        }
    }
}

impl CheckRule {
    /// A check that cannot be computed, for want of a value or otherwise, is kept.
    fn is_broken(&self, variables: &Variables, context: &Context) -> bool {
        matches!(self.that.verdict(variables, context), Ok(Some(false)))
    }

    /// The message at each of its fields, or once at the top.
    fn problems(&self, row: Option<usize>) -> Problems {
        let message = serde_json::to_value(&self.message).unwrap_or_default();
        let problem = Problem::new("rule").with("message", message);
        if self.places.is_empty() {
            return vec![problem];
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
