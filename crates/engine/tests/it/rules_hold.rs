//! Rules of the kinds `read_only` and `show`, judged by the record as it was, on every path.

use anyhow::{Context, Result};
use formwork_engine::{Caller, EngineError, EvaluationRequest, TaskAnswer, TaskKind};
use formwork_flow::Answer;
use formwork_model::document::DocumentKind;
use formwork_query::{FieldAccess, ListQuery};
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

/// An offer whose prices are closed once it is approved, and single lines once they are done.
fn offer() -> Json {
    let mut offer = form(
        "offer",
        [
            field("name", "text", json!({})),
            field("state", "text", json!({ "default": "\"draft\"" })),
            field("discount", "number", json!({ "options": { "places": 2 } })),
            field("approved", "money", json!({ "default": "5" })),
            subform(
                "lines",
                [
                    field("item", "text", json!({})),
                    field("price", "money", json!({})),
                    field("done", "boolean", json!({})),
                ],
            ),
            field(
                "total",
                "money",
                json!({ "formula": "SUM(lines.price) * (1 - COALESCE(discount, 0))" }),
            ),
        ],
    );
    offer["rules"] = json!([
        { "kind": "read_only", "when": "state == \"approved\"", "fields": ["discount", "lines"],
          "message": { "zh-CN": "报价已批准。", "en": "The offer is approved." } },
        { "kind": "read_only", "when": "state == \"draft\"", "fields": ["approved"] },
        { "kind": "read_only", "when": "row.done == true", "fields": ["lines.price"] }
    ]);
    offer["buttons"] = json!([
        { "key": "send", "label": "Send", "ask": ["discount"],
          "action": { "update": { "set": { "state": "\"sent\"" } } } },
        { "key": "settle", "label": "Settle",
          "action": { "update": { "set": { "discount": "0.5" } } } },
        { "key": "script", "label": "Script", "action": { "script": "settle" } }
    ]);
    offer
}

async fn offers(backend: Backend) -> Result<(Organisation, Caller)> {
    let organisation = Organisation::new(backend).await?;
    let script = json!({
        "key": "settle", "app": "test", "label": "Settle",
        "source": "update(\"offer\", record.id, #{ discount: 0.25 });"
    });
    organisation.publish(DocumentKind::Script, &script).await?;
    organisation.publish(DocumentKind::Form, &offer()).await?;
    organisation.grant_all(&["offer"]).await?;
    let rep = organisation.member("rep", None, &[]).await?;
    Ok((organisation, rep))
}

async fn record(organisation: &Organisation, form: &str, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, form, id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

fn refusals<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> Vec<(String, String)> {
    match answer {
        Err(EngineError::Problems(problems)) => {
            problems.into_iter().map(|p| (p.code.to_string(), p.pointer)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn read_only(pointer: &str) -> Vec<(String, String)> {
    vec![("field_read_only".to_owned(), pointer.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_closes_stays_closed_to_people_on_every_path() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = offers(backend).await?;
        let engine = &organisation.engine;
        let offer = json!({ "name": "A", "state": "approved", "discount": "0.10",
            "lines": [{ "item": "a", "price": "100.00" }, { "item": "b", "price": "50.00" }] });
        let id = engine.record_create(&rep, "offer", &offer, false).await?.id;
        let stored = record(&organisation, "offer", &id).await?;
        let lines = stored["lines"].clone();
        let changed = |path: &str, value: Json| {
            let mut lines = lines.clone();
            *lines.pointer_mut(path).unwrap() = value;
            lines
        };
        let mut added = lines.clone();
        added.as_array_mut().unwrap().push(json!({ "item": "c", "price": "1.00" }));
        let fewer = json!([lines[0]]);
        for (change, at) in [
            (json!({ "discount": "0.95" }), "/discount"),
            (json!({ "discount": null }), "/discount"),
            // The same save that opens the record changes what was closed in it.
            (json!({ "discount": "0.95", "state": "draft" }), "/discount"),
            (json!({ "lines": changed("/0/price", json!("1.00")) }), "/lines"),
            (json!({ "lines": added }), "/lines"),
            (json!({ "lines": fewer }), "/lines"),
            (json!({ "lines": [] }), "/lines"),
        ] {
            let refused = engine.record_update(&rep, "offer", &id, 1, &change).await;
            assert_eq!(refusals(refused), read_only(at), "{change}");
        }
        let asked = json!({ "discount": "0.95" });
        let refused = engine.button_press(&rep, "offer", &id, "send", None, &asked).await;
        assert_eq!(refusals(refused), read_only("/discount"));
        assert_eq!(record(&organisation, "offer", &id).await?, stored);

        // What is as it was is no change, and what is open stays open.
        let same = json!({ "name": "B", "discount": "0.10", "lines": lines });
        engine.record_update(&rep, "offer", &id, 1, &same).await?;
        // Buttons and scripts set what people cannot type.
        engine.button_press(&rep, "offer", &id, "settle", None, &json!({})).await?;
        assert_eq!(record(&organisation, "offer", &id).await?["discount"], "0.50");
        engine.button_press(&rep, "offer", &id, "script", None, &json!({})).await?;
        assert_eq!(record(&organisation, "offer", &id).await?["discount"], "0.25");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reason_is_the_rules_own() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = offers(backend).await?;
        let engine = &organisation.engine;
        let offer = json!({ "state": "approved" });
        let id = engine.record_create(&rep, "offer", &offer, false).await?.id;
        let change = json!({ "discount": "0.95" });
        let refused = engine.record_update(&rep, "offer", &id, 1, &change).await;
        let Err(EngineError::Problems(problems)) = refused else { panic!("{refused:?}") };
        assert_eq!(problems[0].params["message"]["en"], "The offer is approved.");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_judged_by_itself() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = offers(backend).await?;
        let engine = &organisation.engine;
        let offer = json!({ "lines": [
            { "item": "a", "price": "100.00", "done": true },
            { "item": "b", "price": "50.00", "done": false }
        ] });
        let id = engine.record_create(&rep, "offer", &offer, false).await?.id;
        let lines = record(&organisation, "offer", &id).await?["lines"].clone();
        let with = |row: usize, key: &str, value: Json| {
            let mut lines = lines.clone();
            lines[row][key] = value;
            json!({ "lines": lines })
        };
        let refused =
            engine.record_update(&rep, "offer", &id, 1, &with(0, "price", json!("1.00"))).await;
        assert_eq!(refusals(refused), read_only("/lines/0/price"));
        // A done line may not be taken away with its price, nor come back as another one.
        let gone = json!({ "lines": [lines[1]] });
        assert_eq!(
            refusals(engine.record_update(&rep, "offer", &id, 1, &gone).await),
            read_only("/lines")
        );
        let mut again = lines.clone();
        again[0].as_object_mut().unwrap().remove("id");
        again[0]["price"] = json!("1.00");
        let again = json!({ "lines": again });
        assert_eq!(
            refusals(engine.record_update(&rep, "offer", &id, 1, &again).await),
            read_only("/lines")
        );
        engine.record_update(&rep, "offer", &id, 1, &with(1, "price", json!("1.00"))).await?;
        engine.record_update(&rep, "offer", &id, 2, &with(0, "item", json!("z"))).await?;
        assert_eq!(record(&organisation, "offer", &id).await?["lines"][0]["price"], "100.00");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_record_is_measured_by_its_defaults() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = offers(backend).await?;
        let engine = &organisation.engine;
        for draft in [false, true] {
            let typed = json!({ "name": "A", "approved": "6.00" });
            let refused = engine.record_create(&rep, "offer", &typed, draft).await;
            assert_eq!(refusals(refused), read_only("/approved"), "draft: {draft}");
        }
        for approved in [json!("5.00"), json!(null)] {
            let derived = json!({ "name": "A", "approved": approved });
            let id = engine.record_create(&rep, "offer", &derived, false).await?.id;
            assert_eq!(record(&organisation, "offer", &id).await?["approved"], "5.00");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn screens_do_not_offer_what_is_closed() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = offers(backend).await?;
        let engine = &organisation.engine;
        let offer = json!({ "name": "A", "state": "approved", "discount": "0.10" });
        let id = engine.record_create(&rep, "offer", &offer, false).await?.id;
        let open = json!({ "name": "B", "state": "sent" });
        engine.record_create(&rep, "offer", &open, false).await?;

        let query = ListQuery { limit: 10, ..ListQuery::default() };
        let page = engine.record_list(&rep, "offer", &query, false).await?;
        let names: Vec<&str> = page.read_only[&id].iter().map(|key| key.as_str()).collect();
        assert_eq!((page.read_only.len(), names), (1, vec!["discount", "lines"]));

        let opened = engine.record_open(&rep, "offer", &id).await?;
        let access = |key: &str| opened.fields.iter().find(|(k, _)| k.as_str() == key).unwrap().1;
        assert_eq!((access("discount"), access("name")), (FieldAccess::Read, FieldAccess::Edit));

        // Opening it on the screen does not open what is stored.
        let typed = json!({ "state": "draft", "discount": "0.95" });
        let request = EvaluationRequest {
            record: Some(id.clone()),
            values: typed,
            changed: vec!["state".to_owned(), "discount".to_owned()],
            ..EvaluationRequest::default()
        };
        let evaluated = engine.form_evaluate(&rep, "offer", &request).await?;
        assert!(evaluated.states["discount"].read_only);
        assert_eq!(evaluated.values["discount"], "0.10");
        let problems: Vec<_> =
            evaluated.problems.iter().map(|p| (p.code.as_ref(), p.pointer.as_str())).collect();
        assert_eq!(problems, [("field_read_only", "/discount")]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_and_records_that_came_back_keep_to_the_rules_too() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = offers(backend).await?;
        let engine = &organisation.engine;
        let boss = organisation.member("boss", None, &[]).await?;
        let flow = json!({
            "key": "approval", "app": "test", "form": "offer", "label": "Approval",
            "steps": [{ "key": "boss", "kind": "approve", "label": "Boss",
                "assignees": [{ "member": boss.member }],
                "actions": ["approve", "reject", "return"],
                "fields": { "editable": ["discount", "name"] } }]
        });
        organisation.publish(DocumentKind::Flow, &flow).await?;
        let offer = json!({ "name": "A", "state": "approved", "discount": "0.10" });
        let id = engine.record_create(&rep, "offer", &offer, false).await?.id;
        let tasks = engine.task_list(&boss, TaskKind::Open, None, 5).await?;
        let task = tasks.first().context("a task")?.id.clone();
        let version = record(&organisation, "offer", &id).await?["version"].as_i64();
        let answer = |values: Json| TaskAnswer { version, values, ..TaskAnswer::approve(None) };
        let refused = engine.task_answer(&boss, &task, answer(json!({ "discount": "0.95" }))).await;
        assert_eq!(refusals(refused), read_only("/discount"));

        let back = TaskAnswer { version, ..TaskAnswer::return_to_starter("again") };
        engine.task_answer(&boss, &task, back).await?;
        let version = record(&organisation, "offer", &id).await?["version"].as_i64().unwrap();
        let change = json!({ "discount": "0.95" });
        let refused = engine.record_submit(&rep, "offer", &id, version, &change).await;
        assert_eq!(refusals(refused), read_only("/discount"));
        engine.record_submit(&rep, "offer", &id, version, &json!({ "name": "B" })).await?;
        let tasks = engine.task_list(&boss, TaskKind::Open, None, 5).await?;
        let task = tasks.first().context("a task")?.id.clone();
        let version = record(&organisation, "offer", &id).await?["version"].as_i64();
        let done = TaskAnswer {
            version,
            values: json!({ "name": "C" }),
            ..TaskAnswer::plain(Answer::Approve, None)
        };
        engine.task_answer(&boss, &task, done).await?;
        assert_eq!(record(&organisation, "offer", &id).await?["name"], "C");
    }
    Ok(())
}

/// A visit whose outcome shows only once it is done.
fn visit() -> Json {
    let mut visit = form(
        "visit",
        [
            field("state", "text", json!({ "default": "\"plan\"" })),
            field("outcome", "text", json!({ "required": true })),
            field("kept", "text", json!({ "keep_when_hidden": true })),
            field("amount", "money", json!({})),
            field("discount", "money", json!({})),
            field(
                "total",
                "money",
                json!({ "formula": "COALESCE(amount, 0) - COALESCE(discount, 0)" }),
            ),
            subform("lines", [field("a", "money", json!({})), field("b", "money", json!({}))]),
        ],
    );
    visit["rules"] = json!([
        { "kind": "show", "when": "state == \"done\"", "fields": ["outcome", "kept", "discount"] },
        { "kind": "show", "when": "row.a > 10", "fields": ["lines.b"] }
    ]);
    visit
}

async fn visits(backend: Backend) -> Result<(Organisation, Caller)> {
    let organisation = Organisation::new(backend).await?;
    organisation.publish(DocumentKind::Form, &visit()).await?;
    organisation.grant_all(&["visit"]).await?;
    let rep = organisation.member("rep", None, &[]).await?;
    Ok((organisation, rep))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_rule_shows_is_empty_for_computing_and_saving() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = visits(backend).await?;
        let engine = &organisation.engine;
        let visit = json!({ "state": "done", "outcome": "good", "kept": "yes",
            "amount": "1000.00", "discount": "300.00",
            "lines": [{ "a": "20.00", "b": "1.00" }] });
        let id = engine.record_create(&rep, "visit", &visit, false).await?.id;
        assert_eq!(record(&organisation, "visit", &id).await?["total"], "700.00");

        // While typing and when saving alike.
        let values = json!({ "state": "plan" });
        let request =
            EvaluationRequest { record: Some(id.clone()), values, ..EvaluationRequest::default() };
        let typing = engine.form_evaluate(&rep, "visit", &request).await?;
        assert_eq!(typing.values["total"], "1000.00");
        engine.record_update(&rep, "visit", &id, 1, &json!({ "state": "plan" })).await?;
        let stored = record(&organisation, "visit", &id).await?;
        assert_eq!((&stored["discount"], &stored["total"]), (&json!(null), &json!("1000.00")));
        assert_eq!((&stored["outcome"], &stored["kept"]), (&json!(null), &json!("yes")));
        let history = engine.record_history(&rep, "visit", &id, None, 1).await?;
        let emptied = history[0].changes.iter().find(|change| change.field == "discount");
        assert_eq!(emptied.context("in the history")?.from, json!("300.00"));

        let lines = json!([{ "id": stored["lines"][0]["id"], "a": "5.00" }]);
        engine.record_update(&rep, "visit", &id, 2, &json!({ "lines": lines })).await?;
        assert_eq!(record(&organisation, "visit", &id).await?["lines"][0]["b"], json!(null));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_shown_cannot_be_filled_in() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, rep) = visits(backend).await?;
        let engine = &organisation.engine;
        let id = engine.record_create(&rep, "visit", &json!({}), false).await?.id;
        let hidden = |pointer: &str| vec![("field_not_shown".to_owned(), pointer.to_owned())];
        for (change, at) in [
            (json!({ "outcome": "good" }), "/outcome"),
            (json!({ "kept": "no" }), "/kept"),
            (json!({ "lines": [{ "a": "5.00", "b": "1.00" }] }), "/lines/0/b"),
        ] {
            let refused = engine.record_update(&rep, "visit", &id, 1, &change).await;
            assert_eq!(refusals(refused), hidden(at), "{change}");
        }
        let typed = json!({ "outcome": "good" });
        let refused = engine.record_create(&rep, "visit", &typed, false).await;
        assert_eq!(refusals(refused), hidden("/outcome"));
        // With what shows it, it can.
        let done = json!({ "state": "done", "outcome": "good" });
        engine.record_update(&rep, "visit", &id, 1, &done).await?;
        assert_eq!(record(&organisation, "visit", &id).await?["outcome"], "good");
    }
    Ok(())
}
