//! The worker of a process: a few lanes, each of which runs one job at a time; the readers of
//! the event log; and an ear for other processes.

use std::time::Duration;

use formwork_store::Topic;
use tokio::{sync::watch, task::JoinHandle, time::sleep};

use super::{
    KINDS,
    run::{Kinds, next_due, run_due},
    sweep,
};
use crate::{
    Engine, EngineResult, Principal, SystemReason,
    work::{EventReader, READERS, keep_reading},
};

/// Jobs that a process runs at once.
const LANES: usize = 2;
/// How long a lane sleeps at most: what wakes it otherwise may get lost between processes.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);
/// How long it sleeps at least, while others hold what is due.
const SHORTEST_SLEEP: Duration = Duration::from_millis(100);
/// How long a lane that panicked stays away.
const AFTER_A_PANIC: Duration = Duration::from_secs(1);

/// A worker that runs; dropped, it goes on until the process ends.
#[must_use = "a worker is stopped before the database is closed"]
pub struct Worker {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts running jobs and reading events in this process, beside any other that does.
    pub fn start_worker(&self) -> Worker {
        let mut worker = Worker::start(self, KINDS, READERS);
        let engine = self.clone();
        worker.tasks.push(tokio::spawn(async move {
            let upkeep = Principal::system(SystemReason::Upkeep, None);
            let asked = engine.change(upkeep, |work| {
                Box::pin(async move {
                    let now = work.now_ms();
                    sweep::ask_for(work, now).await
                })
            });
            if let Err(error) = asked.await {
                tracing::error!(%error, "asking for upkeep");
            }
            if let Err(error) = engine.level_indexes().await {
                tracing::error!(%error, "looking for missing indexes");
            }
        }));
        worker
    }
}

impl Worker {
    pub(crate) fn start(
        engine: &Engine,
        kinds: Kinds,
        readers: &'static [&'static dyn EventReader],
    ) -> Self {
        let stop = watch::Sender::new(false);
        let mut tasks = vec![supervise(&stop, engine, hear)];
        tasks.extend(
            (0..LANES)
                .map(|_| supervise(&stop, engine, move |engine, stop| lane(engine, kinds, stop))),
        );
        tasks.extend(readers.iter().map(|reader| {
            supervise(&stop, engine, move |engine, stop| keep_reading(engine, *reader, stop))
        }));
        Self { stop, tasks }
    }

    /// Lets the steps that are under way come to their end, gives their jobs back, and stops.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the worker");
            }
        }
    }
}

/// Keeps a task going until the worker stops: one that panics is seen, and begins again.
fn supervise<F, D>(stop: &watch::Sender<bool>, engine: &Engine, begin: F) -> JoinHandle<()>
where
    F: Fn(Engine, watch::Receiver<bool>) -> D + Send + 'static,
    D: Future<Output = ()> + Send + 'static,
{
    let (engine, stop) = (engine.clone(), stop.subscribe());
    tokio::spawn(async move {
        while !*stop.borrow() {
            match tokio::spawn(begin(engine.clone(), stop.clone())).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(%error, "a task of the worker stopped; it begins again");
                    sleep(AFTER_A_PANIC).await;
                }
            }
        }
    })
}

/// Passes on what other processes tell.
async fn hear(engine: Engine, mut stop: watch::Receiver<bool>) {
    let hearing = async {
        loop {
            if let Err(error) = listen(&engine).await {
                tracing::warn!(%error, "listening to other processes");
            }
            sleep(AFTER_A_PANIC).await;
        }
    };
    tokio::select! {
        () = hearing => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn listen(engine: &Engine) -> EngineResult<()> {
    let mut listener = engine.store().listen().await?;
    loop {
        let topic = listener.next().await?;
        engine.shared.wake.hear(topic);
        if topic == Topic::Definitions {
            engine.refresh().await?;
        }
    }
}

async fn lane(engine: Engine, kinds: Kinds, mut stop: watch::Receiver<bool>) {
    let mut wake = engine.shared.wake.on_jobs();
    while !*stop.borrow() {
        // Whoever adds a job from here on wakes the lane again.
        wake.mark_unchanged();
        if let Err(error) = run_due(&engine, kinds, &stop).await {
            tracing::error!(%error, "running jobs");
        }
        let rest = sleep(rest(&engine, kinds).await);
        // Dropped senders mean that the process ends.
        tokio::select! {
            () = rest => {}
            changed = wake.changed() => if changed.is_err() { return },
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// How long there is nothing to do.
async fn rest(engine: &Engine, kinds: Kinds) -> Duration {
    match next_due(engine, kinds).await {
        Ok(Some(due)) => {
            let left = due.duration_since(engine.now());
            Duration::try_from(left).unwrap_or(SHORTEST_SLEEP).clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
        }
        Ok(None) => LONGEST_SLEEP,
        Err(error) => {
            tracing::warn!(%error, "looking for jobs");
            LONGEST_SLEEP
        }
    }
}
