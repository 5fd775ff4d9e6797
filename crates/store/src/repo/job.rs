//! Jobs: work that is done later, once, by whichever process is free.
//!
//! A job is claimed for a time, the lease. Each claim has a number, and only who holds the
//! current one may commit what the job does: [`job_advance`] and [`job_end`] change nothing for
//! anybody else, and whoever finds that undoes the transaction.

use formwork_query::Dialect;

use crate::{Bind, Connection, IntoBind, Row, StoreError, binds};

/// What has become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its moment and for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// It is done.
    Done,
    /// It failed for good.
    Dead,
    /// Somebody took it out.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Queued, Self::Running, Self::Done, Self::Dead, Self::Cancelled];

    /// Its name in the table and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A job to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJobRow {
    /// A new id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Among unfinished jobs of a kind, a key occurs once.
    pub key: Option<String>,
    /// What the kind needs to know, as JSON.
    pub payload: String,
    /// In whose name, as JSON.
    pub principal: String,
    /// The event that led to it.
    pub cause: Option<i64>,
    /// How many events stand before it in the chain of causes.
    pub depth: i64,
    /// Not before this moment, in milliseconds.
    pub run_at: i64,
    /// Milliseconds.
    pub created_at: i64,
}

/// A job as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Among unfinished jobs of a kind, a key occurs once.
    pub key: Option<String>,
    /// What the kind needs to know, as JSON.
    pub payload: String,
    /// In whose name, as JSON.
    pub principal: String,
    /// The event that led to it.
    pub cause: Option<i64>,
    /// How many events stand before it in the chain of causes.
    pub depth: i64,
    /// What has become of it.
    pub state: JobState,
    /// Not before this moment, in milliseconds.
    pub run_at: i64,
    /// How often it was begun since it last got on.
    pub attempt: i64,
    /// The number of the last claim.
    pub lease_no: i64,
    /// When the claim ends, in milliseconds.
    pub lease_until: Option<i64>,
    /// Where it stands after the chunks that are committed, as JSON of the kind's own.
    pub position: Option<String>,
    /// How much is done, in units of the kind's own.
    pub done: i64,
    /// How much there is to do, when that is known.
    pub total: Option<i64>,
    /// What came of it, as JSON.
    pub result: Option<String>,
    /// Why the last attempt failed, as JSON.
    pub problem: Option<String>,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds.
    pub updated_at: i64,
}

/// A chunk of a job that commits.
#[derive(Debug, Clone)]
pub struct Advance {
    /// Where it stands now, as JSON.
    pub position: String,
    /// How much is done.
    pub done: i64,
    /// How much there is to do, when that is known.
    pub total: Option<i64>,
    /// Until when the lease is held for the next chunk, in milliseconds.
    pub lease_until: i64,
}

/// How a job ends, or how an attempt at it does.
#[derive(Debug, Clone)]
pub struct End {
    /// [`JobState::Done`], [`JobState::Dead`], or [`JobState::Queued`] to be tried again.
    pub state: JobState,
    /// When it is tried again.
    pub run_at: Option<i64>,
    /// What came of it, as JSON.
    pub result: Option<String>,
    /// Why it failed, as JSON.
    pub problem: Option<String>,
}

const COLUMNS: &str = "id, kind, key, payload, principal, cause, depth, state, run_at, attempt,
    lease_no, lease_until, position, done, total, result, problem, created_at, updated_at";

/// When a worker may take it.
const DUE: &str = "(case when state = 'queued' then run_at else lease_until end)";

const INSERT: &str = "insert into job
    (id, kind, key, payload, principal, cause, depth, state, run_at, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9, $9)
    on conflict do nothing";
const OF_KEY: &str = "select id from job where kind = $1 and key = $2
    and state in ('queued', 'running')";
const EXTEND: &str = "update job set lease_until = $3 where id = $1 and lease_no = $2
    and state = 'running'";
const ADVANCE: &str = "update job set position = $3, done = $4, total = $5, attempt = 1,
    problem = null, updated_at = $6, lease_until = $7 where id = $1 and lease_no = $2 and state = 'running'";
const END: &str = "update job set state = $3, run_at = coalesce($4, run_at), result = $5,
    problem = $6, lease_until = null, updated_at = $7
    where id = $1 and lease_no = $2 and state = 'running'";
const RELEASE: &str = "update job set state = 'queued', attempt = attempt - 1,
    lease_until = null, updated_at = $3 where id = $1 and lease_no = $2 and state = 'running'";
const CANCEL: &str = "update job set state = 'cancelled', lease_no = lease_no + 1,
    lease_until = null, updated_at = $2 where id = $1 and state in ('queued', 'running')";
const AGAIN: &str = "update job set state = 'queued', attempt = 0, run_at = $2, problem = null,
    updated_at = $2 where id = $1 and state in ('dead', 'cancelled')";
const FORGET: &str = "delete from job where id in (select id from job
    where state in ('done', 'cancelled', 'dead') and updated_at < $1 limit $2)";

/// Adds a job; answers false when an unfinished one has its key.
///
/// # Errors
/// When the database fails.
pub async fn job_insert(connection: &mut Connection, job: &NewJobRow) -> Result<bool, StoreError> {
    let values = binds![
        &job.id,
        &job.kind,
        job.key.clone(),
        &job.payload,
        &job.principal,
        job.cause,
        job.depth,
        job.run_at,
        job.created_at,
    ];
    Ok(connection.execute(INSERT, values).await? == 1)
}

/// The unfinished job of a key.
///
/// # Errors
/// When the database fails.
pub async fn job_of_key(
    connection: &mut Connection,
    kind: &str,
    key: &str,
) -> Result<Option<String>, StoreError> {
    connection.row(OF_KEY, binds![kind, key]).await?.map(|row| row.text("id")).transpose()
}

/// Claims the job that has been due longest, of these kinds: one that is queued, or one whose
/// lease has run out.
///
/// # Errors
/// When the database fails.
pub async fn job_claim(
    connection: &mut Connection,
    kinds: &[&str],
    now: i64,
    lease_until: i64,
) -> Result<Option<JobRow>, StoreError> {
    // Several processes look at once: each takes what the others have not taken.
    let lock = match connection.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => "for update skip locked",
    };
    let sql = format!(
        "update job set state = 'running', lease_no = lease_no + 1, attempt = attempt + 1,
        lease_until = $2, updated_at = $1 where id = (select id from job
        where state in ('queued', 'running') and kind in ({}) and {DUE} <= $1
        order by run_at limit 1 {lock}) returning {COLUMNS}",
        places(3, kinds.len())
    );
    let mut values = binds![now, lease_until].to_vec();
    values.extend(names(kinds));
    connection.row(&sql, &values).await?.as_ref().map(job).transpose()
}

/// When the next job of these kinds is due, or the next lease of one runs out, in
/// milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn job_next_due(
    connection: &mut Connection,
    kinds: &[&str],
) -> Result<Option<i64>, StoreError> {
    let sql = format!(
        "select min({DUE}) as due from job
        where state in ('queued', 'running') and kind in ({})",
        places(1, kinds.len())
    );
    let row = connection.row(&sql, &names(kinds)).await?;
    row.map_or(Ok(None), |row| row.int_or_null("due"))
}

/// `$3, $4, …` for so many.
fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

fn names(kinds: &[&str]) -> Vec<Bind> {
    kinds.iter().map(|kind| kind.into_bind()).collect()
}

/// Extends a lease; answers false when it is no longer held.
///
/// # Errors
/// When the database fails.
pub async fn job_extend(
    connection: &mut Connection,
    (id, lease_no): (&str, i64),
    lease_until: i64,
) -> Result<bool, StoreError> {
    Ok(connection.execute(EXTEND, binds![id, lease_no, lease_until]).await? == 1)
}

/// Notes how far a job has come, in the transaction of the chunk; answers false when the lease
/// is no longer held, and the transaction must be undone.
///
/// # Errors
/// When the database fails.
pub async fn job_advance(
    connection: &mut Connection,
    (id, lease_no): (&str, i64),
    advance: &Advance,
    now: i64,
) -> Result<bool, StoreError> {
    let values = binds![
        id,
        lease_no,
        &advance.position,
        advance.done,
        advance.total,
        now,
        advance.lease_until,
    ];
    Ok(connection.execute(ADVANCE, values).await? == 1)
}

/// Ends a job, or an attempt at it, in the transaction of what it did; answers false when the
/// lease is no longer held, and the transaction must be undone.
///
/// # Errors
/// When the database fails.
pub async fn job_end(
    connection: &mut Connection,
    (id, lease_no): (&str, i64),
    end: &End,
    now: i64,
) -> Result<bool, StoreError> {
    let values = binds![
        id,
        lease_no,
        end.state.as_str(),
        end.run_at,
        end.result.clone(),
        end.problem.clone(),
        now,
    ];
    Ok(connection.execute(END, values).await? == 1)
}

/// Gives a claimed job back, for another worker: the attempt does not count.
///
/// # Errors
/// When the database fails.
pub async fn job_release(
    connection: &mut Connection,
    (id, lease_no): (&str, i64),
    now: i64,
) -> Result<(), StoreError> {
    connection.execute(RELEASE, binds![id, lease_no, now]).await.map(drop)
}

/// Takes an unfinished job out of the queue; what it is just doing is not committed any more.
/// Answers false when it is finished.
///
/// # Errors
/// When the database fails.
pub async fn job_cancel(
    connection: &mut Connection,
    id: &str,
    now: i64,
) -> Result<bool, StoreError> {
    Ok(connection.execute(CANCEL, binds![id, now]).await? == 1)
}

/// Lets a dead or cancelled job go on from where it stands; answers false when it is neither.
///
/// # Errors
/// [`StoreError::NotUnique`] when an unfinished job has its key.
pub async fn job_run_again(
    connection: &mut Connection,
    id: &str,
    now: i64,
) -> Result<bool, StoreError> {
    Ok(connection.execute(AGAIN, binds![id, now]).await? == 1)
}

/// Deletes jobs that ended before a moment, at most so many; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn job_forget(
    connection: &mut Connection,
    before: i64,
    limit: i64,
) -> Result<u64, StoreError> {
    connection.execute(FORGET, binds![before, limit]).await
}

/// One job.
///
/// # Errors
/// When the database fails.
pub async fn job_get(connection: &mut Connection, id: &str) -> Result<Option<JobRow>, StoreError> {
    let sql = format!("select {COLUMNS} from job where id = $1");
    connection.row(&sql, binds![id]).await?.as_ref().map(job).transpose()
}

/// The newest jobs, of a state when one is given.
///
/// # Errors
/// When the database fails.
pub async fn job_list(
    connection: &mut Connection,
    state: Option<JobState>,
    limit: i64,
) -> Result<Vec<JobRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from job where ($1 = '' or state = $1)
        order by created_at desc, id desc limit $2"
    );
    let rows = connection.rows(&sql, binds![state.map_or("", JobState::as_str), limit]).await?;
    rows.iter().map(job).collect()
}

fn state(name: &str) -> Result<JobState, StoreError> {
    JobState::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("job state `{name}`")))
}

fn job(row: &Row) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: row.text("id")?,
        kind: row.text("kind")?,
        key: row.text_or_null("key")?,
        payload: row.text("payload")?,
        principal: row.text("principal")?,
        cause: row.int_or_null("cause")?,
        depth: row.int("depth")?,
        state: state(&row.text("state")?)?,
        run_at: row.int("run_at")?,
        attempt: row.int("attempt")?,
        lease_no: row.int("lease_no")?,
        lease_until: row.int_or_null("lease_until")?,
        position: row.text_or_null("position")?,
        done: row.int("done")?,
        total: row.int_or_null("total")?,
        result: row.text_or_null("result")?,
        problem: row.text_or_null("problem")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}
