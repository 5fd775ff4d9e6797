//! The tables behind forms: what exists, what is wanted, and the steps from one to the other.
//!
//! What is wanted is compared with what exists, never with the revision before: a form can
//! come back to any shape that it ever had.

mod content;
mod convert;
mod inventory;
mod plan;
mod wanted;

use serde::{Deserialize, Serialize};

pub use content::{Content, Meaning, storage_from_name, storage_name};
pub use convert::{Conversion, ConversionSide, Names, Outcome, convert, convert_again, converts};
pub use inventory::{ExistingIndex, ExistingTable, Inventory};
pub use plan::{SMALL_TABLE, SchemaChange, Step, When, plan};
pub use wanted::{Wanted, WantedIndex, WantedTable, Wish, wanted};

/// An index over the records of a table, deleted ones left out, or over the rows of a subform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The table.
    pub table: String,
    /// The columns, each with whether it descends.
    pub columns: Vec<(String, bool)>,
    /// Whether no two live records may share the columns' values.
    pub unique: bool,
}

impl Index {
    /// A name that is the same for the same index, and short enough for both databases.
    pub fn name(&self) -> String {
        let text = format!("{}|{:?}|{}", self.table, self.columns, self.unique);
        let prefix = if self.unique { "ux" } else { "ix" };
        format!("{prefix}_{:016x}", fnv1a64(text.as_bytes()))
    }

    /// Whether an index of this name was made by publishing; others are an administrator's
    /// own and are left alone.
    pub fn is_own_name(name: &str) -> bool {
        let hash = name.strip_prefix("ix_").or_else(|| name.strip_prefix("ux_"));
        hash.is_some_and(|hash| hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()))
    }
}

fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
