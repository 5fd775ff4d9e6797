//! Documents: drafts, immutable revisions, and the pointer to the current one.

use crate::{Bind, Connection, Row, StoreError, binds};

/// A published document at its current revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Document kind.
    pub kind: String,
    /// Key, unique within the kind.
    pub key: String,
    /// The app that it belongs to.
    pub app: String,
    /// The current revision.
    pub revision: i64,
    /// The package that brought it.
    pub package: Option<String>,
    /// The format of the body.
    pub format: i64,
    /// The document, as JSON.
    pub body: String,
    /// A form's physical names, as JSON.
    pub columns: Option<String>,
    /// Milliseconds.
    pub updated_at: i64,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Document kind.
    pub kind: String,
    /// Key.
    pub key: String,
    /// The app that it belongs to.
    pub app: String,
    /// The format of the body.
    pub format: i64,
    /// The document as far as it goes, as JSON.
    pub body: String,
    /// The revision that it was begun from; 0 for a new document.
    pub based_on: i64,
    /// Grows with each save, and is never again that of an earlier draft of the document.
    pub version: i64,
    /// Milliseconds.
    pub updated_at: i64,
    /// Member id.
    pub updated_by: String,
}

const LIST: &str = "select d.kind, d.key, d.app, d.revision, d.package, r.format, r.body,
    r.columns, d.updated_at from document d join document_revision r
    on r.kind = d.kind and r.key = d.key and r.revision = d.revision order by d.kind, d.key";
const GET: &str = "select d.kind, d.key, d.app, d.revision, d.package, r.format, r.body,
    r.columns, d.updated_at from document d join document_revision r
    on r.kind = d.kind and r.key = d.key and r.revision = d.revision
    where d.kind = $1 and d.key = $2";
const REVISION: &str = "select format, body, columns from document_revision
    where kind = $1 and key = $2 and revision = $3";
const REVISIONS: &str = "select revision, created_at, created_by from document_revision
    where kind = $1 and key = $2 order by revision desc";
const POINTERS: &str = "select kind, key, revision from document";
const INSERT_REVISION: &str = "insert into document_revision
    (kind, key, revision, body, columns, created_at, created_by, format)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const SAVE: &str =
    "insert into document (kind, key, app, revision, package, updated_at, updated_by)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (kind, key) do update
    set app = excluded.app, revision = excluded.revision,
    package = coalesce(excluded.package, document.package),
    updated_at = excluded.updated_at, updated_by = excluded.updated_by";
const DRAFT_LIST: &str = "select kind, key, app, format, body, based_on, version, updated_at,
    updated_by from document_draft order by kind, key";
const DRAFT_GET: &str = "select kind, key, app, format, body, based_on, version, updated_at,
    updated_by from document_draft where kind = $1 and key = $2";
const DRAFT_INSERT: &str = "insert into document_draft
    (kind, key, app, body, based_on, version, updated_at, updated_by, format)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (kind, key) do nothing";
const DRAFT_UPDATE: &str = "update document_draft set app = $3, body = $4, based_on = $5,
    version = $6, updated_at = $7, updated_by = $8, format = $9
    where kind = $1 and key = $2 and version = $10";
const DRAFT_DELETE: &str = "delete from document_draft where kind = $1 and key = $2
    and version = $3";
const DRAFT_FINISH: &str = "delete from document_draft where kind = $1 and key = $2
    and (updated_by = $3 or body = $4)";

/// Every published document at its current revision.
///
/// # Errors
/// When the database fails.
pub async fn document_list(connection: &mut Connection) -> Result<Vec<DocumentRow>, StoreError> {
    connection.rows(LIST, &[]).await?.iter().map(document).collect()
}

fn document(row: &Row) -> Result<DocumentRow, StoreError> {
    Ok(DocumentRow {
        kind: row.text("kind")?,
        key: row.text("key")?,
        app: row.text("app")?,
        revision: row.int("revision")?,
        package: row.text_or_null("package")?,
        format: row.int("format")?,
        body: row.text("body")?,
        columns: row.text_or_null("columns")?,
        updated_at: row.int("updated_at")?,
    })
}

/// One published document.
///
/// # Errors
/// When the database fails.
pub async fn document_get(
    connection: &mut Connection,
    kind: &str,
    key: &str,
) -> Result<Option<DocumentRow>, StoreError> {
    connection.row(GET, binds![kind, key]).await?.as_ref().map(document).transpose()
}

/// A stored revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// The format of the body.
    pub format: i64,
    /// The document, as JSON.
    pub body: String,
    /// A form's physical names, as JSON.
    pub columns: Option<String>,
}

/// One revision of a document.
///
/// # Errors
/// When the database fails.
pub async fn document_revision(
    connection: &mut Connection,
    kind: &str,
    key: &str,
    revision: i64,
) -> Result<Option<RevisionRow>, StoreError> {
    let row = connection.row(REVISION, binds![kind, key, revision]).await?;
    row.map(|row| {
        Ok(RevisionRow {
            format: row.int("format")?,
            body: row.text("body")?,
            columns: row.text_or_null("columns")?,
        })
    })
    .transpose()
}

/// A document's revisions: number, moment and member, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn document_revisions(
    connection: &mut Connection,
    kind: &str,
    key: &str,
) -> Result<Vec<(i64, i64, String)>, StoreError> {
    let rows = connection.rows(REVISIONS, binds![kind, key]).await?;
    rows.iter()
        .map(|row| Ok((row.int("revision")?, row.int("created_at")?, row.text("created_by")?)))
        .collect()
}

/// Kind, key and current revision of every document.
///
/// # Errors
/// When the database fails.
pub async fn document_pointers(
    connection: &mut Connection,
) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = connection.rows(POINTERS, &[]).await?;
    rows.iter().map(|row| Ok((row.text("kind")?, row.text("key")?, row.int("revision")?))).collect()
}

/// Adds a revision and points the document at it.
///
/// # Errors
/// [`StoreError::NotUnique`] when the revision is there already: somebody else published.
pub async fn document_publish(
    connection: &mut Connection,
    row: &DocumentRow,
    by: &str,
) -> Result<(), StoreError> {
    let values = binds![
        &row.kind,
        &row.key,
        row.revision,
        &row.body,
        row.columns.clone(),
        row.updated_at,
        by,
        row.format,
    ];
    connection.execute(INSERT_REVISION, values).await?;
    let values = binds![
        &row.kind,
        &row.key,
        &row.app,
        row.revision,
        row.package.clone(),
        row.updated_at,
        by,
    ];
    connection.execute(SAVE, values).await?;
    Ok(())
}

/// Every draft.
///
/// # Errors
/// When the database fails.
pub async fn draft_list(connection: &mut Connection) -> Result<Vec<DraftRow>, StoreError> {
    connection.rows(DRAFT_LIST, &[]).await?.iter().map(draft).collect()
}

/// A document's draft.
///
/// # Errors
/// When the database fails.
pub async fn draft_get(
    connection: &mut Connection,
    kind: &str,
    key: &str,
) -> Result<Option<DraftRow>, StoreError> {
    connection.row(DRAFT_GET, binds![kind, key]).await?.as_ref().map(draft).transpose()
}

fn draft(row: &Row) -> Result<DraftRow, StoreError> {
    Ok(DraftRow {
        kind: row.text("kind")?,
        key: row.text("key")?,
        app: row.text("app")?,
        format: row.int("format")?,
        body: row.text("body")?,
        based_on: row.int("based_on")?,
        version: row.int("version")?,
        updated_at: row.int("updated_at")?,
        updated_by: row.text("updated_by")?,
    })
}

/// Saves a draft over the version that its author saw, none for a first one; answers whether
/// that is the one that is there.
///
/// # Errors
/// When the database fails.
pub async fn draft_save(
    connection: &mut Connection,
    draft: &DraftRow,
    seen: Option<i64>,
) -> Result<bool, StoreError> {
    let mut values = binds![
        &draft.kind,
        &draft.key,
        &draft.app,
        &draft.body,
        draft.based_on,
        draft.version,
        draft.updated_at,
        &draft.updated_by,
        draft.format,
    ]
    .to_vec();
    values.extend(seen.map(|seen| Bind::Int(Some(seen))));
    let statement = if seen.is_some() { DRAFT_UPDATE } else { DRAFT_INSERT };
    Ok(connection.execute(statement, &values).await? == 1)
}

/// Deletes a draft of a version; answers whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn draft_delete(
    connection: &mut Connection,
    kind: &str,
    key: &str,
    version: i64,
) -> Result<bool, StoreError> {
    Ok(connection.execute(DRAFT_DELETE, binds![kind, key, version]).await? == 1)
}

/// Deletes the draft that a publish came from: one that says the same, or was saved last by
/// whoever published. What somebody else is at stays theirs.
///
/// # Errors
/// When the database fails.
pub async fn draft_finish(
    connection: &mut Connection,
    (kind, key): (&str, &str),
    by: &str,
    body: &str,
) -> Result<(), StoreError> {
    connection.execute(DRAFT_FINISH, binds![kind, key, by, body]).await?;
    Ok(())
}
