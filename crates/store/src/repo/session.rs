//! Sessions of signed-in members.

use crate::{Connection, StoreError, binds};

const LOAD: &str = "select data, expires_at from session where id = $1";
const SAVE: &str = "insert into session (id, data, expires_at) values ($1, $2, $3)
    on conflict (id) do update set data = excluded.data, expires_at = excluded.expires_at";
const DELETE: &str = "delete from session where id = $1";
const SWEEP: &str = "delete from session where id in
    (select id from session where expires_at < $1 limit $2)";

/// A session's data and the moment, in milliseconds, at which it ends.
///
/// # Errors
/// When the database fails.
pub async fn session_load(
    connection: &mut Connection,
    id: &str,
) -> Result<Option<(String, i64)>, StoreError> {
    let row = connection.row(LOAD, binds![id]).await?;
    row.map(|row| Ok((row.text("data")?, row.int("expires_at")?))).transpose()
}

/// Saves a session under its id.
///
/// # Errors
/// When the database fails.
pub async fn session_save(
    connection: &mut Connection,
    id: &str,
    data: &str,
    expires_at: i64,
) -> Result<(), StoreError> {
    connection.execute(SAVE, binds![id, data, expires_at]).await?;
    Ok(())
}

/// Deletes a session.
///
/// # Errors
/// When the database fails.
pub async fn session_delete(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    connection.execute(DELETE, binds![id]).await?;
    Ok(())
}

/// Deletes the sessions that ended before a moment, at most so many; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn session_sweep(
    connection: &mut Connection,
    now: i64,
    limit: i64,
) -> Result<u64, StoreError> {
    connection.execute(SWEEP, binds![now, limit]).await
}
