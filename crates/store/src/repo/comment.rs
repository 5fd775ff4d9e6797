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
    where form = $1 and record = $2 order by at, id";
const INSERT: &str = "insert into comment (id, form, record, at, by_member, body)
    values ($1, $2, $3, $4, $5, $6)";

/// A record's comments, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn comment_list(
    connection: &mut Connection,
    form: &str,
    record: &str,
) -> Result<Vec<CommentRow>, StoreError> {
    let rows = connection.rows(LIST, binds![form, record]).await?;
    rows.iter()
        .map(|row| {
            Ok(CommentRow {
                id: row.text(0)?,
                at: row.int(1)?,
                by: row.text(2)?,
                text: row.text(3)?,
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
