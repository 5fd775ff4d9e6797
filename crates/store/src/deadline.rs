//! The time that a statement may take, and ending it when that is over or nobody waits for its
//! answer any more. PostgreSQL does the first by itself; on SQLite the program looks at the
//! clock while a statement runs.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{Database, Postgres, Sqlite, pool::PoolConnection};

/// Steps of SQLite's machine between two looks at the clock: some tens of microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 4000;

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When the statement under way on a connection is to be over, in milliseconds since the
/// program began; 0 is never.
#[derive(Clone, Default)]
pub(crate) struct Deadline(Arc<AtomicU64>);

impl Deadline {
    pub(crate) fn set(&self, limit: Duration) {
        self.0.store(millis(BEGINNING.elapsed() + limit).max(1), Ordering::Relaxed);
    }

    pub(crate) fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Ends what is under way.
    pub(crate) fn cut(&self) {
        self.0.store(1, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        let at = self.0.load(Ordering::Relaxed);
        at == 1 || (at != 0 && millis(BEGINNING.elapsed()) > at)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A database whose statements end in time.
pub(crate) trait Watched: Database {
    /// Makes the statements on a connection keep to a deadline.
    fn watch(
        connection: &mut Self::Connection,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<(), sqlx::Error>>;

    /// Gives up a connection with a statement under way that nobody waits for.
    fn abandon(connection: PoolConnection<Self>);
}

impl Watched for Sqlite {
    fn watch(
        connection: &mut Self::Connection,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        async move {
            let goes_on = move || !deadline.is_over();
            connection.lock_handle().await?.set_progress_handler(STEPS_BETWEEN_LOOKS, goes_on);
            Ok(())
        }
        .boxed()
    }

    /// Its deadline has ended the statement, so that it goes back to its pool at once.
    fn abandon(connection: PoolConnection<Self>) {
        drop(connection);
    }
}

impl Watched for Postgres {
    fn watch(_: &mut Self::Connection, _: Deadline) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        async { Ok(()) }.boxed()
    }

    /// The server ends what runs for a connection that is gone.
    fn abandon(connection: PoolConnection<Self>) {
        drop(connection.detach());
    }
}
