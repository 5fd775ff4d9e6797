//! SQLite's single writer, with many requests' transactions in one fsync.
//!
//! Each write runs in a savepoint of a shared transaction. Whoever finds nobody waiting
//! behind it commits for all; the others wait for that commit before they answer. So a
//! lone write commits at once, and under load the cost of making it durable is shared.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{
    Connection as _,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};
use tokio::sync::{Mutex, oneshot};

use crate::{Connection, StoreError, connection::Inner};

/// Most writes that share one commit.
const LARGEST_GROUP: usize = 64;

/// What became of a shared transaction.
type Durable = Result<(), Arc<StoreError>>;

/// The writer: one connection, taken in turn.
pub(crate) struct GroupCommit {
    state: Mutex<State>,
    waiting: AtomicUsize,
    /// How many statements it has run.
    pub(crate) ran: Arc<AtomicU64>,
}

struct State {
    connection: Connection,
    /// Those whose work is done and not yet durable.
    finished: Vec<oneshot::Sender<Durable>>,
    /// A transaction is open.
    open: bool,
}

impl GroupCommit {
    pub(crate) async fn connect(options: &SqliteConnectOptions) -> Result<Self, StoreError> {
        let connection = SqliteConnection::connect_with(options).await?;
        let ran = Arc::<AtomicU64>::default();
        let writer = Inner::SqliteWriter(Box::new(connection));
        let mut connection = Connection::new(writer);
        connection.counted_by(Arc::clone(&ran));
        let state = State { connection, finished: Vec::new(), open: false };
        Ok(Self { state: Mutex::new(state), waiting: AtomicUsize::new(0), ran })
    }

    /// Runs one write. Must be polled to the end: the caller spawns it.
    pub(crate) async fn write<T, E>(
        self: Arc<Self>,
        work: impl for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut state = self.state.lock().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);

        let (done, is_last) = state.run(work, &self.waiting).await;
        let durable = done.is_ok().then(|| state.add_finished());
        if is_last {
            state.commit().await;
        }
        drop(state);

        let value = done?;
        if let Some(durable) = durable {
            match durable.await {
                Ok(Ok(())) => {}
                Ok(Err(reason)) => return Err(StoreError::GroupNotCommitted(reason).into()),
                Err(_) => return Err(StoreError::NotCommitted("writer stopped".into()).into()),
            }
        }
        Ok(value)
    }
}

impl State {
    /// Does one write; tells too whether the transaction ends with it.
    async fn run<T, E>(
        &mut self,
        work: impl for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>>,
        waiting: &AtomicUsize,
    ) -> (Result<T, E>, bool)
    where
        E: From<StoreError>,
    {
        if !self.open {
            self.connection.control_later("begin immediate");
            self.open = true;
        }
        self.connection.control_later("savepoint one");
        let outcome = AssertUnwindSafe(work(&mut self.connection)).catch_unwind().await;
        let outcome = outcome
            .unwrap_or_else(|_| Err(StoreError::NotCommitted("the change panicked".into()).into()));
        let is_last = waiting.load(Ordering::SeqCst) == 0
            || self.finished.len().saturating_add(1) >= LARGEST_GROUP;
        if let Err(error) = self.leave_savepoint(outcome.is_err(), is_last).await {
            // SQLite has ended the transaction by itself, as it does when the disk is full:
            // what stands before in this group is undone too, and its callers must know.
            let error = Arc::new(error);
            self.abandon(Arc::clone(&error)).await;
            // The change's own error says best what happened.
            let refused = || Err(StoreError::GroupNotCommitted(error).into());
            return (outcome.and_then(|_| refused()), is_last);
        }
        (outcome, is_last)
    }

    /// Ends the savepoint of a write: together with the commit, or with the beginning of the
    /// next write. What the write has put off fails as its own, never as the next one's.
    async fn leave_savepoint(&mut self, undo: bool, is_last: bool) -> Result<(), StoreError> {
        if undo {
            self.connection.forget_last();
            return self.connection.control("rollback to one; release one").await;
        }
        if !is_last {
            self.connection.catch_up().await?;
        }
        self.connection.control_later("release one");
        Ok(())
    }

    /// Ends the transaction without a commit.
    async fn abandon(&mut self, reason: Arc<StoreError>) {
        self.connection.forget();
        if let Err(error) = self.connection.control("rollback").await {
            tracing::debug!(%error, "there was nothing left to roll back");
        }
        self.end(&Err(reason));
    }

    fn add_finished(&mut self) -> oneshot::Receiver<Durable> {
        let (sender, receiver) = oneshot::channel();
        self.finished.push(sender);
        receiver
    }

    async fn commit(&mut self) {
        if !self.open {
            return;
        }
        let outcome = self.connection.finish("commit").await;
        let outcome = outcome.map_err(Arc::new);
        self.connection.forget();
        if outcome.is_err()
            && let Err(error) = self.connection.control("rollback").await
        {
            tracing::error!(%error, "rolling back after a failed commit");
        }
        self.end(&outcome);
    }

    /// Tells those who wait what became of their transaction.
    fn end(&mut self, outcome: &Durable) {
        self.open = false;
        for waiting in self.finished.drain(..) {
            // The other side is gone only when its task was aborted; nobody to tell.
            drop(waiting.send(outcome.clone()));
        }
    }
}
