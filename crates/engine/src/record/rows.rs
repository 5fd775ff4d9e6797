//! The rows of subforms, when a record is saved.

use std::collections::HashSet;

use formwork_model::{Value, Values};
use uuid::Uuid;

/// Cells of stored rows that were not handed in stay: whoever cannot see a column must not
/// empty it by saving.
pub(super) fn keep_unsent_cells(old: Option<&Values>, values: &mut Values) {
    let Some(old) = old else { return };
    for (key, value) in values.iter_mut() {
        let (Value::Rows(rows), Some(Value::Rows(stored))) = (value, old.get(key)) else {
            continue;
        };
        for row in rows.iter_mut().filter(|row| row.id.is_some()) {
            let Some(before) = stored.iter().find(|before| before.id == row.id) else { continue };
            for (column, cell) in &before.values {
                row.values.entry(column.clone()).or_insert_with(|| cell.clone());
            }
        }
    }
}

/// Rows keep the ids that they have in this record; all others get new ones.
pub(super) fn assign_row_ids(old: Option<&Values>, values: &mut Values) {
    for (key, value) in values.iter_mut() {
        let Value::Rows(rows) = value else { continue };
        let known: HashSet<&str> = old
            .and_then(|old| old.get(key))
            .map_or(&[][..], Value::rows)
            .iter()
            .filter_map(|row| row.id.as_deref())
            .collect();
        let mut taken: HashSet<String> = HashSet::new();
        for row in rows {
            let keeps = row.id.as_deref().is_some_and(|id| known.contains(id));
            if !keeps || !row.id.as_ref().is_some_and(|id| taken.insert(id.clone())) {
                row.id = Some(Uuid::now_v7().to_string());
            }
        }
    }
}
