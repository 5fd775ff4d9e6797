//! Answers of requests that carried an idempotency key, kept for a day.

use crate::{Connection, StoreError, binds};

/// What a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRow {
    /// Who asked, as JSON of a principal.
    pub principal: String,
    /// The key.
    pub key: String,
    /// Method and path.
    pub route: String,
    /// SHA-256 of the body, as hex.
    pub body_hash: String,
    /// The answer's HTTP status.
    pub status: i64,
    /// The answer's body.
    pub answer: String,
    /// Milliseconds.
    pub at: i64,
}

const GET: &str = "select principal, key, route, body_hash, status, answer, at from idempotency
    where principal = $1 and key = $2";
const INSERT: &str = "insert into idempotency
    (principal, key, route, body_hash, status, answer, at) values ($1, $2, $3, $4, $5, $6, $7)";
const ANSWER: &str = "update idempotency set status = $3, answer = $4
    where principal = $1 and key = $2";
const FORGET: &str = "delete from idempotency where (principal, key) in
    (select principal, key from idempotency where at < $1 limit $2)";

/// What a key was answered.
///
/// # Errors
/// When the database fails.
pub async fn idempotency_get(
    connection: &mut Connection,
    principal: &str,
    key: &str,
) -> Result<Option<IdempotencyRow>, StoreError> {
    let row = connection.row(GET, binds![principal, key]).await?;
    row.map(|row| {
        Ok(IdempotencyRow {
            principal: row.text("principal")?,
            key: row.text("key")?,
            route: row.text("route")?,
            body_hash: row.text("body_hash")?,
            status: row.int("status")?,
            answer: row.text("answer")?,
            at: row.int("at")?,
        })
    })
    .transpose()
}

/// Keeps an answer, in the transaction of what it tells of.
///
/// # Errors
/// [`StoreError::NotUnique`] when the key has an answer already: somebody sent it twice at
/// once, and this transaction must be undone.
pub async fn idempotency_insert(
    connection: &mut Connection,
    row: &IdempotencyRow,
) -> Result<(), StoreError> {
    let values = binds![
        &row.principal,
        &row.key,
        &row.route,
        &row.body_hash,
        row.status,
        &row.answer,
        row.at,
    ];
    connection.execute(INSERT, values).await.map(drop)
}

/// Keeps what a noted key was answered.
///
/// # Errors
/// When the database fails.
pub async fn idempotency_answer(
    connection: &mut Connection,
    (principal, key): (&str, &str),
    status: i64,
    answer: &str,
) -> Result<(), StoreError> {
    connection.execute(ANSWER, binds![principal, key, status, answer]).await.map(drop)
}

/// Forgets the answers from before a moment, at most so many; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn idempotency_forget(
    connection: &mut Connection,
    before: i64,
    limit: i64,
) -> Result<u64, StoreError> {
    connection.execute(FORGET, binds![before, limit]).await
}
