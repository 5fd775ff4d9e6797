//! The statements that bring users' tables from one revision of a form to the next.

use formwork_model::change::SchemaChange;

use crate::Dialect;

/// The statements of one change, in order. All of them run inside a transaction.
pub fn ddl(_dialect: Dialect, _change: &SchemaChange) -> Vec<String> {
    Vec::new()
}
