//! Opening a database, bringing its tables up to date, reading and writing.

use std::{
    path::Path,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use formwork_query::Dialect;
use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Sqlite,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{
        SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};

use crate::{
    Connection, Hold, Listener, StoreError, Topic, connection::Inner, group_commit::GroupCommit,
    notify::Signals, readers::Readers, repo::reader::readers_settle, transaction::write_postgres,
};

/// Which databases this program can live with. A migration that only adds leaves it as it is:
/// then an older program may go on beside a newer one. One that an older program would write
/// past raises it here, and sets `least_level` among the settings to the same number.
const LEVEL: i64 = 1;

/// The migrations of a folder. Those of a newer program are left alone: had they been more than
/// additions, [`LEVEL`] would have kept this one out.
pub(crate) fn migrations(dialect: Dialect) -> Migrator {
    let mut migrations = match dialect {
        Dialect::Sqlite => sqlx::migrate!("../../migrations/sqlite"),
        Dialect::Postgres => sqlx::migrate!("../../migrations/postgres"),
    };
    migrations.set_ignore_missing(true);
    migrations
}

/// Connections to PostgreSQL that read, and those that write. Apart, so that neither kind can
/// keep the other from its work.
const POSTGRES_READERS: u32 = 8;
const POSTGRES_WRITERS: u32 = 6;
/// Connections to SQLite that read.
const SQLITE_READERS: u32 = 4;
/// The longest that a statement of a reader may take, and one of a change on PostgreSQL.
const LONGEST_READ: Duration = Duration::from_secs(10);
const LONGEST_WRITE: Duration = Duration::from_secs(30);
/// How long a reader waits for a connection before the answer is "busy".
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest that a statement may take when everything is looked at.
const LONGEST_LOOK: Duration = Duration::from_hours(24);

/// A database with its tables up to date. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite {
        readers: Arc<Readers<Sqlite>>,
        writer: Arc<GroupCommit>,
        options: Arc<SqliteConnectOptions>,
    },
    Postgres {
        readers: Arc<Readers<Postgres>>,
        writers: PgPool,
        options: Arc<PgConnectOptions>,
        signals: Signals,
        /// How many statements its changes have run.
        ran: Arc<AtomicU64>,
    },
}

/// How busy the connections are.
#[derive(Debug, Clone, Copy)]
pub struct PoolState {
    /// Open connections.
    pub open: u32,
    /// Those that nobody uses.
    pub idle: usize,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…` and runs the migrations that are missing.
    ///
    /// # Errors
    /// When the address is unknown, the database cannot be reached, or a migration fails.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_limited(url, LONGEST_READ).await
    }

    /// The same, with another limit for the time that a statement of a reader may take.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_limited(url: &str, longest_read: Duration) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url, longest_read).await
        } else if url.starts_with("sqlite:") {
            let store = Self::open_sqlite(url, longest_read).await?;
            must_not_be_newer(&mut store.read().await?).await?;
            store.migrate_sqlite(url).await?;
            Ok(store)
        } else {
            Err(StoreError::UnknownUrl(url.to_owned()))
        }
    }

    /// Opens a database as it is, to look at it or to copy it: nothing is made, brought up to
    /// date or written.
    ///
    /// # Errors
    /// When the address is unknown or the database cannot be opened.
    pub async fn open_as_is(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = || PgPoolOptions::new().max_connections(2).acquire_timeout(ACQUIRE_TIMEOUT);
            let options = PgConnectOptions::from_str(url)?
                .options([("default_transaction_read_only", "on"), ("TimeZone", "UTC")]);
            let writers = pool().connect_lazy_with(options.clone());
            let readers = pool().connect_lazy_with(options.clone());
            let readers = Arc::new(Readers::new(readers, LONGEST_LOOK));
            let options = Arc::new(options);
            let (signals, ran) = (Signals::new(writers.clone()), Arc::default());
            return Ok(Self {
                backend: Backend::Postgres { readers, writers, options, signals, ran },
            });
        }
        let options = SqliteConnectOptions::from_str(url)?
            .read_only(true)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(false);
        let writer = Arc::new(GroupCommit::connect(&options).await?);
        let pool = SqlitePoolOptions::new().max_connections(2).acquire_timeout(ACQUIRE_TIMEOUT);
        let readers =
            Arc::new(Readers::new(pool.connect_with(options.clone()).await?, LONGEST_LOOK));
        let options = Arc::new(options);
        Ok(Self { backend: Backend::Sqlite { readers, writer, options } })
    }

    /// Makes one file of a SQLite database that nobody uses: what stands in the log beside it
    /// is written into it.
    ///
    /// # Errors
    /// When the file is no database, damaged, or in use.
    pub async fn seal_sqlite(path: &Path) -> Result<(), StoreError> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
        let connection = SqliteConnection::connect_with(&options).await?;
        let mut connection = Connection::new(Inner::SqliteWriter(Box::new(connection)));
        connection.execute("pragma journal_mode = delete", &[]).await?;
        if let Inner::SqliteWriter(connection) = connection.inner {
            connection.close().await?;
        }
        Ok(())
    }

    async fn open_sqlite(url: &str, longest_read: Duration) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(false)
            .statement_cache_capacity(400)
            .pragma("cache_size", "-16000")
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456");
        let writer = GroupCommit::connect(&options).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options.clone().pragma("query_only", "on"))
            .await?;
        let readers = Arc::new(Readers::new(readers, longest_read));
        let (writer, options) = (Arc::new(writer), Arc::new(options));
        Ok(Self { backend: Backend::Sqlite { readers, writer, options } })
    }

    async fn migrate_sqlite(&self, url: &str) -> Result<(), StoreError> {
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        migrations(Dialect::Sqlite).run(&pool).await?;
        pool.close().await;
        Ok(())
    }

    /// Opens a database without bringing any tables: to make databases on a PostgreSQL
    /// server, to fill one from a dump, and to do to a database what this program does not.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn open_plain(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            return Self::open_sqlite(url, LONGEST_READ).await;
        }
        let pool = |connections| PgPoolOptions::new().max_connections(connections);
        let writers = pool(1).connect(url).await?;
        let signals = Signals::new(pool(1).connect_lazy(url)?);
        let readers = Arc::new(Readers::new(pool(1).connect_lazy(url)?, LONGEST_READ));
        let (options, ran) = (Arc::new(PgConnectOptions::from_str(url)?), Arc::default());
        Ok(Self { backend: Backend::Postgres { readers, writers, options, signals, ran } })
    }

    async fn open_postgres(url: &str, longest_read: Duration) -> Result<Self, StoreError> {
        let options = |longest: Duration| {
            let longest = longest.as_millis().to_string();
            let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(400);
            Ok::<_, StoreError>(options.options([
                ("statement_timeout", longest.as_str()),
                ("lock_timeout", "5000"),
                ("TimeZone", "UTC"),
            ]))
        };
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .test_before_acquire(false)
                .after_connect(|connection, _| Box::pin(tune(connection)))
        };
        let writers = pool(POSTGRES_WRITERS).connect_with(options(LONGEST_WRITE)?).await?;
        let readers = pool(POSTGRES_READERS).connect_lazy_with(options(longest_read)?);
        let readers = Arc::new(Readers::new(readers, longest_read));
        let signals = Signals::new(pool(2).connect_lazy_with(options(LONGEST_WRITE)?));
        let options = Arc::new(options(LONGEST_WRITE)?);
        let (own, ran) = (writers.clone(), Arc::<AtomicU64>::default());
        let counted = (writers.clone(), Arc::clone(&ran));
        let store =
            Self { backend: Backend::Postgres { readers, writers: own, options, signals, ran } };
        must_not_be_newer(&mut store.read().await?).await?;
        migrations(Dialect::Postgres).run(&writers).await?;
        let settle =
            write_postgres(counted, Hold::Nothing, |connection| readers_settle(connection).boxed());
        settle.await?;
        Ok(store)
    }

    /// The dialect of the database.
    pub fn dialect(&self) -> Dialect {
        match self.backend {
            Backend::Sqlite { .. } => Dialect::Sqlite,
            Backend::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// How many connections can read at once.
    pub fn readers(&self) -> usize {
        match self.dialect() {
            Dialect::Sqlite => SQLITE_READERS as usize,
            Dialect::Postgres => POSTGRES_READERS as usize,
        }
    }

    /// A connection that reads what is committed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none is free in time.
    pub async fn read(&self) -> Result<Connection, StoreError> {
        let inner = match &self.backend {
            Backend::Sqlite { readers, .. } => Inner::SqliteReader(readers.acquire().await?),
            Backend::Postgres { readers, .. } => Inner::PostgresReader(readers.acquire().await?),
        };
        Ok(Connection::new(inner))
    }

    /// Runs a change in one transaction and answers when it is durable. An error, or a
    /// panic, undoes all of it. The change goes on when the caller stops waiting. On
    /// PostgreSQL it may begin again, when other changes got in its way.
    ///
    /// # Errors
    /// The change's own error, or [`StoreError`] as one when it could not be committed.
    pub async fn write<T, E, F>(&self, hold: Hold, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, E>>
            + Clone
            + Send
            + 'static,
    {
        let task = match &self.backend {
            Backend::Sqlite { writer, .. } => tokio::spawn(Arc::clone(writer).write(work).boxed()),
            Backend::Postgres { writers, ran, .. } => {
                let writers = (writers.clone(), Arc::clone(ran));
                tokio::spawn(write_postgres(writers, hold, work).boxed())
            }
        };
        match task.await {
            Ok(outcome) => outcome,
            Err(stopped) => Err(StoreError::NotCommitted(stopped.to_string()).into()),
        }
    }

    /// How many statements changes have run since it was opened: what a change costs is
    /// counted, where it cannot be timed. Beginnings and ends of transactions do not count.
    pub fn statements_of_changes(&self) -> u64 {
        match &self.backend {
            Backend::Sqlite { writer, .. } => writer.ran.load(Ordering::Relaxed),
            Backend::Postgres { ran, .. } => ran.load(Ordering::Relaxed),
        }
    }

    /// A connection outside any transaction, for what PostgreSQL cannot do inside one; none
    /// on SQLite, where all is done by the one writer. It waits for a lock ten seconds and
    /// runs for as long as it takes.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn alone(&self) -> Result<Option<Connection>, StoreError> {
        let Backend::Postgres { options, .. } = &self.backend else { return Ok(None) };
        let alone = PgConnection::connect_with(options).await.map_err(StoreError::from_sqlx)?;
        let mut connection = Connection::new(Inner::PostgresAlone(Box::new(alone)));
        connection.execute("set statement_timeout = 0", &[]).await?;
        connection.execute("set lock_timeout = '10s'", &[]).await?;
        Ok(Some(connection))
    }

    /// Tells the other processes on the database that there is something to look at. Nobody
    /// waits for it, and it may get lost.
    pub fn tell(&self, topic: Topic) {
        if let Backend::Postgres { signals, .. } = &self.backend {
            signals.tell(topic);
        }
    }

    /// Hears what other processes on the database tell, from now on.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn listen(&self) -> Result<Listener, StoreError> {
        match &self.backend {
            Backend::Sqlite { .. } => Ok(Listener::deaf()),
            Backend::Postgres { signals, .. } => signals.listen().await,
        }
    }

    /// How busy the connections are.
    pub fn pool_state(&self) -> PoolState {
        match &self.backend {
            Backend::Sqlite { readers, .. } => {
                PoolState { open: readers.open(), idle: readers.idle() }
            }
            Backend::Postgres { readers, writers, .. } => PoolState {
                open: readers.open() + writers.size(),
                idle: readers.idle() + writers.num_idle(),
            },
        }
    }

    /// Copies the database into a new SQLite file while it is in use.
    ///
    /// # Errors
    /// When the file exists, cannot be written, or the database is not SQLite.
    pub async fn backup_sqlite(&self, path: &str) -> Result<(), StoreError> {
        let Backend::Sqlite { options, .. } = &self.backend else {
            return Err(StoreError::UnknownUrl("postgres".to_owned()));
        };
        // Readers may not write, not even another file; the writer is busy with others.
        let connection = SqliteConnection::connect_with(options).await?;
        let mut connection = Connection::new(Inner::SqliteWriter(Box::new(connection)));
        connection.execute("vacuum into $1", crate::binds![path]).await?;
        Ok(())
    }

    /// Closes the connections.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { readers, .. } => readers.close().await,
            Backend::Postgres { readers, writers, signals, .. } => {
                signals.close().await;
                readers.close().await;
                writers.close().await;
            }
        }
    }
}

/// What makes a connection better and is not everywhere to be had: a circle of waiting is found
/// sooner (for those who may set that), and a statement ends when its client has gone (from
/// PostgreSQL 14).
async fn tune(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for wish in ["set deadlock_timeout = '100ms'", "set client_connection_check_interval = '1s'"] {
        if let Err(error) = sqlx::raw_sql(wish).execute(&mut *connection).await {
            if error.as_database_error().is_none() {
                return Err(error);
            }
            tracing::debug!(%error, wish, "not to be had here");
        }
    }
    Ok(())
}

/// Refuses a database that a newer program has changed past this one.
async fn must_not_be_newer(connection: &mut Connection) -> Result<(), StoreError> {
    let there = match connection.dialect() {
        Dialect::Sqlite => "select 1 from sqlite_schema where name = 'setting'",
        Dialect::Postgres => "select 1::bigint where to_regclass('setting') is not null",
    };
    if connection.row(there, &[]).await?.is_none() {
        return Ok(());
    }
    let least = "select value from setting where name = 'least_level'";
    let least = connection.row(least, &[]).await?.map(|row| row.text(0)).transpose()?;
    match least.and_then(|least| least.parse::<i64>().ok()) {
        Some(needs) if needs > LEVEL => Err(StoreError::TooNew { needs, knows: LEVEL }),
        _ => Ok(()),
    }
}
