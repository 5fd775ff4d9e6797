//! Jobs that fail in every way, on both databases. The clock moves only when it is told to.

use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result, ensure};
use formwork_model::Locale;
use formwork_store::{
    Store, StoreError,
    repo::{
        job::job_claim,
        setting::{setting_count_up, setting_list},
    },
};
use formwork_testkit::{Backend, TestClock, TestDatabase};
use serde_json::json;
use tokio::sync::{Notify, watch};

use super::{run::run_due, *};
use crate::{Caller, NewMember, Principal, Proof};

/// What a test's kind of job does besides counting.
type Act = Box<dyn Fn(&Engine, &Job) -> Doing + Send + Sync>;
type Doing = futures_util::future::BoxFuture<'static, EngineResult<()>>;

/// Counts in the database once a step, in so many steps; what it does before and in a step is
/// the test's own.
struct Count {
    name: &'static str,
    steps: i64,
    outside: Act,
    inside: Act,
    engine: Engine,
    begun: AtomicI64,
    ended: Notify,
}

#[async_trait]
impl JobKind for Count {
    fn name(&self) -> &'static str {
        self.name
    }

    fn attempts(&self) -> i64 {
        3
    }

    fn longest_step(&self) -> Duration {
        Duration::from_millis(200)
    }

    async fn outside(&self, engine: &Engine, job: &Job) -> EngineResult<Json> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        (self.outside)(engine, job).await?;
        Ok(json!({ "before": job.done }))
    }

    async fn step(&self, work: &mut Work<'_>, job: &Job, outside: Json) -> EngineResult<Step> {
        assert_eq!(outside["before"], json!(job.done));
        setting_count_up(work.connection, "effects", 1).await?;
        (self.inside)(&self.engine, job).await?;
        let done = job.done + 1;
        self.ended.notify_one();
        if done == self.steps {
            return Ok(Step::Done(json!({ "counted": done })));
        }
        Ok(Step::On { position: json!({ "after": done }), done, total: Some(self.steps) })
    }
}

struct House {
    engine: Engine,
    clock: TestClock,
    database: TestDatabase,
    admin: Caller,
    stop: watch::Sender<bool>,
}

fn nothing() -> Act {
    Box::new(|_, _| Box::pin(async { Ok(()) }))
}

impl House {
    async fn new(backend: Backend) -> Result<Self> {
        let (database, clock) = (TestDatabase::new(backend).await?, TestClock::default());
        let engine = Engine::open(Store::open(database.url()).await?, clock.as_clock()).await?;
        let root =
            NewMember { account: "root".into(), name: "Root".into(), ..NewMember::default() };
        let member = engine.set_up("Test", root).await?;
        let locale = Locale::english();
        let admin = Caller { member, locale, is_admin: true, proof: Proof::Member };
        Ok(Self { engine, clock, database, admin, stop: watch::Sender::new(false) })
    }

    /// The same database, as another process has it.
    async fn other(&self) -> Result<Engine> {
        let store = Store::open(self.database.url()).await?;
        Ok(Engine::open(store, self.clock.as_clock()).await?)
    }

    fn kind(&self, steps: i64, outside: Act, inside: Act) -> &'static Count {
        let engine = self.engine.clone();
        let (begun, ended) = (AtomicI64::new(0), Notify::new());
        Box::leak(Box::new(Count { name: "count", steps, outside, inside, engine, begun, ended }))
    }

    async fn ask(&self, key: Option<&str>) -> Result<String> {
        let mut job = NewJob::new("count", json!({ "some": "thing" }));
        job.key = key.map(str::to_owned);
        let asked = self.engine.change(self.admin.clone(), move |work| {
            Box::pin(async move { enqueue(work, job).await })
        });
        Ok(asked.await?)
    }

    async fn run(&self, kind: &'static Count) -> Result<()> {
        Ok(run_due(&self.engine, kinds(kind), &self.stop.subscribe()).await?)
    }

    async fn job(&self, id: &str) -> Result<JobEntry> {
        Ok(self.engine.job_get(&self.admin, id).await?)
    }

    async fn effects(&self) -> Result<i64> {
        let settings = setting_list(&mut self.engine.store().read().await?).await?;
        let found = settings.into_iter().find(|(name, _)| name == "effects");
        Ok(found.map_or(Ok(0), |(_, value)| value.parse())?)
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(jiff::SignedDuration::from_secs(seconds));
    }

    /// Claims whatever is due, as a worker does that then says no more.
    async fn claim_and_die(engine: &Engine) -> Result<i64> {
        let now = engine.now().as_millisecond();
        let claimed: Result<_, StoreError> = engine
            .store()
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move { job_claim(connection, &["count"], now, now + 60_000).await })
            })
            .await;
        Ok(claimed?.context("a job")?.lease_no)
    }
}

fn kinds(kind: &'static Count) -> &'static [&'static dyn JobKind] {
    Box::leak(Box::new([kind as &dyn JobKind]))
}

#[tokio::test]
async fn a_job_is_done_in_steps_in_the_name_of_who_asked() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let kind = house.kind(3, nothing(), nothing());
        let id = house.ask(None).await?;
        house.run(kind).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Done, "{job:?}");
        ensure!(job.result == json!({ "counted": 3 }), "{job:?}");
        ensure!(job.principal == Some(Principal::of_member(&house.admin.member)), "{job:?}");
        ensure!((house.effects().await?, kind.begun.load(Ordering::SeqCst)) == (3, 3));
    }
    Ok(())
}

#[tokio::test]
async fn a_key_is_there_once_among_the_unfinished() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let kind = house.kind(1, nothing(), nothing());
        let first = house.ask(Some("a")).await?;
        ensure!(house.ask(Some("a")).await? == first);
        ensure!(house.ask(Some("b")).await? != first);
        house.run(kind).await?;
        ensure!(house.effects().await? == 2);
        let next = house.ask(Some("a")).await?;
        ensure!(next != first, "what is done is out of the way");
        let other = house.ask(Some("a")).await?;
        ensure!(other == next);
    }
    Ok(())
}

#[tokio::test]
async fn one_that_panics_is_tried_again_later_and_then_given_up() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let panics: Act = Box::new(|_, _| Box::pin(async { panic!("the third shelf fell") }));
        let kind = house.kind(1, nothing(), panics);
        let id = house.ask(None).await?;
        for (attempt, seconds) in [(1, 5), (2, 15)] {
            house.run(kind).await?;
            let job = house.job(&id).await?;
            ensure!(job.state == JobState::Queued && job.attempt == attempt, "{job:?}");
            ensure!(job.problems[0].code == "job_panicked", "{job:?}");
            ensure!(job.problems[0].params["reason"] == "the third shelf fell", "{job:?}");
            // Not a moment before its time.
            house.wait(seconds - 1);
            house.run(kind).await?;
            ensure!(kind.begun.load(Ordering::SeqCst) == attempt);
            house.wait(1);
        }
        house.run(kind).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Dead && job.attempt == 3, "{job:?}");
        ensure!(house.effects().await? == 0, "a step that panics is undone");
        // The worker lives on.
        let sound = house.kind(1, nothing(), nothing());
        house.engine.job_run_again(&house.admin, &id).await?;
        house.run(sound).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Done && job.problems.is_empty(), "{job:?}");
        ensure!(house.effects().await? == 1);
    }
    Ok(())
}

#[tokio::test]
async fn one_that_panics_outside_of_the_database_is_seen_as_well() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let panics: Act = Box::new(|_, _| Box::pin(async { panic!("no answer") }));
        let kind = house.kind(1, panics, nothing());
        let id = house.ask(None).await?;
        house.run(kind).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Queued && job.problems[0].code == "job_panicked");
    }
    Ok(())
}

#[tokio::test]
async fn one_that_hangs_is_undone_and_others_get_their_turn() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let hangs: Act = Box::new(|_, _| Box::pin(std::future::pending()));
        let id = house.ask(None).await?;
        house.run(house.kind(1, nothing(), hangs)).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Queued, "{job:?}");
        ensure!(job.problems[0].code == "job_took_too_long", "{job:?}");
        ensure!(house.effects().await? == 0);
        house.wait(5);
        house.run(house.kind(1, nothing(), nothing())).await?;
        ensure!(house.effects().await? == 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_final_and_a_failure_is_not() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let refused: Act =
            Box::new(|_, _| Box::pin(async { Err(EngineError::refused("last_admin")) }));
        let id = house.ask(None).await?;
        house.run(house.kind(1, nothing(), refused)).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Dead && job.attempt == 1, "{job:?}");
        ensure!(job.problems[0].code == "last_admin", "{job:?}");
        let busy: Act = Box::new(|_, _| Box::pin(async { Err(EngineError::Busy) }));
        let id = house.ask(None).await?;
        house.run(house.kind(1, busy, nothing())).await?;
        ensure!(house.job(&id).await?.state == JobState::Queued);
    }
    Ok(())
}

#[tokio::test]
async fn one_whose_worker_is_killed_goes_on_elsewhere_and_counts_once() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let kind = house.kind(2, nothing(), nothing());
        let id = house.ask(None).await?;
        // Killed after what it did outside, and before it could say so.
        House::claim_and_die(&house.engine).await?;
        let other = house.other().await?;
        run_due(&other, kinds(kind), &house.stop.subscribe()).await?;
        ensure!(house.job(&id).await?.state == JobState::Running, "the lease holds");
        house.wait(61);
        run_due(&other, kinds(kind), &house.stop.subscribe()).await?;
        ensure!(house.job(&id).await?.state == JobState::Done);
        ensure!(house.effects().await? == 2);
    }
    Ok(())
}

#[tokio::test]
async fn one_that_takes_its_workers_with_it_is_given_up() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let kind = house.kind(1, nothing(), nothing());
        let id = house.ask(None).await?;
        for _ in 0..3 {
            House::claim_and_die(&house.engine).await?;
            house.wait(61);
        }
        house.run(kind).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Dead, "{job:?}");
        ensure!(job.problems[0].code == "job_abandoned", "{job:?}");
        ensure!(house.effects().await? == 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_commits_nothing_any_more() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        // While it is busy outside, its lease runs out, and another worker takes the job.
        let clock = house.clock.clone();
        let overtaken: Act = Box::new(move |engine, _| {
            let (engine, clock) = (engine.clone(), clock.clone());
            Box::pin(async move {
                clock.advance(jiff::SignedDuration::from_secs(61));
                House::claim_and_die(&engine).await.map_err(|_| EngineError::NotFound)?;
                Ok(())
            })
        });
        let id = house.ask(None).await?;
        house.run(house.kind(1, overtaken, nothing())).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Running && job.attempt == 2, "{job:?}");
        ensure!(house.effects().await? == 0, "its step is undone");
        house.wait(61);
        house.run(house.kind(1, nothing(), nothing())).await?;
        ensure!(house.effects().await? == 1);
    }
    Ok(())
}

#[tokio::test]
async fn two_processes_share_the_work() -> Result<()> {
    const JOBS: i64 = 12;
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let kind = house.kind(1, nothing(), nothing());
        for _ in 0..JOBS {
            house.ask(None).await?;
        }
        let (other, stop) = (house.other().await?, house.stop.subscribe());
        let (mine, theirs) = tokio::join!(house.run(kind), run_due(&other, kinds(kind), &stop));
        mine?;
        theirs?;
        // Whoever came first to one that the other had just taken left early.
        house.run(kind).await?;
        let done = house.engine.job_list(&house.admin, Some(JobState::Done), 100).await?;
        ensure!(done.len() == 12, "{done:?}");
        ensure!(house.effects().await? == JOBS, "each once");
        ensure!(kind.begun.load(Ordering::SeqCst) == JOBS, "and begun once");
    }
    Ok(())
}

#[tokio::test]
async fn one_that_is_cancelled_keeps_what_it_has_done_and_does_no_more() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let admin = house.admin.clone();
        let cancels: Act = Box::new(move |engine, job| {
            let (engine, admin, job) = (engine.clone(), admin.clone(), job.clone());
            Box::pin(async move {
                if job.done == 1 { engine.job_cancel(&admin, &job.id).await } else { Ok(()) }
            })
        });
        let id = house.ask(None).await?;
        house.run(house.kind(3, cancels, nothing())).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Cancelled && job.done == 1, "{job:?}");
        ensure!(house.effects().await? == 1);
        let again = house.engine.job_cancel(&house.admin, &id).await;
        ensure!(matches!(again, Err(EngineError::Refused(_))), "{again:?}");
        // It goes on from where it stood.
        house.engine.job_run_again(&house.admin, &id).await?;
        house.run(house.kind(3, nothing(), nothing())).await?;
        ensure!(house.job(&id).await?.state == JobState::Done);
        ensure!(house.effects().await? == 3);
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_given_up_and_what_is_unknown_left_alone() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let kind = house.kind(1, nothing(), nothing());
        let id = house.ask(None).await?;
        house
            .engine
            .store()
            .write(Hold::Nothing, move |connection| {
                Box::pin(
                    async move { connection.execute("update job set principal = '{'", &[]).await },
                )
            })
            .await
            .map_err(|error: StoreError| error)?;
        house.run(kind).await?;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Dead && job.problems[0].code == "job_unreadable");
        let newer = house.engine.change(house.admin.clone(), |work| {
            Box::pin(async move { enqueue(work, NewJob::new("from_the_future", Json::Null)).await })
        });
        let newer = newer.await?;
        house.run(kind).await?;
        ensure!(house.job(&newer).await?.state == JobState::Queued);
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_is_woken_by_a_commit_and_gives_back_what_it_has_when_it_stops() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        let kind = house.kind(i64::MAX, nothing(), nothing());
        let worker = Worker::start(&house.engine, kinds(kind), &[]);
        let id = house.ask(None).await?;
        kind.ended.notified().await;
        worker.stop().await;
        let job = house.job(&id).await?;
        ensure!(job.state == JobState::Queued && job.done > 0, "{job:?}");
        ensure!(job.done == house.effects().await?, "every step counts");
    }
    Ok(())
}

#[tokio::test]
async fn only_admins_see_jobs() -> Result<()> {
    let house = House::new(Backend::Sqlite).await?;
    let id = house.ask(None).await?;
    let member = Caller { is_admin: false, ..house.admin.clone() };
    let engine = &house.engine;
    ensure!(matches!(engine.job_list(&member, None, 1).await, Err(EngineError::Forbidden)));
    ensure!(matches!(engine.job_get(&member, &id).await, Err(EngineError::Forbidden)));
    ensure!(matches!(engine.job_cancel(&member, &id).await, Err(EngineError::Forbidden)));
    ensure!(matches!(engine.job_run_again(&member, &id).await, Err(EngineError::Forbidden)));
    Ok(())
}

#[tokio::test]
async fn sweeping_asks_for_the_next_sweep_once() -> Result<()> {
    for backend in Backend::all() {
        let house = House::new(backend).await?;
        for _ in 0..2 {
            let worker = house.engine.start_worker();
            worker.stop().await;
        }
        run_due(&house.engine, KINDS, &house.stop.subscribe()).await?;
        let queued = house.engine.job_list(&house.admin, Some(JobState::Queued), 100).await?;
        ensure!(queued.len() == 1, "{queued:?}");
        ensure!(queued[0].run_at > house.engine.now().as_millisecond());
    }
    Ok(())
}
