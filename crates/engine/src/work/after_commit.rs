//! Who is woken when a change is committed: readers of the event log, and workers.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use formwork_store::{Store, Topic};
use tokio::sync::watch;

/// What a change has brought that somebody waits for.
#[derive(Debug, Clone, Default)]
pub(crate) struct AfterCommit(Arc<Brought>);

#[derive(Debug, Default)]
struct Brought {
    events: AtomicBool,
    jobs: AtomicBool,
    definitions: AtomicBool,
}

impl AfterCommit {
    /// There are new events.
    pub(crate) fn events(&self) {
        self.0.events.store(true, Ordering::Relaxed);
    }

    /// Definitions or people have changed.
    pub(crate) fn definitions(&self) {
        self.0.definitions.store(true, Ordering::Relaxed);
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
    /// Somebody reads events here, and so in other processes too.
    events_are_read: AtomicBool,
}

impl Default for Wake {
    fn default() -> Self {
        let (events, jobs) = (watch::Sender::new(()), watch::Sender::new(()));
        Self { events, jobs, events_are_read: AtomicBool::new(false) }
    }
}

impl Wake {
    /// Tells this process and the others what a change has brought. It must be committed.
    pub(crate) fn tell(&self, told: &AfterCommit, store: &Store) {
        if told.0.events.load(Ordering::Relaxed) && self.events_are_read.load(Ordering::Relaxed) {
            self.hear(Topic::Events);
            store.tell(Topic::Events);
        }
        if told.0.jobs.load(Ordering::Relaxed) {
            self.hear(Topic::Jobs);
            store.tell(Topic::Jobs);
        }
        if told.0.definitions.load(Ordering::Relaxed) {
            store.tell(Topic::Definitions);
        }
    }

    /// Wakes those of this process who wait for a topic.
    pub(crate) fn hear(&self, topic: Topic) {
        match topic {
            Topic::Events => {
                self.events.send_replace(());
            }
            Topic::Jobs => {
                self.jobs.send_replace(());
            }
            // Nobody waits: who hears of it looks at once.
            Topic::Definitions => {}
        }
    }

    /// Changes when there are new events.
    pub(crate) fn on_events(&self) -> watch::Receiver<()> {
        self.events_are_read.store(true, Ordering::Relaxed);
        self.events.subscribe()
    }

    /// Changes when there are new jobs.
    pub(crate) fn on_jobs(&self) -> watch::Receiver<()> {
        self.jobs.subscribe()
    }
}
