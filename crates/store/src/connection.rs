//! One connection to either database, and the rows that it answers with.

use std::{
    collections::BTreeSet,
    fmt::Display,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use formwork_query::{Bind, Dialect, Statement};
use sqlx::{
    AssertSqlSafe, ColumnIndex, Either, Postgres, Row as _, Sqlite,
    postgres::{PgArguments, PgConnection, PgRow},
    sqlite::{SqliteArguments, SqliteConnection, SqliteRow},
};

use crate::{
    StoreError,
    readers::Reader,
    transaction::{Lessons, OpenTransaction},
};

/// A connection: a reader from the pool, or the transaction of a write.
pub struct Connection {
    pub(crate) inner: Inner,
    /// The transaction met others in a circle, and would do well to begin again.
    pub(crate) overtaken: bool,
    /// How it goes about its reads, from earlier tries.
    pub(crate) lessons: Lessons,
    /// Tables that it holds.
    pub(crate) held: BTreeSet<String>,
    /// How many parts are open in each other.
    parts: usize,
    /// Counts what is run, but for the beginnings and ends of transactions and their parts.
    ran: Arc<AtomicU64>,
    put_off: PutOff,
}

/// What SQLite's writer runs together with something else. It works on a thread of its own, and
/// handing a statement over costs more than most statements do.
#[derive(Default)]
struct PutOff {
    /// Beginnings and ends, to be run in front of the next query.
    control: String,
    /// A statement that nothing in the transaction waits for.
    last: Option<(String, Vec<Bind>)>,
    /// Ends, to be run after it.
    end: String,
}

/// An open part of a transaction: what [`Connection::begin_part`] began.
#[derive(Debug)]
#[must_use = "a part is ended by `Connection::end_part`"]
pub struct Part {
    /// How many parts it stands in.
    depth: usize,
    /// The tables that were held before it.
    held: BTreeSet<String>,
}

pub(crate) enum Inner {
    SqliteReader(Reader<Sqlite>),
    SqliteWriter(Box<SqliteConnection>),
    PostgresReader(Reader<Postgres>),
    PostgresWriter(OpenTransaction),
    /// Outside a transaction: for what cannot run inside one.
    PostgresAlone(Box<PgConnection>),
}

/// A row of an answer.
pub struct Row(Either<SqliteRow, PgRow>);

/// Statements longer than this are not kept prepared: their number is not bounded.
const LONGEST_PREPARED: usize = 16_384;

/// Runs a statement on whichever connection it is.
macro_rules! with_connection {
    ($self:expr, $sql:expr, $binds:expr, |$query:ident, $connection:ident| $body:expr) => {
        match &mut $self.inner {
            Inner::SqliteReader(reader) => {
                let ($query, $connection) = (sqlite_query($sql, $binds), reader.begin());
                let done = $body;
                reader.ended(done.is_ok());
                done
            }
            Inner::SqliteWriter(writer) => {
                let ($query, $connection) = (sqlite_query($sql, $binds), &mut **writer);
                $body
            }
            Inner::PostgresReader(reader) => {
                let ($query, $connection) = (postgres_query($sql, $binds), reader.begin());
                let done = $body;
                reader.ended(done.is_ok());
                done
            }
            Inner::PostgresWriter(writer) => {
                let ($query, $connection) = (postgres_query($sql, $binds), writer.connection());
                $body
            }
            Inner::PostgresAlone(alone) => {
                let ($query, $connection) = (postgres_query($sql, $binds), &mut **alone);
                $body
            }
        }
    };
}

impl Connection {
    pub(crate) fn new(inner: Inner) -> Self {
        let (lessons, held) = (Lessons::default(), BTreeSet::new());
        let ran = Arc::default();
        let put_off = PutOff::default();
        Self { inner, overtaken: false, lessons, held, parts: 0, ran, put_off }
    }

    /// Has its statements counted together with those of others.
    pub(crate) fn counted_by(&mut self, ran: Arc<AtomicU64>) {
        self.ran = ran;
    }

    /// Sorts out what the database said, and notes whether trying again will help.
    pub(crate) fn failed(&mut self, error: sqlx::Error) -> StoreError {
        let error = StoreError::from_sqlx(error);
        self.overtaken |= matches!(error, StoreError::Overtaken(_));
        error
    }

    /// The dialect of the database behind.
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::SqliteReader(_) | Inner::SqliteWriter(_) => Dialect::Sqlite,
            Inner::PostgresReader(_) | Inner::PostgresWriter(_) | Inner::PostgresAlone(_) => {
                Dialect::Postgres
            }
        }
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn execute(&mut self, sql: &str, binds: &[Bind]) -> Result<u64, StoreError> {
        self.ran.fetch_add(1, Ordering::Relaxed);
        self.catch_up().await?;
        self.uncounted(sql, binds).await
    }

    /// Runs a statement that nothing waits for, at the latest with the end of the transaction.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn execute_by_the_end(
        &mut self,
        sql: String,
        binds: Vec<Bind>,
    ) -> Result<(), StoreError> {
        if !matches!(self.inner, Inner::SqliteWriter(_)) {
            return self.execute(&sql, &binds).await.map(drop);
        }
        self.ran.fetch_add(1, Ordering::Relaxed);
        self.catch_up().await?;
        self.put_off.last = Some((sql, binds));
        Ok(())
    }

    /// Begins or ends something together with what is run next.
    pub(crate) fn control_later(&mut self, sql: &str) {
        let PutOff { control, last, end } = &mut self.put_off;
        let control = if last.is_some() { end } else { control };
        control.push_str(sql);
        control.push_str("; ");
    }

    /// Runs what was put off.
    pub(crate) async fn catch_up(&mut self) -> Result<(), StoreError> {
        let PutOff { control, last, end } = std::mem::take(&mut self.put_off);
        if !control.is_empty() {
            self.uncounted(&control, &[]).await?;
        }
        match last {
            // Binds are numbered in each statement anew: only the first may have some.
            Some((sql, binds)) => self.uncounted(&format!("{sql}; {end}"), &binds).await.map(drop),
            None => Ok(()),
        }
    }

    /// Ends the transaction, together with what was put off.
    pub(crate) async fn finish(&mut self, sql: &str) -> Result<(), StoreError> {
        self.control_later(sql);
        self.catch_up().await
    }

    /// Forgets the statement that was put off: what it belongs to is undone.
    pub(crate) fn forget_last(&mut self) {
        self.put_off.last = None;
        self.put_off.end.clear();
    }

    /// Forgets all that was put off: the transaction is over.
    pub(crate) fn forget(&mut self) {
        self.put_off = PutOff::default();
    }

    async fn uncounted(&mut self, sql: &str, binds: &[Bind]) -> Result<u64, StoreError> {
        with_connection!(self, sql, binds, |query, connection| {
            query.execute(connection).await.map(|done| done.rows_affected())
        })
        .map_err(|error| self.failed(error))
    }

    /// Begins or ends a transaction or a part of one.
    pub(crate) async fn control(&mut self, sql: &str) -> Result<(), StoreError> {
        self.catch_up().await?;
        self.uncounted(sql, &[]).await.map(drop)
    }

    /// Runs a query and answers its rows.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn rows(&mut self, sql: &str, binds: &[Bind]) -> Result<Vec<Row>, StoreError> {
        self.ran.fetch_add(1, Ordering::Relaxed);
        let begun;
        let sql = if self.put_off.last.is_none() && !self.put_off.control.is_empty() {
            begun = std::mem::take(&mut self.put_off.control) + sql;
            &begun
        } else {
            self.catch_up().await?;
            sql
        };
        with_connection!(self, sql, binds, |query, connection| {
            query.fetch_all(connection).await.map(|rows| rows.into_iter().map(Row::from).collect())
        })
        .map_err(|error| self.failed(error))
    }

    /// Begins a part of the transaction that may be undone without the rest. Parts may stand
    /// in each other.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn begin_part(&mut self) -> Result<Part, StoreError> {
        let part = Part { depth: self.parts, held: self.held.clone() };
        self.control(&format!("savepoint part_{}", part.depth)).await?;
        self.parts += 1;
        Ok(part)
    }

    /// Ends a part with those that are still open in it, and undoes it when asked to.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn end_part(&mut self, part: Part, undo: bool) -> Result<(), StoreError> {
        let Part { depth, held } = part;
        self.parts = depth;
        if undo {
            // It was put off inside the part.
            self.forget_last();
            self.control(&format!("rollback to part_{depth}")).await?;
            // The locks of the part go with it.
            self.held = held;
        }
        self.control(&format!("release part_{depth}")).await
    }

    /// The first row of a query.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn row(&mut self, sql: &str, binds: &[Bind]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, binds).await?.into_iter().next())
    }

    /// Runs a statement of the `query` crate.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn run(&mut self, statement: &Statement) -> Result<u64, StoreError> {
        self.execute(&statement.sql, &statement.binds).await
    }

    /// Runs a query of the `query` crate.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn fetch(&mut self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        self.rows(&statement.sql, &statement.binds).await
    }
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self(Either::Left(row))
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self(Either::Right(row))
    }
}

fn sqlite_query<'q>(
    sql: &'q str,
    binds: &[Bind],
) -> sqlx::query::Query<'q, Sqlite, SqliteArguments> {
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(sql.len() <= LONGEST_PREPARED);
    binds.iter().fold(query, |query, bind| match bind {
        Bind::Text(text) => query.bind(text.clone()),
        Bind::Int(number) => query.bind(*number),
        Bind::Bool(yes) => query.bind(*yes),
    })
}

fn postgres_query<'q>(
    sql: &'q str,
    binds: &[Bind],
) -> sqlx::query::Query<'q, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(sql.len() <= LONGEST_PREPARED);
    binds.iter().fold(query, |query, bind| match bind {
        Bind::Text(text) => query.bind(text.clone()),
        Bind::Int(number) => query.bind(*number),
        Bind::Bool(yes) => query.bind(*yes),
    })
}

/// A column of a row: its place, or better its name.
pub trait Column: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Display + Copy {}

impl Column for usize {}
impl Column for &str {}

macro_rules! column {
    ($self:expr, $column:expr, $type:ty) => {
        match &$self.0 {
            Either::Left(row) => row.try_get::<Option<$type>, _>($column),
            Either::Right(row) => row.try_get::<Option<$type>, _>($column),
        }
        .map_err(StoreError::from_sqlx)
    };
}

impl Row {
    /// A text that may be null.
    ///
    /// # Errors
    /// When the column is not text.
    pub fn text_or_null(&self, column: impl Column) -> Result<Option<String>, StoreError> {
        column!(self, column, String)
    }

    /// A text.
    ///
    /// # Errors
    /// When the column is not text, or null.
    pub fn text(&self, column: impl Column) -> Result<String, StoreError> {
        self.text_or_null(column)?.ok_or_else(|| unexpected_null(column))
    }

    /// An integer that may be null.
    ///
    /// # Errors
    /// When the column is not an integer.
    pub fn int_or_null(&self, column: impl Column) -> Result<Option<i64>, StoreError> {
        column!(self, column, i64)
    }

    /// An integer.
    ///
    /// # Errors
    /// When the column is not an integer, or null.
    pub fn int(&self, column: impl Column) -> Result<i64, StoreError> {
        self.int_or_null(column)?.ok_or_else(|| unexpected_null(column))
    }

    /// A boolean.
    ///
    /// # Errors
    /// When the column is not a boolean, or null.
    pub fn bool(&self, column: impl Column) -> Result<bool, StoreError> {
        column!(self, column, bool)?.ok_or_else(|| unexpected_null(column))
    }
}

fn unexpected_null(column: impl Display) -> StoreError {
    StoreError::Corrupt(format!("column {column} is null"))
}
