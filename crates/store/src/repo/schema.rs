//! The inventory of users' tables, and what the database says about them itself.

use std::collections::BTreeMap;

use formwork_model::schema::{Index, SMALL_TABLE};
use formwork_query::Dialect;

use crate::{Connection, StoreError, binds};

/// A table of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Its name.
    pub name: String,
    /// The form that it belongs to.
    pub form: String,
    /// The subform whose rows it holds; none for records.
    pub subform: Option<String>,
}

/// A table as the database describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RealTable {
    /// The columns with their types, lower case.
    pub columns: BTreeMap<String, String>,
    /// The indexes, with whether each serves; primary keys are left out.
    pub indexes: BTreeMap<String, bool>,
}

/// What the inventory says of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownTable {
    /// The columns with their storage.
    pub columns: BTreeMap<String, String>,
    /// The names of the indexes.
    pub indexes: BTreeMap<String, ()>,
}

const TABLES: &str = "select name, form, subform from schema_table order by name";
const COLUMNS: &str = "select table_name, name, storage from schema_column";
const INDEXES: &str = "select table_name, name from schema_index";
const TABLE_SAVE: &str = "insert into schema_table (name, form, subform) values ($1, $2, $3)
    on conflict (name) do nothing";
const COLUMN_SAVE: &str = "insert into schema_column (table_name, name, storage)
    values ($1, $2, $3) on conflict (table_name, name) do nothing";
const COLUMN_DELETE: &str = "delete from schema_column where table_name = $1 and name = $2";
const INDEX_SAVE: &str = "insert into schema_index (name, table_name, columns, is_unique)
    values ($1, $2, $3, $4) on conflict (name) do nothing";
const INDEX_DELETE: &str = "delete from schema_index where name = $1";

const SQLITE_COLUMNS: &str = "select m.name as table_name, p.name, lower(p.type) as type
    from sqlite_schema m join pragma_table_info(m.name) p
    where m.type = 'table' and substr(m.name, 1, 2) in ('r_', 's_')";
const SQLITE_INDEXES: &str = "select m.tbl_name as table_name, m.name, true as serves
    from sqlite_schema m
    where m.type = 'index' and m.sql is not null and substr(m.tbl_name, 1, 2) in ('r_', 's_')";
const POSTGRES_COLUMNS: &str = "select m.relname::text as table_name, a.attname::text as name,
    format_type(a.atttypid, a.atttypmod) as type
    from pg_class m join pg_attribute a on a.attrelid = m.oid
    where m.relnamespace = current_schema()::regnamespace and m.relkind in ('r', 'p')
    and a.attnum > 0 and not a.attisdropped and substr(m.relname, 1, 2) in ('r_', 's_')";
const POSTGRES_INDEXES: &str = "select m.relname::text as table_name, i.relname::text as name,
    x.indisvalid and x.indisready as serves
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class m on m.oid = x.indrelid
    where m.relnamespace = current_schema()::regnamespace and not x.indisprimary
    and substr(m.relname, 1, 2) in ('r_', 's_')";

/// The tables of the inventory.
///
/// # Errors
/// When the database fails.
pub async fn schema_tables(connection: &mut Connection) -> Result<Vec<TableRow>, StoreError> {
    let rows = connection.rows(TABLES, &[]).await?;
    let tables = rows.iter().map(|row| {
        Ok(TableRow {
            name: row.text("name")?,
            form: row.text("form")?,
            subform: row.text_or_null("subform")?,
        })
    });
    tables.collect()
}

/// What the inventory says of these tables, or of all.
///
/// # Errors
/// When the database fails.
pub async fn schema_known(
    connection: &mut Connection,
    tables: Option<&[String]>,
) -> Result<BTreeMap<String, KnownTable>, StoreError> {
    let mut known: BTreeMap<String, KnownTable> = BTreeMap::new();
    for row in narrowed(connection, COLUMNS, "where", "table_name", tables).await? {
        let columns = &mut known.entry(row.text("table_name")?).or_default().columns;
        columns.insert(row.text("name")?, row.text("storage")?);
    }
    for row in narrowed(connection, INDEXES, "where", "table_name", tables).await? {
        let indexes = &mut known.entry(row.text("table_name")?).or_default().indexes;
        indexes.insert(row.text("name")?, ());
    }
    Ok(known)
}

/// What the database says of these tables, or of all that belong to forms. Tables that are
/// not there are left out.
///
/// # Errors
/// When the database fails.
pub async fn schema_real(
    connection: &mut Connection,
    tables: Option<&[String]>,
) -> Result<BTreeMap<String, RealTable>, StoreError> {
    let (columns, indexes, name, on) = match connection.dialect() {
        Dialect::Sqlite => (SQLITE_COLUMNS, SQLITE_INDEXES, "m.name", "m.tbl_name"),
        Dialect::Postgres => (POSTGRES_COLUMNS, POSTGRES_INDEXES, "m.relname", "m.relname"),
    };
    let mut real: BTreeMap<String, RealTable> = BTreeMap::new();
    for row in narrowed(connection, columns, "and", name, tables).await? {
        let columns = &mut real.entry(row.text("table_name")?).or_default().columns;
        columns.insert(row.text("name")?, row.text("type")?);
    }
    for row in narrowed(connection, indexes, "and", on, tables).await? {
        let indexes = &mut real.entry(row.text("table_name")?).or_default().indexes;
        indexes.insert(row.text("name")?, row.bool("serves")?);
    }
    Ok(real)
}

async fn narrowed(
    connection: &mut Connection,
    query: &str,
    word: &str,
    column: &str,
    tables: Option<&[String]>,
) -> Result<Vec<crate::Row>, StoreError> {
    let Some(tables) = tables else { return connection.rows(query, &[]).await };
    let list = match connection.dialect() {
        Dialect::Sqlite => "(select value from json_each($1))",
        Dialect::Postgres => "(select jsonb_array_elements_text($1::jsonb))",
    };
    let query = format!("{query} {word} {column} in {list}");
    let names = serde_json::json!(tables).to_string();
    connection.rows(&query, binds![names]).await
}

/// How many rows a table has, counted up to [`SMALL_TABLE`].
///
/// # Errors
/// When the database fails; the table must be there.
pub async fn schema_rows(connection: &mut Connection, table: &str) -> Result<u64, StoreError> {
    let query = format!(
        "select count(*) as counted from (select 1 from \"{}\" limit {SMALL_TABLE}) counted",
        table.replace('"', "\"\"")
    );
    let row = connection.row(&query, &[]).await?;
    let count = row.map(|row| row.int("counted")).transpose()?.unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Notes a table.
///
/// # Errors
/// When the database fails.
pub async fn schema_table_save(
    connection: &mut Connection,
    table: &TableRow,
) -> Result<(), StoreError> {
    let values = binds![&table.name, &table.form, table.subform.clone()];
    connection.execute(TABLE_SAVE, values).await?;
    Ok(())
}

/// Notes a column.
///
/// # Errors
/// When the database fails.
pub async fn schema_column_save(
    connection: &mut Connection,
    table: &str,
    column: &str,
    storage: &str,
) -> Result<(), StoreError> {
    connection.execute(COLUMN_SAVE, binds![table, column, storage]).await?;
    Ok(())
}

/// Forgets a column.
///
/// # Errors
/// When the database fails.
pub async fn schema_column_delete(
    connection: &mut Connection,
    table: &str,
    column: &str,
) -> Result<(), StoreError> {
    connection.execute(COLUMN_DELETE, binds![table, column]).await?;
    Ok(())
}

/// Notes an index.
///
/// # Errors
/// When the database fails.
pub async fn schema_index_save(
    connection: &mut Connection,
    index: &Index,
) -> Result<(), StoreError> {
    let columns = serde_json::json!(index.columns).to_string();
    let values = binds![index.name(), &index.table, columns, index.unique];
    connection.execute(INDEX_SAVE, values).await?;
    Ok(())
}

/// Notes an index of which only the name is known.
///
/// # Errors
/// When the database fails.
pub async fn schema_index_adopt(
    connection: &mut Connection,
    table: &str,
    name: &str,
) -> Result<(), StoreError> {
    let unique = name.starts_with("ux_");
    connection.execute(INDEX_SAVE, binds![name, table, "[]", unique]).await?;
    Ok(())
}

/// Forgets an index.
///
/// # Errors
/// When the database fails.
pub async fn schema_index_delete(
    connection: &mut Connection,
    name: &str,
) -> Result<(), StoreError> {
    connection.execute(INDEX_DELETE, binds![name]).await?;
    Ok(())
}
