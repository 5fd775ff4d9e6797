//! The statements that bring users' tables to what published forms want.

use formwork_model::{
    Storage,
    schema::{Index, SchemaChange},
};

use crate::{Dialect, sort::direction, statement::quoted};

/// The statement of one change. It runs inside a transaction.
pub fn ddl(dialect: Dialect, change: &SchemaChange) -> String {
    match change {
        SchemaChange::CreateRecordTable { table } => record_table(dialect, table),
        SchemaChange::CreateRowTable { table } => row_table(dialect, table),
        SchemaChange::AddColumn { table, column, storage } => {
            let kind = column_type(dialect, *storage);
            let (table, column) = (quoted(table), quoted(column));
            format!("alter table {table} add column {column} {kind}")
        }
        SchemaChange::CreateIndex(index) => create_index(dialect, index, ""),
        SchemaChange::DropIndex { name, .. } => format!("drop index if exists {}", quoted(name)),
    }
}

/// The statement that builds an index on PostgreSQL while others write: outside a
/// transaction.
pub fn create_index_concurrently(index: &Index) -> String {
    create_index(Dialect::Postgres, index, "concurrently ")
}

/// The statement that drops an index on PostgreSQL without waiting in the way of others:
/// outside a transaction.
pub fn drop_index_concurrently(name: &str) -> String {
    format!("drop index concurrently if exists {}", quoted(name))
}

/// The name of a column's type as the database itself gives it, lower case.
pub fn column_type_name(dialect: Dialect, storage: Storage) -> &'static str {
    match (dialect, storage) {
        (Dialect::Postgres, Storage::Text) => "text",
        (Dialect::Postgres, Storage::Instant) => "timestamp with time zone",
        _ => column_type(dialect, storage),
    }
}

/// PostgreSQL compares these texts by code point, as SQLite does.
fn column_type(dialect: Dialect, storage: Storage) -> &'static str {
    match (dialect, storage) {
        (Dialect::Sqlite, Storage::Scaled { .. } | Storage::Boolean) => "integer",
        (Dialect::Sqlite, _) => "text",
        (Dialect::Postgres, Storage::Text) => "text collate \"C\"",
        (Dialect::Postgres, Storage::Scaled { .. }) => "bigint",
        (Dialect::Postgres, Storage::Boolean) => "boolean",
        (Dialect::Postgres, Storage::Date) => "date",
        (Dialect::Postgres, Storage::Instant) => "timestamptz",
        (Dialect::Postgres, Storage::Json | Storage::Rows) => "jsonb",
    }
}

fn record_table(dialect: Dialect, table: &str) -> String {
    let text = column_type(dialect, Storage::Text);
    let number = column_type(dialect, Storage::Scaled { places: 0 });
    let instant = column_type(dialect, Storage::Instant);
    let columns = [
        ("id", text, " not null primary key"),
        ("version", number, " not null"),
        ("revision", number, " not null"),
        ("title", text, " not null"),
        ("owner", text, ""),
        ("department", text, ""),
        ("flow_status", text, ""),
        ("created_at", instant, " not null"),
        ("created_by", text, ""),
        ("updated_at", instant, " not null"),
        ("updated_by", text, ""),
        ("deleted_at", instant, ""),
    ];
    create_table(dialect, table, &columns)
}

fn row_table(dialect: Dialect, table: &str) -> String {
    let text = column_type(dialect, Storage::Text);
    let number = column_type(dialect, Storage::Scaled { places: 0 });
    let columns = [
        ("id", text, " not null primary key"),
        ("record_id", text, " not null"),
        ("position", number, " not null"),
    ];
    create_table(dialect, table, &columns)
}

fn create_table(dialect: Dialect, table: &str, columns: &[(&str, &str, &str)]) -> String {
    let columns: Vec<String> =
        columns.iter().map(|(name, kind, rest)| format!("{} {kind}{rest}", quoted(name))).collect();
    let strict = match dialect {
        Dialect::Sqlite => " strict",
        Dialect::Postgres => "",
    };
    format!("create table {} ({}){strict}", quoted(table), columns.join(", "))
}

/// Directions are written as lists write theirs, so that the index gives their order. The
/// rows of a subform go with their record and are never marked as deleted.
fn create_index(dialect: Dialect, index: &Index, how: &str) -> String {
    let of_rows = index.columns.first().is_some_and(|(column, _)| column == "record_id");
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|(column, descending)| {
            // SQLite knows no null order in an index; it reads one in two goes instead.
            let nullable = dialect == Dialect::Postgres && column != "id" && !of_rows;
            format!("{}{}", quoted(column), direction(dialect, *descending, nullable))
        })
        .collect();
    let unique = if index.unique { "unique " } else { "" };
    let live = if of_rows { "" } else { " where \"deleted_at\" is null" };
    format!(
        "create {unique}index {how}{} on {} ({}){live}",
        quoted(&index.name()),
        quoted(&index.table),
        columns.join(", ")
    )
}
