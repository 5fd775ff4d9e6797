//! A change's transaction on PostgreSQL: what it holds from its beginning, and trying again
//! when another one got in its way. SQLite's single writer needs none of this.

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{AssertSqlSafe, PgPool, Postgres, pool::PoolConnection};

use crate::{Connection, StoreError, binds, connection::Inner, reach::reached};

/// What a change holds from its beginning to its end, so that what it leans on stays as it is.
///
/// Whoever changes people or documents in a way that others lean on holds them alone; everybody
/// else shares the people. People come before documents, and both before any row or table, so
/// that these locks never wait in a circle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hold {
    /// Nothing: for single rows of the engine's own.
    Nothing,
    /// The people, together with others.
    #[default]
    People,
    /// The people alone: members, departments, roles. Waits for the changes under way.
    PeopleAlone,
    /// The documents alone, and the people together with others.
    DocumentsAlone,
    /// People and documents alone: setting up, installing a package.
    Everything,
}

/// As many locks as there are are enough: others only wait a little more often.
const HOLD_NAMES: &str = "select pg_advisory_xact_lock(lock) from (select distinct
    4605600 + abs(hashtextextended(name, 0) % 64) as lock
    from jsonb_array_elements_text($1::jsonb) name order by lock) locks";

/// Most times that a change is tried.
const TRIES: u32 = 6;
/// The longest pause before the second try; it doubles with each.
const PAUSE_MS: u64 = 8;

impl Hold {
    /// The beginning of a transaction, in one message. Who wants something alone gives up
    /// soon, rather than make everybody else queue behind: the answer is "busy".
    fn begin(self) -> &'static str {
        match self {
            Self::Nothing => "begin",
            Self::People => "begin; select pg_advisory_xact_lock_shared(4605513)",
            Self::PeopleAlone => {
                "begin; set local lock_timeout = '2s'; select pg_advisory_xact_lock(4605513); \
                 set local lock_timeout to default"
            }
            // A change of tables must not make readers and writers wait for long either.
            Self::DocumentsAlone => {
                "begin; select pg_advisory_xact_lock_shared(4605513); \
                 set local lock_timeout = '1s'; select pg_advisory_xact_lock(4605512)"
            }
            Self::Everything => {
                "begin; set local lock_timeout = '2s'; select pg_advisory_xact_lock(4605513); \
                 set local lock_timeout = '1s'; select pg_advisory_xact_lock(4605512)"
            }
        }
    }
}

/// How a change goes about its reads, when it is not tried for the first time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lessons {
    /// Rows that a decision leans on are taken alone: the change is going to write to them,
    /// or waits for somebody who waits for it.
    pub(crate) alone: bool,
    /// Tables that it read as a whole.
    pub(crate) tables: BTreeSet<String>,
}

/// Runs a change in a transaction, and once more from its beginning each time that it met
/// others in a circle.
pub(crate) async fn write_postgres<T, E, F>(
    (pool, ran): (PgPool, Arc<AtomicU64>),
    hold: Hold,
    work: F,
) -> Result<T, E>
where
    E: From<StoreError>,
    F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Clone,
{
    let mut lessons = Lessons::default();
    for tried in 1.. {
        let mut connection = match begin(&pool, hold, &lessons).await {
            Ok(connection) => connection,
            Err(StoreError::Overtaken(_)) if tried < TRIES => continue,
            Err(error) => return Err(error.into()),
        };
        connection.counted_by(Arc::clone(&ran));
        let outcome = AssertUnwindSafe(work.clone()(&mut connection)).catch_unwind().await;
        let outcome = outcome
            .unwrap_or_else(|_| Err(StoreError::NotCommitted("the change panicked".into()).into()));
        let outcome = match outcome {
            Ok(value) => commit(&mut connection).await.map(|()| value).map_err(E::from),
            Err(error) => {
                roll_back(&mut connection).await;
                Err(error)
            }
        };
        if outcome.is_ok() || !connection.overtaken || tried >= TRIES {
            return outcome;
        }
        lessons = Lessons { alone: true, tables: connection.lessons.tables };
        let longest = PAUSE_MS << tried;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..longest))).await;
    }
    Err(StoreError::NotCommitted("it was tried too often".into()).into())
}

/// Begins a transaction. Connections that are left over from before the database went away
/// are passed by.
async fn begin(pool: &PgPool, hold: Hold, lessons: &Lessons) -> Result<Connection, StoreError> {
    let mut left_over = pool.num_idle();
    loop {
        match begin_on_one(pool, hold, lessons).await {
            Err(StoreError::Unreachable(_)) if left_over > 0 => left_over -= 1,
            done => return done,
        }
    }
}

async fn begin_on_one(
    pool: &PgPool,
    hold: Hold,
    lessons: &Lessons,
) -> Result<Connection, StoreError> {
    let connection = reached(pool, pool.acquire()).await?;
    let mut connection = Connection::new(Inner::PostgresWriter(OpenTransaction(Some(connection))));
    connection.lessons = lessons.clone();
    connection.held.clone_from(&lessons.tables);
    let begun = async {
        connection.simple(hold.begin()).await?;
        for table in &lessons.tables {
            connection.lock_table(table).await?;
        }
        Ok(())
    }
    .await;
    if begun.is_err() {
        roll_back(&mut connection).await;
    }
    begun.map(|()| connection)
}

async fn commit(connection: &mut Connection) -> Result<(), StoreError> {
    let done = connection.simple("commit").await;
    connection.end(done.is_ok());
    done
}

async fn roll_back(connection: &mut Connection) {
    let done = connection.simple("rollback").await;
    connection.end(done.is_ok());
}

/// A connection with a transaction on it. Dropped without an end, the connection is closed,
/// which undoes the transaction.
pub(crate) struct OpenTransaction(Option<PoolConnection<Postgres>>);

impl OpenTransaction {
    #[expect(clippy::expect_used, reason = "the connection is taken by the transaction's end")]
    pub(crate) fn connection(&mut self) -> &mut sqlx::PgConnection {
        self.0.as_mut().expect("the transaction has not ended")
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

impl Connection {
    /// Runs statements without binds, in one message.
    async fn simple(&mut self, sql: &str) -> Result<(), StoreError> {
        let Inner::PostgresWriter(writer) = &mut self.inner else { return Ok(()) };
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(writer.connection()).await;
        done.map(|_| ()).map_err(|error| self.failed(error))
    }

    /// Gives the connection back to its pool, when the transaction has come to its end.
    fn end(&mut self, well: bool) {
        if let Inner::PostgresWriter(writer) = &mut self.inner
            && well
        {
            drop(writer.0.take());
        }
    }

    async fn lock_table(&mut self, table: &str) -> Result<(), StoreError> {
        let name = table.replace('"', "\"\"");
        self.simple(&format!("lock table \"{name}\" in share row exclusive mode")).await
    }

    /// Lets nobody else write to a table until this transaction ends. What is read of it as a
    /// set, such as a sum over it, stays true until then.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when somebody else does not let go of it; the transaction may be
    /// tried again.
    pub async fn hold_table(&mut self, table: &str) -> Result<(), StoreError> {
        let is_writer = matches!(self.inner, Inner::PostgresWriter(_));
        if !is_writer || !self.held.insert(table.to_owned()) {
            return Ok(());
        }
        self.lessons.tables.insert(table.to_owned());
        self.lock_table(table).await
    }

    /// Lets nobody else go on who holds one of these names, until this transaction ends. Names
    /// may share a lock; the locks of one call are taken in one order.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when somebody else does not let go of it; the transaction may be
    /// tried again.
    pub async fn hold_names(&mut self, names: &[String]) -> Result<(), StoreError> {
        if !matches!(self.inner, Inner::PostgresWriter(_)) || names.is_empty() {
            return Ok(());
        }
        let names = serde_json::json!(names).to_string();
        self.rows(HOLD_NAMES, binds![names]).await.map(drop)
    }

    /// How rows are to be read that the change under way leans on.
    pub fn row_lock(&self) -> formwork_query::RowLock {
        match &self.inner {
            Inner::PostgresWriter(_) if self.lessons.alone => formwork_query::RowLock::Alone,
            Inner::PostgresWriter(_) => formwork_query::RowLock::Shared,
            _ => formwork_query::RowLock::None,
        }
    }
}
