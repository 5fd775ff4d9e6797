//! Which database, and opening it.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use clap::Args;
use formwork_engine::Engine;
use formwork_store::Store;
use jiff::Timestamp;

/// Which database.
#[derive(Args)]
pub(crate) struct DatabaseArguments {
    /// `sqlite:PATH` or `postgres://…`; a SQLite file in the data folder when absent.
    #[arg(long, env = "FORMWORK_DATABASE_URL", global = true, hide_env_values = true)]
    database_url: Option<String>,
    /// The folder of the SQLite file.
    #[arg(long, env = "FORMWORK_DATA_DIR", global = true, default_value = "data")]
    data_dir: PathBuf,
}

impl DatabaseArguments {
    /// The address; makes the data folder when it is needed.
    pub(crate) fn url(&self) -> Result<String> {
        if let Some(url) = &self.database_url {
            return Ok(url.clone());
        }
        std::fs::create_dir_all(&self.data_dir)
            .with_context(|| format!("cannot make the folder {}", self.data_dir.display()))?;
        Ok(format!("sqlite:{}", self.data_dir.join("formwork.db").display()))
    }

    /// The SQLite file; none for another kind of database.
    pub(crate) fn sqlite_file(&self) -> Result<Option<PathBuf>> {
        let url = self.url()?;
        let path = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
        Ok(path.map(|path| PathBuf::from(path.split('?').next().unwrap_or(path))))
    }

    /// Opens the platform over it, its tables brought up to date.
    pub(crate) async fn open(&self) -> Result<Engine> {
        let store = Store::open(&self.url()?).await.context("cannot open the database")?;
        let engine = Engine::open(store, Arc::new(Timestamp::now)).await;
        engine.context("cannot read what is published")
    }
}
