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

        let done = state.run(work).await;
        let durable = done.is_ok().then(|| state.add_finished());
        let last = self.waiting.load(Ordering::SeqCst) == 0;
        if last || state.finished.len() >= LARGEST_GROUP {
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
    async fn run<T, E>(
        &mut self,
        work: impl for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        if !self.open {
            self.connection.control("begin immediate").await?;
            self.open = true;
        }
        self.connection.control("savepoint one").await?;
        let outcome = AssertUnwindSafe(work(&mut self.connection)).catch_unwind().await;
        let outcome = outcome
            .unwrap_or_else(|_| Err(StoreError::NotCommitted("the change panicked".into()).into()));
        if let Err(error) = self.leave_savepoint(outcome.is_err()).await {
            // SQLite has ended the transaction by itself, as it does when the disk is full:
            // what stands before in this group is undone too, and its callers must know.
            let error = Arc::new(error);
            self.abandon(Arc::clone(&error)).await;
            // The change's own error says best what happened.
            outcome?;
            return Err(StoreError::GroupNotCommitted(error).into());
        }
        outcome
    }

    async fn leave_savepoint(&mut self, undo: bool) -> Result<(), StoreError> {
        if undo {
            self.connection.control("rollback to one").await?;
        }
        self.connection.control("release one").await?;
        Ok(())
    }

    /// Ends the transaction without a commit.
    async fn abandon(&mut self, reason: Arc<StoreError>) {
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
        let outcome = self.connection.control("commit").await;
        let outcome = outcome.map_err(Arc::new);
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
