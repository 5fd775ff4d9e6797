//! `formwork backup`

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use formwork_store::Store;

use crate::{
    console::say,
    copy::{self, Staged},
    database::DatabaseArguments,
};

#[derive(Args)]
pub(crate) struct BackupArguments {
    /// The file to make. It must not exist.
    file: PathBuf,
}

/// Copies the database beside the file, looks at the copy, and gives it its name when it is
/// whole.
pub(crate) async fn run(database: &DatabaseArguments, arguments: &BackupArguments) -> Result<()> {
    let Some(source) = database.sqlite_file() else { bail!("for PostgreSQL use pg_dump") };
    let file = arguments.file.as_path();
    if file.exists() {
        bail!("{} exists already", file.display());
    }
    copy::must_be_file(&source)?;
    let staged = Staged::beside(file)?;
    copy_into(&database.open_as_is().await?, staged.path()).await?;
    copy::must_be_whole(staged.path()).await?;
    staged.become_new(file)?;
    say(format_args!("Copied the database to {}.", file.display()));
    Ok(())
}

async fn copy_into(store: &Store, file: &Path) -> Result<()> {
    let path = file.to_str().context("the path is not valid text")?;
    let copied = store.backup_sqlite(path).await.context("the copy was not made");
    store.close().await;
    copied
}
