//! Settings of the organisation, by name.

use crate::{Connection, StoreError, binds};

const LIST: &str = "select name, value from setting";
const SAVE: &str = "insert into setting (name, value) values ($1, $2)
    on conflict (name) do update set value = excluded.value";
const COUNT_UP: &str = "insert into setting (name, value) values ($1, $2)
    on conflict (name) do update set value = case
    when cast(setting.value as bigint) < cast(excluded.value as bigint) then excluded.value
    else cast(cast(setting.value as bigint) + 1 as text) end";

/// Every setting.
///
/// # Errors
/// When the database fails.
pub async fn setting_list(
    connection: &mut Connection,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = connection.rows(LIST, &[]).await?;
    rows.iter().map(|row| Ok((row.text("name")?, row.text("value")?))).collect()
}

/// Sets a setting.
///
/// # Errors
/// When the database fails.
pub async fn setting_save(
    connection: &mut Connection,
    name: &str,
    value: &str,
) -> Result<(), StoreError> {
    connection.execute(SAVE, binds![name, value]).await?;
    Ok(())
}

/// Counts a setting up, to the moment in milliseconds or beyond: with the time in it, no two
/// attempts have the same number, even when one is undone.
///
/// # Errors
/// When the database fails.
pub async fn setting_count_up(
    connection: &mut Connection,
    name: &str,
    now: i64,
) -> Result<(), StoreError> {
    connection.execute(COUNT_UP, binds![name, now.to_string()]).await?;
    Ok(())
}
