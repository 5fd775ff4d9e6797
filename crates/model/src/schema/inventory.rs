//! What exists in the database.

use std::collections::{BTreeMap, BTreeSet};

use super::Index;

/// The tables behind some forms as they are, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Table by name.
    pub tables: BTreeMap<String, ExistingTable>,
}

/// A table as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExistingTable {
    /// Its columns, those that every table has included.
    pub columns: BTreeSet<String>,
    /// Its indexes by name, as far as publishing made them.
    pub indexes: BTreeMap<String, ExistingIndex>,
    /// How many rows it has, counted up to [`super::SMALL_TABLE`].
    pub rows: u64,
}

/// An index as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingIndex {
    /// It serves.
    Ready,
    /// A build was interrupted; PostgreSQL keeps it, and it serves nothing.
    Invalid,
    /// A deferred step is about to build it.
    Building,
    /// A deferred step is about to drop it.
    Dropping,
}

impl Inventory {
    /// A table, when it exists.
    pub fn table(&self, name: &str) -> Option<&ExistingTable> {
        self.tables.get(name)
    }

    /// What exists when all wanted indexes of some tables do; for tests and comparisons.
    pub fn add_index(&mut self, index: &Index) {
        let table = self.tables.entry(index.table.clone()).or_default();
        table.indexes.insert(index.name(), ExistingIndex::Ready);
    }
}
