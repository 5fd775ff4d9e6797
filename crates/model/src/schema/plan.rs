//! The steps from what exists to what is wanted.

use serde::{Deserialize, Serialize};

use super::{ExistingIndex, ExistingTable, Index, Inventory, Wanted, WantedTable};
use crate::Storage;

/// A table with fewer rows than this is changed at once, whatever the change.
pub const SMALL_TABLE: u64 = 5000;

/// An operation on tables. With the conversions of a form these are all that publishing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaChange {
    /// A table for the records of a form.
    CreateRecordTable {
        /// Its name.
        table: String,
    },
    /// A table for the rows of a subform.
    CreateRowTable {
        /// Its name.
        table: String,
    },
    /// A nullable column.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// How its values are stored.
        storage: Storage,
    },
    /// An index.
    CreateIndex(Index),
    /// An index that nobody wants any more, or that is no good.
    DropIndex {
        /// The table.
        table: String,
        /// The index.
        name: String,
    },
}

/// When a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// With the publish: cheap at any size.
    Now,
    /// After it, by a job.
    Deferred,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub change: SchemaChange,
    /// When.
    pub when: When,
}

/// The steps that bring the tables of one form to what it wants, in order. Columns and
/// tables that nobody wants stay: they hold data. Indexes hold none, and go.
pub fn plan(wanted: &Wanted, existing: &Inventory) -> Vec<Step> {
    let mut steps = Vec::new();
    for table in &wanted.tables {
        let known = existing.table(&table.name);
        if known.is_none() {
            let name = table.name.clone();
            steps.push(now(match table.subform {
                None => SchemaChange::CreateRecordTable { table: name },
                Some(_) => SchemaChange::CreateRowTable { table: name },
            }));
        }
        let known = known.cloned().unwrap_or_default();
        for (column, storage) in &table.columns {
            if !known.columns.contains(column) {
                let (table, column) = (table.name.clone(), column.clone());
                steps.push(now(SchemaChange::AddColumn { table, column, storage: *storage }));
            }
        }
        drop_indexes(table, &known, &mut steps);
        create_indexes(table, &known, &mut steps);
    }
    steps
}

/// A unique index that nobody wants would refuse what the form allows: it goes at once.
fn drop_indexes(wanted: &WantedTable, known: &ExistingTable, steps: &mut Vec<Step>) {
    for (name, state) in &known.indexes {
        let is_wanted = wanted.indexes.iter().any(|index| index.index.name() == *name);
        let drop = || SchemaChange::DropIndex { table: wanted.name.clone(), name: name.clone() };
        match (is_wanted, state) {
            // What is being dropped is built again behind that.
            (false, ExistingIndex::Dropping) | (true, _) => {}
            (false, _) if is_small(known) || name.starts_with("ux_") => steps.push(now(drop())),
            (false, _) => steps.push(Step { change: drop(), when: When::Deferred }),
        }
    }
}

fn create_indexes(wanted: &WantedTable, known: &ExistingTable, steps: &mut Vec<Step>) {
    for index in &wanted.indexes {
        let name = index.index.name();
        let state = known.indexes.get(&name);
        if matches!(state, Some(ExistingIndex::Ready | ExistingIndex::Building)) {
            continue;
        }
        if matches!(state, Some(ExistingIndex::Invalid)) && is_small(known) {
            let table = wanted.name.clone();
            steps.push(now(SchemaChange::DropIndex { table, name }));
        }
        let when = if is_small(known) { When::Now } else { When::Deferred };
        steps.push(Step { change: SchemaChange::CreateIndex(index.index.clone()), when });
    }
}

fn is_small(table: &ExistingTable) -> bool {
    table.rows < SMALL_TABLE
}

fn now(change: SchemaChange) -> Step {
    Step { change, when: When::Now }
}
