//! `formwork restore`

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    console::say,
    copy::{self, Staged, with_end},
    database::DatabaseArguments,
    lock::Lock,
};

#[derive(Args)]
pub(crate) struct RestoreArguments {
    /// The copy.
    file: PathBuf,
    /// Moves the database that is there aside.
    #[arg(long)]
    replace: bool,
}

/// Looks at a copy of the copy beside the database, and puts it in the database's place when
/// it is whole. What was there is kept under a name of its own, with its log.
pub(crate) async fn run(database: &DatabaseArguments, arguments: &RestoreArguments) -> Result<()> {
    let Some(target) = database.sqlite_file() else { bail!("for PostgreSQL use pg_restore") };
    let file = arguments.file.as_path();
    copy::must_be_file(file)?;
    if is_same(file, &target) {
        bail!("{} is the database itself", file.display());
    }
    if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let _alone = Lock::alone(&target)?;
    let there: Vec<&str> =
        ["", "-wal", "-shm"].into_iter().filter(|end| with_end(&target, end).exists()).collect();
    if !there.is_empty() && !arguments.replace {
        bail!("{} exists; --replace moves it aside", target.display());
    }
    let staged = Staged::beside(&target)?;
    for end in ["", "-wal"] {
        let (from, to) = (with_end(file, end), with_end(staged.path(), end));
        if from.exists() {
            fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    copy::must_be_whole(staged.path()).await?;
    let aside = if there.is_empty() { None } else { Some(keep_aside(&target)?) };
    staged.replace(&target)?;
    say(format_args!("Restored {}.", target.display()));
    if let Some(aside) = aside {
        say(format_args!("What was there is kept as {}.", aside.display()));
    }
    Ok(())
}

/// Keeps the database and its log under the first number that is free. The database itself
/// stays in its place too, until another one takes it.
fn keep_aside(target: &Path) -> Result<PathBuf> {
    let free = (1_u32..).map(|number| with_end(target, &format!(".before-restore-{number}")));
    let is_free =
        |aside: &PathBuf| ["", "-wal", "-shm"].iter().all(|end| !with_end(aside, end).exists());
    let aside = free.into_iter().find(is_free).context("there is no free name")?;
    let kept = |path: &Path| format!("cannot keep {} aside", path.display());
    if target.exists() && fs::hard_link(target, &aside).is_err() {
        fs::copy(target, &aside).with_context(|| kept(target))?;
    }
    // The log and the index of the old database would be applied to the new one.
    for end in ["-wal", "-shm"] {
        let own = with_end(target, end);
        if own.exists() {
            fs::rename(&own, with_end(&aside, end)).with_context(|| kept(&own))?;
        }
    }
    Ok(aside)
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
