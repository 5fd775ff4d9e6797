//! The one log of every change.

use crate::{Connection, Row, StoreError, binds};

/// An event to append.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Milliseconds.
    pub at: i64,
    /// Member id.
    pub by: String,
    /// What kind of change, such as `record_created`.
    pub kind: &'static str,
    /// The form or document that it is about.
    pub subject: String,
    /// The record, when it is about one.
    pub record: Option<String>,
    /// What changed, as JSON.
    pub detail: String,
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its place in the log.
    pub id: i64,
    /// Milliseconds.
    pub at: i64,
    /// Member id.
    pub by: String,
    /// What kind of change.
    pub kind: String,
    /// The form or document that it is about.
    pub subject: String,
    /// What changed, as JSON.
    pub detail: String,
}

const APPEND: &str = "insert into event (at, by_member, kind, subject, record, detail)
    values ($1, $2, $3, $4, $5, $6)";
const OF_RECORD: &str = "select id, at, by_member, kind, subject, detail from event
    where record = $1 and id < $2 order by id desc limit $3";

/// Appends an event.
///
/// # Errors
/// When the database fails.
pub async fn event_append(connection: &mut Connection, event: &NewEvent) -> Result<(), StoreError> {
    let values = binds![
        event.at,
        &event.by,
        event.kind,
        &event.subject,
        event.record.clone(),
        &event.detail,
    ];
    connection.execute(APPEND, values).await?;
    Ok(())
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
) -> Result<Vec<EventRow>, StoreError> {
    let rows = connection.rows(OF_RECORD, binds![record, before, limit]).await?;
    rows.iter().map(event).collect()
}

fn event(row: &Row) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: row.int(0)?,
        at: row.int(1)?,
        by: row.text(2)?,
        kind: row.text(3)?,
        subject: row.text(4)?,
        detail: row.text(5)?,
    })
}
