//! Jobs: work that is done later, once, by whichever process is free.
//!
//! A kind of job is one file that implements [`JobKind`] and one line in [`KINDS`]. Whoever
//! changes something asks for a job in the same transaction with [`enqueue`]; the worker runs
//! it in steps. Each step is one transaction, in which the job also notes how far it has come
//! or that it is done: what a step does in the database is done exactly once, however often
//! workers are killed. What is done outside of the database comes before its step, and is done
//! at least once; the job's id is the same each time.

mod admin;
mod failure;
mod listen;
mod run;
mod sweep;
mod tables;
#[cfg(test)]
mod tests;
mod worker;

use std::time::Duration;

use async_trait::async_trait;
use formwork_store::{
    Hold,
    repo::job::{NewJobRow, job_insert, job_of_key},
};
use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

pub use admin::{JobEntry, JobState};
pub use worker::Worker;

use crate::{Engine, EngineError, EngineResult, work::Work};

/// Every kind of job. A worker leaves jobs of other kinds to those who know them.
pub(crate) const KINDS: &[&dyn JobKind] = &[&sweep::Sweep, &tables::Tables];

/// A kind of job.
#[async_trait]
pub(crate) trait JobKind: Send + Sync {
    /// Its name in the table, the same for ever.
    fn name(&self) -> &'static str;

    /// How often it is begun without getting on before it is given up. What was handed in
    /// wrong or is refused is given up at once.
    fn attempts(&self) -> i64 {
        8
    }

    /// What a step holds from its beginning to its end.
    fn hold(&self) -> Hold {
        Hold::People
    }

    /// How long one step may hold its transaction; shorter than a lease.
    fn longest_step(&self) -> Duration {
        Duration::from_secs(30)
    }

    /// How long what is done outside of the database may take.
    fn longest_outside(&self) -> Duration {
        Duration::from_secs(300)
    }

    /// What is done outside of a transaction before a step; what it answers is handed to the
    /// step. It may happen more than once, and must bear that.
    ///
    /// # Errors
    /// Whatever keeps it from being done; it is tried again.
    async fn outside(&self, _engine: &Engine, _job: &Job) -> EngineResult<Json> {
        Ok(Json::Null)
    }

    /// The next chunk, in one transaction.
    ///
    /// # Errors
    /// Whatever keeps it from being done. All of the step is undone; it is tried again unless
    /// the rules say no.
    async fn step(&self, work: &mut Work<'_>, job: &Job, outside: Json) -> EngineResult<Step>;
}

/// A job as its kind sees it.
#[allow(dead_code, reason = "not every kind looks at all of it")]
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Its id, for the `Idempotency-Key` of what is done outside.
    pub(crate) id: String,
    /// What was handed in.
    pub(crate) payload: Json,
    /// Where it stands after the steps that are committed; null at the beginning.
    pub(crate) position: Json,
    /// How much is done.
    pub(crate) done: i64,
    /// How much there is to do, when that is known.
    pub(crate) total: Option<i64>,
}

/// What came of a step.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// There is more to do.
    On {
        /// Where it stands.
        position: Json,
        /// How much is done, of all steps together.
        done: i64,
        /// How much there is to do, when that is known.
        total: Option<i64>,
    },
    /// It is done; with what there is to say about it.
    Done(Json),
}

/// A job to ask for.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    /// The name of its kind.
    pub(crate) kind: &'static str,
    /// Among the unfinished jobs of a kind, a key occurs once.
    pub(crate) key: Option<String>,
    /// What the kind needs to know.
    pub(crate) payload: Json,
    /// Not before this moment; at once without one.
    pub(crate) run_at: Option<Timestamp>,
}

impl NewJob {
    /// A job that is due at once and may be there more than once.
    pub(crate) fn new(kind: &'static str, payload: Json) -> Self {
        Self { kind, key: None, payload, run_at: None }
    }

    /// The same, once among the unfinished.
    pub(crate) fn once(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// The same at a moment.
    pub(crate) fn at(self, run_at: Timestamp) -> Self {
        Self { run_at: Some(run_at), ..self }
    }
}

/// Asks for a job when this change commits, in the name of whoever makes it; answers the job's
/// id, or that of the unfinished one with its key.
pub(crate) async fn enqueue(work: &mut Work<'_>, job: NewJob) -> EngineResult<String> {
    let now = work.now_ms();
    let row = NewJobRow {
        id: Uuid::now_v7().to_string(),
        kind: job.kind.to_owned(),
        key: job.key,
        payload: job.payload.to_string(),
        principal: serde_json::to_string(&work.principal)
            .map_err(EngineError::unexpected_in("a principal"))?,
        cause: work.cause.map(|cause| cause.event),
        depth: work.cause.map_or(0, |cause| cause.depth),
        run_at: job.run_at.map_or(now, Timestamp::as_millisecond),
        created_at: now,
    };
    if job_insert(work.connection, &row).await? {
        work.after_commit.jobs();
        return Ok(row.id);
    }
    let key = row.key.as_deref().unwrap_or_default();
    let known = job_of_key(work.connection, job.kind, key).await?;
    // It ended between the two statements: whoever asks again finds room.
    known.ok_or(EngineError::Busy)
}
