//! Who uses a SQLite file: so that it is not replaced under a program that has it open.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// A lock on a file beside the database, held until dropped. Every program of ours that uses
/// the database shares it; whoever replaces the database has it alone.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Shares the database; none where the file system has no locks.
    pub(crate) fn shared(database: &Path) -> Result<Option<Self>> {
        let file = open(database)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => {
                bail!("{} is just being restored", database.display())
            }
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }

    /// Has the database alone; none where the file system has no locks.
    pub(crate) fn alone(database: &Path) -> Result<Option<Self>> {
        let file = open(database)?;
        let locked = match file.try_lock() {
            Ok(()) => Some(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("{} is in use; stop the server first", database.display())
            }
            Err(TryLockError::Error(_)) => None,
        };
        if let Some(process) = user_of(database)? {
            bail!("{} is in use by process {process}; stop it first", database.display());
        }
        Ok(locked)
    }
}

fn open(database: &Path) -> Result<File> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    file.with_context(|| format!("cannot write {}", path.display()))
}

/// The process that has a SQLite file open, whichever program it is: SQLite keeps a lock on
/// certain bytes of a file for as long as it is open in WAL mode.
#[cfg(unix)]
fn user_of(database: &Path) -> Result<Option<i32>> {
    use rustix::process::{Flock, FlockType, Pid, fcntl_getlk};

    /// Where the bytes begin that those share who read, and how many there are.
    const SHARED_FIRST: u64 = 0x4000_0002;
    const SHARED_SIZE: u64 = 510;

    let Ok(file) = OpenOptions::new().read(true).write(true).open(database) else {
        return Ok(None);
    };
    let wanted =
        Flock { start: SHARED_FIRST, length: SHARED_SIZE, ..Flock::from(FlockType::WriteLock) };
    let held = fcntl_getlk(&file, &wanted).context("cannot ask who uses the database")?;
    Ok(held.map(|held| held.pid.map_or(0, Pid::as_raw_pid)))
}

#[cfg(not(unix))]
fn user_of(_: &Path) -> Result<Option<i32>> {
    Ok(None)
}
