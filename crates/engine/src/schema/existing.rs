//! What exists, compared with the inventory as the database is read.

use std::collections::BTreeMap;

use formwork_model::{
    FormModel,
    form::Columns,
    schema::{ExistingIndex, ExistingTable, Index, Inventory, Wanted, wanted},
};
use formwork_store::{
    Connection, Hold, Store,
    repo::{
        schema::{
            KnownTable, RealTable, TableRow, schema_column_delete, schema_column_save,
            schema_index_adopt, schema_index_delete, schema_known, schema_real, schema_rows,
            schema_table_save,
        },
        schema_step::step_list,
        setting::{setting_list, setting_save},
    },
};

use crate::{EngineError, EngineResult, catalog::Catalog};

/// The setting that says that the inventory was filled.
const FILLED: &str = "schema_inventory";

/// What a form wants of the database, the charts over it included.
pub(crate) fn wanted_of(catalog: &Catalog, model: &FormModel) -> Wanted {
    // The first few charts have their indexes: always the same ones.
    let mut pages: Vec<_> = catalog.dashboards().collect();
    pages.sort_by(|one, other| one.key.cmp(&other.key));
    let charts: Vec<(String, Index)> = pages
        .into_iter()
        .flat_map(|page| {
            let wishes = formwork_insight::index_wishes(page);
            wishes.into_iter().filter_map(|wish| {
                let columns = chart_columns(model, &wish)?;
                let index = Index { table: model.table(), columns, unique: false };
                Some((format!("{}/{}", page.key, wish.chart), index))
            })
        })
        .collect();
    wanted(model, &charts)
}

/// The columns behind the fields that a chart reads of its form; none when some are not
/// columns of this form's table.
fn chart_columns(
    model: &FormModel,
    wish: &formwork_insight::IndexWish,
) -> Option<Vec<(String, bool)>> {
    if wish.form != *model.key() {
        return None;
    }
    let columns = wish.fields.iter().map(|key| {
        let field = model.field(key).filter(|field| field.subform.is_none())?;
        let indexed = !matches!(field.storage(), formwork_model::Storage::Json);
        indexed.then(|| (field.column.clone(), false))
    });
    columns.collect()
}

/// The wanted tables as they are in the database, with the work that waits for them.
pub(crate) async fn existing(
    connection: &mut Connection,
    form: &str,
    wanted: &Wanted,
) -> EngineResult<Inventory> {
    let names: Vec<String> = wanted.tables.iter().map(|table| table.name.clone()).collect();
    let mut inventory = Inventory::default();
    for (name, table) in schema_real(connection, Some(&names)).await? {
        let rows = schema_rows(connection, &name).await?;
        let own = table.indexes.into_iter().filter(|(index, _)| Index::is_own_name(index));
        let indexes = own.map(|(index, valid)| {
            (index, if valid { ExistingIndex::Ready } else { ExistingIndex::Invalid })
        });
        let table = ExistingTable {
            columns: table.columns.into_keys().collect(),
            indexes: indexes.collect(),
            rows,
        };
        inventory.tables.insert(name, table);
    }
    for step in step_list(connection, Some(form)).await? {
        let state = match step.kind.as_str() {
            "index_build" if step.state != "failed" => ExistingIndex::Building,
            "index_drop" => ExistingIndex::Dropping,
            _ => continue,
        };
        let body: serde_json::Value = crate::record::stored::parse(&step.body)?;
        let table = body.get("table").and_then(serde_json::Value::as_str).unwrap_or_default();
        if let Some(table) = inventory.tables.get_mut(table) {
            table.indexes.insert(step.subject, state);
        }
    }
    Ok(inventory)
}

/// The columns that a form has before it is published, with the names that are taken by
/// columns of no revision.
pub(crate) async fn columns_before(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &str,
    stored: Option<Columns>,
) -> EngineResult<Option<Columns>> {
    use formwork_model::form::Forms;
    let compiled = catalog.form(form).map(|model| model.columns.clone());
    let Some(mut columns) = compiled.or(stored) else { return Ok(None) };
    let names: Vec<String> = std::iter::once(format!("r_{form}"))
        .chain(columns.subforms.values().map(|subform| subform.table.clone()))
        .collect();
    let real = schema_real(connection, Some(&names)).await?;
    let taken = |table: &str, history: &indexmap::IndexMap<String, _>| -> Vec<String> {
        let there = real.get(table).map(|table| table.columns.keys()).into_iter().flatten();
        let own = there.filter(|name| name.starts_with("f_") && !history.contains_key(*name));
        own.cloned().collect()
    };
    columns.more.taken = taken(&format!("r_{form}"), &columns.history);
    for subform in columns.subforms.values_mut() {
        subform.more.taken = taken(&subform.table, &subform.history);
    }
    Ok(Some(columns))
}

/// Fills the inventory of a database that was made before there was one, from the documents'
/// columns and from what is there.
pub(crate) async fn adopt(store: &Store, catalog: &Catalog) -> EngineResult<()> {
    let settings = setting_list(&mut store.read().await?).await?;
    if settings.iter().any(|(name, _)| name == FILLED) {
        return Ok(());
    }
    let models: Vec<_> = catalog.forms().map(|form| std::sync::Arc::clone(&form.model)).collect();
    store
        .write(Hold::DocumentsAlone, move |connection| {
            Box::pin(async move {
                for model in &models {
                    record_tables(connection, model.key().as_str(), &model.columns).await?;
                }
                setting_save(connection, FILLED, "1").await?;
                Ok::<_, EngineError>(())
            })
        })
        .await
}

/// Writes down what is in the database of a form's tables, wherever the inventory says
/// something else: an older program has published, or somebody has mended by hand.
pub(crate) async fn record_tables(
    connection: &mut Connection,
    form: &str,
    columns: &Columns,
) -> EngineResult<()> {
    let own = (format!("r_{form}"), None, &columns.history);
    let rows = columns
        .subforms
        .iter()
        .map(|(key, subform)| (subform.table.clone(), Some(key.to_string()), &subform.history));
    let tables: Vec<_> = std::iter::once(own).chain(rows).collect();
    let names: Vec<String> = tables.iter().map(|(name, ..)| name.clone()).collect();
    let real = schema_real(connection, Some(&names)).await?;
    let known = schema_known(connection, Some(&names)).await?;
    for (name, subform, history) in tables {
        let Some(real) = real.get(&name) else { continue };
        let row = TableRow { name: name.clone(), form: form.to_owned(), subform };
        schema_table_save(connection, &row).await?;
        let known = known.get(&name).cloned().unwrap_or_default();
        let storage = |column: &str| history.get(column).map(|(_, storage)| storage.clone());
        record_columns(connection, &name, (real, &known), storage).await?;
        record_indexes(connection, &name, (real, &known)).await?;
    }
    Ok(())
}

async fn record_columns(
    connection: &mut Connection,
    table: &str,
    (real, known): (&RealTable, &KnownTable),
    storage: impl Fn(&str) -> Option<String>,
) -> EngineResult<()> {
    for column in known.columns.keys().filter(|column| !real.columns.contains_key(*column)) {
        schema_column_delete(connection, table, column).await?;
    }
    for column in real.columns.keys().filter(|column| !known.columns.contains_key(*column)) {
        if let Some(storage) = storage(column) {
            schema_column_save(connection, table, column, &storage).await?;
        }
    }
    Ok(())
}

async fn record_indexes(
    connection: &mut Connection,
    table: &str,
    (real, known): (&RealTable, &KnownTable),
) -> EngineResult<()> {
    let there: BTreeMap<&String, &bool> =
        real.indexes.iter().filter(|(name, valid)| Index::is_own_name(name) && **valid).collect();
    for name in known.indexes.keys().filter(|name| !there.contains_key(name)) {
        schema_index_delete(connection, name).await?;
    }
    for name in there.keys().filter(|name| !known.indexes.contains_key(**name)) {
        schema_index_adopt(connection, table, name).await?;
    }
    Ok(())
}
