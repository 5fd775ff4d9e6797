//! The statements that bring users' tables from one revision of a form to the next.

use formwork_model::{
    Storage,
    change::{Index, SchemaChange},
};

use crate::{Dialect, sort::direction, statement::quoted};

/// The statements of one change, in order. All of them run inside a transaction.
pub fn ddl(dialect: Dialect, change: &SchemaChange) -> Vec<String> {
    match change {
        SchemaChange::CreateRecordTable { table } => {
            let mut statements = vec![record_table(dialect, table)];
            let base = ["owner", "department", "updated_at"];
            statements.extend(base.into_iter().map(|column| {
                let columns = vec![(column.to_owned(), false), ("id".to_owned(), false)];
                let index = Index { table: table.clone(), columns, unique: false };
                create_index(dialect, &index)
            }));
            statements
        }
        SchemaChange::CreateRowTable { table } => row_table(dialect, table),
        SchemaChange::AddColumn { table, column, storage } => {
            let kind = column_type(dialect, *storage);
            let (table, column) = (quoted(table), quoted(column));
            vec![format!("alter table {table} add column {column} {kind}")]
        }
        SchemaChange::CreateIndex(index) => vec![create_index(dialect, index)],
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

fn row_table(dialect: Dialect, table: &str) -> Vec<String> {
    let text = column_type(dialect, Storage::Text);
    let number = column_type(dialect, Storage::Scaled { places: 0 });
    let columns = [
        ("id", text, " not null primary key"),
        ("record_id", text, " not null"),
        ("position", number, " not null"),
    ];
    let columns_of_index = vec![("record_id".to_owned(), false), ("position".to_owned(), false)];
    let index = Index { table: table.to_owned(), columns: columns_of_index, unique: false };
    let create_index = format!(
        "create index {} on {} (\"record_id\", \"position\")",
        quoted(&index.name()),
        quoted(table)
    );
    vec![create_table(dialect, table, &columns), create_index]
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

/// Directions are written as lists write theirs, so that the index gives their order.
fn create_index(dialect: Dialect, index: &Index) -> String {
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|(column, descending)| {
            // SQLite knows no null order in an index; it reads one in two goes instead.
            let nullable = dialect == Dialect::Postgres && column != "id";
            format!("{}{}", quoted(column), direction(dialect, *descending, nullable))
        })
        .collect();
    let unique = if index.unique { "unique " } else { "" };
    format!(
        "create {unique}index {} on {} ({}) where \"deleted_at\" is null",
        quoted(&index.name()),
        quoted(&index.table),
        columns.join(", ")
    )
}
