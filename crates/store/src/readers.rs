//! Connections that read, kept warm between requests.
//!
//! sqlx's pool asks the database for a sign of life each time a connection comes back, which
//! costs a small read as much as the read itself. Here a connection whose last statement went
//! well is parked and handed on as it is; any other, and each one once a minute, goes back
//! through the pool, which tests it, closes it when it is old, and opens another.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Database, Pool, pool::PoolConnection};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    StoreError,
    deadline::{Deadline, Watched},
    reach::reached,
};

/// How long a connection is handed on before the pool looks at it again.
const LONGEST_TURN: Duration = Duration::from_mins(1);

/// The connections of a pool that only reads.
pub(crate) struct Readers<DB: Watched> {
    pool: Pool<DB>,
    /// The longest that a statement may take.
    limit: Duration,
    parked: Arc<Mutex<Vec<Parked<DB>>>>,
    /// One permit for each connection that the pool may open: who holds one finds a
    /// connection parked or in the pool.
    permits: Arc<Semaphore>,
    longest_wait: Duration,
}

struct Parked<DB: Database> {
    connection: PoolConnection<DB>,
    since: Instant,
    deadline: Deadline,
}

/// How the last statement on a connection went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    WentWell,
    Failed,
    /// It is under way, or nobody waited for its end.
    Begun,
}

/// A connection on loan.
pub(crate) struct Reader<DB: Watched> {
    connection: Option<Parked<DB>>,
    /// A statement that failed, or that nobody waited for, may have left an answer behind.
    last: Last,
    limit: Duration,
    parked: Arc<Mutex<Vec<Parked<DB>>>>,
    /// Given back after the connection.
    _permit: OwnedSemaphorePermit,
}

impl<DB: Watched> Readers<DB> {
    pub(crate) fn new(pool: Pool<DB>, limit: Duration) -> Self {
        let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
        Self {
            longest_wait: pool.options().get_acquire_timeout(),
            pool,
            limit,
            parked: Arc::default(),
            permits: Arc::new(Semaphore::new(most)),
        }
    }

    /// A connection that nobody uses.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none is free in time, and what the pool refuses.
    pub(crate) async fn acquire(&self) -> Result<Reader<DB>, StoreError> {
        let waiting = timeout(self.longest_wait, Arc::clone(&self.permits).acquire_owned());
        let permit = waiting.await.map_err(|_| StoreError::Busy(sqlx::Error::PoolTimedOut))?;
        let permit = permit.map_err(|_| StoreError::Database(sqlx::Error::PoolClosed))?;
        let connection = match self.take_parked() {
            Some(parked) => parked,
            None => reached(&self.pool, self.take_from_pool()).await?,
        };
        Ok(Reader {
            connection: Some(connection),
            last: Last::WentWell,
            limit: self.limit,
            parked: Arc::clone(&self.parked),
            _permit: permit,
        })
    }

    async fn take_from_pool(&self) -> Result<Parked<DB>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let deadline = Deadline::default();
        DB::watch(&mut connection, deadline.clone()).await?;
        Ok(Parked { connection, since: Instant::now(), deadline })
    }

    fn take_parked(&self) -> Option<Parked<DB>> {
        lock(&self.parked).pop()
    }

    pub(crate) fn open(&self) -> u32 {
        self.pool.size()
    }

    pub(crate) fn idle(&self) -> usize {
        self.pool.num_idle() + lock(&self.parked).len()
    }

    pub(crate) async fn close(&self) {
        self.permits.close();
        drop(mem::take(&mut *lock(&self.parked)));
        self.pool.close().await;
    }
}

impl<DB: Watched> Reader<DB> {
    /// The connection, for a statement. [`Reader::ended`] says that it came to its end.
    #[expect(clippy::expect_used, reason = "the connection is taken by drop alone")]
    pub(crate) fn begin(&mut self) -> &mut DB::Connection {
        self.last = Last::Begun;
        let parked = self.connection.as_mut().expect("not dropped");
        parked.deadline.set(self.limit);
        &mut parked.connection
    }

    /// The statement came to its end.
    pub(crate) fn ended(&mut self, well: bool) {
        self.last = if well { Last::WentWell } else { Last::Failed };
        if let Some(parked) = &self.connection {
            parked.deadline.clear();
        }
    }
}

impl<DB: Watched> Drop for Reader<DB> {
    fn drop(&mut self) {
        let Some(parked) = self.connection.take() else { return };
        match self.last {
            Last::WentWell if parked.since.elapsed() < LONGEST_TURN => {
                lock(&self.parked).push(parked);
            }
            Last::WentWell | Last::Failed => {}
            // Whoever asked has gone: nobody needs the answer any more.
            Last::Begun => {
                parked.deadline.cut();
                DB::abandon(parked.connection);
            }
        }
    }
}

/// Whoever panicked while holding the lock left the list whole.
fn lock<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use sqlx::{AssertSqlSafe, Sqlite, sqlite::SqlitePoolOptions};

    use super::*;

    /// Each connection has a database of its own, so that one knows which it is.
    fn two_readers() -> Readers<Sqlite> {
        let pool = SqlitePoolOptions::new().max_connections(2).test_before_acquire(false);
        let limit = Duration::from_secs(30);
        Readers::new(pool.connect_lazy("sqlite::memory:").expect("a pool"), limit)
    }

    async fn run(reader: &mut Reader<Sqlite>, sql: &'static str) {
        sqlx::query(AssertSqlSafe(sql)).execute(reader.begin()).await.expect(sql);
        reader.ended(true);
    }

    #[tokio::test]
    async fn a_connection_is_handed_on_as_it_is() {
        let readers = two_readers();
        let mut first = readers.acquire().await.expect("a reader");
        run(&mut first, "create table mark (one integer)").await;
        drop(first);
        assert_eq!(readers.idle(), 1);
        let mut again = readers.acquire().await.expect("a reader");
        run(&mut again, "select * from mark").await;
    }

    #[tokio::test]
    async fn one_with_a_statement_that_did_not_end_goes_back_to_the_pool() {
        let readers = two_readers();
        let mut failed = readers.acquire().await.expect("a reader");
        sqlx::query("select * from nothing").execute(failed.begin()).await.expect_err("no table");
        drop(failed);
        assert!(lock(&readers.parked).is_empty());
        let mut abandoned = readers.acquire().await.expect("a reader");
        drop(sqlx::query("select 1").execute(abandoned.begin()).now_or_never());
        drop(abandoned);
        assert!(lock(&readers.parked).is_empty());
        let mut next = readers.acquire().await.expect("a reader");
        run(&mut next, "select 2").await;
    }

    #[tokio::test]
    async fn who_comes_too_many_waits_for_the_next_that_is_free() {
        let readers = two_readers();
        let first = readers.acquire().await.expect("a reader");
        let _second = readers.acquire().await.expect("a reader");
        let third = readers.acquire();
        tokio::pin!(third);
        assert!(third.as_mut().now_or_never().is_none(), "none is free");
        drop(first);
        third.await.expect("a reader");
    }

    #[tokio::test]
    async fn none_is_left_once_closed() {
        let readers = two_readers();
        drop(readers.acquire().await.expect("a reader"));
        readers.close().await;
        assert!(matches!(readers.acquire().await, Err(StoreError::Database(_))));
        assert_eq!(readers.open(), 0);
    }
}
