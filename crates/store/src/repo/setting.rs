//! Settings of the organisation, by name.

use crate::{Connection, StoreError, binds};

const LIST: &str = "select name, value from setting";
const SAVE: &str = "insert into setting (name, value) values ($1, $2)
    on conflict (name) do update set value = excluded.value";

/// Every setting.
///
/// # Errors
/// When the database fails.
pub async fn setting_list(
    connection: &mut Connection,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = connection.rows(LIST, &[]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
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
