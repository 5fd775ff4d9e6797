//! What can go wrong between here and the database.

use std::{io, sync::Arc};

const SQLITE_FULL: &str = "13";
const POSTGRES_DISK_FULL: &str = "53100";
/// The server ends, has crashed, or is starting; the connection is lost.
const POSTGRES_GONE: [&str; 7] = ["57P01", "57P02", "57P03", "08000", "08001", "08003", "08006"];

/// A failure of the database, with what it means for the caller where that can be told.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another transaction holds what this one needs; trying again may work.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// Another transaction came in between: a deadlock, or no serial order. The whole change
    /// is to begin again, and [`crate::Store::write`] does so a few times before it says this.
    #[error("other changes came in between")]
    Overtaken(#[source] sqlx::Error),
    /// A statement took longer than it may.
    #[error("a statement took too long")]
    TooSlow(#[source] sqlx::Error),
    /// A unique index refused the change.
    #[error("a value that must be unique is there already ({constraint})")]
    NotUnique {
        /// The name of the index.
        constraint: String,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// A sum left the range of 64-bit integers.
    #[error("a sum is out of range")]
    OutOfRange(#[source] sqlx::Error),
    /// A text has the character NUL, which PostgreSQL cannot hold.
    #[error("a text has a character that cannot be stored")]
    NulCharacter(#[source] sqlx::Error),
    /// The disk is full, or what the database may use of it.
    #[error("the disk of the database is full")]
    DiskFull(#[source] sqlx::Error),
    /// Nobody answers at the database's address.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// Anything else.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("the database's tables could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The transaction that this change was part of could not be committed.
    #[error("the transaction was not committed: {0}")]
    NotCommitted(String),
    /// The transaction that this change shared with others could not be committed.
    #[error("the shared transaction was not committed")]
    GroupNotCommitted(#[source] Arc<StoreError>),
    /// The database holds something that this version does not understand.
    #[error("stored data could not be read: {0}")]
    Corrupt(String),
    /// A newer program has changed the database in a way that this one cannot live with.
    #[error("a newer program has upgraded the database (level {needs}); this one knows {knows}")]
    TooNew {
        /// What the database needs.
        needs: i64,
        /// What this program knows.
        knows: i64,
    },
    /// The URL names no known database.
    #[error("`{0}` is not a database address; use sqlite:PATH or postgres://…")]
    UnknownUrl(String),
}

impl StoreError {
    /// The failure itself, where several changes share one.
    pub fn root(&self) -> &Self {
        match self {
            Self::GroupNotCommitted(error) => error.root(),
            other => other,
        }
    }

    /// Sorts out what the database said.
    pub(crate) fn from_sqlx(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::PoolTimedOut => Self::Busy(error),
                sqlx::Error::Io(ref cause) if cause.kind() == io::ErrorKind::StorageFull => {
                    Self::DiskFull(error)
                }
                sqlx::Error::Io(_) => Self::Unreachable(error),
                other => Self::Database(other),
            };
        };
        let code = database.code().unwrap_or_default().into_owned();
        let message = database.message();
        if database.is_unique_violation() {
            let constraint = database
                .constraint()
                .map(str::to_owned)
                .or_else(|| message.split("failed: ").nth(1).map(str::to_owned))
                .unwrap_or_default();
            return Self::NotUnique { constraint, source: error };
        }
        // PostgreSQL: deadlock, serialization.
        if matches!(code.as_str(), "40P01" | "40001") {
            return Self::Overtaken(error);
        }
        // PostgreSQL: canceled, as by its time limit; SQLite: interrupted.
        if matches!(code.as_str(), "57014" | "9") {
            return Self::TooSlow(error);
        }
        // PostgreSQL: lock_not_available; SQLite: busy, locked.
        if matches!(code.as_str(), "55P03" | "5" | "6" | "261" | "517") {
            return Self::Busy(error);
        }
        if matches!(code.as_str(), SQLITE_FULL | POSTGRES_DISK_FULL) {
            return Self::DiskFull(error);
        }
        if POSTGRES_GONE.contains(&code.as_str()) {
            return Self::Unreachable(error);
        }
        if code == "22003" || message.contains("integer overflow") {
            return Self::OutOfRange(error);
        }
        if code == "22021" {
            return Self::NulCharacter(error);
        }
        Self::Database(error)
    }
}
