//! Running jobs: one step after the other, each in a transaction that holds the lease.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use formwork_model::Problem;
use formwork_store::{
    Hold, StoreError,
    repo::job::{
        Advance, End, JobRow, JobState, job_advance, job_claim, job_end, job_extend, job_next_due,
        job_release,
    },
};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::Value as Json;
use tokio::{sync::watch, time::timeout};

use super::{
    Job, JobKind, Step,
    failure::{Failure, next_attempt},
};
use crate::{
    Engine, EngineError, EngineResult,
    principal::{Cause, Origin},
    work::Work,
};

/// How long a claim holds without a sign of life.
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often a sign of life is given while something is done outside of the database.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The kinds that a worker knows.
pub(super) type Kinds = &'static [&'static dyn JobKind];

/// Who holds a job: its id and the number of the claim.
type Lease = (String, i64);

/// Runs every job that is due, until there is none or the worker is stopped.
///
/// # Errors
/// When the database fails.
pub(super) async fn run_due(
    engine: &Engine,
    kinds: Kinds,
    stop: &watch::Receiver<bool>,
) -> EngineResult<()> {
    while !*stop.borrow() {
        let Some(row) = claim(engine, kinds).await? else { return Ok(()) };
        run(engine, kinds, row, stop).await?;
    }
    Ok(())
}

/// When there is something to do again.
pub(super) async fn next_due(engine: &Engine, kinds: Kinds) -> EngineResult<Option<Timestamp>> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let due = job_next_due(&mut engine.store().read().await?, &names).await?;
    Ok(due.and_then(|due| Timestamp::from_millisecond(due).ok()))
}

async fn claim(engine: &Engine, kinds: Kinds) -> EngineResult<Option<JobRow>> {
    // Asked of a reader first: most of the time there is nothing, and the writer is not needed.
    if next_due(engine, kinds).await?.is_none_or(|due| due > engine.now()) {
        return Ok(None);
    }
    let (now, until) = (engine.now().as_millisecond(), lease_until(engine.now()));
    let names: Vec<&'static str> = kinds.iter().map(|kind| kind.name()).collect();
    let claimed: Result<_, StoreError> = engine
        .store()
        .write(Hold::Nothing, move |connection| {
            async move { job_claim(connection, &names, now, until).await }.boxed()
        })
        .await;
    Ok(claimed?)
}

fn lease_until(now: Timestamp) -> i64 {
    now.checked_add(LEASE).unwrap_or(now).as_millisecond()
}

/// Runs a claimed job to its end, to its failure, or until the worker stops.
async fn run(
    engine: &Engine,
    kinds: Kinds,
    row: JobRow,
    stop: &watch::Receiver<bool>,
) -> EngineResult<()> {
    let Some(kind) = kinds.iter().copied().find(|kind| kind.name() == row.kind) else {
        return Ok(());
    };
    let lease = (row.id.clone(), row.lease_no);
    let attempt = row.attempt;
    let outcome = attempt_at(engine, kind, row, &lease, stop).await;
    let Err(failure) = outcome else { return Ok(()) };
    tracing::warn!(job = lease.0, kind = kind.name(), attempt, ?failure, "a job failed");
    if matches!(failure, Failure::LeaseLost) {
        return Ok(());
    }
    let is_last = failure.is_final() || attempt >= kind.attempts();
    let problem = serde_json::to_string(&failure.problems()).ok();
    let (state, run_at) = if is_last {
        (JobState::Dead, None)
    } else {
        let next = next_attempt(engine.now(), attempt).as_millisecond();
        (JobState::Queued, Some(next))
    };
    end(engine, lease, End { state, run_at, result: None, problem }).await
}

/// Ends an attempt in a transaction of its own. A lease that is lost meanwhile is nobody's
/// business here any more.
async fn end(engine: &Engine, lease: Lease, end: End) -> EngineResult<()> {
    let now = engine.now().as_millisecond();
    let ended: Result<bool, StoreError> = engine
        .store()
        .write(Hold::Nothing, move |connection| {
            async move { job_end(connection, (&lease.0, lease.1), &end, now).await }.boxed()
        })
        .await;
    ended?;
    Ok(())
}

async fn attempt_at(
    engine: &Engine,
    kind: &'static dyn JobKind,
    row: JobRow,
    lease: &Lease,
    stop: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    // One that is begun too often without a word about why has taken its workers with it.
    if row.attempt > kind.attempts() {
        return Err(Failure::Abandoned);
    }
    let (mut job, origin) = read(&row).map_err(EngineError::problem)?;
    loop {
        let outside = outside(engine, kind, &job, lease).await?;
        match step(engine, kind, (&origin, lease), job.clone(), outside).await? {
            Some(next) => job = next,
            None => return Ok(()),
        }
        if *stop.borrow() {
            return release(engine, lease.clone()).await.map_err(Failure::from);
        }
    }
}

async fn release(engine: &Engine, lease: Lease) -> EngineResult<()> {
    let now = engine.now().as_millisecond();
    let released: Result<(), StoreError> = engine
        .store()
        .write(Hold::Nothing, move |connection| {
            async move { job_release(connection, (&lease.0, lease.1), now).await }.boxed()
        })
        .await;
    Ok(released?)
}

/// The job and where it comes from, out of its row.
fn read(row: &JobRow) -> Result<(Job, Origin), Problem> {
    let unreadable =
        |error: serde_json::Error| Problem::new("job_unreadable").with("reason", error.to_string());
    let position = row.position.as_deref().map_or(Ok(Json::Null), serde_json::from_str);
    let job = Job {
        id: row.id.clone(),
        payload: serde_json::from_str(&row.payload).map_err(unreadable)?,
        position: position.map_err(unreadable)?,
        done: row.done,
        total: row.total,
    };
    let principal = serde_json::from_str(&row.principal).map_err(unreadable)?;
    let cause = row.cause.map(|event| Cause { event, depth: row.depth });
    Ok((job, Origin { principal, cause, caller: None }))
}

/// What is done outside of the database, with a sign of life from time to time.
async fn outside(
    engine: &Engine,
    kind: &'static dyn JobKind,
    job: &Job,
    lease: &Lease,
) -> Result<Json, Failure> {
    let doing = AssertUnwindSafe(kind.outside(engine, job)).catch_unwind();
    tokio::select! {
        done = timeout(kind.longest_outside(), doing) => match done {
            Err(_) => Err(Failure::TookTooLong),
            Ok(Err(panic)) => Err(Failure::Panicked(message(&*panic))),
            Ok(Ok(done)) => Ok(done?),
        },
        lost = keep_lease(engine, lease) => Err(lost),
    }
}

/// Extends the lease until it is lost.
async fn keep_lease(engine: &Engine, lease: &Lease) -> Failure {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let (lease, until) = (lease.clone(), lease_until(engine.now()));
        let held: Result<bool, StoreError> = engine
            .store()
            .write(Hold::Nothing, move |connection| {
                async move { job_extend(connection, (&lease.0, lease.1), until).await }.boxed()
            })
            .await;
        match held {
            Ok(true) => {}
            Ok(false) => return Failure::LeaseLost,
            // The lease may hold until the database is back.
            Err(error) => tracing::warn!(%error, "extending the lease of a job"),
        }
    }
}

/// One step in one transaction; answers the job as it stands when there is more to do.
async fn step(
    engine: &Engine,
    kind: &'static dyn JobKind,
    (origin, lease): (&Origin, &Lease),
    job: Job,
    outside: Json,
) -> Result<Option<Job>, Failure> {
    // What undid the transaction, where that is no error of the engine's.
    let failure: Arc<Mutex<Option<Failure>>> = Arc::default();
    let (slot, lease) = (Arc::clone(&failure), lease.clone());
    let outcome = engine
        .change_holding(kind.hold(), origin.clone(), move |work| {
            Box::pin(async move {
                // It may be tried again when others got in its way.
                *slot.lock() = None;
                let stepping = kind.step(work, &job, outside);
                let stepping = AssertUnwindSafe(timeout(kind.longest_step(), stepping));
                let step = match stepping.catch_unwind().await {
                    Ok(Ok(step)) => step?,
                    Ok(Err(_)) => return undo(&slot, Failure::TookTooLong),
                    Err(panic) => return undo(&slot, Failure::Panicked(message(&*panic))),
                };
                match note(work, &lease, &job, step).await? {
                    Some(next) => Ok(next),
                    None => undo(&slot, Failure::LeaseLost),
                }
            })
        })
        .await;
    match (outcome, failure.lock().take()) {
        (Ok(next), _) => Ok(next),
        (Err(_), Some(failure)) => Err(failure),
        (Err(error), None) => Err(error.into()),
    }
}

fn undo<T>(slot: &Mutex<Option<Failure>>, failure: Failure) -> EngineResult<T> {
    *slot.lock() = Some(failure);
    Err(EngineError::Busy)
}

/// Notes what a step has come to: the job as it stands then, or nothing when it is done.
/// Answers nothing at all when the lease is lost.
async fn note(
    work: &mut Work<'_>,
    (id, lease_no): &Lease,
    job: &Job,
    step: Step,
) -> EngineResult<Option<Option<Job>>> {
    let (now, lease) = (work.now_ms(), (id.as_str(), *lease_no));
    let (held, next) = match step {
        Step::On { position, done, total } => {
            let advance = Advance {
                position: position.to_string(),
                done,
                total,
                lease_until: lease_until(work.now),
            };
            let held = job_advance(work.connection, lease, &advance, now).await?;
            (held, Some(Job { position, done, total, ..job.clone() }))
        }
        Step::Done(result) => {
            let result = Some(result.to_string());
            let end = End { state: JobState::Done, run_at: None, result, problem: None };
            (job_end(work.connection, lease, &end, now).await?, None)
        }
    };
    Ok(held.then_some(next))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
