//! What a permission group closes stays closed whatever else is granted: a grant for creating
//! opens nothing of a record that is there, a list's locks tell of no field that cannot be
//! changed, and a button asks for nothing that could not be typed.

use anyhow::Result;
use formwork_engine::{ButtonOutcome, Caller, EngineError, EvaluationRequest};
use formwork_model::document::DocumentKind;
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

/// A value that nobody but the admin may ever read.
const SECRET: &str = "77777";

fn order() -> Json {
    let mut order = form(
        "order",
        [
            field("name", "text", json!({})),
            field("cost", "text", json!({})),
            field("price", "text", json!({})),
            field("grade", "text", json!({})),
            field("bonus", "text", json!({})),
            subform(
                "lines",
                [
                    field("item", "text", json!({})),
                    field("cost", "text", json!({})),
                    field("price", "text", json!({})),
                ],
            ),
        ],
    );
    order["title"] = json!("name");
    order["rules"] = json!([
        { "kind": "read_only", "when": "grade == \"a\"", "fields": ["bonus", "name"] }
    ]);
    let set = json!({ "update": { "set": { "grade": "\"b\"" } } });
    order["buttons"] = json!([
        { "key": "ask", "label": "Ask", "ask": ["lines"], "action": set },
        { "key": "price", "label": "Price", "ask": ["price"], "action": set },
        { "key": "cost", "label": "Cost", "ask": ["cost"], "action": set },
        { "key": "copy", "label": "Copy", "ask": ["price"],
          "action": { "create": { "form": "order", "set": { "name": "price" } } } },
        { "key": "copy_cost", "label": "Copy", "ask": ["cost"],
          "action": { "create": { "form": "order", "set": { "name": "cost" } } } }
    ]);
    order
}

/// A member with a grant for each of `grants` on the form `order`.
async fn company(backend: Backend, grants: &[Json]) -> Result<(Organisation, Caller)> {
    let organisation = Organisation::new(backend).await?;
    organisation.publish(DocumentKind::Form, &order()).await?;
    for (at, grant) in grants.iter().enumerate() {
        let group = json!({
            "key": format!("group_{at}"), "app": "test", "label": "Group",
            "members": { "everyone": true }, "forms": { "order": grant }
        });
        organisation.publish(DocumentKind::PermissionGroup, &group).await?;
    }
    let member = organisation.member("rep", None, &[]).await?;
    Ok((organisation, member))
}

fn updating() -> Json {
    json!({ "operations": ["view", "update"], "scope": "all",
            "hidden": ["cost", "lines.cost"], "read_only": ["price", "lines.price"] })
}

fn refusals<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> Vec<(String, String)> {
    match answer {
        Err(EngineError::Problems(problems)) => {
            problems.into_iter().map(|p| (p.code.to_string(), p.pointer)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn not_writable(pointer: &str) -> Vec<(String, String)> {
    vec![("field_not_writable".to_owned(), pointer.to_owned())]
}

async fn stored(organisation: &Organisation, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, "order", id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

/// An order of the admin with costs and prices.
async fn costly(organisation: &Organisation) -> Result<String> {
    let order = json!({ "name": "A", "cost": SECRET, "price": "9",
        "lines": [{ "item": "a", "cost": SECRET, "price": "9" }] });
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    Ok(engine.record_create(admin, "order", &order, false).await?.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_for_creating_opens_nothing_of_a_record_that_is_there() -> Result<()> {
    for backend in Backend::all() {
        let creating = json!({ "operations": ["create"], "scope": "all" });
        let (organisation, rep) = company(backend, &[creating, updating()]).await?;
        let engine = &organisation.engine;
        let id = costly(&organisation).await?;
        let row = stored(&organisation, &id).await?["lines"][0]["id"].clone();
        for (change, at) in [
            (json!({ "price": "1" }), "/price"),
            (json!({ "cost": "1" }), "/cost"),
            (json!({ "lines": [{ "id": row, "price": "1" }] }), "/lines/0/price"),
            (json!({ "lines": [{ "id": row, "cost": "1" }] }), "/lines/0/cost"),
        ] {
            let refused = engine.record_update(&rep, "order", &id, 1, &change).await;
            assert_eq!(refusals(refused), not_writable(at), "{change}");
        }
        let opened = engine.record_open(&rep, "order", &id).await?;
        assert!(opened.fields.iter().all(|(key, _)| key.as_str() != "cost"), "{opened:?}");

        let admin = &organisation.admin;
        let newer = json!({ "name": "B", "cost": format!("{SECRET}0") });
        engine.record_update(admin, "order", &id, 1, &newer).await?;
        let late = engine.record_update(&rep, "order", &id, 1, &json!({ "name": "C" })).await;
        let Err(EngineError::VersionConflict { changed, .. }) = late else { panic!("{late:?}") };
        let history = engine.record_history(&rep, "order", &id, None, 50).await?;
        let request = EvaluationRequest {
            record: Some(id.clone()),
            values: json!({ "name": "C" }),
            ..EvaluationRequest::default()
        };
        let evaluated = engine.form_evaluate(&rep, "order", &request).await?;
        assert!(evaluated.states["price"].read_only);
        let evaluated = format!("{:?} {:?}", evaluated.values, evaluated.states);
        for told in [json!(changed).to_string(), format!("{history:?}"), evaluated] {
            assert!(told.contains("name"), "{told}");
            assert!(!told.contains(SECRET) && !told.contains("cost"), "{told}");
        }

        // What is new is open as it was.
        let mine = json!({ "name": "D", "cost": "5", "price": "6",
            "lines": [{ "item": "d", "cost": "5", "price": "6" }] });
        let id = engine.record_create(&rep, "order", &mine, false).await?.id;
        let made = stored(&organisation, &id).await?;
        assert_eq!((&made["cost"], &made["lines"][0]["price"]), (&json!("5"), &json!("6")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_creates_and_sees_all_still_changes_only_what_an_update_grant_opens() -> Result<()> {
    for backend in Backend::all() {
        let creating = json!({ "operations": ["view", "create"], "scope": "all" });
        let (organisation, rep) = company(backend, &[creating, updating()]).await?;
        let engine = &organisation.engine;
        let id = costly(&organisation).await?;
        let request = EvaluationRequest {
            record: Some(id.clone()),
            values: json!({ "price": "1", "cost": "1" }),
            ..EvaluationRequest::default()
        };
        let evaluated = engine.form_evaluate(&rep, "order", &request).await?;
        let values = &evaluated.values;
        assert_eq!((&values["price"], &values["cost"]), (&json!("9"), &json!(SECRET)));
        for field in ["price", "cost"] {
            let refused = engine.record_update(&rep, "order", &id, 1, &json!({ field: "1" })).await;
            assert_eq!(refusals(refused), not_writable(&format!("/{field}")));
        }
        engine.record_update(&rep, "order", &id, 1, &json!({ "name": "B" })).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_locks_of_a_list_tell_of_no_field_that_cannot_be_changed() -> Result<()> {
    let of = |operations: Json, scope: &str, hidden: Json, read_only: Json| {
        json!({ "operations": operations, "scope": scope, "hidden": hidden,
                "read_only": read_only })
    };
    let all = json!(["view", "update"]);
    let closed = json!(["grade", "bonus"]);
    // Each with what the list says of another's order and of the member's own.
    let cases = [
        (vec![of(all.clone(), "all", closed.clone(), json!([]))], "name", "name"),
        (vec![of(all.clone(), "all", json!(["grade"]), json!(["bonus"]))], "name", "name"),
        (
            vec![
                of(all.clone(), "all", closed, json!([])),
                of(all.clone(), "own", json!([]), json!([])),
            ],
            "name",
            "bonus name",
        ),
        (
            vec![
                of(json!(["view"]), "all", json!([]), json!([])),
                of(all, "own", json!([]), json!([])),
            ],
            "",
            "bonus name",
        ),
    ];
    for backend in Backend::all() {
        for (grants, others, own) in &cases {
            let mut grants = grants.clone();
            grants.push(json!({ "operations": ["create"], "scope": "all" }));
            let (organisation, rep) = company(backend, &grants).await?;
            let engine = &organisation.engine;
            let graded = json!({ "name": "A", "grade": "a" });
            let other = engine.record_create(&organisation.admin, "order", &graded, false).await?;
            let mine = engine.record_create(&rep, "order", &graded, false).await?;
            let query = ListQuery { limit: 10, ..ListQuery::default() };
            let page = engine.record_list(&rep, "order", &query, false).await?;
            let told = |id: &str| {
                let keys = page.read_only.get(id).into_iter().flatten();
                keys.map(|key| key.as_str()).collect::<Vec<_>>().join(" ")
            };
            assert_eq!((&*told(&other.id), &*told(&mine.id)), (*others, *own), "{grants:?}");
            let bare = engine.record_page(&rep, "order", &query).await?;
            assert_eq!((bare.records, bare.read_only.len()), (page.records, 0));
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_asks_for_nothing_that_could_not_be_typed() -> Result<()> {
    for backend in Backend::all() {
        let creating = json!({ "operations": ["create"], "scope": "all" });
        let (organisation, rep) = company(backend, &[updating(), creating]).await?;
        let engine = &organisation.engine;
        let id = costly(&organisation).await?;
        let row = stored(&organisation, &id).await?["lines"][0]["id"].clone();
        for (button, asked, at) in [
            ("ask", json!({ "lines": [{ "id": row, "price": "1" }] }), "/lines/0/price"),
            ("ask", json!({ "lines": [{ "id": row, "price": null }] }), "/lines/0/price"),
            ("ask", json!({ "lines": [{ "id": row, "cost": "1" }] }), "/lines/0/cost"),
            ("ask", json!({ "lines": [{ "id": row, "cost": SECRET }] }), "/lines/0/cost"),
            ("price", json!({ "price": "1" }), "/price"),
            ("cost", json!({ "cost": SECRET }), "/cost"),
            ("copy_cost", json!({ "cost": SECRET }), "/cost"),
        ] {
            let refused = engine.button_press(&rep, "order", &id, button, None, &asked).await;
            assert_eq!(refusals(refused), not_writable(at), "{button} {asked}");
        }
        // What begins another record writes nothing here.
        let asked = json!({ "price": "new" });
        let copied = engine.button_press(&rep, "order", &id, "copy", None, &asked).await?;
        let ButtonOutcome::Draft { values, .. } = copied else { panic!("{copied:?}") };
        assert_eq!(values["name"], "new");
        // What is open is taken, and what is closed stays as it was.
        let asked = json!({ "lines": [{ "id": row, "item": "b", "price": "9" }] });
        engine.button_press(&rep, "order", &id, "ask", None, &asked).await?;
        let line = stored(&organisation, &id).await?["lines"][0].clone();
        assert_eq!(
            (&line["item"], &line["price"], &line["cost"]),
            (&json!("b"), &json!("9"), &json!(SECRET))
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_that_asks_for_what_nobody_types_is_not_published() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let mut bill = form(
            "bill",
            [
                field("name", "text", json!({})),
                field("twice", "text", json!({ "formula": "name" })),
                field("kept", "text", json!({ "read_only": true })),
                field("number", "serial", json!({ "options": { "parts": [{ "counter": 4 }] } })),
            ],
        );
        bill["title"] = json!("name");
        bill["buttons"] = json!([{ "key": "ask", "label": "Ask",
            "ask": ["name", "twice", "kept", "number"],
            "action": { "update": { "set": { "name": "name" } } } }]);
        let refused = organisation.publish(DocumentKind::Form, &bill).await.unwrap_err();
        let refused = refused.downcast::<EngineError>()?;
        let asked = |at: i32| ("button_asks_untyped".to_owned(), format!("/buttons/0/ask/{at}"));
        assert_eq!(refusals::<()>(Err(refused)), [asked(1), asked(2), asked(3)]);
    }
    Ok(())
}
