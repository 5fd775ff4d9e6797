//! The database compared with the inventory and with what published forms want.

use std::collections::{BTreeMap, BTreeSet};

use formwork_model::schema::{Index, storage_from_name};
use formwork_query::column_type_name;
use formwork_store::repo::{
    schema::{schema_known, schema_real, schema_tables},
    schema_step::step_list,
};

use super::wanted_of;
use crate::{Engine, EngineResult};

/// Something about the tables that is not as it should be, with what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFinding {
    /// Stable code: `missing_table`, `missing_column`, `wrong_type`, `missing_index`,
    /// `invalid_index`, `unknown_table`, `unknown_column`, `unknown_index`, `failed_work`.
    pub code: &'static str,
    /// The table, `table.column`, the index, or the form.
    pub subject: String,
    /// What an operator does about it.
    pub advice: &'static str,
}

/// Publishing a form makes its missing indexes and columns again.
const PUBLISH: &str = "publish the form again";
const RESTORE: &str = "restore a backup: it held data";
const LOOK: &str = "nothing uses it; look who made it";

impl Engine {
    /// Compares the database with the inventory; empty when all is as it should be. Reads only.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schema_findings(&self) -> EngineResult<Vec<SchemaFinding>> {
        let catalog = self.catalog();
        let mut connection = self.store().read().await?;
        let dialect = connection.dialect();
        let real = schema_real(&mut connection, None).await?;
        let known = schema_known(&mut connection, None).await?;
        let tables = schema_tables(&mut connection).await?;
        let steps = step_list(&mut connection, None).await?;
        let mut findings = Vec::new();
        let mut find = |code, subject: String, advice| {
            findings.push(SchemaFinding { code, subject, advice });
        };
        for table in &tables {
            let Some(there) = real.get(&table.name) else {
                find("missing_table", table.name.clone(), RESTORE);
                continue;
            };
            let columns = known.get(&table.name).map(|known| &known.columns);
            for (column, storage) in columns.into_iter().flatten() {
                let subject = format!("{}.{column}", table.name);
                let wanted = storage_from_name(storage);
                match there.columns.get(column) {
                    None => find("missing_column", subject, RESTORE),
                    Some(kind) => {
                        if wanted.is_some_and(|wanted| column_type_name(dialect, wanted) != kind) {
                            find("wrong_type", subject, RESTORE);
                        }
                    }
                }
            }
            for column in there.columns.keys().filter(|name| name.starts_with("f_")) {
                if columns.is_none_or(|columns| !columns.contains_key(column)) {
                    find("unknown_column", format!("{}.{column}", table.name), LOOK);
                }
            }
        }
        for name in real.keys().filter(|name| !tables.iter().any(|table| table.name == **name)) {
            find("unknown_table", name.clone(), LOOK);
        }
        let wanted: BTreeMap<String, String> = catalog
            .forms()
            .flat_map(|form| {
                let wanted = wanted_of(&catalog, &form.model);
                let names = wanted.indexes().map(|index| (index.name(), index.table.clone()));
                names.collect::<Vec<_>>()
            })
            .collect();
        // What a retired subform leaves behind is kept with its index.
        let used: BTreeSet<String> = catalog
            .forms()
            .flat_map(|form| wanted_of(&catalog, &form.model).tables)
            .map(|table| table.name)
            .collect();
        // A document that cannot be read wants its indexes all the same.
        let all_read = catalog.disabled().next().is_none();
        let waits = |name: &str| steps.iter().any(|step| step.subject == name);
        for (name, table) in &wanted {
            let there = real.get(table).and_then(|table| table.indexes.get(name));
            if there.is_none() && real.contains_key(table) && !waits(name) {
                find("missing_index", format!("{table}: {name}"), PUBLISH);
            }
        }
        for (table, there) in &real {
            for (name, valid) in &there.indexes {
                if !valid && !waits(name) {
                    find("invalid_index", format!("{table}: {name}"), PUBLISH);
                } else if all_read
                    && Index::is_own_name(name)
                    && used.contains(table)
                    && !wanted.contains_key(name)
                    && !waits(name)
                {
                    find("unknown_index", format!("{table}: {name}"), PUBLISH);
                }
            }
        }
        for step in steps.iter().filter(|step| step.state == "failed") {
            find("failed_work", format!("{}: {}", step.form, step.kind), PUBLISH);
        }
        Ok(findings)
    }
}
