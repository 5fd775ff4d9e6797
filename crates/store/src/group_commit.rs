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
        let outcome = match outcome {
            // What was put off fails as its own, and not as that of others.
            Ok(value) if !(is_last && self.finished.is_empty()) => {
                self.connection.catch_up().await.map(|()| value).map_err(E::from)
            }
            outcome => outcome,
        };
        if let Err(error) = self.leave_savepoint(outcome.is_err()).await {
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
    /// next write.
    async fn leave_savepoint(&mut self, undo: bool) -> Result<(), StoreError> {
        if undo {
            self.connection.forget_last();
            return self.connection.control("rollback to one; release one").await;
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

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use tokio::task::yield_now;

    use super::*;
    use crate::binds;

    const INSERT: &str = "insert into t (x) values ($1)";

    /// A writer over a table of numbers that are each there once.
    async fn writer(folder: &tempfile::TempDir) -> Result<Arc<GroupCommit>> {
        let options = SqliteConnectOptions::new();
        let options = options.filename(folder.path().join("t.db")).create_if_missing(true);
        let writer = Arc::new(GroupCommit::connect(&options).await?);
        put(&writer, "create table t (x integer unique)", None).await?;
        Ok(writer)
    }

    /// Runs a statement at once, or puts off an insert of a number.
    async fn put(
        writer: &Arc<GroupCommit>,
        sql: &'static str,
        number: Option<i64>,
    ) -> Result<(), StoreError> {
        let done = Arc::clone(writer).write(move |connection| {
            async move {
                match number {
                    None => connection.execute(sql, &[]).await.map(drop),
                    Some(number) => {
                        let binds = binds![number].to_vec();
                        connection.execute_by_the_end(INSERT.to_owned(), binds).await
                    }
                }
            }
            .boxed()
        });
        done.await
    }

    async fn numbers(writer: &Arc<GroupCommit>) -> Result<Vec<i64>, StoreError> {
        let read = Arc::clone(writer).write(|connection| {
            async move {
                let rows = connection.rows("select x from t order by x", &[]).await?;
                rows.iter().map(|row| row.int("x")).collect::<Result<Vec<_>, StoreError>>()
            }
            .boxed()
        });
        read.await
    }

    #[tokio::test]
    async fn what_is_put_off_is_there_and_fails_as_its_own() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let writer = writer(&folder).await?;
        put(&writer, INSERT, Some(1)).await?;
        assert!(put(&writer, INSERT, Some(1)).await.is_err());
        put(&writer, INSERT, Some(2)).await?;
        assert_eq!(numbers(&writer).await?, [1, 2]);
        Ok(())
    }

    #[tokio::test]
    async fn one_of_a_group_whose_put_off_statement_fails_takes_no_other_with_it() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let writer = writer(&folder).await?;
        put(&writer, INSERT, Some(1)).await?;
        let (go, begin) = oneshot::channel::<()>();
        let first = Arc::clone(&writer);
        let first = tokio::spawn(async move {
            let write = first.write(|connection| {
                async move {
                    begin.await.map_err(|_| StoreError::NotCommitted("nobody says go".into()))?;
                    connection.execute_by_the_end(INSERT.to_owned(), binds![2].to_vec()).await
                }
                .boxed()
            });
            write.await
        });
        let behind = |number| {
            let writer = Arc::clone(&writer);
            tokio::spawn(async move { put(&writer, INSERT, Some(number)).await })
        };
        while writer.state.try_lock().is_ok() {
            yield_now().await;
        }
        let (second, third) = (behind(1), behind(3));
        while writer.waiting.load(Ordering::SeqCst) < 2 {
            yield_now().await;
        }
        go.send(()).map_err(|()| anyhow::anyhow!("the first is gone"))?;
        first.await??;
        let refused = second.await?;
        assert!(matches!(refused, Err(StoreError::NotUnique { .. })), "{refused:?}");
        third.await??;
        assert_eq!(numbers(&writer).await?, [1, 2, 3]);
        Ok(())
    }

    #[tokio::test]
    async fn a_panic_leaves_nothing_of_what_was_put_off() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let writer = writer(&folder).await?;
        let panics = Arc::clone(&writer).write(|connection| {
            async move {
                connection.execute_by_the_end(INSERT.to_owned(), binds![1].to_vec()).await?;
                if connection.dialect() == formwork_query::Dialect::Sqlite {
                    panic!("in the middle of a write");
                }
                Ok::<_, StoreError>(())
            }
            .boxed()
        });
        assert!(panics.await.is_err());
        put(&writer, INSERT, Some(2)).await?;
        assert_eq!(numbers(&writer).await?, [2]);
        Ok(())
    }
}
