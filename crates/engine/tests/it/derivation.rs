//! What follows from what is typed: formulas that fail, and what links fill in.

use anyhow::{Context, Result};
use formwork_engine::{EngineError, EvaluationRequest, TaskAnswer, TaskKind};
use formwork_flow::Answer;
use formwork_model::document::DocumentKind;
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

async fn record(organisation: &Organisation, form: &str, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, form, id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

fn problems<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> Vec<(String, String)> {
    match answer {
        Err(EngineError::Problems(problems)) => {
            problems.into_iter().map(|p| (p.code.to_string(), p.pointer)).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// Shares of something whose size may become nothing: `q = x / b.z`.
async fn shares(backend: Backend) -> Result<(Organisation, String)> {
    let organisation = Organisation::new(backend).await?;
    let base = form("base", [field("z", "number", json!({}))]);
    let mut share = form(
        "share",
        [
            field("name", "text", json!({})),
            field("x", "number", json!({})),
            field("b", "link", json!({ "options": { "form": "base" } })),
            field("q", "number", json!({ "formula": "x / b.z", "options": { "places": 2 } })),
            field("p", "number", json!({ "formula": "q + 1", "options": { "places": 2 } })),
            field("safe", "number", json!({ "formula": "IFERROR(q, 0)" })),
            field("limit", "number", json!({})),
        ],
    );
    share["rules"] = json!([{ "kind": "check", "that": "ISEMPTY(limit) || p <= limit",
        "message": "Too much", "fields": ["limit"] }]);
    organisation.publish(DocumentKind::Form, &base).await?;
    organisation.publish(DocumentKind::Form, &share).await?;
    organisation.grant_all(&["base", "share"]).await?;
    let base = json!({ "z": "4" });
    let base = organisation.engine.record_create(&organisation.admin, "base", &base, false).await?;
    Ok((organisation, base.id))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_formula_blocks_only_what_depends_on_it() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, base) = shares(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let share = json!({ "name": "A", "x": "8", "b": base });
        let id = engine.record_create(admin, "share", &share, false).await?.id;
        assert_eq!(record(&organisation, "share", &id).await?["q"], "2.00");
        engine.record_update(admin, "base", &base, 1, &json!({ "z": "0" })).await?;

        engine.record_update(admin, "share", &id, 1, &json!({ "name": "B" })).await?;
        let stored = record(&organisation, "share", &id).await?;
        assert_eq!(
            (&stored["q"], &stored["p"], &stored["name"]),
            (&json!(null), &json!(null), &json!("B"))
        );
        assert_eq!(stored["safe"], "0.00", "who says what to do then is not stopped");
        // The reason stands at the field.
        let opened = engine.record_open(admin, "share", &id).await?;
        let failed: Vec<_> = opened.failures.iter().map(|p| p.pointer.as_str()).collect();
        assert_eq!(failed, ["/p", "/q"]);
        assert_eq!(opened.failures[0].params["reason"], "division_by_zero");
        let request = EvaluationRequest {
            record: Some(id.clone()),
            values: json!({}),
            ..EvaluationRequest::default()
        };
        let typing = engine.form_evaluate(admin, "share", &request).await?;
        assert!(typing.problems.iter().any(|p| p.pointer == "/q" && p.code == "formula_failed"));

        // A check that needs it says why it cannot say yes.
        let refused = engine.record_update(admin, "share", &id, 2, &json!({ "limit": "9" })).await;
        assert_eq!(problems(refused), [("formula_failed".to_owned(), "/limit".to_owned())]);
        // It mends itself with what it reads.
        engine.record_update(admin, "base", &base, 2, &json!({ "z": "2" })).await?;
        engine.record_update(admin, "share", &id, 2, &json!({ "limit": "9" })).await?;
        assert_eq!(record(&organisation, "share", &id).await?["p"], "5.00");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_formula_keeps_nobody_in_a_process() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, base) = shares(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let starter = organisation.member("starter", None, &[]).await?;
        let boss = organisation.member("boss", None, &[]).await?;
        let flow = json!({
            "key": "approval", "app": "test", "form": "share", "label": "Approval",
            "steps": [{ "key": "boss", "kind": "approve", "label": "Boss",
                "assignees": [{ "member": boss.member }],
                "actions": ["approve", "reject", "return"] }]
        });
        organisation.publish(DocumentKind::Flow, &flow).await?;
        let mut ids = Vec::new();
        for _ in 0..4 {
            let share = json!({ "name": "A", "x": "8", "b": base, "limit": "9" });
            ids.push(engine.record_create(&starter, "share", &share, false).await?.id);
        }
        engine.record_update(admin, "base", &base, 1, &json!({ "z": "0" })).await?;
        let version = |record: &Json| record["version"].as_i64();
        for (id, answer) in [
            (&ids[0], TaskAnswer::plain(Answer::Approve, None)),
            (&ids[1], TaskAnswer::plain(Answer::Reject, Some("no".to_owned()))),
            (&ids[2], TaskAnswer::return_to_starter("again")),
        ] {
            let tasks = engine.task_list(&boss, TaskKind::Open, None, 9).await?;
            let task = tasks.iter().find(|task| task.record == *id).context("a task")?.id.clone();
            let version = version(&record(&organisation, "share", id).await?);
            engine.task_answer(&boss, &task, TaskAnswer { version, ..answer }).await?;
        }
        engine.record_withdraw(&starter, "share", &ids[3], None).await?;
        let mut states = Vec::new();
        for id in &ids {
            states.push(record(&organisation, "share", id).await?["flow_status"].clone());
        }
        assert_eq!(states, ["approved", "rejected", "returned", "withdrawn"]);
    }
    Ok(())
}

/// Orders of accounts that bring their region and limit, lines of products that bring theirs,
/// and templates that bring an account.
async fn orders(backend: Backend) -> Result<(Organisation, [String; 2])> {
    let organisation = Organisation::new(backend).await?;
    let account =
        form("account", [field("region", "text", json!({})), field("limit", "money", json!({}))]);
    let to_account = json!({ "options": {
        "form": "account", "fill": { "region": "region", "limit": "limit" } } });
    let template = form(
        "template",
        [
            field("account", "link", json!({ "options": { "form": "account" } })),
            field("note", "text", json!({})),
        ],
    );
    let order = form(
        "order",
        [
            field(
                "template",
                "link",
                json!({ "options": {
                "form": "template", "fill": { "account": "account", "note": "note" } } }),
            ),
            field("account", "link", to_account.clone()),
            field("region", "text", json!({ "read_only": true })),
            field("limit", "money", json!({})),
            field("note", "text", json!({})),
            subform(
                "lines",
                [
                    field("account", "link", to_account),
                    field("region", "text", json!({})),
                    field("limit", "money", json!({})),
                ],
            ),
        ],
    );
    for document in [&account, &template, &order] {
        organisation.publish(DocumentKind::Form, document).await?;
    }
    organisation.grant_all(&["account", "template", "order"]).await?;
    let mut ids = Vec::new();
    for (region, limit) in [("east", "50000.00"), ("west", "7.00")] {
        let account = json!({ "region": region, "limit": limit });
        let engine = &organisation.engine;
        ids.push(engine.record_create(&organisation.admin, "account", &account, false).await?.id);
    }
    let ids = <[String; 2]>::try_from(ids).map_err(|_| anyhow::anyhow!("two accounts"))?;
    Ok((organisation, ids))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_link_filled_follows_the_link() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, [east, west]) = orders(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let order = json!({ "account": east, "lines": [{ "account": east }, { "account": east }] });
        let id = engine.record_create(admin, "order", &order, false).await?.id;
        let stored = record(&organisation, "order", &id).await?;
        assert_eq!((&stored["region"], &stored["limit"]), (&json!("east"), &json!("50000.00")));
        let rows = [stored["lines"][0]["id"].clone(), stored["lines"][1]["id"].clone()];

        // While typing.
        let request = EvaluationRequest {
            record: Some(id.clone()),
            values: json!({ "account": null, "limit": "50000.00",
                "lines": [{ "id": rows[0], "account": null, "region": "east", "limit": "50000.00" }] }),
            changed: vec!["account".to_owned(), "lines/0/account".to_owned()],
            ..EvaluationRequest::default()
        };
        let typing = engine.form_evaluate(admin, "order", &request).await?.values;
        assert_eq!((&typing["region"], &typing["limit"]), (&json!(null), &json!(null)));
        assert_eq!(typing["lines"][0]["region"], json!(null));

        // Saving: emptied, and in rows the other record's values, cell by cell.
        let change = json!({ "account": null, "lines": [
            { "id": rows[0], "account": west }, { "id": rows[1], "account": null } ] });
        engine.record_update(admin, "order", &id, 1, &change).await?;
        let stored = record(&organisation, "order", &id).await?;
        assert_eq!((&stored["region"], &stored["limit"]), (&json!(null), &json!(null)));
        let line = |row: usize| {
            (stored["lines"][row]["region"].clone(), stored["lines"][row]["limit"].clone())
        };
        assert_eq!(line(0), (json!("west"), json!("7.00")));
        assert_eq!(line(1), (json!(null), json!(null)));

        // What is handed in beside the link stays.
        let change = json!({ "account": west, "limit": "1.00",
            "lines": [{ "id": rows[0], "account": east, "limit": "2.00" }] });
        engine.record_update(admin, "order", &id, 2, &change).await?;
        let stored = record(&organisation, "order", &id).await?;
        assert_eq!((&stored["region"], &stored["limit"]), (&json!("west"), &json!("1.00")));
        assert_eq!(stored["lines"][0]["region"], "east");
        assert_eq!(stored["lines"][0]["limit"], "2.00");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_filled_in_fill_in_turn() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, [east, _]) = orders(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let template = json!({ "account": east, "note": "n" });
        let template = engine.record_create(admin, "template", &template, false).await?.id;
        let typed = json!({ "template": template });
        let request = EvaluationRequest {
            values: typed.clone(),
            changed: vec!["template".to_owned()],
            ..EvaluationRequest::default()
        };
        let typing = engine.form_evaluate(admin, "order", &request).await?.values;
        assert_eq!((&typing["region"], &typing["note"]), (&json!("east"), &json!("n")));
        let id = engine.record_create(admin, "order", &typed, false).await?.id;
        assert_eq!(record(&organisation, "order", &id).await?["region"], "east");
        engine.record_update(admin, "order", &id, 1, &json!({ "template": null })).await?;
        let stored = record(&organisation, "order", &id).await?;
        assert_eq!((&stored["account"], &stored["region"]), (&json!(null), &json!(null)));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_where_its_filter_says() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let account = form("account", [field("state", "text", json!({}))]);
        let filter = json!({ "field": "state", "op": "eq", "value": "open" });
        let link = json!({ "options": { "form": "account", "filter": filter } });
        let order = form(
            "order",
            [
                field("account", "link", link.clone()),
                subform("lines", [field("target_account", "link", link)]),
            ],
        );
        organisation.publish(DocumentKind::Form, &account).await?;
        organisation.publish(DocumentKind::Form, &order).await?;
        let mut ids = Vec::new();
        for state in ["open", "closed"] {
            let account = json!({ "state": state });
            ids.push(engine.record_create(admin, "account", &account, false).await?.id);
        }
        let wrong = json!({ "account": ids[1], "lines": [{ "target_account": ids[0] }, { "target_account": ids[1] }] });
        let refused = engine.record_create(admin, "order", &wrong, false).await;
        let at = |pointer: &str| ("record_not_offered".to_owned(), pointer.to_owned());
        assert_eq!(problems(refused), [at("/account"), at("/lines/1/target_account")]);
        let request = EvaluationRequest { values: wrong, ..EvaluationRequest::default() };
        let typing = engine.form_evaluate(admin, "order", &request).await?;
        assert_eq!(typing.problems.len(), 2, "{:?}", typing.problems);

        // What was chosen while it was offered stays.
        let id =
            engine.record_create(admin, "order", &json!({ "account": ids[0] }), false).await?.id;
        engine.record_update(admin, "account", &ids[0], 1, &json!({ "state": "closed" })).await?;
        engine.record_update(admin, "order", &id, 1, &json!({ "account": ids[0] })).await?;
    }
    Ok(())
}
