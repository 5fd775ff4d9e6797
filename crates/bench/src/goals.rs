//! What is not a rate of requests: loading many records, what a save costs, publishing beside
//! two hundred documents, and what a task's approval asks of the database.

use std::{
    fs,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use formwork_engine::{Caller, Engine, TaskAnswer, TaskKind};
use formwork_model::document::DocumentKind;
use formwork_store::{Hold, StoreError};
use formwork_testkit::{field, form};
use serde_json::{Value as Json, json};
use tokio::runtime::{Builder, Runtime};

use crate::{
    Plan,
    bare::BareServers,
    bulk,
    cases::{far_cursor, fixed},
    client::{Client, Request},
    scene::{FORM, Scene, typed},
};

/// Records of one batch: as many as one may have.
const BATCH: usize = 1000;
/// Turns of each side while loading.
const ROUNDS: usize = 4;
/// Saves whose CPU time is counted.
const SAVES: usize = 4000;
/// Documents beside the one that is published.
const DOCUMENTS: usize = 200;
const PUBLISHES: usize = 9;
/// How long a reader is watched while it has nothing to do.
const IDLE: Duration = Duration::from_secs(20);
/// Events whose way to a reader is timed.
const HEARD: usize = 200;

/// A goal and what was measured.
pub(crate) struct Goal {
    pub(crate) name: &'static str,
    pub(crate) measured: String,
    pub(crate) goal: &'static str,
}

/// Measures those whose name is asked for.
pub(crate) fn run(scene: &Scene, plan: &Plan) -> Result<Vec<Goal>> {
    let runtime =
        Builder::new_multi_thread().thread_name("client").worker_threads(2).enable_all().build()?;
    let mut goals = Vec::new();
    let mut asked = |name: &'static str, goal, measure: &dyn Fn() -> Result<String>| {
        if name.contains(&plan.only) {
            goals.push(Goal { name, measured: measure()?, goal });
        }
        Ok::<(), anyhow::Error>(())
    };
    asked("batch load", "≤ 3 × the best bulk insert", &|| load(&runtime, scene, plan))?;
    asked("save of 20 fields", "≤ 0.5 ms of CPU", &|| save(&runtime, scene))?;
    asked("idle reader of events", "nothing measurable", &|| runtime.block_on(idle_reader(scene)))?;
    asked("commit to reader", "≤ 10 ms", &|| runtime.block_on(commit_to_reader(scene)))?;
    asked("task approval", "≤ 8 statements", &|| runtime.block_on(approval(scene)))?;
    asked("publish among 200 documents", "≤ 100 ms, ≤ 5 ms of the writer", &|| {
        runtime.block_on(publish(scene))
    })?;
    Ok(goals)
}

/// The real server loads in batches over one connection, the bulk insert over one of its own;
/// both into the same table, in turns.
fn load(runtime: &Runtime, scene: &Scene, plan: &Plan) -> Result<String> {
    runtime.block_on(async {
        let mut client = Client::connect(scene.address, &scene.key).await?;
        let (mut own, mut bare) = (Duration::ZERO, Duration::ZERO);
        let portion = plan.load / ROUNDS;
        for round in 0..ROUNDS {
            let first = plan.records + round * portion;
            let bodies: Vec<String> = (first..first + portion)
                .step_by(BATCH)
                .map(|start| {
                    let items: Vec<Json> = (start..(start + BATCH).min(first + portion))
                        .map(|number| json!({ "op": "create", "values": typed(number) }))
                        .collect();
                    json!({ "items": items }).to_string()
                })
                .collect();
            let begun = Instant::now();
            for body in bodies {
                let path = format!("/api/v1/forms/{FORM}/records/batch");
                let answer = client.ask(&Request::send("POST", path, body)).await?;
                ensure!(answer.status == 200, "{}", String::from_utf8_lossy(&answer.body));
            }
            own += begun.elapsed();
            let begun = Instant::now();
            bulk::load(scene.database.url(), &scene.member, first..first + portion).await?;
            bare += begun.elapsed();
        }
        let ratio = own.as_secs_f64() / bare.as_secs_f64();
        Ok(format!(
            "**{ratio:.2} ×** ({} records: {:.1} s and {:.1} s)",
            portion * ROUNDS,
            own.as_secs_f64(),
            bare.as_secs_f64()
        ))
    })
}

/// CPU time of the threads that serve, SQLite's own among them.
fn save(runtime: &Runtime, scene: &Scene) -> Result<String> {
    let admin = scene.admin.clone();
    let cursor = runtime.block_on(far_cursor(scene))?;
    let bare = BareServers::start(scene, || fixed(scene, &cursor))?;
    runtime.block_on(async {
        let fields = (0..20).map(|number| match number % 4 {
            0 => field(&format!("t{number}"), "text", json!({})),
            1 => field(&format!("m{number}"), "money", json!({})),
            2 => field(&format!("d{number}"), "date", json!({})),
            _ => field(&format!("b{number}"), "boolean", json!({})),
        });
        publish_new(&scene.engine, &admin, DocumentKind::Form, &form("plain", fields)).await?;
        let everything = json!({ "operations": ["view", "create", "update"], "scope": "all" });
        let group = json!({ "key": "plain_all", "app": "test", "label": "All",
            "members": { "everyone": true }, "forms": { "plain": everything } });
        publish_new(&scene.engine, &admin, DocumentKind::PermissionGroup, &group).await?;
        let values: Json = (0..20)
            .map(|number| match number % 4 {
                0 => (format!("t{number}"), json!(format!("岚屿精密 {number}"))),
                1 => (format!("m{number}"), json!("1250.50")),
                2 => (format!("d{number}"), json!("2026-06-30")),
                _ => (format!("b{number}"), json!(true)),
            })
            .collect::<serde_json::Map<String, Json>>()
            .into();
        let body = json!({ "values": values }).to_string();
        let path = "/api/v1/forms/plain/records";
        let own = cpu_of_saves(scene.address, &scene.key, path, &|_| body.clone()).await?;
        let twelve = |number| json!({ "values": typed(number) }).to_string();
        let path = format!("/api/v1/forms/{FORM}/records");
        let of_twelve = cpu_of_saves(scene.address, &scene.key, &path, &twelve).await?;
        let bare = cpu_of_saves(bare.single, &scene.key, "/records", &twelve).await?;
        Ok(format!(
            "**{own:.2} ms** (12 fields with a formula: {of_twelve:.2} ms, and {bare:.2} ms in the \
             bare handler: {:.1} ×)",
            of_twelve / bare
        ))
    })
}

/// Milliseconds of CPU in the server for each of many saves over one connection.
async fn cpu_of_saves(
    address: SocketAddr,
    key: &str,
    path: &str,
    body: &dyn Fn(usize) -> String,
) -> Result<f64> {
    let mut client = Client::connect(address, key).await?;
    let mut begun = Duration::ZERO;
    // The first quarter warms up.
    for number in 0..SAVES + SAVES / 4 {
        if number == SAVES / 4 {
            begun = cpu_of_server()?;
        }
        let answer = client.ask(&Request::send("POST", path.to_owned(), body(number))).await?;
        ensure!(answer.status == 201, "{}", String::from_utf8_lossy(&answer.body));
    }
    let spent = cpu_of_server()?.saturating_sub(begun) / u32::try_from(SAVES)?;
    Ok(spent.as_secs_f64() * 1000.0)
}

/// CPU time of the whole process with a reader that has nothing to read, and without.
async fn idle_reader(scene: &Scene) -> Result<String> {
    let spent = async || {
        let begun = cpu_of_server()?;
        tokio::time::sleep(IDLE).await;
        Ok::<_, anyhow::Error>(cpu_of_server()?.saturating_sub(begun))
    };
    let without = spent().await?;
    let (worker, _heard) = scene.engine.listen("bench_idle");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let with = spent().await?;
    worker.stop().await;
    let share = |time: Duration| time.as_secs_f64() / IDLE.as_secs_f64() * 100.0;
    Ok(format!("**{:.3} %** of a core ({:.3} % without)", share(with), share(without)))
}

/// From the answer of a save to when a reader of the log has its event.
async fn commit_to_reader(scene: &Scene) -> Result<String> {
    let (worker, mut heard) = scene.engine.listen("bench_delay");
    let mut client = Client::connect(scene.address, &scene.key).await?;
    let mut took = Vec::with_capacity(HEARD);
    for number in 0..=HEARD {
        let body = json!({ "values": typed(number) }).to_string();
        let path = format!("/api/v1/forms/{FORM}/records");
        let answer = client.ask(&Request::send("POST", path, body)).await?;
        ensure!(answer.status == 201, "{}", String::from_utf8_lossy(&answer.body));
        let answered = Instant::now();
        heard.recv().await.context("the reader has ended")?;
        // The first waits until the reader is on its feet.
        if number > 0 {
            took.push(answered.elapsed());
        }
    }
    worker.stop().await;
    took.sort_unstable();
    let ms = |share: usize| {
        took.get(took.len() * share / 100).copied().unwrap_or_default().as_secs_f64() * 1000.0
    };
    Ok(format!("**{:.1} ms** (99 of 100 within {:.1} ms)", ms(50), ms(99)))
}

/// The CPU time so far of all threads of this process but those that ask.
fn cpu_of_server() -> Result<Duration> {
    let mut spent = Duration::ZERO;
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        let Ok(name) = fs::read_to_string(task.join("comm")) else { continue };
        if name.starts_with("client") {
            continue;
        }
        let Ok(text) = fs::read_to_string(task.join("schedstat")) else { continue };
        let nanoseconds = text.split(' ').next().and_then(|text| text.parse().ok());
        spent += Duration::from_nanos(nanoseconds.context("no CPU time")?);
    }
    Ok(spent)
}

async fn publish_new(
    engine: &Engine,
    admin: &Caller,
    kind: DocumentKind,
    document: &Json,
) -> Result<()> {
    let key = document.get("key").and_then(Json::as_str).context("a key")?;
    engine.document_publish(admin, kind, key, document, 0).await?;
    Ok(())
}

async fn approval(scene: &Scene) -> Result<String> {
    let (engine, admin) = (&scene.engine, &scene.admin);
    let bill = form(
        "bill",
        [
            field("code", "text", json!({ "unique": true })),
            field("amount", "money", json!({})),
            field("double", "money", json!({ "formula": "amount * 2" })),
        ],
    );
    publish_new(engine, admin, DocumentKind::Form, &bill).await?;
    let step = |key: &str| {
        json!({ "key": key, "kind": "approve", "label": key,
            "assignees": [{ "member": admin.member }] })
    };
    let flow = json!({ "key": "approval", "app": "test", "form": "bill", "label": "Approval",
        "steps": [step("one"), step("two")] });
    publish_new(engine, admin, DocumentKind::Flow, &flow).await?;
    let everything = json!({ "operations": ["view", "create"], "scope": "all" });
    let group = json!({ "key": "bill_all", "app": "test", "label": "All",
        "members": { "everyone": true }, "forms": { "bill": everything } });
    publish_new(engine, admin, DocumentKind::PermissionGroup, &group).await?;
    engine.record_create(admin, "bill", &json!({ "code": "1", "amount": "5" }), false).await?;
    let mut ran = Vec::new();
    for _ in 0..2 {
        let tasks = engine.task_list(admin, TaskKind::Open, None, 10).await?;
        let task = &tasks.first().context("a task")?.id;
        let before = engine.store().statements_of_changes();
        let answer = TaskAnswer { version: Some(2), ..TaskAnswer::approve(None) };
        engine.task_answer(admin, task, answer).await?;
        ran.push((engine.store().statements_of_changes() - before).to_string());
    }
    Ok(format!("**{}** (one step of two, the last)", ran.join(", ")))
}

/// Publishes a form among many, while somebody else writes as fast as it goes: the longest
/// wait of theirs during a publish, less what a write takes anyhow, is what it held them up.
async fn publish(scene: &Scene) -> Result<String> {
    let (engine, admin) = (&scene.engine, &scene.admin);
    let of = |number: usize, label: String| {
        let fields = (0..12).map(|at| field(&format!("f{at}"), "text", json!({})));
        let fields = fields.chain([
            field("amount", "money", json!({})),
            field("double", "money", json!({ "formula": "amount * 2" })),
        ]);
        let mut form = form(&format!("many_{number}"), fields);
        form["label"] = json!(label);
        form
    };
    for number in 0..DOCUMENTS {
        let document = of(number, "Many".into());
        publish_new(engine, admin, DocumentKind::Form, &document).await?;
    }
    let mut took = Vec::new();
    let mut held = Vec::new();
    for round in 0..PUBLISHES {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let store = engine.store().clone();
        let writes = tokio::spawn(async move {
            let mut waits = Vec::new();
            while !*stopped.borrow() {
                let begun = Instant::now();
                let written = store.write(Hold::People, |connection| {
                    Box::pin(async move {
                        connection
                            .execute("update setting set value = value where 1 = 0", &[])
                            .await
                    })
                });
                let written: Result<u64, StoreError> = written.await;
                written?;
                waits.push(begun.elapsed());
            }
            waits.sort_unstable();
            Ok::<_, StoreError>(waits)
        });
        let document = of(7, format!("Many, {round}"));
        let begun = Instant::now();
        let based_on = i64::try_from(round + 1)?;
        engine.document_publish(admin, DocumentKind::Form, "many_7", &document, based_on).await?;
        took.push(begun.elapsed());
        stop.send_replace(true);
        let waits = writes.await??;
        let usual = waits.get(waits.len() / 2).copied().unwrap_or_default();
        held.push(waits.last().copied().unwrap_or_default().saturating_sub(usual));
    }
    took.sort_unstable();
    held.sort_unstable();
    let ms = |times: &[Duration]| {
        times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1000.0
    };
    Ok(format!("**{:.0} ms**, others waited {:.1} ms (medians)", ms(&took), ms(&held)))
}
