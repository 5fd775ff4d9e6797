//! Who is woken when a change is committed: readers of the event log, and workers.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

/// What a change has brought that somebody waits for.
#[derive(Debug, Clone, Default)]
pub(crate) struct AfterCommit(Arc<Brought>);

#[derive(Debug, Default)]
struct Brought {
    events: AtomicBool,
    jobs: AtomicBool,
}

impl AfterCommit {
    /// There are new events.
    pub(crate) fn events(&self) {
        self.0.events.store(true, Ordering::Relaxed);
    }

    /// There are new jobs.
    pub(crate) fn jobs(&self) {
        self.0.jobs.store(true, Ordering::Relaxed);
    }
}

/// Wakes those who wait in this process.
#[derive(Debug)]
pub(crate) struct Wake {
    events: watch::Sender<()>,
    jobs: watch::Sender<()>,
}

impl Default for Wake {
    fn default() -> Self {
        Self { events: watch::Sender::new(()), jobs: watch::Sender::new(()) }
    }
}

impl Wake {
    /// Tells what a change has brought. It must be committed.
    pub(crate) fn tell(&self, told: &AfterCommit) {
        if told.0.events.load(Ordering::Relaxed) {
            self.events.send_replace(());
        }
        if told.0.jobs.load(Ordering::Relaxed) {
            self.jobs.send_replace(());
        }
    }

    /// Changes when there are new events.
    #[cfg_attr(not(test), expect(dead_code, reason = "readers of the log come next"))]
    pub(crate) fn on_events(&self) -> watch::Receiver<()> {
        self.events.subscribe()
    }

    /// Changes when there are new jobs.
    pub(crate) fn on_jobs(&self) -> watch::Receiver<()> {
        self.jobs.subscribe()
    }
}
