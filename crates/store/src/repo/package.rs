//! Installed packages.

use crate::{Connection, StoreError, binds};

/// An installed package as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRow {
    /// Key.
    pub key: String,
    /// Version.
    pub version: String,
    /// What was installed, as JSON: the hash of each document.
    pub lock: String,
    /// Milliseconds.
    pub installed_at: i64,
}

const LIST: &str = "select key, version, lock, installed_at from package order by key";
const SAVE: &str = "insert into package (key, version, lock, installed_at)
    values ($1, $2, $3, $4) on conflict (key) do update set version = excluded.version,
    lock = excluded.lock, installed_at = excluded.installed_at";

/// Every installed package.
///
/// # Errors
/// When the database fails.
pub async fn package_list(connection: &mut Connection) -> Result<Vec<PackageRow>, StoreError> {
    let rows = connection.rows(LIST, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(PackageRow {
                key: row.text("key")?,
                version: row.text("version")?,
                lock: row.text("lock")?,
                installed_at: row.int("installed_at")?,
            })
        })
        .collect()
}

/// Notes that a package is installed.
///
/// # Errors
/// When the database fails.
pub async fn package_save(
    connection: &mut Connection,
    package: &PackageRow,
) -> Result<(), StoreError> {
    let values = binds![&package.key, &package.version, &package.lock, package.installed_at];
    connection.execute(SAVE, values).await?;
    Ok(())
}
