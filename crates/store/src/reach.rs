//! Finds out soon when the database cannot be reached.
//!
//! sqlx's pool takes a refused connection for a database that is starting, and tries again
//! until its time is up; then "nobody is there" looks like "everybody is busy".

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use sqlx::{ConnectOptions, Connection, Database, Pool};
use tokio::{sync::Semaphore, time::timeout};

use crate::StoreError;

/// How long a pool may take before it is asked why.
const DOUBT_AFTER: Duration = Duration::from_millis(250);
/// The longest that a database may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// One asks at a time: when many wait because all connections are used, their asking must not
/// make it worse.
static ASKING: Semaphore = Semaphore::const_new(1);

/// Waits for what a pool does. While that takes long, the database is asked whether it is
/// there at all.
///
/// # Errors
/// [`StoreError::Unreachable`] when it is not; otherwise the pool's own.
pub(crate) async fn reached<DB: Database, T>(
    pool: &Pool<DB>,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    let mut work = pin!(work);
    if let Ok(done) = timeout(DOUBT_AFTER, &mut work).await {
        return done.map_err(StoreError::from_sqlx);
    }
    tokio::select! {
        done = &mut work => done.map_err(StoreError::from_sqlx),
        refused = refusal(pool) => Err(StoreError::Unreachable(refused)),
    }
}

/// Why the database takes no connection; never ends when it takes one.
async fn refusal<DB: Database>(pool: &Pool<DB>) -> sqlx::Error {
    let turn = ASKING.acquire().await;
    let options = Arc::clone(&pool.connect_options());
    let connected = match timeout(CONNECT_TIMEOUT, options.connect()).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return error,
        Err(_) => return sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
    };
    if let Err(error) = connected.close().await {
        tracing::debug!(%error, "closing a connection that was only asked for");
    }
    drop(turn);
    std::future::pending().await
}
