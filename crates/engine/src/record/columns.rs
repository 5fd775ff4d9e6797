//! Columns of subform rows that the member may not type into.

use formwork_model::{
    FieldKey, FormModel, Problem, Problems, SubformModel, SubformRow, Value, Values, kind::Shape,
};
use formwork_query::{FieldAccess, FormAccess};

/// Refuses cells of closed columns that differ from what is stored, emptied ones too.
///
/// What a link of the row fills in comes back from the browser with it. There the cell is
/// put back to what is stored, or emptied where the link is another one, which then fills it.
/// Formulas are computed anew whatever is sent.
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
                let links = filling(subform, &column);
                if links.is_empty() {
                    let problem = Problem::new("field_not_writable");
                    problems.push(problem.at(&column).at(index).at(key));
                    continue;
                }
                let stays = links.iter().all(|link| is_unchanged(before, row, link));
                let known = before.filter(|_| stays).and_then(|before| before.get(&column));
                row.values.insert(column, known.cloned().unwrap_or_default());
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

/// The links of a row that fill a column.
fn filling(subform: &SubformModel, column: &FieldKey) -> Vec<FieldKey> {
    let fills = subform.fields.iter().filter(|(_, field)| match field.kind.shape() {
        Shape::Link(link) => link.fill.contains_key(column),
        _ => false,
    });
    fills.map(|(key, _)| key.clone()).collect()
}
