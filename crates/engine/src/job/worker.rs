//! The worker of a process: a few lanes, each of which runs one job at a time.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle, time::sleep};

use super::{
    KINDS,
    run::{Kinds, next_due, run_due},
};
use crate::Engine;

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
    lanes: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts running jobs in this process, beside any other that does.
    pub fn start_worker(&self) -> Worker {
        Worker::start(self, KINDS)
    }
}

impl Worker {
    pub(super) fn start(engine: &Engine, kinds: Kinds) -> Self {
        let stop = watch::Sender::new(false);
        let lanes = (0..LANES)
            .map(|_| tokio::spawn(supervise(engine.clone(), kinds, stop.subscribe())))
            .collect();
        Self { stop, lanes }
    }

    /// Lets the steps that are under way come to their end, gives their jobs back, and stops.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for lane in self.lanes {
            if let Err(error) = lane.await {
                tracing::error!(%error, "a lane of the worker");
            }
        }
    }
}

/// Keeps a lane going: one that panics is seen, and begins again.
async fn supervise(engine: Engine, kinds: Kinds, stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match tokio::spawn(lane(engine.clone(), kinds, stop.clone())).await {
            Ok(()) => return,
            Err(error) => {
                tracing::error!(%error, "a lane of the worker stopped; it begins again");
                sleep(AFTER_A_PANIC).await;
            }
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
