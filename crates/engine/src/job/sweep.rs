//! Forgetting what is over: sessions, jobs that ended, answers kept for repeated requests.

use async_trait::async_trait;
use formwork_store::repo::{
    idempotency::idempotency_forget, job::job_forget, session::session_sweep,
};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::{Job, JobKind, NewJob, Step, enqueue};
use crate::{EngineResult, work::Work};

/// How often is swept, in milliseconds.
const EVERY_MS: i64 = 3_600_000;
/// Most of a kind that are forgotten in one transaction: others want to write as well.
const AT_ONCE: i64 = 5000;
/// How long jobs that ended can be looked at.
const JOBS_STAY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long answers are kept for repeated requests.
const ANSWERS_STAY: SignedDuration = SignedDuration::from_hours(24);

/// Once an hour, whichever process does it.
pub(super) struct Sweep;

#[async_trait]
impl JobKind for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    async fn step(&self, work: &mut Work<'_>, job: &Job, _outside: Json) -> EngineResult<Step> {
        let now = work.now_ms();
        let before = |stay: SignedDuration| {
            i64::try_from(stay.as_millis()).map_or(0, |stay| now.saturating_sub(stay))
        };
        let sessions = session_sweep(work.connection, now, AT_ONCE).await?;
        let jobs = job_forget(work.connection, before(JOBS_STAY), AT_ONCE).await?;
        let answers = idempotency_forget(work.connection, before(ANSWERS_STAY), AT_ONCE).await?;
        if [sessions, jobs, answers].iter().any(|count| i64::try_from(*count) == Ok(AT_ONCE)) {
            let swept = i64::try_from(sessions + jobs + answers).unwrap_or(i64::MAX);
            let done = job.done.saturating_add(swept);
            return Ok(Step::On { position: Json::Null, done, total: None });
        }
        let next = now.saturating_add(EVERY_MS);
        ask_for(work, next).await?;
        Ok(Step::Done(json!({ "sessions": sessions, "jobs": jobs, "answers": answers })))
    }
}

/// Asks for the sweep of an hour that begins at a moment.
pub(super) async fn ask_for(work: &mut Work<'_>, hour: i64) -> EngineResult<()> {
    let hour = hour - hour.rem_euclid(EVERY_MS);
    let run_at = jiff::Timestamp::from_millisecond(hour).unwrap_or(work.now);
    let job = NewJob::new("sweep", Json::Null).once(hour.to_string()).at(run_at);
    enqueue(work, job).await.map(drop)
}
