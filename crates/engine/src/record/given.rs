//! What was handed in, which neither defaults nor links fill over.

use std::collections::HashSet;

use formwork_model::{FieldKey, Value, Values};

/// Fields, and cells of rows, that were handed in. Emptied ones are among them.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    fields: HashSet<FieldKey>,
    cells: HashSet<(FieldKey, usize, FieldKey)>,
}

impl Given {
    /// Everything that stands in the values.
    pub(super) fn of(values: &Values) -> Self {
        let mut given = Self { fields: values.keys().cloned().collect(), cells: HashSet::new() };
        for (key, value) in values {
            for (at, row) in value.rows().iter().enumerate() {
                let cells = row.values.keys().map(|column| (key.clone(), at, column.clone()));
                given.cells.extend(cells);
            }
        }
        given
    }

    pub(super) fn field(&self, key: &FieldKey) -> bool {
        self.fields.contains(key)
    }

    pub(super) fn cell(&self, subform: &FieldKey, row: usize, column: &FieldKey) -> bool {
        !self.cells.is_empty() && self.cells.contains(&(subform.clone(), row, column.clone()))
    }

    /// Rows that were filled in as a whole: the cells that came with them stay.
    pub(super) fn rows_filled(&mut self, subform: &FieldKey, rows: &Value) {
        self.cells.retain(|(of, ..)| of != subform);
        for (at, row) in rows.rows().iter().enumerate() {
            let filled = row.values.iter().filter(|(_, cell)| !cell.is_empty());
            self.cells.extend(filled.map(|(column, _)| (subform.clone(), at, column.clone())));
        }
    }
}
