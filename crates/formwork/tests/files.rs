//! The database's file in the hands of an operator: looked at, copied, put back, and damaged.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "another test reads answers")]
mod program;

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, ensure};
use program::Program;
use serde_json::json;
use tempfile::TempDir;

/// A folder with a database in it, which belongs to an organisation.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Result<Self> {
        let place = Self { folder: tempfile::tempdir()? };
        let added = place.run_with(
            &["user", "add", "root", "--name", "Root", "--organisation", "Test"],
            "correct horse\n",
        )?;
        ensure!(added.status.success(), "{added:?}");
        Ok(place)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn database(&self) -> PathBuf {
        self.path("formwork.db")
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.database().display())
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Result<Output> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_formwork"))
            .args(["--database-url", &self.url()])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        child.stdin.take().context("no input")?.write_all(input.as_bytes())?;
        Ok(child.wait_with_output()?)
    }

    /// Runs what must go well.
    #[track_caller]
    fn does(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        said(&output)
    }

    /// Runs what must be refused with these words.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], words: &str) {
        let output = self.run(arguments).unwrap();
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
        assert!(said(&output).contains(words), "{arguments:?}: {output:?}");
    }

    fn members(&self) -> String {
        self.does(&["user", "list"])
    }

    fn add(&self, account: &str) -> Result<()> {
        let added = self.run_with(&["user", "add", account, "--name", "x"], "correct horse\n")?;
        ensure!(added.status.success(), "{added:?}");
        Ok(())
    }
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) -> Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(at))?;
    Ok(file.write_all(bytes)?)
}

#[test]
fn a_copy_is_put_back_and_what_was_there_is_kept() -> Result<()> {
    let place = Place::new()?;
    let copy = place.path("monday.db");
    place.does(&["backup", text(&copy)]);
    place.refuses(&["backup", text(&copy)], "exists already");
    place.add("second")?;
    place.refuses(&["restore", text(&copy)], "--replace");
    assert!(place.members().contains("second"));
    for number in 1..=3 {
        place.does(&["restore", text(&copy), "--replace"]);
        assert!(!place.members().contains("second"));
        let aside = place.path(&format!("formwork.db.before-restore-{number}"));
        assert!(aside.exists(), "{number}");
    }
    // The first one kept is the original, with what was added to it.
    place.does(&["restore", text(&place.path("formwork.db.before-restore-1")), "--replace"]);
    assert!(place.members().contains("second"));
    place.does(&["doctor"]);
    let left: Vec<_> = fs::read_dir(place.folder.path())?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains(".new-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    Ok(())
}

#[test]
fn what_is_no_whole_copy_is_refused_and_nothing_is_touched() -> Result<()> {
    let place = Place::new()?;
    let whole = place.path("whole.db");
    place.does(&["backup", text(&whole)]);
    let bytes = fs::read(&whole)?;
    let half = place.path("half.db");
    for length in [bytes.len() / 2, bytes.len() - 100, 4096, 100, 16] {
        fs::write(&half, &bytes[..length])?;
        place.refuses(&["restore", text(&half), "--replace"], "damaged");
    }
    fs::write(&half, b"")?;
    place.refuses(&["restore", text(&half), "--replace"], "empty");
    fs::write(&half, "not a database at all, but long enough to be one".repeat(100))?;
    place.refuses(&["restore", text(&half), "--replace"], "not a SQLite database");
    place.refuses(&["restore", text(&place.path("nothing.db")), "--replace"], "no such file");
    place.refuses(&["restore", text(&place.database()), "--replace"], "the database itself");
    for place_in_file in [4096 * 3, bytes.len() as u64 / 2 / 4096 * 4096] {
        fs::write(&half, &bytes)?;
        overwrite(&half, place_in_file, &[0xaa; 4096 * 2])?;
        place.refuses(&["restore", text(&half), "--replace"], "damaged");
    }
    let other = sqlite(&place.path("other.db"), &["create table t (a)"])?;
    place.refuses(&["restore", text(&other), "--replace"], "not a database of Formwork");
    fs::write(&half, &bytes)?;
    let newer = "insert into _sqlx_migrations
        (version, description, success, checksum, execution_time)
        values (999999, 'later', 1, x'00', 0)";
    sqlite(&half, &[newer])?;
    place.refuses(&["restore", text(&half), "--replace"], "newer version");
    assert!(place.members().contains("root"));
    assert!(!place.path("formwork.db.before-restore-1").exists());
    Ok(())
}

/// Runs statements on a SQLite file, outside of the program.
fn sqlite(path: &Path, statements: &[&str]) -> Result<PathBuf> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let store =
            formwork_store::Store::open_plain(&format!("sqlite:{}", path.display())).await?;
        for statement in statements {
            let statement = (*statement).to_owned();
            store
                .write(formwork_store::Hold::Nothing, move |connection| {
                    let statement = statement.clone();
                    Box::pin(async move { connection.execute(&statement, &[]).await })
                })
                .await?;
        }
        store.close().await;
        anyhow::Ok(())
    })?;
    Ok(path.to_owned())
}

#[test]
fn a_copy_with_its_log_beside_it_is_put_back_whole() -> Result<()> {
    let place = Place::new()?;
    let program = Program::start(&place.url())?;
    let mut connection = program.connect("")?;
    let credentials = json!({ "account": "root", "password": "correct horse" });
    let answer = connection.ask("POST", "/api/v1/session", Some(&credentials))?;
    ensure!(answer.status == 200, "{answer:?}");
    // The files of a running server, log and all: what it said is stored may be in the log.
    let copy = place.path("copied.db");
    fs::copy(place.database(), &copy)?;
    fs::copy(place.path("formwork.db-wal"), place.path("copied.db-wal"))?;
    program.kill()?;
    place.does(&["restore", text(&copy), "--replace"]);
    assert!(place.members().contains("root"));
    Ok(())
}

#[test]
fn nothing_is_replaced_under_a_running_server() -> Result<()> {
    let place = Place::new()?;
    let copy = place.path("copy.db");
    let program = Program::start(&place.url())?;
    place.does(&["backup", text(&copy)]);
    place.refuses(&["restore", text(&copy), "--replace"], "in use");
    place.does(&["doctor"]);
    let mut connection = program.connect("")?;
    ensure!(connection.ask("GET", "/healthz", None)?.status == 200);
    program.kill()?;
    place.does(&["restore", text(&copy), "--replace"]);
    Ok(())
}

#[test]
fn the_doctor_finds_what_is_damaged() -> Result<()> {
    let place = Place::new()?;
    place.does(&["doctor"]);
    let (database, log) = (place.database(), place.path("formwork.db-wal"));
    // Without free pages: what stands in those is nothing to anybody.
    let vacuumed = place.path("vacuumed.db");
    place.does(&["backup", text(&vacuumed)]);
    let whole = fs::read(&vacuumed)?;
    // What is still in the log would stand for the pages that are damaged.
    for beside in [&log, &place.path("formwork.db-shm")] {
        if beside.exists() {
            fs::remove_file(beside)?;
        }
    }
    let with = |bytes: &[u8], words: &str| -> Result<()> {
        fs::write(&database, bytes)?;
        place.refuses(&["doctor"], words);
        assert_eq!(fs::read(&database)?, bytes, "nothing is changed: {words}");
        Ok(())
    };
    with(b"", "the file is empty")?;
    with(&b"no database".repeat(1000), "not a SQLite database")?;
    with(&whole[..whole.len() / 2], "damaged")?;
    for page in [2, 5, 9] {
        let mut damaged = whole.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xaa);
        with(&damaged, "damaged")?;
    }
    fs::write(&database, &whole)?;
    fs::write(&log, b"garbage".repeat(1000))?;
    place.refuses(&["doctor"], "log beside it is damaged");
    place.refuses(&["backup", text(&place.path("x.db"))], "log beside it is damaged");
    fs::remove_file(&log)?;
    fs::remove_file(&database)?;
    place.refuses(&["doctor"], "no such file");
    assert!(!database.exists(), "the doctor makes nothing");
    Ok(())
}

#[test]
fn the_doctor_finds_what_does_not_hold() -> Result<()> {
    let place = Place::new()?;
    let whole = place.path("whole.db");
    place.does(&["package", "install", "crm"]);
    place.does(&["backup", text(&whole)]);
    let insert = "insert into event (at, by_member, kind, subject, record, detail)
        values (0, 'x', 'record_created', 'account', 'gone', '{}')";
    for (statement, words) in [
        ("update member set is_admin = false", "nobody may do everything"),
        ("update member set active = false", "nobody may do everything"),
        (insert, "1 records of `account` are in the history and gone"),
        ("update document_revision set body = '{' where key = 'account'", "cannot be read"),
        (
            "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
            "older version",
        ),
        ("update _sqlx_migrations set success = 0", "not as this program makes them"),
        ("update _sqlx_migrations set version = 999999 where version = 1", "newer version"),
        ("drop table member", "not a database of Formwork"),
    ] {
        place.does(&["restore", text(&whole), "--replace"]);
        place.does(&["doctor"]);
        sqlite(&place.database(), &[statement])?;
        place.refuses(&["doctor"], words);
    }
    // The console helps without an admin.
    place.does(&["restore", text(&whole), "--replace"]);
    sqlite(&place.database(), &["update member set is_admin = false, active = false"])?;
    place.does(&["user", "admin", "root"]);
    place.does(&["doctor"]);
    Ok(())
}

#[test]
fn the_owner_has_a_way_in() -> Result<()> {
    let place = Place::new()?;
    place.does(&["user", "unlock", "ROOT"]);
    place.refuses(&["user", "unlock", "nobody"], "there is no `nobody`");
    let weak = place.run_with(&["user", "password", "root"], "root-root-root\n")?;
    ensure!(!weak.status.success() && said(&weak).contains("easy to guess"), "{weak:?}");
    let set = place.run_with(&["user", "password", "root"], "a better one, longer\n")?;
    ensure!(set.status.success(), "{set:?}");
    let weak = place.run_with(&["user", "add", "ｗａｎｇ", "--name", "x"], "wang2026wang\n")?;
    ensure!(!weak.status.success(), "{weak:?}");
    let mixed = place.run_with(&["user", "add", "rооt", "--name", "x"], "correct horse\n")?;
    ensure!(said(&mixed).contains("several scripts"), "{mixed:?}");
    Ok(())
}
