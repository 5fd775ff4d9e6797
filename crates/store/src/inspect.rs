//! Looking at a database without bringing it up to date, and at its files.

mod wal;

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use formwork_query::Dialect;

use crate::{Store, StoreError};

/// The first bytes of every SQLite file.
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Most sentences about damage.
const MOST_SENTENCES: i64 = 10;

/// What is wrong with the file of a SQLite database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// There is none.
    #[error("there is no such file")]
    Missing,
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is something else.
    #[error("the file is not a SQLite database")]
    NotSqlite,
    /// A page of it is not whole. SQLite would read the rest as zeros.
    #[error("the file is damaged: it ends in the middle of a page")]
    CutOff,
    /// Its log of what was written last breaks off.
    #[error("the write-ahead log beside it is damaged: {0}; what was saved last may be lost")]
    Log(String),
}

/// Looks at the file of a SQLite database and at the log beside it.
///
/// # Errors
/// When a file that is there cannot be read.
pub fn file_fault(path: &Path) -> io::Result<Option<FileFault>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some(FileFault::Missing));
        }
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(Some(FileFault::Empty));
    }
    let mut start = [0_u8; 16];
    match file.read_exact(&mut start) {
        Ok(()) if start == *SQLITE_MAGIC => {}
        Ok(()) => return Ok(Some(FileFault::NotSqlite)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Ok(Some(FileFault::NotSqlite));
        }
        Err(error) => return Err(error),
    }
    let mut size = [0_u8; 2];
    if file.read_exact(&mut size).is_ok() && !length.is_multiple_of(page_bytes(size)) {
        return Ok(Some(FileFault::CutOff));
    }
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    Ok(wal::damage(Path::new(&log))?.map(FileFault::Log))
}

/// The size of a page as the file's head has it: two bytes, in which 1 stands for 65,536.
/// <https://www.sqlite.org/fileformat2.html#page_size>
fn page_bytes(head: [u8; 2]) -> u64 {
    match u16::from_be_bytes(head) {
        1 => 65_536,
        0 => 1,
        bytes => u64::from(bytes),
    }
}

/// How the tables of a database stand to those that this program makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations {
    /// Those that are missing.
    pub pending: Vec<i64>,
    /// Those that this program does not know: a newer one has made them.
    pub unknown: Vec<i64>,
    /// Those that broke off, or were made from another text.
    pub broken: Vec<i64>,
}

impl Store {
    /// How the tables stand to those that this program makes; none when it is no database of
    /// this program at all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn migrations(&self) -> Result<Option<Migrations>, StoreError> {
        let known = crate::open::migrations(self.dialect());
        let (exists, applied) = match self.dialect() {
            Dialect::Sqlite => (
                "select count(*) from sqlite_master where type = 'table'
                 and name in ('_sqlx_migrations', 'setting', 'member', 'event')",
                "select version, success, lower(hex(checksum)) from _sqlx_migrations",
            ),
            Dialect::Postgres => (
                "select count(*) from information_schema.tables
                 where table_schema = current_schema()
                 and table_name in ('_sqlx_migrations', 'setting', 'member', 'event')",
                "select version, success, encode(checksum, 'hex') from _sqlx_migrations",
            ),
        };
        let mut connection = self.read().await?;
        let tables = connection.row(exists, &[]).await?.map_or(Ok(0), |row| row.int(0))?;
        if tables < 4 {
            return Ok(None);
        }
        let mut found = Migrations::default();
        let mut seen = Vec::new();
        for row in connection.rows(applied, &[]).await? {
            let (version, success, checksum) = (row.int(0)?, row.bool(1)?, row.text(2)?);
            seen.push(version);
            match known.iter().find(|migration| migration.version == version) {
                None => found.unknown.push(version),
                Some(own) if !success || hex(&own.checksum) != checksum => {
                    found.broken.push(version);
                }
                Some(_) => {}
            }
        }
        let missing = known.iter().map(|own| own.version).filter(|own| !seen.contains(own));
        found.pending = missing.collect();
        Ok(Some(found))
    }

    /// What the database itself finds damaged, in its own words. PostgreSQL finds damage when
    /// it reads (with checksums), and has nothing to ask here.
    ///
    /// # Errors
    /// When the damage is such that it cannot even be asked.
    pub async fn damage(&self) -> Result<Vec<String>, StoreError> {
        if self.dialect() == Dialect::Postgres {
            return Ok(Vec::new());
        }
        let ask = format!("pragma integrity_check({MOST_SENTENCES})");
        let rows = self.read().await?.rows(&ask, &[]).await?;
        let sentences: Result<Vec<String>, StoreError> =
            rows.iter().map(|row| row.text(0)).collect();
        Ok(sentences?.into_iter().filter(|sentence| sentence != "ok").collect())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
