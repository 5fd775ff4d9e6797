//! What people typed where no rule shows a field, neither before the change nor after it.

use formwork_model::{FieldKey, FieldModel, Problem, Problems, Value, Values, kind::Shape};
use formwork_rules::FieldStates;

use super::{before::Before, moment::Moment};
use crate::catalog::CompiledForm;

/// A problem for each typed value that nobody could have typed on the form. What was shown
/// before and no longer is has been emptied without a word: that is what hiding means.
pub(super) fn refused(
    form: &CompiledForm,
    moment: Moment<'_>,
    before: &Before,
    (typed, after): (&Values, &FieldStates),
) -> Problems {
    let mut problems = Problems::new();
    let was = before.states(moment, form);
    let hidden = |field: &FieldModel, was: Option<formwork_rules::FieldState>, is: Option<_>| {
        let unseen = |state: Option<formwork_rules::FieldState>| state.is_some_and(|s| !s.visible);
        unseen(was) && unseen(is) && !matches!(field.kind.shape(), Shape::Serial(_))
    };
    for (key, value) in typed {
        let Some(field) = form.model.fields.get(key) else { continue };
        let stored = before.values().get(key);
        if hidden(field, was.get(key.as_str()), after.get(key.as_str())) {
            if differs(value, stored) {
                problems.push(Problem::new("field_not_shown").at(key));
            }
            continue;
        }
        let Some(subform) = &field.subform else { continue };
        let rows = stored.map_or(&[][..], Value::rows);
        for (at, row) in value.rows().iter().enumerate() {
            let known = rows.iter().position(|other| other.id.is_some() && other.id == row.id);
            for (column, cell) in &row.values {
                let Some(field) = subform.fields.get(column).filter(|f| f.is_typed()) else {
                    continue;
                };
                let is = after.in_row(key.as_str(), at, column.as_str());
                let was = known.map_or(is, |at| was.in_row(key.as_str(), at, column.as_str()));
                let stored = known.and_then(|at| rows.get(at)?.values.get(column));
                if hidden(field, was, is) && differs(cell, stored) {
                    problems.push(place(key, at, column));
                }
            }
        }
    }
    problems
}

fn place(subform: &FieldKey, row: usize, column: &FieldKey) -> Problem {
    Problem::new("field_not_shown").at(column).at(row).at(subform)
}

/// Whether something else than what is there was typed; nothing is always allowed.
fn differs(typed: &Value, stored: Option<&Value>) -> bool {
    !typed.is_empty() && stored != Some(typed)
}
