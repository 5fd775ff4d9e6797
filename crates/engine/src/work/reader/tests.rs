//! Readers of the event log on both databases, with transactions that commit late.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use formwork_event::{Detail, NewEvent, RoleSaved};
use formwork_store::{
    Connection, Store, StoreError,
    repo::{
        event::event_append,
        setting::{setting_count_up, setting_list},
    },
};
use formwork_testkit::{Backend, TestClock, TestDatabase};
use parking_lot::Mutex;
use proptest::{
    prelude::{Just, Strategy, prop},
    test_runner::{Config, TestRunner},
};
use tokio::sync::{Notify, mpsc, oneshot};

use super::*;
use crate::{EngineError, job::Worker};

/// Counts in the database how often it has read each event.
struct Ear {
    order: Mutex<Vec<i64>>,
    fails: AtomicBool,
    heard: Notify,
}

#[async_trait]
impl EventReader for Ear {
    fn name(&self) -> &'static str {
        "ear"
    }

    fn begins_with_the_oldest(&self) -> bool {
        true
    }

    async fn read(&self, work: &mut Work<'_>, events: &[Event]) -> EngineResult<()> {
        for event in events {
            setting_count_up(work.connection, &format!("read-{}", event.id), 1).await?;
        }
        if self.fails.load(Ordering::SeqCst) {
            return Err(EngineError::Busy);
        }
        self.order.lock().extend(events.iter().map(|event| event.id));
        self.heard.notify_one();
        Ok(())
    }
}

fn ear() -> &'static Ear {
    let (order, fails, heard) = (Mutex::default(), AtomicBool::new(false), Notify::new());
    Box::leak(Box::new(Ear { order, fails, heard }))
}

async fn open(database: &TestDatabase) -> Result<Engine> {
    let clock = TestClock::default();
    Ok(Engine::open(Store::open(database.url()).await?, clock.as_clock()).await?)
}

async fn append(connection: &mut Connection) -> Result<i64, StoreError> {
    let saved = RoleSaved { role: "r".to_owned(), label: formwork_model::Localized::new("R", "R") };
    let event = NewEvent {
        at: 0,
        principal: Principal::of_member("m"),
        cause: None,
        depth: 0,
        form: None,
        record: None,
        detail: Detail::RoleSaved(saved),
    };
    event_append(connection, &event).await
}

async fn commit_one(engine: &Engine) -> Result<i64> {
    let appended = engine.store().write(Hold::Nothing, |connection| Box::pin(append(connection)));
    let appended: Result<i64, StoreError> = appended.await;
    Ok(appended?)
}

/// Lets a reader read until there is nothing more, or it has to wait.
async fn read_all(engine: &Engine, ear: &'static Ear) -> Result<Read> {
    begin(engine, ear).await?;
    loop {
        match step(engine, ear).await? {
            Read::Some => {}
            end => return Ok(end),
        }
    }
}

/// Lets a reader read until there is nothing more. Other databases of the same server have
/// transactions of their own, which it waits for.
async fn read_to_the_end(engine: &Engine, ear: &'static Ear) -> Result<()> {
    while read_all(engine, ear).await? != Read::Nothing {
        sleep(SHORTEST_SLEEP).await;
    }
    Ok(())
}

/// How often each event was read.
async fn read_counts(engine: &Engine) -> Result<BTreeMap<i64, i64>> {
    let settings = setting_list(&mut engine.store().read().await?).await?;
    let mut counts = BTreeMap::new();
    for (name, value) in settings {
        if let Some(id) = name.strip_prefix("read-") {
            counts.insert(id.parse()?, value.parse()?);
        }
    }
    Ok(counts)
}

/// A transaction that appends and ends when it is told to.
struct Open {
    ask: mpsc::Sender<Ask>,
    done: tokio::task::JoinHandle<Result<(), StoreError>>,
}

enum Ask {
    Append(oneshot::Sender<i64>),
    End(bool),
}

impl Open {
    fn new(store: &Store) -> Self {
        let (ask, asked) = mpsc::channel(1);
        let (store, asked) = (store.clone(), std::sync::Arc::new(tokio::sync::Mutex::new(asked)));
        let done = tokio::spawn(async move {
            store
                .write(Hold::Nothing, move |connection| {
                    Box::pin(async move {
                        let mut asked = asked.lock().await;
                        while let Some(ask) = asked.recv().await {
                            match ask {
                                Ask::Append(answer) => {
                                    let _ = answer.send(append(connection).await?);
                                }
                                Ask::End(true) => return Ok(()),
                                Ask::End(false) => break,
                            }
                        }
                        Err(StoreError::NotCommitted("as asked".to_owned()))
                    })
                })
                .await
        });
        Self { ask, done }
    }

    async fn append(&self) -> Result<i64> {
        let (answer, id) = oneshot::channel();
        self.ask.send(Ask::Append(answer)).await.ok().context("an open transaction")?;
        Ok(id.await?)
    }

    async fn end(self, commits: bool) -> Result<()> {
        self.ask.send(Ask::End(commits)).await.ok().context("an open transaction")?;
        let ended = self.done.await?;
        ensure!(ended.is_ok() == commits);
        Ok(())
    }
}

#[tokio::test]
async fn each_event_is_read_once_and_in_order() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let (engine, ear) = (open(&database).await?, ear());
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(commit_one(&engine).await?);
        }
        read_to_the_end(&engine, ear).await?;
        ids.push(commit_one(&engine).await?);
        read_to_the_end(&engine, ear).await?;
        ensure!(*ear.order.lock() == ids);
        ensure!(read_counts(&engine).await?.values().all(|count| *count == 1));
    }
    Ok(())
}

#[tokio::test]
async fn an_event_that_commits_late_is_not_passed_by() -> Result<()> {
    if !Backend::all().contains(&Backend::Postgres) {
        return Ok(());
    }
    let database = TestDatabase::new(Backend::Postgres).await?;
    let (engine, ear) = (open(&database).await?, ear());
    let (early, late) = (Open::new(engine.store()), Open::new(engine.store()));
    let first = early.append().await?;
    let second = late.append().await?;
    late.end(true).await?;
    ensure!(read_all(&engine, ear).await? == Read::Waiting, "the first is still under way");
    ensure!(ear.order.lock().is_empty());
    early.end(true).await?;
    read_to_the_end(&engine, ear).await?;
    ensure!(*ear.order.lock() == [first, second]);
    Ok(())
}

/// What happens, in which order: transaction by number.
#[derive(Debug, Clone, Copy)]
enum Act {
    Append(usize),
    End(usize, bool),
    Read,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = proptest::prop_oneof![
        4 => (0..4_usize).prop_map(Act::Append),
        2 => (0..4_usize, prop::bool::weighted(0.8)).prop_map(|(n, commits)| Act::End(n, commits)),
        2 => Just(Act::Read),
    ];
    prop::collection::vec(act, 1..30)
}

async fn play(engine: &Engine, at_once: usize, acts: &[Act]) -> Result<()> {
    let ear = ear();
    let mut open: Vec<Option<(Open, Vec<i64>)>> = (0..4).map(|_| None).collect();
    let mut committed: Vec<i64> = Vec::new();
    let before = read_counts(engine).await?;
    for act in acts {
        match *act {
            Act::Append(number) => {
                let number = number % at_once;
                let slot = &mut open[number];
                let (transaction, ids) =
                    slot.get_or_insert_with(|| (Open::new(engine.store()), Vec::new()));
                ids.push(transaction.append().await?);
            }
            Act::End(number, commits) => {
                if let Some((transaction, ids)) = open[number % at_once].take() {
                    transaction.end(commits).await?;
                    committed.extend(ids.into_iter().filter(|_| commits));
                }
            }
            // With one writer, nobody reads while a transaction is under way.
            Act::Read if at_once > 1 || open.iter().all(Option::is_none) => {
                read_all(engine, ear).await?;
            }
            Act::Read => {}
        }
    }
    for (transaction, ids) in open.into_iter().flatten() {
        transaction.end(true).await?;
        committed.extend(ids);
    }
    read_to_the_end(engine, ear).await?;
    let mut counts = read_counts(engine).await?;
    counts.retain(|id, _| !before.contains_key(id));
    committed.sort_unstable();
    ensure!(counts.keys().copied().collect::<Vec<_>>() == committed, "{counts:?} {committed:?}");
    ensure!(counts.values().all(|count| *count == 1), "{counts:?}");
    Ok(())
}

#[test]
fn whatever_commits_in_whatever_order_is_read_once() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Connections are given back inside of it.
    let _inside = runtime.enter();
    for backend in Backend::all() {
        let at_once = if backend == Backend::Postgres { 4 } else { 1 };
        let (engine, _database) = runtime.block_on(async {
            let database = TestDatabase::new(backend).await?;
            Ok::<_, anyhow::Error>((open(&database).await?, database))
        })?;
        let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(&acts(), |acts| {
            let played = runtime.block_on(play(&engine, at_once, &acts));
            played.map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))
        });
        outcome.map_err(|error| anyhow::anyhow!("{backend:?}: {error}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_reader_that_fails_does_it_all_again() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let (engine, ear) = (open(&database).await?, ear());
        begin(&engine, ear).await?;
        let id = commit_one(&engine).await?;
        ear.fails.store(true, Ordering::SeqCst);
        // Transactions of other databases of the same server are waited for.
        let failed = loop {
            match step(&engine, ear).await {
                Ok(Read::Waiting) => sleep(SHORTEST_SLEEP).await,
                done => break done,
            }
        };
        ensure!(failed.is_err());
        ensure!(read_counts(&engine).await?.is_empty(), "its step is undone");
        ear.fails.store(false, Ordering::SeqCst);
        read_to_the_end(&engine, ear).await?;
        ensure!(read_counts(&engine).await? == BTreeMap::from([(id, 1)]));
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_passed_by() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let (engine, ear) = (open(&database).await?, ear());
        let first = commit_one(&engine).await?;
        let odd = engine.store().write(Hold::Nothing, |connection| {
            Box::pin(async move {
                for (kind, format, detail) in [
                    ("role_saved", 99, "{\"role\":1}"),
                    ("role_painted", 2, "{}"),
                    ("role_saved", 2, "{"),
                    ("role_saved", 0, "{}"),
                ] {
                    let sql = "insert into event (at, by_member, kind, subject, detail, format)
                        values (0, 'm', $1, '', $2, $3)";
                    let values = formwork_store::binds![kind, detail, i64::from(format)];
                    connection.execute(sql, values).await?;
                }
                Ok::<(), StoreError>(())
            })
        });
        odd.await?;
        let last = commit_one(&engine).await?;
        read_to_the_end(&engine, ear).await?;
        ensure!(*ear.order.lock() == [first, last]);
    }
    Ok(())
}

#[tokio::test]
async fn two_processes_read_each_event_once() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let (one, other, ear) = (open(&database).await?, open(&database).await?, ear());
        begin(&one, ear).await?;
        for _ in 0..20 {
            commit_one(&one).await?;
        }
        let (mine, theirs) = tokio::join!(read_all(&one, ear), read_all(&other, ear));
        mine?;
        theirs?;
        read_to_the_end(&one, ear).await?;
        let counts = read_counts(&one).await?;
        ensure!(counts.len() == 20 && counts.values().all(|count| *count == 1), "{counts:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_log_that_was_moved_to_another_server_goes_on() -> Result<()> {
    if !Backend::all().contains(&Backend::Postgres) {
        return Ok(());
    }
    let database = TestDatabase::new(Backend::Postgres).await?;
    let (engine, ear) = (open(&database).await?, ear());
    let read = commit_one(&engine).await?;
    read_to_the_end(&engine, ear).await?;
    let unread = commit_one(&engine).await?;
    // As a dump of a server that had counted further brings it.
    let moved = engine.store().write(Hold::Nothing, |connection| {
        Box::pin(async move {
            for sql in [
                "update event set transaction_id = (9000000000000 + id)::text::xid8",
                "update event_reader set transaction_id = (9000000000000 + event)::text::xid8",
            ] {
                connection.execute(sql, &[]).await?;
            }
            Ok::<(), StoreError>(())
        })
    });
    moved.await?;
    let engine = open(&database).await?;
    let new = commit_one(&engine).await?;
    read_to_the_end(&engine, ear).await?;
    ensure!(*ear.order.lock() == [read, unread, new]);
    Ok(())
}

async fn change(engine: &Engine) -> EngineResult<()> {
    let changed = engine.change(Principal::of_member("m"), |work| {
        let label = formwork_model::Localized::new("R", "R");
        let saved = RoleSaved { role: "r".to_owned(), label };
        Box::pin(async move {
            work.log(Detail::RoleSaved(saved));
            Ok(())
        })
    });
    changed.await
}

#[tokio::test]
async fn a_commit_wakes_readers_here_and_elsewhere() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let (engine, ear) = (open(&database).await?, ear());
        begin(&engine, ear).await?;
        let readers: &'static [&'static dyn EventReader] = Box::leak(Box::new([ear as _]));
        let worker = Worker::start(&engine, &[], readers);
        // Until the first was heard, the reader may not be on its feet yet.
        change(&engine).await?;
        ear.heard.notified().await;
        let mut took = Vec::new();
        for _ in 0..20 {
            change(&engine).await?;
            let committed = Instant::now();
            ear.heard.notified().await;
            took.push(committed.elapsed());
        }
        took.sort_unstable();
        println!("{backend:?}: from commit to reader: median {:?}, most {:?}", took[10], took[19]);
        worker.stop().await;
    }
    Ok(())
}
