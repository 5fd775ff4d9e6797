//! Documents and events of formats that are older, newer or none at all: the platform opens,
//! says what is wrong, and everything else works.

use anyhow::{Context, Result, ensure};
use formwork_engine::{Engine, EngineError};
use formwork_model::document::DocumentKind;
use formwork_store::{Hold, Store, StoreError, binds};
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};

async fn run(engine: &Engine, statements: &'static [&'static str]) -> Result<()> {
    let done: Result<(), StoreError> = engine
        .store()
        .write(Hold::Nothing, move |connection| {
            Box::pin(async move {
                for sql in statements {
                    connection.execute(sql, &[]).await?;
                }
                Ok(())
            })
        })
        .await;
    Ok(done?)
}

fn text(key: &str) -> Json {
    field(key, "text", json!({}))
}

/// Forms `account` and `order`, which reads it, `note` by itself, and a flow on `order`.
async fn house(backend: Backend) -> Result<Organisation> {
    let house = Organisation::new(backend).await?;
    house.publish(DocumentKind::Form, &form("account", [text("name")])).await?;
    let account = field("account", "link", json!({ "options": { "form": "account" } }));
    let name = field("name", "text", json!({ "formula": "account.name" }));
    house.publish(DocumentKind::Form, &form("order", [account, name])).await?;
    house.publish(DocumentKind::Form, &form("note", [text("text")])).await?;
    Ok(house)
}

async fn reopened(house: &Organisation) -> Result<Engine> {
    let store = Store::open(house.database.url()).await?;
    Ok(Engine::open(store, house.clock.as_clock()).await?)
}

/// The codes of what is wrong with a document, as the list of documents has them.
async fn wrong(engine: &Engine, house: &Organisation, key: &str) -> Result<Vec<String>> {
    let list = engine.document_list(&house.admin).await?;
    let found = list.into_iter().find(|entry| entry.key == key).context("an entry")?;
    Ok(found.problems.iter().map(|problem| problem.code.to_string()).collect())
}

#[tokio::test]
async fn a_document_that_cannot_be_read_disables_itself_and_nothing_else() -> Result<()> {
    for backend in Backend::all() {
        for (change, code) in [
            ("update document_revision set format = 99 where key = 'account'", "document_newer"),
            (
                "update document_revision set format = 99, body = 'x' where key = 'account'",
                "document_newer",
            ),
            ("update document_revision set body = '{' where key = 'account'", "document_broken"),
            ("update document_revision set format = 0 where key = 'account'", "document_broken"),
        ] {
            let house = house(backend).await?;
            run(&house.engine, Box::leak(Box::new([change]))).await?;
            let engine = reopened(&house).await?;
            ensure!(wrong(&engine, &house, "account").await? == [code], "{change}");
            ensure!(!wrong(&engine, &house, "order").await?.is_empty(), "what needs it says so");
            ensure!(wrong(&engine, &house, "note").await?.is_empty());
            // Its page opens, and its records are out of reach rather than half there.
            engine.document_get(&house.admin, DocumentKind::Form, "account").await?;
            engine.draft_get(&house.admin, DocumentKind::Form, "account").await?;
            let made =
                engine.record_create(&house.admin, "account", &json!({ "name": "x" }), false).await;
            ensure!(matches!(made, Err(EngineError::NotFound)), "{:?}", made.err());
            // Everything else works.
            engine.record_create(&house.admin, "note", &json!({ "text": "x" }), false).await?;
            // Published anew in a format that this program knows, it is there again.
            let (_, revision) =
                engine.document_get(&house.admin, DocumentKind::Form, "account").await?;
            let whole = form("account", [text("name")]);
            let kind = DocumentKind::Form;
            engine.document_publish(&house.admin, kind, "account", &whole, revision).await?;
            ensure!(wrong(&engine, &house, "account").await?.is_empty());
            ensure!(wrong(&engine, &house, "order").await?.is_empty());
            engine.record_create(&house.admin, "account", &json!({ "name": "x" }), false).await?;
        }
    }
    Ok(())
}

/// A button that leads to a form which cannot be read is not offered; its form stays.
#[tokio::test]
async fn a_button_to_a_document_that_cannot_be_read_takes_no_form_with_it() -> Result<()> {
    for backend in Backend::all() {
        let house = house(backend).await?;
        let mut note = form("note", [text("text")]);
        let button =
            |key: &str, action: Json| json!({ "key": key, "label": key, "action": action });
        note["buttons"] = json!([
            button("order", json!({ "create": { "form": "order", "set": {} } })),
            button("stamp", json!({ "update": { "set": { "text": "\"x\"" } } }))
        ]);
        house.publish(DocumentKind::Form, &note).await?;
        let id = house.engine.record_create(&house.admin, "note", &json!({}), false).await?.id;
        run(&house.engine, &["update document_revision set format = 99 where key = 'order'"])
            .await?;
        let engine = reopened(&house).await?;
        let open = engine.record_open(&house.admin, "note", &id).await?;
        assert_eq!(open.buttons, ["stamp"]);
        engine.button_press(&house.admin, "note", &id, "stamp", None, &Json::Null).await?;
        assert_eq!(wrong(&engine, &house, "note").await?, ["unknown_form"]);
    }
    Ok(())
}

#[tokio::test]
async fn a_document_of_an_unknown_kind_is_listed_with_its_problem() -> Result<()> {
    for backend in Backend::all() {
        let house = house(backend).await?;
        run(
            &house.engine,
            &[
                "insert into document (kind, key, app, revision, updated_at, updated_by)
                values ('robot', 'helper', 'test', 1, 0, 'm')",
                "insert into document_revision
                (kind, key, revision, body, created_at, created_by, format)
                values ('robot', 'helper', 1, '{\"label\":\"Helper\"}', 0, 'm', 7)",
            ],
        )
        .await?;
        let engine = reopened(&house).await?;
        ensure!(wrong(&engine, &house, "helper").await? == ["document_newer"]);
        engine.record_create(&house.admin, "note", &json!({ "text": "x" }), false).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_history_goes_on_over_events_that_cannot_be_read() -> Result<()> {
    for backend in Backend::all() {
        let house = house(backend).await?;
        let record = house
            .engine
            .record_create(&house.admin, "note", &json!({ "text": "x" }), false)
            .await?;
        let id = record.id.clone();
        let odd = [
            ("record_updated", 99_i64, "{\"colour\":\"red\"}"),
            ("record_painted", 2, "{}"),
            ("record_updated", 2, "{"),
            // As the version before wrote it.
            (
                "record_updated",
                1,
                "{\"version\":1,\"changes\":[{\"field\":\"text\",\"from\":null,\"to\":\"x\"}]}",
            ),
        ];
        let inserted: Result<(), StoreError> = house
            .engine
            .store()
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move {
                    for (kind, format, detail) in odd {
                        let sql = "insert into event
                            (at, by_member, kind, subject, record, detail, format)
                            values (0, 'm', $1, 'note', $2, $3, $4)";
                        let values = binds![kind, &id, detail, format];
                        connection.execute(sql, values).await?;
                    }
                    Ok(())
                })
            })
            .await;
        inserted?;
        let history =
            house.engine.record_history(&house.admin, "note", &record.id, None, 50).await?;
        let told: Vec<_> = history.iter().rev().map(|entry| entry.problem).collect();
        ensure!(
            told == [None, Some("event_newer"), Some("event_newer"), Some("event_broken"), None],
            "{told:?}"
        );
        ensure!(history[0].changes[0].to == json!("x"), "{history:?}");
        ensure!(history[2].changes.is_empty() && history[2].detail == json!({}), "{history:?}");
    }
    Ok(())
}
