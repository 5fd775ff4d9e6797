//! What loading many records is compared with: the best bulk insert that one would write by
//! hand. Rows and events of the same form, prepared once, many in each statement, in large
//! transactions that are durable; nothing is checked.

use anyhow::Result;
use formwork_model::value::instant_text;
use jiff::Timestamp;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value as Json, json};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions,
};
use uuid::Uuid;

use crate::scene::{FORM, typed};

/// Rows of one transaction.
const ROWS_OF_A_TRANSACTION: usize = 10_000;
/// Rows of one statement on SQLite; PostgreSQL takes arrays of any length.
const ROWS_OF_A_STATEMENT: usize = 32;
const ROWS_OF_ARRAYS: usize = 1000;

const COLUMNS: [&str; 21] = [
    "id",
    "version",
    "revision",
    "title",
    "owner",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "f_name",
    "f_region",
    "f_stage",
    "f_price",
    "f_qty",
    "f_total",
    "f_discount",
    "f_closes",
    "f_seen_at",
    "f_hot",
    "f_tags",
    "f_note",
];
/// Of the columns as PostgreSQL has them, and as they are sent.
const TYPES: [(&str, &str); 21] = [
    ("text", ""),
    ("bigint", ""),
    ("bigint", ""),
    ("text", ""),
    ("text", ""),
    ("text", "::timestamptz"),
    ("text", ""),
    ("text", "::timestamptz"),
    ("text", ""),
    ("text", ""),
    ("text", ""),
    ("text", ""),
    ("bigint", ""),
    ("bigint", ""),
    ("bigint", ""),
    ("bigint", ""),
    ("text", "::date"),
    ("text", "::timestamptz"),
    ("boolean", ""),
    ("text", "::jsonb"),
    ("text", ""),
];
const EVENT: [&str; 6] = ["at", "by_member", "kind", "subject", "record", "detail"];
const EVENT_TYPES: [(&str, &str); 6] =
    [("bigint", ""), ("text", ""), ("text", ""), ("text", ""), ("text", ""), ("text", "")];

/// A value of a column.
#[derive(Clone)]
enum Cell {
    Text(String),
    Int(i64),
    Bool(bool),
}

/// Loads the records of some numbers.
pub(crate) async fn load(url: &str, member: &str, numbers: std::ops::Range<usize>) -> Result<()> {
    let numbers: Vec<usize> = numbers.collect();
    if url.starts_with("sqlite:") {
        let options: SqliteConnectOptions = url.parse()?;
        let options = options
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(5))
            .pragma("cache_size", "-16000")
            .pragma("mmap_size", "268435456");
        let mut connection = SqliteConnection::connect_with(&options).await?;
        for part in numbers.chunks(ROWS_OF_A_TRANSACTION) {
            let mut transaction = connection.begin_with("begin immediate").await?;
            for part in part.chunks(ROWS_OF_A_STATEMENT) {
                let (rows, events) = rows(member, part);
                for (table, columns, rows) in [
                    (format!("r_{FORM}"), &COLUMNS[..], rows),
                    ("event".into(), &EVENT[..], events),
                ] {
                    let places = format!("({})", vec!["?"; columns.len()].join(", "));
                    let sql = format!(
                        "insert into {table} ({}) values {}",
                        columns.join(", "),
                        vec![places; rows.len()].join(", ")
                    );
                    let query = sqlx::query(AssertSqlSafe(sql));
                    let query = rows.into_iter().flatten().fold(query, |query, cell| match cell {
                        Cell::Text(text) => query.bind(text),
                        Cell::Int(number) => query.bind(number),
                        Cell::Bool(yes) => query.bind(yes),
                    });
                    query.execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
        }
        return Ok(connection.close().await?);
    }
    let mut connection = PgConnection::connect(url).await?;
    for part in numbers.chunks(ROWS_OF_A_TRANSACTION) {
        let mut transaction = connection.begin().await?;
        for part in part.chunks(ROWS_OF_ARRAYS) {
            let (rows, events) = rows(member, part);
            for (table, columns, types, rows) in [
                (format!("r_{FORM}"), &COLUMNS[..], &TYPES[..], rows),
                ("event".into(), &EVENT[..], &EVENT_TYPES[..], events),
            ] {
                insert_arrays(&mut transaction, &table, (columns, types), &rows).await?;
            }
        }
        transaction.commit().await?;
    }
    Ok(connection.close().await?)
}

async fn insert_arrays(
    connection: &mut PgConnection,
    table: &str,
    (columns, types): (&[&str], &[(&str, &str)]),
    rows: &[Vec<Cell>],
) -> Result<()> {
    let arrays: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(index, (kind, _))| format!("${}::{kind}[]", index + 1))
        .collect();
    let read: Vec<String> =
        types.iter().enumerate().map(|(index, (_, cast))| format!("c{index}{cast}")).collect();
    let names: Vec<String> = (0..columns.len()).map(|index| format!("c{index}")).collect();
    let sql = format!(
        "insert into {table} ({}) select {} from unnest({}) as given ({})",
        columns.join(", "),
        read.join(", "),
        arrays.join(", "),
        names.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (index, (kind, _)) in types.iter().enumerate() {
        let cells = rows.iter().filter_map(|row| row.get(index));
        query = match *kind {
            "bigint" => query.bind(
                cells
                    .filter_map(|c| if let Cell::Int(n) = c { Some(*n) } else { None })
                    .collect::<Vec<i64>>(),
            ),
            "boolean" => query.bind(
                cells
                    .filter_map(|c| if let Cell::Bool(b) = c { Some(*b) } else { None })
                    .collect::<Vec<bool>>(),
            ),
            _ => query.bind(
                cells
                    .filter_map(|c| if let Cell::Text(t) = c { Some(t.clone()) } else { None })
                    .collect::<Vec<String>>(),
            ),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

/// The rows of records and of their events.
fn rows(member: &str, numbers: &[usize]) -> (Vec<Vec<Cell>>, Vec<Vec<Cell>>) {
    numbers.iter().map(|number| row(member, *number)).unzip()
}

fn row(member: &str, number: usize) -> (Vec<Cell>, Vec<Cell>) {
    let values = typed(number);
    let (id, now) = (Uuid::now_v7().to_string(), Timestamp::now());
    let text = |key: &str| {
        Cell::Text(values.get(key).and_then(Json::as_str).unwrap_or_default().to_owned())
    };
    let decimal = |key: &str| {
        let text = values.get(key).and_then(Json::as_str).unwrap_or_default();
        text.parse::<Decimal>().unwrap_or_default()
    };
    let scaled = |number: Decimal, places: u32| {
        Cell::Int((number * Decimal::from(10_i64.pow(places))).to_i64().unwrap_or_default())
    };
    let quantity = values.get("qty").and_then(Json::as_i64).unwrap_or_default();
    let hot = values.get("hot").and_then(Json::as_bool).unwrap_or_default();
    let tags = values.get("tags").cloned().unwrap_or_default().to_string();
    let (at, by) = (Cell::Text(instant_text(now)), Cell::Text(member.to_owned()));
    let row = vec![
        Cell::Text(id.clone()),
        Cell::Int(1),
        Cell::Int(1),
        text("name"),
        by.clone(),
        at.clone(),
        by.clone(),
        at,
        by.clone(),
        text("name"),
        text("region"),
        text("stage"),
        scaled(decimal("price"), 2),
        Cell::Int(quantity),
        scaled(decimal("price") * Decimal::from(quantity), 2),
        scaled(decimal("discount"), 4),
        text("closes"),
        text("seen_at"),
        Cell::Bool(hot),
        Cell::Text(tags),
        text("note"),
    ];
    let detail = json!({ "version": 1, "values": values }).to_string();
    let event = vec![
        Cell::Int(now.as_millisecond()),
        by,
        Cell::Text("record_created".into()),
        Cell::Text(FORM.into()),
        Cell::Text(id),
        Cell::Text(detail),
    ];
    (row, event)
}
