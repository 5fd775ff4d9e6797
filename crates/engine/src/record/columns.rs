//! Columns of subform rows that the member may not type into.

use formwork_model::{
    FieldKey, FormModel, Problem, Problems, SubformModel, SubformRow, Value, Values, kind::Shape,
};
use formwork_query::{FieldAccess, FormAccess};

/// Refuses cells of closed columns that differ from what is stored, emptied ones too.
///
/// What a link of the row fills in comes back from the browser with it. Such a cell counts as
/// not sent: it stays as it is stored, or follows another link. Formulas are computed anew
/// whatever is sent.
pub(super) fn close_columns(
    form: &FormModel,
    access: &FormAccess,
    old: Option<&Values>,
    set: &mut Values,
) -> Problems {
    let mut problems = Problems::new();
    for (key, value) in set {
        let (Some(subform), Value::Rows(rows)) = (form.subform(key.as_str()), value) else {
            continue;
        };
        let stored = old.and_then(|old| old.get(key)).map_or(&[][..], Value::rows);
        for (index, row) in rows.iter_mut().enumerate() {
            let before = stored.iter().find(|other| other.id.is_some() && other.id == row.id);
            let before = before.map(|row| &row.values);
            for column in changed_closed(subform, access, key, (before, row)) {
                if is_filled(subform, &column) {
                    row.values.shift_remove(&column);
                } else {
                    let problem = Problem::new("field_not_writable");
                    problems.push(problem.at(&column).at(index).at(key));
                }
            }
        }
    }
    problems
}

/// The columns of a row that are closed to the member and differ from what is stored.
fn changed_closed(
    subform: &SubformModel,
    access: &FormAccess,
    key: &FieldKey,
    (before, row): (Option<&Values>, &SubformRow),
) -> Vec<FieldKey> {
    let sent = row.values.keys().filter(|column| {
        let Some(field) = subform.fields.get(*column) else { return false };
        let closed = field.field.read_only || access.column(key, column) != FieldAccess::Edit;
        closed && field.field.formula.is_none() && !is_unchanged(before, row, column)
    });
    sent.cloned().collect()
}

/// Whether a cell is as it is stored; one that was not sent is.
fn is_unchanged(before: Option<&Values>, row: &SubformRow, column: &FieldKey) -> bool {
    let Some(cell) = row.values.get(column) else { return before.is_some() };
    let known = before.and_then(|before| before.get(column)).unwrap_or(&Value::Null);
    cell == known || (cell.is_empty() && known.is_empty())
}

/// Whether a link of the row fills a column.
fn is_filled(subform: &SubformModel, column: &FieldKey) -> bool {
    subform.fields.values().any(|field| match field.kind.shape() {
        Shape::Link(link) => link.fill.contains_key(column),
        _ => false,
    })
}
