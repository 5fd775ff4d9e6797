//! What people typed where a rule of the record, as it was before, lets nobody type.

use formwork_model::{FieldKey, FormModel, Localized, Problem, Problems, Value, Values};
use formwork_rules::{Lock, Locks};

/// A value that was typed at a locked place. It is taken out; should the same come of the
/// rest, nobody has changed anything.
pub(super) struct Held {
    field: FieldKey,
    /// The row and the column, of a cell.
    cell: Option<(usize, FieldKey)>,
    typed: Value,
    lock: Lock,
}

/// Takes what is typed at locked places out of it. Rows that are taken away with something in
/// a locked cell are problems already.
pub(super) fn hold(
    form: &FormModel,
    locks: &Locks,
    old: Option<&Values>,
    typed: &mut Values,
) -> (Vec<Held>, Problems) {
    let (mut held, mut problems) = (Vec::new(), Problems::new());
    if locks.is_empty() {
        return (held, problems);
    }
    let keys: Vec<FieldKey> = typed.keys().cloned().collect();
    for field in keys {
        if let Some(lock) = locks.field(&field) {
            let value = typed.shift_remove(&field).unwrap_or_default();
            // A new record is handed in with its empty fields.
            if old.is_some() || !value.is_empty() {
                held.push(Held { field, cell: None, typed: value, lock: lock.clone() });
            }
            continue;
        }
        let stored = old.and_then(|old| old.get(&field)).map_or(&[][..], Value::rows);
        let Some(Value::Rows(rows)) = typed.get_mut(&field) else { continue };
        for gone in stored.iter().filter(|row| !rows.iter().any(|other| other.id == row.id)) {
            let locked = gone
                .values
                .iter()
                .filter(|(column, cell)| is_typed(form, &field, column) && !cell.is_empty());
            let mut locked =
                locked.filter_map(|(column, _)| locks.cell(&field, gone.id.as_deref(), column));
            problems.extend(locked.next().map(|lock| refusal(lock).at(&field)));
        }
        for (at, row) in rows.iter_mut().enumerate() {
            let is_stored = row.id.is_some() && stored.iter().any(|other| other.id == row.id);
            let id = row.id.as_deref().filter(|_| is_stored);
            let columns: Vec<FieldKey> = row.values.keys().cloned().collect();
            for column in columns.into_iter().filter(|column| is_typed(form, &field, column)) {
                let Some(lock) = locks.cell(&field, id, &column) else { continue };
                let value = row.values.shift_remove(&column).unwrap_or_default();
                if is_stored || !value.is_empty() {
                    let (field, cell) = (field.clone(), Some((at, column)));
                    held.push(Held { field, cell, typed: value, lock: lock.clone() });
                }
            }
        }
    }
    (held, problems)
}

fn is_typed(form: &FormModel, subform: &FieldKey, column: &FieldKey) -> bool {
    let subform = form.subform(subform.as_str());
    subform.and_then(|subform| subform.fields.get(column)).is_some_and(|field| field.is_typed())
}

/// A problem for each held value that is not what the record came to without it.
pub(super) fn refused(form: &FormModel, held: &[Held], values: &Values) -> Problems {
    let differs = |held: &&Held| {
        let after = values.get(&held.field).unwrap_or(&Value::Null);
        match &held.cell {
            None => !agrees(form, &held.field, &held.typed, after),
            Some((row, column)) => {
                let row = after.rows().get(*row);
                !is_same(&held.typed, row.and_then(|row| row.values.get(column)))
            }
        }
    };
    let problem = |held: &Held| {
        let problem = refusal(&held.lock);
        match &held.cell {
            None => problem.at(&held.field),
            Some((row, column)) => problem.at(column).at(*row).at(&held.field),
        }
    };
    held.iter().filter(differs).map(problem).collect()
}

fn refusal(lock: &Lock) -> Problem {
    let nothing = Localized::new("", "");
    let message = serde_json::to_value(lock.message.as_ref().unwrap_or(&nothing));
    Problem::new("field_read_only").with("message", message.unwrap_or_default())
}

/// Whether a typed value says what is there. Of rows, what people can type counts.
fn agrees(form: &FormModel, field: &FieldKey, typed: &Value, after: &Value) -> bool {
    if form.subform(field.as_str()).is_none() {
        return is_same(typed, Some(after));
    }
    let (typed, after) = (typed.rows(), after.rows());
    typed.len() == after.len()
        && typed.iter().zip(after).all(|(typed, after)| {
            let cells = typed.values.iter().filter(|(column, _)| is_typed(form, field, column));
            (typed.id.is_none() || typed.id == after.id)
                && cells.into_iter().all(|(column, cell)| is_same(cell, after.values.get(column)))
        })
}

/// Empty is empty, whether it was never set or taken away.
fn is_same(typed: &Value, after: Option<&Value>) -> bool {
    match after {
        None => typed.is_empty(),
        Some(after) => typed == after || (typed.is_empty() && after.is_empty()),
    }
}
