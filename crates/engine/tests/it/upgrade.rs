//! A database that the program of an earlier commit made, opened by the one of today.

use anyhow::{Context, Result};
use formwork_engine::{Engine, TaskAnswer, TaskKind};
use formwork_flow::Answer;
use formwork_model::document::DocumentKind;
use formwork_query::{Dialect, ListQuery};
use formwork_store::{Hold, Store, StoreError};
use formwork_testkit::{Backend, Organisation, TestDatabase};
use serde_json::{Value as Json, json};

const FIRST: &str = "8306c6e";

async fn claims(organisation: &Organisation) -> Result<Vec<Json>> {
    let query = ListQuery { limit: 50, drafts: true, ..ListQuery::default() };
    let anna = organisation.caller("anna")?;
    let page = organisation.engine.record_list(&anna, "claim", &query, false).await?;
    Ok(page.records.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>()?)
}

async fn claim(organisation: &Organisation, title: &str) -> Result<Json> {
    let all = claims(organisation).await?;
    let found = all.into_iter().find(|claim| claim["title"] == title).context("a claim")?;
    let id = found["id"].as_str().context("an id")?;
    let anna = organisation.caller("anna")?;
    let open = organisation.engine.record_open(&anna, "claim", id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

fn answer(answer: Answer, version: i64) -> TaskAnswer {
    TaskAnswer { answer, comment: None, version: Some(version), values: Json::Null }
}

#[tokio::test(flavor = "multi_thread")]
async fn opens_is_read_and_goes_on() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::restored(backend, FIRST).await?;
        let engine = &organisation.engine;
        assert_eq!(engine.schema_findings().await?, Vec::new(), "the inventory is filled");

        let running = claim(&organisation, "running").await?;
        assert_eq!(running["amount"], json!("100.25"));
        assert_eq!(running["tags"], json!(["a", "b"]));
        assert_eq!(running["说明"], json!("出差"));
        assert_eq!(running["lines"][0]["sum"], json!("241.00"));
        assert_eq!(running["customer"]["title"], json!("Acme"));
        assert_eq!(running["flow_status"], json!("running"));
        let id = running["id"].as_str().context("an id")?.to_owned();
        let history = engine.record_history(&organisation.admin, "claim", &id, None, 10).await?;
        assert!(!history.is_empty());

        let bob = organisation.caller("bob")?;
        for _ in 0..2 {
            let tasks = engine.task_list(&bob, TaskKind::Open, None, 10).await?;
            let task = tasks.first().context("a task")?.id.clone();
            let version = claim(&organisation, "running").await?["version"].as_i64();
            let approved = answer(Answer::Approve, version.unwrap_or(1));
            engine.task_answer(&bob, &task, approved).await?;
        }
        let approved = claim(&organisation, "running").await?;
        assert_eq!(
            (&approved["flow_status"], &approved["level"]),
            (&json!("approved"), &json!("paid"))
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn is_published_into_and_converted() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::restored(backend, FIRST).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let kind = DocumentKind::Form;
        let (mut claim_form, revision) = engine.document_get(admin, kind, "claim").await?;
        assert!(engine.draft_get(admin, kind, "claim").await?.saved_at.is_some());
        let fields = claim_form["fields"].as_array_mut().context("fields")?;
        for field in fields.iter_mut() {
            match field["key"].as_str() {
                Some("amount" | "tax") => field["options"] = json!({ "places": 4 }),
                Some("days") => field["kind"] = json!("text"),
                _ => {}
            }
        }
        for field in fields.iter_mut().filter(|field| field["key"] == "days") {
            field["options"] = json!({});
        }
        claim_form["views"][0]["sort"] = json!([{ "field": "days" }, { "field": "amount" }]);
        engine.document_publish(admin, kind, "claim", &claim_form, revision).await?;
        let running = claim(&organisation, "running").await?;
        assert_eq!(running["days"], json!("1.5"));
        assert_eq!(engine.schema_findings().await?, Vec::new());
        let change = json!({ "remarks": "by the program of today" });
        let draft = claim(&organisation, "draft").await?;
        let (id, version) = (draft["id"].as_str().context("id")?, draft["version"].as_i64());
        let anna = organisation.caller("anna")?;
        engine.record_update(&anna, "claim", id, version.context("version")?, &change).await?;
    }
    Ok(())
}

async fn run(engine: &Engine, sql: &'static str) -> Result<(), StoreError> {
    engine
        .store()
        .write(Hold::Nothing, move |connection| {
            Box::pin(async move {
                connection.execute(sql, &[]).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
}

/// What the first program writes, in its own words: beside a newer one it must go on working.
const OLD_STATEMENTS: &[&str] = &[
    "insert into event (at, by_member, kind, subject, record, detail)
     values (1, 'm', 'record_updated', 'claim', 'r', '{\"version\":2,\"changes\":[]}')",
    "insert into setting (name, value) values ('old', '1')
     on conflict (name) do update set value = excluded.value",
    "insert into member (id, account, name, password_hash, department, locale, theme, is_admin,
     active, session_epoch, created_at)
     values ('m', 'm', 'M', null, null, 'en', 'system', false, true, 0, 1)",
    "insert into department (id, name, parent, head, position) values ('d', '\"D\"', null, null, 0)",
    "insert into role (key, label) values ('r', '\"R\"')",
    "insert into member_role (member, role) values ('m', 'r')",
    "insert into session (id, data, expires_at) values ('s', '{}', 9)",
    "insert into api_key (id, member, name, secret_hash, created_at) values ('k', 'm', 'K', 'h', 1)",
    "insert into document_revision (kind, key, revision, body, columns, created_at, created_by)
     values ('script', 'old', 1, '{}', null, 1, 'm')",
    "insert into document_draft (kind, key, app, body, based_on, updated_at, updated_by)
     values ('form', 'old', 'works', '{}', 0, 1, 'm')",
    "insert into package (key, version, lock, installed_at) values ('p', '1', '{}', 1)",
    "insert into comment (id, form, record, at, by_member, body)
     values ('c', 'claim', 'r', 1, 'm', 'text')",
    "insert into serial_counter (form, field, period, value) values ('claim', 'x', '', 1)
     on conflict (form, field, period) do update set value = serial_counter.value + 1",
    "insert into instance (id, flow, flow_version, form, record, status, state, starter, started_at)
     values ('i', 'claim_approval', 1, 'claim', 'r', 'running', '{}', 'm', 1)",
    "insert into instance_event (instance, position, event) values ('i', 0, '{}')",
    "insert into task (id, instance, key, step, kind, member, state, form, record, opened_at)
     values ('t', 'i', '0', 'head', 'approve', 'm', 'open', 'claim', 'r', 1)",
    "update task set state = 'done', action = 'approve', closed_at = 2 where id = 't'",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_program_before_can_go_on_beside_this_one() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::restored(backend, FIRST).await?;
        for sql in OLD_STATEMENTS {
            run(&organisation.engine, sql).await.with_context(|| format!("{backend:?}: {sql}"))?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_program_that_only_added_something_keeps_nobody_out() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::restored(backend, FIRST).await?;
        let engine = &organisation.engine;
        let newer = match engine.store().dialect() {
            Dialect::Sqlite => {
                "insert into _sqlx_migrations
                values (9999, 'newer', '2030-01-01 00:00:00', true, x'00', 1)"
            }
            Dialect::Postgres => {
                "insert into _sqlx_migrations
                values (9999, 'newer', now(), true, '\\x00', 1)"
            }
        };
        run(engine, newer).await?;
        Store::open(organisation.database.url()).await?.close().await;

        run(engine, "insert into setting (name, value) values ('least_level', '9999')").await?;
        let refused = Store::open(organisation.database.url()).await.map(drop);
        assert!(matches!(refused, Err(StoreError::TooNew { needs: 9999, .. })), "{refused:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_found() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::restored(backend, FIRST).await?;
        let engine = &organisation.engine;
        for sql in [
            "create table r_stray (id text)",
            "alter table r_claim add column f_stray text",
            "create index ix_00000000000000aa on r_claim (f_name)",
            "create index by_hand on r_claim (f_name)",
            "alter table r_customer rename column f_region to f_gone",
        ] {
            run(engine, sql).await?;
        }
        let found = engine.schema_findings().await?;
        let has = |code: &str, subject: &str| {
            found.iter().any(|finding| finding.code == code && finding.subject.contains(subject))
        };
        assert!(has("unknown_table", "r_stray"), "{found:?}");
        assert!(has("unknown_column", "r_claim.f_stray"), "{found:?}");
        assert!(has("unknown_index", "ix_00000000000000aa"), "{found:?}");
        assert!(has("missing_column", "r_customer.f_region"), "{found:?}");
        assert!(!found.iter().any(|finding| finding.subject.contains("by_hand")), "{found:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_that_nobody_made_are_made_up_for() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::restored(backend, FIRST).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        assert_eq!(engine.level_indexes().await?, 0, "all is there");

        // What an older program published without an index that this one wants.
        let (mut form, revision) = engine.document_get(admin, DocumentKind::Form, "claim").await?;
        form["views"][0]["sort"] = json!([{ "field": "days" }, { "field": "amount" }]);
        engine.document_publish(admin, DocumentKind::Form, "claim", &form, revision).await?;
        engine.work_off().await?;
        let index = indexes_of(engine, "r_claim").await?.pop().context("an index")?;
        let drop: &'static str = Box::leak(format!("drop index \"{index}\"").into_boxed_str());
        run(engine, drop).await?;
        let found = engine.schema_findings().await?;
        assert_eq!(found.len(), 1, "{found:?}");

        assert_eq!(engine.level_indexes().await?, 1);
        assert_eq!(engine.level_indexes().await?, 0, "it waits already");
        engine.work_off().await?;
        assert_eq!(engine.schema_findings().await?, Vec::new());
        assert!(indexes_of(engine, "r_claim").await?.contains(&index));
    }
    Ok(())
}

/// The names of the indexes of a table that publishing made.
async fn indexes_of(engine: &Engine, table: &'static str) -> Result<Vec<String>> {
    let sql = match engine.store().dialect() {
        Dialect::Sqlite => "select name from sqlite_schema where type = 'index' and tbl_name = $1",
        Dialect::Postgres => "select indexname from pg_indexes where tablename = $1",
    };
    let mut connection = engine.store().read().await?;
    let rows = connection.rows(sql, formwork_store::binds![table]).await?;
    let names = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with("ix_")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_a_database_of_its_own() -> Result<()> {
    for backend in Backend::all() {
        let first = TestDatabase::restored(backend, FIRST).await?;
        let second = TestDatabase::restored(backend, FIRST).await?;
        assert_ne!(first.url(), second.url());
    }
    Ok(())
}
