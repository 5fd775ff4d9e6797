//! Copies of a database: made beside, looked at, and only then given their name.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process,
};

use anyhow::{Context, Result, bail};
use formwork_store::{Migrations, Store, file_fault};

/// A path with something behind its name.
pub(crate) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(end);
    PathBuf::from(path)
}

/// A file on its way to its name; removed, with what SQLite has put beside it, when it does
/// not get there.
pub(crate) struct Staged(PathBuf);

impl Staged {
    /// A name beside a file, on the same file system.
    pub(crate) fn beside(file: &Path) -> Result<Self> {
        let staged = Self(with_end(file, &format!(".new-{}", process::id())));
        staged.remove();
        if staged.0.exists() {
            bail!("{} is in the way", staged.0.display());
        }
        Ok(staged)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Gives it a name that nobody has.
    pub(crate) fn become_new(self, file: &Path) -> Result<()> {
        self.make_durable()?;
        let linked = fs::hard_link(&self.0, file);
        if linked.is_err() && !file.exists() {
            // A file system without links.
            fs::rename(&self.0, file).with_context(|| format!("cannot make {}", file.display()))?;
        } else {
            linked.with_context(|| format!("cannot make {}", file.display()))?;
        }
        sync_folder(file)
    }

    /// Puts it in another file's place, at once.
    pub(crate) fn replace(self, file: &Path) -> Result<()> {
        self.make_durable()?;
        fs::rename(&self.0, file).with_context(|| format!("cannot replace {}", file.display()))?;
        sync_folder(file)
    }

    fn make_durable(&self) -> Result<()> {
        let file = File::options().write(true).open(&self.0).and_then(|file| file.sync_all());
        file.with_context(|| format!("cannot write {}", self.0.display()))
    }

    fn remove(&self) {
        for end in ["", "-wal", "-shm", "-journal"] {
            // Mostly there is none.
            let _ = fs::remove_file(with_end(&self.0, end));
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Makes names in a file's folder durable.
fn sync_folder(file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Not every system lets folders be opened.
    match File::open(folder) {
        Ok(folder) if cfg!(unix) => folder.sync_all().context("cannot write the folder"),
        _ => Ok(()),
    }
}

/// Refuses a path that is no SQLite file, or whose log is damaged.
pub(crate) fn must_be_file(path: &Path) -> Result<()> {
    let fault = file_fault(path).with_context(|| format!("cannot read {}", path.display()))?;
    match fault {
        Some(fault) => bail!("{}: {fault}", path.display()),
        None => Ok(()),
    }
}

/// Refuses a copy that is damaged, of something else, or of a newer program. What stands in
/// its log is written into it.
pub(crate) async fn must_be_whole(copy: &Path) -> Result<()> {
    must_be_file(copy)?;
    Store::seal_sqlite(copy).await.context("the copy is damaged")?;
    let path = copy.to_str().context("the path is not valid text")?;
    let store =
        Store::open_as_is(&format!("sqlite:{path}")).await.context("the copy is damaged")?;
    let looked = look(&store).await;
    store.close().await;
    looked
}

async fn look(store: &Store) -> Result<()> {
    let damage = store.damage().await.context("the copy is damaged")?;
    if let Some(first) = damage.first() {
        bail!("the copy is damaged: {first}");
    }
    match store.migrations().await? {
        None => bail!("the copy is not a database of Formwork"),
        Some(Migrations { broken, .. }) if !broken.is_empty() => {
            bail!("the copy's tables were not brought up to date to their end")
        }
        Some(Migrations { unknown, .. }) if !unknown.is_empty() => {
            bail!("the copy was made by a newer version of this program")
        }
        Some(_) => Ok(()),
    }
}
