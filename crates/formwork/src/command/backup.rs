//! `formwork backup` and `formwork restore`

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{console::say, database::DatabaseArguments};

/// The first bytes of every SQLite file.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

#[derive(Args)]
pub(crate) struct BackupArguments {
    /// The file to make. It must not exist.
    file: PathBuf,
}

#[derive(Args)]
pub(crate) struct RestoreArguments {
    /// The copy.
    file: PathBuf,
    /// Moves the database that is there aside.
    #[arg(long)]
    replace: bool,
}

pub(crate) async fn run(database: &DatabaseArguments, arguments: &BackupArguments) -> Result<()> {
    if database.sqlite_file()?.is_none() {
        bail!("for PostgreSQL use pg_dump");
    }
    if arguments.file.exists() {
        bail!("{} exists already", arguments.file.display());
    }
    let path = arguments.file.to_str().context("the path is not valid text")?;
    let engine = database.open().await?;
    engine.store().backup_sqlite(path).await.context("the copy was not made")?;
    say(format_args!("Copied the database to {path}."));
    Ok(())
}

pub(crate) fn restore(database: &DatabaseArguments, arguments: &RestoreArguments) -> Result<()> {
    let Some(target) = database.sqlite_file()? else { bail!("for PostgreSQL use pg_restore") };
    let copy = fs::read(&arguments.file)
        .with_context(|| format!("cannot read {}", arguments.file.display()))?;
    if !copy.starts_with(SQLITE_MAGIC) {
        bail!("{} is not a SQLite file", arguments.file.display());
    }
    // The log and index of the old database would be applied to the new one.
    for end in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{end}", target.display()));
        if !file.exists() {
            continue;
        }
        if !arguments.replace {
            bail!("{} exists; --replace moves it aside", target.display());
        }
        let aside = PathBuf::from(format!("{}.before-restore{end}", target.display()));
        fs::rename(&file, &aside)
            .with_context(|| format!("cannot move {} aside", file.display()))?;
    }
    fs::write(&target, copy).with_context(|| format!("cannot write {}", target.display()))?;
    say(format_args!("Restored {}.", target.display()));
    Ok(())
}
