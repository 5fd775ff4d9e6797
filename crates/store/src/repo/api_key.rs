//! Keys with which programs call the API in a member's name.

use crate::{Connection, Row, StoreError, binds};

/// An API key as stored; the secret itself never is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// Public part.
    pub id: String,
    /// In whose name it calls.
    pub member: String,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret part, in hexadecimal.
    pub secret_hash: String,
    /// How far it reaches, as JSON; none for as far as its member.
    pub scope: Option<String>,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds, to the hour.
    pub last_used_at: Option<i64>,
    /// Milliseconds.
    pub revoked_at: Option<i64>,
}

const LIST: &str = "select id, member, name, secret_hash, scope, created_at, last_used_at,
    revoked_at from api_key where member = $1 order by created_at";
const GET: &str = "select id, member, name, secret_hash, scope, created_at, last_used_at,
    revoked_at from api_key where id = $1 and revoked_at is null";
const INSERT: &str = "insert into api_key (id, member, name, secret_hash, scope, created_at)
    values ($1, $2, $3, $4, $5, $6)";
const TOUCH: &str = "update api_key set last_used_at = $2 where id = $1";
const REVOKE: &str = "update api_key set revoked_at = $3
    where id = $1 and member = $2 and revoked_at is null";
const REVOKE_ALL: &str = "update api_key set revoked_at = $2
    where member = $1 and revoked_at is null";

fn api_key(row: &Row) -> Result<ApiKeyRow, StoreError> {
    Ok(ApiKeyRow {
        id: row.text("id")?,
        member: row.text("member")?,
        name: row.text("name")?,
        secret_hash: row.text("secret_hash")?,
        scope: row.text_or_null("scope")?,
        created_at: row.int("created_at")?,
        last_used_at: row.int_or_null("last_used_at")?,
        revoked_at: row.int_or_null("revoked_at")?,
    })
}

/// A member's keys, the revoked included.
///
/// # Errors
/// When the database fails.
pub async fn api_key_list(
    connection: &mut Connection,
    member: &str,
) -> Result<Vec<ApiKeyRow>, StoreError> {
    connection.rows(LIST, binds![member]).await?.iter().map(api_key).collect()
}

/// A key that is not revoked.
///
/// # Errors
/// When the database fails.
pub async fn api_key_get(
    connection: &mut Connection,
    id: &str,
) -> Result<Option<ApiKeyRow>, StoreError> {
    connection.row(GET, binds![id]).await?.as_ref().map(api_key).transpose()
}

/// Adds a key.
///
/// # Errors
/// When the database fails.
pub async fn api_key_insert(
    connection: &mut Connection,
    key: &ApiKeyRow,
) -> Result<(), StoreError> {
    let values = binds![
        &key.id,
        &key.member,
        &key.name,
        &key.secret_hash,
        key.scope.as_deref(),
        key.created_at
    ];
    connection.execute(INSERT, values).await?;
    Ok(())
}

/// Notes that a key was used.
///
/// # Errors
/// When the database fails.
pub async fn api_key_touch(
    connection: &mut Connection,
    id: &str,
    now: i64,
) -> Result<(), StoreError> {
    connection.execute(TOUCH, binds![id, now]).await?;
    Ok(())
}

/// Revokes a member's key; answers whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn api_key_revoke(
    connection: &mut Connection,
    id: &str,
    member: &str,
    now: i64,
) -> Result<bool, StoreError> {
    Ok(connection.execute(REVOKE, binds![id, member, now]).await? == 1)
}

/// Revokes all of a member's keys.
///
/// # Errors
/// When the database fails.
pub async fn api_key_revoke_all(
    connection: &mut Connection,
    member: &str,
    now: i64,
) -> Result<(), StoreError> {
    connection.execute(REVOKE_ALL, binds![member, now]).await?;
    Ok(())
}
