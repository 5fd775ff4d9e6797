//! Which database, and opening it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use anyhow::{Context, Result};
use clap::Args;
use formwork_engine::Engine;
use formwork_store::Store;
use jiff::Timestamp;

use crate::lock::Lock;

/// Which database.
#[derive(Args)]
pub(crate) struct DatabaseArguments {
    /// `sqlite:PATH` or `postgres://…`; a SQLite file in the data folder when absent.
    #[arg(long, env = "FORMWORK_DATABASE_URL", global = true, hide_env_values = true)]
    database_url: Option<String>,
    /// The folder of the SQLite file.
    #[arg(long, env = "FORMWORK_DATA_DIR", global = true, default_value = "data")]
    data_dir: PathBuf,
    /// Held while this program has the SQLite file open.
    #[arg(skip)]
    lock: OnceLock<Lock>,
}

impl DatabaseArguments {
    /// The address.
    fn url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data_dir.join("formwork.db").display()))
    }

    /// The SQLite file; none for another kind of database.
    pub(crate) fn sqlite_file(&self) -> Option<PathBuf> {
        let url = self.url();
        let path = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"))?;
        Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
    }

    /// Opens the platform over it, its tables brought up to date. Makes the data folder when
    /// it is needed.
    pub(crate) async fn open(&self) -> Result<Engine> {
        if self.database_url.is_none() {
            std::fs::create_dir_all(&self.data_dir)
                .with_context(|| format!("cannot make the folder {}", self.data_dir.display()))?;
        }
        self.share()?;
        let store = Store::open(&self.url()).await.context("cannot open the database")?;
        let engine = Engine::open(store, Arc::new(Timestamp::now)).await;
        engine.context("cannot read what is published")
    }

    /// Opens it as it is, to look at it or to copy it.
    pub(crate) async fn open_as_is(&self) -> Result<Store> {
        self.share()?;
        Store::open_as_is(&self.url()).await.context("cannot open the database")
    }

    /// Keeps others from replacing the SQLite file while this program runs.
    fn share(&self) -> Result<()> {
        let Some(file) = self.sqlite_file().filter(|file| file.parent().is_none_or(Path::exists))
        else {
            return Ok(());
        };
        if let Some(lock) = Lock::shared(&file)? {
            // Opened twice, the first lock is as good.
            let _ = self.lock.set(lock);
        }
        Ok(())
    }
}
