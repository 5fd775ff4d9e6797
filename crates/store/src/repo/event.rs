//! The one log of every change.

use formwork_event::{NewEvent, Stored};
use formwork_query::{Bind, Dialect, portions};

use crate::{Connection, Row, StoreError, binds};

const APPEND: &str = "insert into event
    (at, by_member, kind, subject, record, detail, format, principal, cause, depth)";
const VALUES: &str = "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
/// The columns of an event that is appended.
const APPENDED: usize = 10;
/// What [`event`] reads.
pub(super) const COLUMNS: &str =
    "id, format, at, kind, by_member, principal, cause, depth, subject, record, detail";

/// Appends an event; answers its place in the log.
///
/// # Errors
/// When the database fails.
pub async fn event_append(
    connection: &mut Connection,
    event: &NewEvent,
) -> Result<i64, StoreError> {
    let row = connection.row(&format!("{APPEND} {VALUES} returning id"), &values(event)?).await?;
    row.ok_or_else(|| StoreError::Corrupt("an event without an id".to_owned()))?.int(0)
}

/// Appends many events in their order.
///
/// # Errors
/// When the database fails.
pub async fn event_append_many(
    connection: &mut Connection,
    events: &[NewEvent],
) -> Result<(), StoreError> {
    for portion in portions(events, APPENDED) {
        let mut binds = Vec::with_capacity(portion.len() * APPENDED);
        let mut sql = APPEND.to_owned();
        for (index, event) in portion.iter().enumerate() {
            sql.push_str(if index == 0 { " values " } else { ", " });
            sql.push_str(&tuple(connection.dialect(), index * APPENDED));
            binds.extend(values(event)?);
        }
        connection.execute_by_the_end(sql, binds).await?;
    }
    Ok(())
}

/// The placeholders of one row; SQLite looks for each numbered one among all the others.
fn tuple(dialect: Dialect, before: usize) -> String {
    let places: Vec<String> = match dialect {
        Dialect::Sqlite => vec!["?".to_owned(); APPENDED],
        Dialect::Postgres => (1..=APPENDED).map(|at| format!("${}", before + at)).collect(),
    };
    format!("({})", places.join(", "))
}

fn values(event: &NewEvent) -> Result<[Bind; APPENDED], StoreError> {
    let event = event.to_stored().map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok([
        event.at.into(),
        event.by.into(),
        event.kind.into(),
        event.subject.into(),
        event.record.into(),
        event.detail.into(),
        event.format.into(),
        event.principal.into(),
        Bind::Int(event.cause),
        event.depth.into(),
    ])
}

/// A record's events before a place in the log, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn event_list_of_record(
    connection: &mut Connection,
    record: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from event where record = $1 and id < $2 order by id desc limit $3"
    );
    let rows = connection.rows(&sql, binds![record, before, limit]).await?;
    rows.iter().map(event).collect()
}

/// What was made and changed of some records after a place in the log, in its order. With
/// fields, only changes that name one of them.
///
/// # Errors
/// When the database fails.
pub async fn event_changes_of_records(
    connection: &mut Connection,
    records: &[String],
    after: i64,
    fields: &[&str],
) -> Result<Vec<Stored>, StoreError> {
    let list = match connection.dialect() {
        Dialect::Sqlite => "select value from json_each($1)",
        Dialect::Postgres => "select jsonb_array_elements_text($1::jsonb)",
    };
    let records = serde_json::json!(records).to_string();
    let mut values = binds![records, after].to_vec();
    let mut named = Vec::with_capacity(fields.len());
    for field in fields {
        // As it is written; a text that happens to say the same is looked at in vain.
        values.push(format!("%\"field\":\"{field}\"%").into());
        named.push(format!("detail like ${}", values.len()));
    }
    let of = if named.is_empty() { "true".to_owned() } else { named.join(" or ") };
    let sql = format!(
        "select {COLUMNS} from event where record in ({list}) and id > $2 and \
         (kind = 'record_created' or kind = 'record_updated' and ({of})) order by id"
    );
    let rows = connection.rows(&sql, &values).await?;
    rows.iter().map(event).collect()
}

/// The greatest place in the log that is taken; 0 in an empty one.
///
/// # Errors
/// When the database fails.
pub async fn event_newest(connection: &mut Connection) -> Result<i64, StoreError> {
    let row = connection.row("select coalesce(max(id), 0) as newest from event", &[]).await?;
    row.map_or(Ok(0), |row| row.int("newest"))
}

/// An event of a row that has the columns by these names.
pub(super) fn event(row: &Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        id: row.int("id")?,
        format: row.int("format")?,
        at: row.int("at")?,
        kind: row.text("kind")?,
        by: row.text("by_member")?,
        principal: row.text_or_null("principal")?,
        cause: row.int_or_null("cause")?,
        depth: row.int("depth")?,
        subject: row.text("subject")?,
        record: row.text_or_null("record")?,
        detail: row.text("detail")?,
    })
}
