//! What is published, compiled once: what a publish breaks, what is disabled, and what goes on
//! when a form changes under it.

use anyhow::{Context, Result};
use formwork_engine::{Caller, Engine, EngineError, TaskAnswer, TaskKind};
use formwork_model::{
    Problems,
    document::DocumentKind,
    mention::{FieldName, Named},
};
use formwork_store::{Hold, Store, StoreError};
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};

fn approval(key: &str, of: &str, fields: Json) -> Json {
    json!({
        "key": key, "app": "test", "form": of, "label": key,
        "steps": [{ "key": "boss", "kind": "approve", "label": "Boss",
                    "assignees": [{ "role": "boss" }], "fields": fields }]
    })
}

fn refused(error: anyhow::Error) -> Result<Problems> {
    match error.downcast::<EngineError>()? {
        EngineError::Problems(problems) => Ok(problems),
        other => Err(other.into()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_flow_on_a_form_is_refused() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        for key in ["deal", "other"] {
            let document = form(key, [field("name", "text", json!({}))]);
            organisation.publish(DocumentKind::Form, &document).await?;
        }
        let first = approval("first", "deal", json!({}));
        organisation.publish(DocumentKind::Flow, &first).await?;
        let second = approval("second", "deal", json!({}));
        let problems =
            refused(organisation.publish(DocumentKind::Flow, &second).await.unwrap_err())?;
        let found: Vec<_> =
            problems.iter().map(|p| (p.code.as_ref(), p.pointer.as_str())).collect();
        assert_eq!(found, [("form_has_flow", "/form")]);
        // The one that is there goes on, and one that moves to a taken form does not.
        assert_eq!(organisation.publish(DocumentKind::Flow, &first).await?, 2);
        let elsewhere = approval("second", "other", json!({}));
        organisation.publish(DocumentKind::Flow, &elsewhere).await?;
        assert!(organisation.publish(DocumentKind::Flow, &second).await.is_err());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_cannot_be_read_is_refused() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let script = json!({ "key": "run", "app": "test", "label": "Run", "source": "let = 1" });
    let problems = refused(organisation.publish(DocumentKind::Script, &script).await.unwrap_err())?;
    assert_eq!(
        (problems[0].code.as_ref(), problems[0].pointer.as_str()),
        ("formula_syntax", "/source")
    );
    Ok(())
}

/// Writes into the stored document behind the engine's back, as an older program would have.
async fn rewrite(organisation: &Organisation, kind: &str, key: &str, body: &Json) -> Result<()> {
    let sql = format!(
        "update document_revision set body = '{}' where kind = '{kind}' and key = '{key}'",
        body.to_string().replace('\'', "''")
    );
    let store = organisation.engine.store();
    store
        .write(Hold::Nothing, move |connection| {
            let sql = sql.clone();
            Box::pin(async move { connection.execute(&sql, &[]).await.map(drop) })
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// Another process on the same database.
async fn reopened(organisation: &Organisation) -> Result<Engine> {
    let store = Store::open(organisation.database.url()).await?;
    Ok(Engine::open(store, organisation.clock.as_clock()).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_compiled_is_disabled_and_everything_else_works() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let admin = &organisation.admin;
        let name = || field("name", "text", json!({}));
        organisation.publish(DocumentKind::Form, &form("sound", [name()])).await?;
        organisation.publish(DocumentKind::Form, &form("broken", [name()])).await?;
        organisation.publish(DocumentKind::Form, &form("flowing", [name()])).await?;
        let flow = json!({ "key": "approval", "app": "test", "form": "flowing", "label": "x",
            "steps": [{ "key": "split", "kind": "branch", "label": "x", "branches": [
                { "key": "one", "label": "x", "when": "name == \"x\"" },
                { "key": "two", "label": "x" }
            ] }] });
        organisation.publish(DocumentKind::Flow, &flow).await?;

        let twisted = form("broken", [field("name", "text", json!({ "formula": "nothing" }))]);
        rewrite(&organisation, "form", "broken", &twisted).await?;
        let mut twisted = flow.clone();
        twisted["steps"][0]["branches"][0]["when"] = json!("name ==");
        rewrite(&organisation, "flow", "approval", &twisted).await?;

        let engine = reopened(&organisation).await?;
        let listed = engine.document_list(admin).await?;
        let problems_of = |key: &str| {
            let entry = listed.iter().find(|entry| entry.key == key);
            let problems = entry.into_iter().flat_map(|entry| &entry.problems);
            problems.map(|p| format!("{} {}", p.code, p.pointer)).collect::<Vec<_>>()
        };
        assert_eq!(problems_of("broken"), ["unknown_name /fields/0/formula"]);
        assert_eq!(problems_of("approval"), ["formula_syntax /steps/0/branches/0/when"]);
        assert!(problems_of("sound").is_empty() && problems_of("flowing").is_empty());

        let values = json!({ "name": "x" });
        engine.record_create(admin, "sound", &values, false).await?;
        let gone = engine.record_create(admin, "broken", &values, false).await;
        assert!(matches!(gone, Err(EngineError::NotFound)), "{gone:?}");
        // A record does not pass by a flow that cannot run; it waits as a draft.
        let stopped = engine.record_create(admin, "flowing", &values, false).await;
        let Err(EngineError::Refused(problem)) = stopped else { panic!("{stopped:?}") };
        assert_eq!(problem.code, "flow_disabled");
        engine.record_create(admin, "flowing", &values, true).await?;

        // Publishing it mended brings it back.
        engine.document_publish(admin, DocumentKind::Flow, "approval", &flow, 1).await?;
        engine.record_create(admin, "flowing", &values, false).await?;
        let mended = form("broken", [name()]);
        engine.document_publish(admin, DocumentKind::Form, "broken", &mended, 1).await?;
        engine.record_create(admin, "broken", &values, false).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_takes_notice_of_what_moved() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let name = || field("name", "text", json!({}));
        for key in ["deal", "other"] {
            organisation.publish(DocumentKind::Form, &form(key, [name()])).await?;
        }
        let engine = reopened(&organisation).await?;
        let before = engine.catalog();
        let next = form("deal", [name(), field("amount", "money", json!({}))]);
        organisation.publish(DocumentKind::Form, &next).await?;
        engine.refresh().await?;
        let after = engine.catalog();
        let model = &after.compiled("deal").context("deal")?.model;
        assert!(model.field("amount").is_some());
        let same = |key| match (before.compiled(key), after.compiled(key)) {
            (Some(before), Some(after)) => std::sync::Arc::ptr_eq(before, after),
            _ => false,
        };
        assert!(same("other") && !same("deal"));
    }
    Ok(())
}

/// A deal with a tax rate that its flow's boss must fill in, waiting for the boss.
async fn waiting_for_tax(organisation: &Organisation) -> Result<(Caller, String)> {
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    let label = formwork_model::Localized::new("主管", "Boss");
    engine.role_add(admin, "boss", label).await?;
    let boss = organisation.member("boss", None, &["boss"]).await?;
    let deal = form("deal", [field("name", "text", json!({})), field("tax", "number", json!({}))]);
    organisation.publish(DocumentKind::Form, &deal).await?;
    organisation.grant_all(&["deal"]).await?;
    let mut flow =
        approval("approval", "deal", json!({ "editable": ["tax"], "required": ["tax"] }));
    let set = json!({ "tax": "tax * 2", "name": "\"done\"" });
    let act = json!({ "key": "act", "kind": "act", "label": "x",
                      "effects": [{ "update": { "set": set } }] });
    flow["steps"].as_array_mut().context("steps")?.push(act);
    organisation.publish(DocumentKind::Flow, &flow).await?;
    let record = engine.record_create(admin, "deal", &json!({ "name": "x" }), false).await?;
    Ok((boss, record.id))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_goes_on_without_a_field_that_was_retired_and_the_plan_says_so() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let (boss, record) = waiting_for_tax(&organisation).await?;
        organisation.publish(DocumentKind::Flow, &approval("approval", "deal", json!({}))).await?;
        let less = form("deal", [field("name", "text", json!({}))]);
        let plan = engine.document_check(admin, DocumentKind::Form, "deal", &less).await?;
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
        let warned: Vec<_> = plan.warnings.iter().map(|w| (w.code.as_ref(), &w.params)).collect();
        assert_eq!(warned.len(), 1, "{warned:?}");
        assert_eq!(warned[0].0, "instances_need_field");
        let (field, instances) = (&warned[0].1["field"], &warned[0].1["instances"]);
        assert_eq!((field, instances), (&json!("tax"), &json!(1)));
        organisation.publish(DocumentKind::Form, &less).await?;

        let task = engine.task_list(&boss, TaskKind::Open, None, 10).await?[0].id.clone();
        let open = engine.task_open(&boss, &task).await?;
        assert!(open.required.is_empty(), "{:?}", open.required);
        engine.task_answer(&boss, &task, TaskAnswer::approve(None)).await?;
        let open = engine.record_open(admin, "deal", &record).await?;
        let stored: Json = serde_json::from_str(&open.record)?;
        assert_eq!((&stored["flow_status"], &stored["name"]), (&json!("approved"), &json!("done")));
    }
    Ok(())
}

/// A deal whose stage has options.
fn staged(options: &Json) -> Json {
    let stage = field("stage", "choice", json!({ "options": { "options": options } }));
    let mut deal = form("deal", [stage, field("name", "text", json!({}))]);
    deal["rules"] = json!([{ "kind": "require", "when": "stage == \"won\"", "fields": ["name"] }]);
    deal
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_names_whoever_still_names_a_retired_option() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    let option = |key: &str| json!({ "key": key, "label": key });
    let deal = staged(&json!([option("won"), option("lost"), option("new")]));
    organisation.publish(DocumentKind::Form, &deal).await?;
    let group = json!({
        "key": "losers", "app": "test", "label": "x", "members": { "everyone": true },
        "forms": { "deal": { "operations": ["view"], "scope": { "filter":
            { "field": "stage", "op": "eq", "value": "lost" } } } }
    });
    organisation.publish(DocumentKind::PermissionGroup, &group).await?;
    let retired = |key: &str| json!({ "key": key, "label": key, "retired": true });
    let next = staged(&json!([retired("won"), retired("lost"), retired("new")]));
    let plan = engine.document_check(admin, DocumentKind::Form, "deal", &next).await?;
    let told: Vec<_> = plan
        .warnings
        .iter()
        .map(|warning| {
            let param = |name: &str| warning.params[name].as_str().unwrap_or_default().to_owned();
            (warning.code.as_ref(), param("option"), param("key"), param("at"))
        })
        .collect();
    let expected = |option: &str, key: &str, at: &str| {
        ("option_still_named", option.to_owned(), key.to_owned(), at.to_owned())
    };
    assert_eq!(
        told,
        [
            expected("won", "deal", "/rules/0/when"),
            expected("lost", "losers", "/forms/deal/scope/filter/value"),
        ]
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_a_draft_gets_another_key_wherever_it_is_named() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    let draft = staged(&json!([{ "key": "won", "label": "Won" }]));
    let from = |field: &str| Named::Field(FieldName::of("deal", field));
    let rename = |from: &Named, to: &str| {
        engine.document_rename(admin, DocumentKind::Form, &draft, from, to)
    };
    let renamed = rename(&from("stage"), "阶段")?;
    assert_eq!(renamed["fields"][0]["key"], "阶段");
    assert_eq!(renamed["rules"][0]["when"], "阶段 == \"won\"");
    let option = Named::Option(FieldName::of("deal", "stage"), "won".to_owned());
    assert_eq!(rename(&option, "win")?["rules"][0]["when"], "stage == \"win\"");
    for (from, to, code) in [
        (from("stage"), "name", "repeated_key"),
        (from("stage"), "if", "invalid_key"),
        (from("stage"), "owner", "reserved_key"),
        (from("nothing"), "x", "unknown_name"),
    ] {
        let error = rename(&from, to);
        let Err(EngineError::Problems(problems)) = error else { panic!("{to}: {error:?}") };
        assert_eq!(problems[0].code, code, "{to}");
    }
    let member = organisation.member("li", None, &[]).await?;
    let forbidden =
        engine.document_rename(&member, DocumentKind::Form, &draft, &from("stage"), "x");
    assert!(matches!(forbidden, Err(EngineError::Forbidden)), "{forbidden:?}");
    Ok(())
}

/// An organisation with 200 documents: forms that link to the one before them and compute with
/// it, a flow on every second, a dashboard and a group on every fourth.
async fn two_hundred(backend: Backend) -> Result<Organisation> {
    let organisation = Organisation::new(backend).await?;
    for number in 0..100 {
        let key = format!("form{number}");
        organisation.publish(DocumentKind::Form, &numbered(number)).await?;
        if number % 2 == 0 {
            let flow = approval(&format!("flow{number}"), &key, json!({ "editable": ["name"] }));
            organisation.publish(DocumentKind::Flow, &flow).await?;
        }
        if number % 4 == 0 {
            let series = json!({ "key": "all", "label": "All", "form": key,
                "measure": { "aggregate": "sum", "field": "amount" } });
            let page = json!({ "key": format!("page{number}"), "app": "test", "label": "x",
                "charts": [{ "key": "all", "kind": "bar", "label": "x", "options": {
                    "series": [series], "dimension": { "key": "name" } } }] });
            organisation.publish(DocumentKind::Dashboard, &page).await?;
            let grant = json!({ "operations": ["view"], "scope": { "filter":
                { "field": "amount", "op": "gt", "value": 10 } } });
            let group = json!({ "key": format!("group{number}"), "app": "test", "label": "x",
                "members": { "everyone": true }, "forms": { key: grant } });
            organisation.publish(DocumentKind::PermissionGroup, &group).await?;
        }
    }
    Ok(organisation)
}

fn numbered(number: usize) -> Json {
    let mut fields = vec![
        field("name", "text", json!({})),
        field("amount", "money", json!({})),
        field("net", "money", json!({ "formula": "amount * 2 - IFERROR(amount / 3, 0)" })),
    ];
    for extra in 0..20 {
        fields.push(field(&format!("extra{extra}"), "text", json!({})));
    }
    if number > 0 {
        // Many lean on the first, as they do on an account.
        let to = if number.is_multiple_of(3) { 0 } else { number - 1 };
        let options = json!({ "options": { "form": format!("form{to}") } });
        fields.push(field("before", "link", options));
        fields.push(field("above", "money", json!({ "formula": "before.net + amount" })));
    }
    let mut document = form(&format!("form{number}"), fields);
    document["views"] = json!([{ "key": "all", "label": "All", "columns": ["name", "amount"],
        "filter": { "field": "amount", "op": "gt", "value": 0 } }]);
    document
}

/// Run with `--ignored --nocapture`: how long a publish takes, and how long others who write wait
/// for it. Figures stand in `docs/performance.md`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; run by hand"]
async fn measure_a_publish_among_two_hundred_documents() -> Result<()> {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::{Duration, Instant},
    };

    for backend in Backend::all() {
        let organisation = two_hundred(backend).await?;
        let mut took = Vec::new();
        let mut waited = Vec::new();
        for round in 0..10 {
            let mut document = numbered(0);
            document["label"] = json!(format!("Round {round}"));
            document["fields"][1]["help"] = json!(format!("Round {round}"));
            let stop = Arc::new(AtomicBool::new(false));
            let (store, ends) = (organisation.engine.store().clone(), Arc::clone(&stop));
            let probe = tokio::spawn(async move {
                let mut most = Duration::ZERO;
                while !ends.load(Ordering::Relaxed) {
                    let asked = Instant::now();
                    let held = store.write(Hold::Nothing, |connection| {
                        Box::pin(async move { connection.rows("select 1", &[]).await.map(drop) })
                    });
                    let _: Result<(), StoreError> = held.await;
                    most = most.max(asked.elapsed());
                }
                most
            });
            let began = Instant::now();
            organisation.publish(DocumentKind::Form, &document).await?;
            took.push(began.elapsed());
            stop.store(true, Ordering::Relaxed);
            waited.push(probe.await?);
        }
        took.sort();
        waited.sort();
        println!(
            "{backend:?}: publish {:?} median, {:?} most; a writer waits {:?} median, {:?} most",
            took[5], took[9], waited[5], waited[9]
        );
    }
    Ok(())
}
