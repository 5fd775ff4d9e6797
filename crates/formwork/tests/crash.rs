//! The real program, killed in the middle of its work: what it said is stored is stored, and
//! nothing is stored by halves.

#![allow(clippy::print_stderr, reason = "a test that fails says what it saw last")]

mod program;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, ensure};
use formwork_store::Store;
use formwork_testkit::{Backend, TestDatabase, field, form, subform};
use program::{Connection, Program};
use serde_json::{Value as Json, json};

const SUBMITS: usize = 1000;
const CONNECTIONS: usize = 20;
/// The server is killed when it has said so often that a record is stored.
const ACKNOWLEDGED_BEFORE_THE_END: usize = 250;

fn visit() -> Json {
    form(
        "visit",
        [
            field(
                "code",
                "serial",
                json!({ "options": { "parts": [{ "text": "V-" }, { "counter": 4 }] } }),
            ),
            field("subject", "text", json!({ "required": true })),
            subform("people", [field("name", "text", json!({}))]),
        ],
    )
}

fn values_of(number: usize) -> Json {
    json!({ "values": {
        "subject": format!("no. {number}"),
        "people": [{ "name": format!("first of {number}") }, { "name": format!("second of {number}") }]
    }})
}

/// An admin's API key of a new organisation with the form in it.
fn set_up(program: &Program) -> Result<String> {
    let first = json!({
        "organisation": "Test", "name": "Root", "account": "root", "password": "correct horse"
    });
    let mut connection = program.connect("")?;
    let answer = connection.ask("POST", "/api/v1/set-up", Some(&first))?;
    ensure!(answer.status == 200, "{answer:?}");
    let cookie = answer.header("set-cookie").context("no cookie")?;
    let cookie = cookie.split(';').next().unwrap_or_default();
    let mut signed_in =
        program.connect(&format!("cookie: {cookie}\r\nsec-fetch-site: same-origin\r\n"))?;
    let key = signed_in.ask("POST", "/api/v1/api-keys", Some(&json!({ "name": "test" })))?;
    ensure!(key.status == 201, "{key:?}");
    let publish = json!({ "document": visit(), "based_on": 0 });
    let published =
        signed_in.ask("POST", "/api/v1/documents/form/visit/publish", Some(&publish))?;
    ensure!(published.status == 200, "{published:?}");
    Ok(key.json()?["key"].as_str().context("no key")?.to_owned())
}

/// Submits until the server is gone; answers the number and id of what it acknowledged.
fn submit_and_kill(program: Program, key: &str) -> Result<BTreeMap<usize, String>> {
    let next = Arc::new(AtomicUsize::new(0));
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let gone = Arc::new(AtomicBool::new(false));
    let authorization = authorization(key);
    let submitters: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (next, acknowledged, gone) =
                (Arc::clone(&next), Arc::clone(&acknowledged), Arc::clone(&gone));
            let mut connection = program.connect(&authorization)?;
            Ok(thread::spawn(move || -> Result<Vec<(usize, String)>> {
                let mut stored = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= SUBMITS {
                        return Ok(stored);
                    }
                    let path = "/api/v1/forms/visit/records";
                    match connection.ask("POST", path, Some(&values_of(number))) {
                        Ok(answer) => {
                            ensure!(answer.status == 201, "{answer:?}");
                            let id = answer.json()?["id"].as_str().context("no id")?.to_owned();
                            stored.push((number, id));
                            acknowledged.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(error) => {
                            // Killed on purpose, or not: that is told apart at the end.
                            gone.store(true, Ordering::SeqCst);
                            eprintln!("the last answer: {error}");
                            return Ok(stored);
                        }
                    }
                }
            }))
        })
        .collect::<Result<_>>()?;
    while acknowledged.load(Ordering::SeqCst) < ACKNOWLEDGED_BEFORE_THE_END {
        ensure!(!gone.load(Ordering::SeqCst), "the server went by itself");
        thread::yield_now();
    }
    program.kill()?;
    let mut stored = BTreeMap::new();
    for submitter in submitters {
        stored.extend(submitter.join().map_err(|_| anyhow::anyhow!("panicked"))??);
    }
    ensure!(stored.len() < SUBMITS, "everything was stored before the server was killed");
    Ok(stored)
}

fn authorization(key: &str) -> String {
    format!("authorization: Bearer {key}\r\n")
}

/// Every record, by its subject.
fn records(connection: &mut Connection) -> Result<BTreeMap<String, Json>> {
    let mut found = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/forms/visit/records?limit=200{cursor}");
        let page = connection.ask("GET", &path, None)?;
        ensure!(page.status == 200, "{page:?}");
        let page = page.json()?;
        for record in page["records"].as_array().context("no records")? {
            let subject = record["subject"].as_str().context("no subject")?.to_owned();
            ensure!(found.insert(subject, record.clone()).is_none(), "twice: {record}");
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
    }
}

/// A record is there with its rows, and its history tells of it once.
fn must_be_whole(connection: &mut Connection, record: &Json) -> Result<()> {
    let id = record["id"].as_str().context("no id")?;
    let open = connection.ask("GET", &format!("/api/v1/forms/visit/records/{id}"), None)?.json()?;
    let people = open["record"]["people"].as_array().context("no rows")?;
    ensure!(people.len() == 2, "{open}");
    let path = format!("/api/v1/forms/visit/records/{id}/history");
    let history = connection.ask("GET", &path, None)?.json()?;
    let events = history["events"].as_array().context("no events")?;
    ensure!(events.len() == 1 && events[0]["kind"] == "record_created", "{history}");
    Ok(())
}

/// Nothing hangs on a record that is not there.
fn must_hold_together(url: &str) -> Result<()> {
    let orphans = [
        "select count(*) from s_visit__people where record_id not in (select id from r_visit)",
        "select count(*) from event where record is not null and record not in (select id from r_visit)",
        "select count(*) from r_visit where id not in (select record from event where record is not null)",
        "select count(*) from r_visit where f_code in
            (select f_code from r_visit group by f_code having count(*) > 1)",
    ];
    tokio::runtime::Runtime::new()?.block_on(async {
        let store = Store::open(url).await?;
        let mut connection = store.read().await?;
        for sql in orphans {
            let found = connection.rows(sql, &[]).await?[0].int(0)?;
            ensure!(found == 0, "{found}: {sql}");
        }
        drop(connection);
        store.close().await;
        Ok(())
    })
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_is_there_by_halves()
-> Result<()> {
    for backend in Backend::all() {
        let database = tokio::runtime::Runtime::new()?.block_on(TestDatabase::new(backend))?;
        let program = Program::start(database.url())?;
        let key = set_up(&program)?;
        let acknowledged = submit_and_kill(program, &key)?;

        let program = Program::start(database.url())?;
        let mut connection = program.connect(&authorization(&key))?;
        let found = records(&mut connection)?;
        for (number, id) in &acknowledged {
            let record = found.get(&format!("no. {number}"));
            let record = record.with_context(|| format!("{backend:?}: no. {number} is lost"))?;
            ensure!(record["id"] == json!(id), "{backend:?}: {record}");
        }
        let subjects: BTreeSet<String> = (0..SUBMITS).map(|n| format!("no. {n}")).collect();
        for (subject, record) in &found {
            ensure!(subjects.contains(subject), "{record}");
            must_be_whole(&mut connection, record).with_context(|| format!("{backend:?}"))?;
        }
        // What was on its way and not acknowledged: at most one for each connection.
        ensure!(found.len() <= acknowledged.len() + CONNECTIONS);
        program.kill()?;
        must_hold_together(database.url()).with_context(|| format!("{backend:?}"))?;
    }
    Ok(())
}

#[test]
fn bodies_that_are_too_large_are_refused_and_the_server_goes_on() -> Result<()> {
    let database = tokio::runtime::Runtime::new()?.block_on(TestDatabase::new(Backend::Sqlite))?;
    let program = Program::start(database.url())?;
    let key = set_up(&program)?;
    let path = "/api/v1/forms/visit/records";
    let large = json!({ "values": { "subject": "x".repeat(11 * 1024 * 1024) } });
    let refused = program.connect(&authorization(&key))?.ask("POST", path, Some(&large))?;
    ensure!(refused.status == 413, "{refused:?}");
    ensure!(refused.json()?["code"] == "body_too_large", "{refused:?}");

    let rows: Vec<Json> = (0..100_000).map(|_| json!({ "name": "林岚" })).collect();
    let many = json!({ "values": { "subject": "many", "people": rows } });
    let mut connection = program.connect(&authorization(&key))?;
    let refused = connection.ask("POST", path, Some(&many))?;
    ensure!(refused.status == 422, "{refused:?}");
    let problems = refused.json()?;
    ensure!(problems["errors"][0]["code"] == "too_many_rows", "{problems}");
    ensure!(problems["errors"][0]["pointer"] == "/people", "{problems}");

    let deep =
        format!("{{\"values\":{{\"subject\":{}1{}}}}}", "[".repeat(100_000), "]".repeat(100_000));
    let refused = connection.ask_text("POST", path, &deep)?;
    ensure!(refused.status == 400 || refused.status == 422, "{refused:?}");
    let made = connection.ask("POST", path, Some(&values_of(1)))?;
    ensure!(made.status == 201, "{made:?}");
    program.kill()
}
