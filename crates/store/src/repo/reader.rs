//! Readers of the event log, each with a cursor of its own.
//!
//! SQLite's single writer gives ids in the order of commits, so a reader asks for what comes
//! after the last id. On PostgreSQL a transaction that began earlier may commit later: a
//! reader asks only for events of transactions before the oldest one that is still under way,
//! in the order of (transaction, id), and keeps both. So it never passes an event by that is
//! yet to come.

use formwork_event::Stored;
use formwork_query::Dialect;

use super::event::{COLUMNS, event};
use crate::{Connection, StoreError, binds};

/// Where a reader stands: all up to here has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// PostgreSQL's number of the transaction that wrote the event, as text; empty on SQLite.
    transaction: String,
    /// The event.
    event: i64,
}

const TAKE_SQLITE: &str = "select '' as transaction_id, event from event_reader where name = $1";
const TAKE_POSTGRES: &str = "select transaction_id::text as transaction_id, event
    from event_reader where name = $1 for update skip locked";
const BEGIN_SQLITE: &str = "insert into event_reader (name, event, moved_at)
    values ($1, case when $2 then 0 else (select coalesce(max(id), 0) from event) end, $3)
    on conflict do nothing";
const BEGIN_POSTGRES: &str = "insert into event_reader (name, transaction_id, event, moved_at)
    values ($1, case when $2 then '0'::xid8 else pg_snapshot_xmin(pg_current_snapshot()) end,
    0, $3) on conflict do nothing";
const MOVE_SQLITE: &str = "update event_reader set event = $3, moved_at = $4
    where name = $1 and $2 = ''";
const MOVE_POSTGRES: &str = "update event_reader set transaction_id = $2::text::xid8, event = $3,
    moved_at = $4 where name = $1";
const IS_BEHIND_SQLITE: &str = "select 1 as yes from event_reader r where name = $1
    and exists (select 1 from event e where e.id > r.event)";
const IS_BEHIND_POSTGRES: &str = "select 1::bigint as yes from event_reader r where name = $1
    and exists (select 1 from event e
        where (e.transaction_id, e.id) > (r.transaction_id, r.event))";

/// Registers a reader that is not known yet: it begins with the oldest event, or with what
/// happens from now on.
///
/// # Errors
/// When the database fails.
pub async fn reader_begin(
    connection: &mut Connection,
    name: &str,
    with_the_oldest: bool,
    now: i64,
) -> Result<(), StoreError> {
    let sql = match connection.dialect() {
        Dialect::Sqlite => BEGIN_SQLITE,
        Dialect::Postgres => BEGIN_POSTGRES,
    };
    connection.execute(sql, binds![name, with_the_oldest, now]).await.map(drop)
}

/// Takes a reader's cursor for this transaction; none when another process has it, or there is
/// no such reader.
///
/// # Errors
/// When the database fails.
pub async fn reader_take(
    connection: &mut Connection,
    name: &str,
) -> Result<Option<Cursor>, StoreError> {
    let sql = match connection.dialect() {
        Dialect::Sqlite => TAKE_SQLITE,
        Dialect::Postgres => TAKE_POSTGRES,
    };
    let row = connection.row(sql, binds![name]).await?;
    row.map(|row| Ok(Cursor { transaction: row.text("transaction_id")?, event: row.int("event")? }))
        .transpose()
}

/// Whether there are events beyond a reader's cursor, some of which it may have to wait for.
///
/// # Errors
/// When the database fails.
pub async fn reader_is_behind(connection: &mut Connection, name: &str) -> Result<bool, StoreError> {
    let sql = match connection.dialect() {
        Dialect::Sqlite => IS_BEHIND_SQLITE,
        Dialect::Postgres => IS_BEHIND_POSTGRES,
    };
    Ok(connection.row(sql, binds![name]).await?.is_some())
}

/// The next events after a cursor, each with the cursor behind it.
///
/// # Errors
/// When the database fails.
pub async fn reader_events(
    connection: &mut Connection,
    after: &Cursor,
    limit: i64,
) -> Result<Vec<(Stored, Cursor)>, StoreError> {
    let rows = match connection.dialect() {
        Dialect::Sqlite => {
            let sql = format!(
                "select {COLUMNS}, '' as transaction_id from event
                where id > $1 order by id limit $2"
            );
            connection.rows(&sql, binds![after.event, limit]).await?
        }
        Dialect::Postgres => {
            let sql = format!(
                "select {COLUMNS}, transaction_id::text as transaction_id from event
                where transaction_id < pg_snapshot_xmin(pg_current_snapshot())
                and (transaction_id, id) > ($1::text::xid8, $2)
                order by event.transaction_id, id limit $3"
            );
            connection.rows(&sql, binds![&after.transaction, after.event, limit]).await?
        }
    };
    rows.iter()
        .map(|row| {
            let transaction = row.text("transaction_id")?;
            let stored = event(row)?;
            let cursor = Cursor { transaction, event: stored.id };
            Ok((stored, cursor))
        })
        .collect()
}

/// Moves a reader's cursor, in the transaction of what was done with the events.
///
/// # Errors
/// When the database fails.
pub async fn reader_move(
    connection: &mut Connection,
    name: &str,
    to: &Cursor,
    now: i64,
) -> Result<(), StoreError> {
    let sql = match connection.dialect() {
        Dialect::Sqlite => MOVE_SQLITE,
        Dialect::Postgres => MOVE_POSTGRES,
    };
    connection.execute(sql, binds![name, &to.transaction, to.event, now]).await.map(drop)
}

/// Brings the log to another server's count of transactions, after a database was moved there
/// by a dump: what was counted on the old one may lie in the future of the new one, where it
/// would hide what happens from now on. Nothing that was not read is passed by.
///
/// # Errors
/// When the database fails.
pub async fn readers_settle(connection: &mut Connection) -> Result<bool, StoreError> {
    if connection.dialect() == Dialect::Sqlite {
        return Ok(false);
    }
    let moved = "select 1::bigint as yes where exists (select 1 from event
        where transaction_id >= pg_snapshot_xmax(pg_current_snapshot()))";
    if connection.row(moved, &[]).await?.is_none() {
        return Ok(false);
    }
    let cursors = "update event_reader r set transaction_id = '3'::xid8,
        event = coalesce((select min(e.id) - 1 from event e
            where (e.transaction_id, e.id) > (r.transaction_id, r.event)),
            (select max(id) from event))";
    connection.execute(cursors, &[]).await?;
    connection.execute("update event set transaction_id = '3'::xid8", &[]).await?;
    Ok(true)
}
