//! Telling the other processes on a database that there is something to look at. It may get
//! lost, so that whoever waits looks by itself from time to time as well. SQLite has one
//! process, which needs none of this.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{PgPool, postgres::PgListener};

use crate::StoreError;

/// What there is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// New events.
    Events,
    /// New jobs.
    Jobs,
    /// Definitions or people that changed.
    Definitions,
}

impl Topic {
    const ALL: [Self; 3] = [Self::Events, Self::Jobs, Self::Definitions];

    fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Jobs => "jobs",
            Self::Definitions => "definitions",
        }
    }
}

const CHANNEL: &str = "formwork";
/// Changes within this time are told of once.
const GATHER: Duration = Duration::from_millis(2);

/// Tells of changes, those that come together at once, and hears of others'.
#[derive(Debug, Clone)]
pub(crate) struct Signals {
    /// Two connections: one listens, one tells.
    pool: PgPool,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Tells this store from others: it does not listen to itself.
    name: String,
    /// Topics that are about to be told.
    pending: [AtomicBool; 3],
}

impl Signals {
    pub(crate) fn new(pool: PgPool) -> Self {
        let name = format!("{:016x}", rand::random::<u64>());
        Self { pool, shared: Arc::new(Shared { name, pending: Default::default() }) }
    }

    /// Tells the other processes soon; nobody waits for it.
    pub(crate) fn tell(&self, topic: Topic) {
        let is_pending = move |signals: &Self, new| {
            let pending = signals.shared.pending.get(topic as usize);
            pending.is_none_or(|pending| pending.swap(new, Ordering::AcqRel))
        };
        if is_pending(self, true) {
            return;
        }
        let signals = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(GATHER).await;
            is_pending(&signals, false);
            let message = format!("{} {}", topic.as_str(), signals.shared.name);
            let told = sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(message);
            if let Err(error) = told.execute(&signals.pool).await {
                tracing::debug!(%error, "telling other processes of a change");
            }
        });
    }

    pub(crate) async fn listen(&self) -> Result<Listener, StoreError> {
        let listener = PgListener::connect_with(&self.pool).await;
        let mut listener = listener.map_err(StoreError::from_sqlx)?;
        listener.listen(CHANNEL).await.map_err(StoreError::from_sqlx)?;
        Ok(Listener(Some((listener, self.shared.name.clone()))))
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Hears what other processes tell.
pub struct Listener(Option<(PgListener, String)>);

impl Listener {
    /// One that never hears anything: there are no other processes.
    pub(crate) fn deaf() -> Self {
        Self(None)
    }

    /// Waits for the next that another process tells.
    ///
    /// # Errors
    /// When the connection is lost: what was told meanwhile is not known.
    pub async fn next(&mut self) -> Result<Topic, StoreError> {
        let Some((listener, own_name)) = &mut self.0 else { return std::future::pending().await };
        loop {
            let heard = listener.recv().await.map_err(StoreError::from_sqlx)?;
            let Some((topic, from)) = heard.payload().split_once(' ') else { continue };
            let topic = Topic::ALL.into_iter().find(|known| known.as_str() == topic);
            if let Some(topic) = topic.filter(|_| from != own_name) {
                return Ok(topic);
            }
        }
    }
}
