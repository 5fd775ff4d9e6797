//! What people say about a record.

use crate::{Connection, StoreError, binds};

/// A comment as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRow {
    /// Id.
    pub id: String,
    /// Milliseconds.
    pub at: i64,
    /// Who said it.
    pub by: String,
    /// What.
    pub text: String,
}

const LIST: &str = "select id, at, by_member, body from comment
    where form = $1 and record = $2 order by at desc, id desc limit $3";
const INSERT: &str = "insert into comment (id, form, record, at, by_member, body)
    values ($1, $2, $3, $4, $5, $6)";

/// The latest of a record's comments, the oldest of them first.
///
/// # Errors
/// When the database fails.
pub async fn comment_list(
    connection: &mut Connection,
    form: &str,
    record: &str,
    limit: i64,
) -> Result<Vec<CommentRow>, StoreError> {
    let rows = connection.rows(LIST, binds![form, record, limit]).await?;
    rows.iter()
        .rev()
        .map(|row| {
            Ok(CommentRow {
                id: row.text("id")?,
                at: row.int("at")?,
                by: row.text("by_member")?,
                text: row.text("body")?,
            })
        })
        .collect()
}

/// Adds a comment to a record.
///
/// # Errors
/// When the database fails.
pub async fn comment_insert(
    connection: &mut Connection,
    form: &str,
    record: &str,
    comment: &CommentRow,
) -> Result<(), StoreError> {
    let values = binds![&comment.id, form, record, comment.at, &comment.by, &comment.text];
    connection.execute(INSERT, values).await?;
    Ok(())
}
