//! Databases that a test owns.

use std::{env, fs, path::Path};

use anyhow::{Context, Result};
use formwork_store::{Hold, Store, StoreError};
use tempfile::TempDir;
use uuid::Uuid;

/// The variable with the address of a PostgreSQL server for tests.
const POSTGRES: &str = "FORMWORK_TEST_POSTGRES";

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite in a file.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Backend {
    /// The engines to test on: SQLite always, PostgreSQL when there is one.
    pub fn all() -> Vec<Self> {
        match env::var(POSTGRES) {
            Ok(_) => vec![Self::Sqlite, Self::Postgres],
            Err(_) => vec![Self::Sqlite],
        }
    }
}

/// An empty database; a SQLite one goes with the value.
pub struct TestDatabase {
    url: String,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// Makes a database.
    ///
    /// # Errors
    /// When there is no place for it, or no PostgreSQL.
    pub async fn new(backend: Backend) -> Result<Self> {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir()?;
                let path = folder.path().join("test.db");
                Ok(Self { url: format!("sqlite:{}", path.display()), folder: Some(folder) })
            }
            Backend::Postgres => {
                let server = env::var(POSTGRES).context(POSTGRES)?;
                let name = format!("formwork_{}", Uuid::now_v7().simple());
                let store = Store::open_plain(&server).await?;
                store.read().await?.execute(&format!("create database {name}"), &[]).await?;
                store.close().await;
                let (base, _) = server.rsplit_once('/').context("no database in the address")?;
                Ok(Self { url: format!("{base}/{name}"), folder: None })
            }
        }
    }

    /// Makes a database from the dump of one that the program of a commit had filled: see
    /// `fixtures/README.md`.
    ///
    /// # Errors
    /// When there is no place for it, or the dump cannot be read.
    pub async fn restored(backend: Backend, commit: &str) -> Result<Self> {
        let database = Self::new(backend).await?;
        let name = match backend {
            Backend::Sqlite => "sqlite.sql",
            Backend::Postgres => "postgres.sql",
        };
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let dump = fs::read_to_string(fixtures.join(commit).join(name))?;
        let store = Store::open_plain(database.url()).await?;
        store
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move {
                    // The transaction is ours.
                    let own = ["PRAGMA", "BEGIN", "COMMIT"];
                    let statements = dump.split(";\n").map(str::trim);
                    for sql in statements.filter(|sql| !sql.is_empty()) {
                        if !own.iter().any(|word| sql.starts_with(word)) {
                            connection.execute(sql, &[]).await?;
                        }
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
        store.close().await;
        Ok(database)
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of a SQLite database.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(TempDir::path)
    }
}
