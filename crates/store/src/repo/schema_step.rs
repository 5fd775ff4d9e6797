//! Deferred work on users' tables, and the conversions that were made.

use crate::{Connection, Row, StoreError, binds};

/// A piece of deferred work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Its id.
    pub id: String,
    /// The form whose tables it is about.
    pub form: String,
    /// `index_build`, `index_drop` or `conversion`.
    pub kind: String,
    /// The index, or `form/<key>`: one piece of work at a time for each.
    pub subject: String,
    /// What is to be done, as JSON.
    pub body: String,
    /// `waiting`, `running` or `failed`.
    pub state: String,
    /// Rows done.
    pub done: i64,
    /// Rows in all, as far as that is known.
    pub total: i64,
    /// Why it failed, as a problem in JSON.
    pub problem: Option<String>,
    /// Milliseconds.
    pub created_at: i64,
    /// Member id.
    pub created_by: String,
}

/// A conversion that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionRow {
    /// Its id.
    pub id: String,
    /// The form.
    pub form: String,
    /// The revision that it came with.
    pub revision: i64,
    /// The field, or `subform.column`.
    pub field: String,
    /// From what to what, as JSON.
    pub body: String,
    /// How many values were converted whole.
    pub converted: i64,
    /// How many lost something.
    pub rounded: i64,
    /// How many were refused and stand in the old column.
    pub refused: i64,
    /// Milliseconds.
    pub at: i64,
    /// Member id.
    pub by: String,
}

const STEPS: &str = "select id, form, kind, subject, body, state, done, total, problem,
    created_at, created_by from schema_step order by created_at, id";
const STEPS_OF: &str = "select id, form, kind, subject, body, state, done, total, problem,
    created_at, created_by from schema_step where form = $1 order by created_at, id";
const STEP_ADD: &str = "insert into schema_step
    (id, form, kind, subject, body, state, done, total, problem, created_at, created_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (subject) do update set id = excluded.id, form = excluded.form,
    kind = excluded.kind, body = excluded.body, state = excluded.state, done = excluded.done,
    total = excluded.total, problem = excluded.problem, created_at = excluded.created_at,
    created_by = excluded.created_by";
const STEP_MOVE: &str = "update schema_step set state = $2, done = $3, problem = $4 where id = $1";
const STEP_DELETE: &str = "delete from schema_step where id = $1";
const CONVERSION_ADD: &str = "insert into schema_conversion
    (id, form, revision, field, body, converted, rounded, refused, at, by_member)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const CONVERSIONS: &str = "select id, form, revision, field, body, converted, rounded, refused,
    at, by_member from schema_conversion where form = $1 order by at desc, id desc";

/// The deferred work, the oldest first; of one form or of all.
///
/// # Errors
/// When the database fails.
pub async fn step_list(
    connection: &mut Connection,
    form: Option<&str>,
) -> Result<Vec<StepRow>, StoreError> {
    let rows = match form {
        None => connection.rows(STEPS, &[]).await?,
        Some(form) => connection.rows(STEPS_OF, binds![form]).await?,
    };
    rows.iter().map(step).collect()
}

fn step(row: &Row) -> Result<StepRow, StoreError> {
    Ok(StepRow {
        id: row.text("id")?,
        form: row.text("form")?,
        kind: row.text("kind")?,
        subject: row.text("subject")?,
        body: row.text("body")?,
        state: row.text("state")?,
        done: row.int("done")?,
        total: row.int("total")?,
        problem: row.text_or_null("problem")?,
        created_at: row.int("created_at")?,
        created_by: row.text("created_by")?,
    })
}

/// Adds a piece of work; it takes the place of one with the same subject.
///
/// # Errors
/// When the database fails.
pub async fn step_add(connection: &mut Connection, step: &StepRow) -> Result<(), StoreError> {
    let values = binds![
        &step.id,
        &step.form,
        &step.kind,
        &step.subject,
        &step.body,
        &step.state,
        step.done,
        step.total,
        step.problem.clone(),
        step.created_at,
        &step.created_by,
    ];
    connection.execute(STEP_ADD, values).await?;
    Ok(())
}

/// Notes how far a piece of work is; false when it is not there any more.
///
/// # Errors
/// When the database fails.
pub async fn step_move(
    connection: &mut Connection,
    id: &str,
    state: &str,
    done: i64,
    problem: Option<&str>,
) -> Result<bool, StoreError> {
    let touched = connection.execute(STEP_MOVE, binds![id, state, done, problem]).await?;
    Ok(touched > 0)
}

/// Takes a piece of work away: it is done, or not wanted.
///
/// # Errors
/// When the database fails.
pub async fn step_delete(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    connection.execute(STEP_DELETE, binds![id]).await?;
    Ok(())
}

/// Notes a conversion.
///
/// # Errors
/// When the database fails.
pub async fn conversion_add(
    connection: &mut Connection,
    row: &ConversionRow,
) -> Result<(), StoreError> {
    let values = binds![
        &row.id,
        &row.form,
        row.revision,
        &row.field,
        &row.body,
        row.converted,
        row.rounded,
        row.refused,
        row.at,
        &row.by,
    ];
    connection.execute(CONVERSION_ADD, values).await?;
    Ok(())
}

/// The conversions of a form, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn conversion_list(
    connection: &mut Connection,
    form: &str,
) -> Result<Vec<ConversionRow>, StoreError> {
    let rows = connection.rows(CONVERSIONS, binds![form]).await?;
    let conversions = rows.iter().map(|row| {
        Ok(ConversionRow {
            id: row.text("id")?,
            form: row.text("form")?,
            revision: row.int("revision")?,
            field: row.text("field")?,
            body: row.text("body")?,
            converted: row.int("converted")?,
            rounded: row.int("rounded")?,
            refused: row.int("refused")?,
            at: row.int("at")?,
            by: row.text("by_member")?,
        })
    });
    conversions.collect()
}
