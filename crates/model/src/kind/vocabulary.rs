//! What readers of a kind are told beside its storage and shape: how its figures read, and how
//! a list changes them.

use super::{Shape, Storage};

/// What a number measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Anything that is counted or measured.
    Plain,
    /// An amount of money.
    Amount,
    /// A part of a whole, shown times a hundred.
    Share,
    /// A mark of a scale, drawn rather than written.
    Mark,
}

/// How a list changes a value where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellEditing {
    /// Only on the form.
    None,
    /// By typing; what was typed is saved when the cell is left.
    Typed,
    /// By choosing, which ends the editing.
    Chosen,
}

/// Whether a value is one name out of a short list.
pub(super) fn names_one_of_few(storage: Storage, shape: Shape<'_>) -> bool {
    storage == Storage::Text
        && matches!(shape, Shape::Choice(_) | Shape::Member | Shape::Department)
}

/// How a list changes values that are stored like this, unless the kind says otherwise.
pub(super) fn cell_editing(storage: Storage, shape: Shape<'_>) -> CellEditing {
    match (storage, shape) {
        (_, Shape::Link(_) | Shape::Rows(_) | Shape::Serial(_))
        | (Storage::Json | Storage::Rows | Storage::Instant, _) => CellEditing::None,
        (Storage::Text, Shape::Plain) | (Storage::Scaled { .. }, _) => CellEditing::Typed,
        _ => CellEditing::Chosen,
    }
}

impl Storage {
    /// Whether records can be put in order by values that are stored like this.
    pub fn is_sortable(self) -> bool {
        !matches!(self, Self::Json | Self::Rows)
    }
}
