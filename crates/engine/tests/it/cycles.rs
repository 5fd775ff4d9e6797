//! What goes round in circles: formulas, links between forms, links between records.

use std::time::Duration;

use anyhow::Result;
use formwork_engine::{EngineError, EvaluationRequest};
use formwork_model::document::DocumentKind;
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};
use tokio::time::timeout;

/// Nothing here may take longer; most of it takes a hundredth.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn formulas_in_a_circle_are_refused_with_the_path() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let formula = |key: &str, formula: &str| field(key, "number", json!({ "formula": formula }));
    let circles = [
        (form("own", [formula("a", "a + 1")]), vec!["a"]),
        (
            form("three", [formula("a", "b + 1"), formula("b", "c + 1"), formula("c", "a + 1")]),
            vec!["a", "b", "c"],
        ),
        (
            form(
                "rows",
                [
                    subform(
                        "lines",
                        [formula("share", "price / total"), field("price", "money", json!({}))],
                    ),
                    formula("total", "SUM(lines.share)"),
                ],
            ),
            vec!["share", "total"],
        ),
    ];
    for (document, path) in circles {
        let key = document["key"].as_str().unwrap_or_default().to_owned();
        let refused = organisation
            .engine
            .document_publish(&organisation.admin, DocumentKind::Form, &key, &document, 0)
            .await;
        let Err(EngineError::Problems(problems)) = refused else { panic!("{key}: {refused:?}") };
        let cycle = problems.iter().find(|problem| problem.code == "formula_cycle");
        let cycle = cycle.unwrap_or_else(|| panic!("{key}: {problems:?}"));
        let shown = serde_json::to_string(&cycle.params)?;
        for name in path {
            assert!(shown.contains(name) && shown.contains('→'), "{key}: {shown}");
        }
        assert!(cycle.pointer.starts_with("/fields/"), "{key}: {}", cycle.pointer);
    }
    Ok(())
}

/// Forms `a` and `b` that link to each other, read each other's fields, and fill from each
/// other.
async fn with_circle(backend: Backend) -> Result<Organisation> {
    let organisation = Organisation::new(backend).await?;
    let size = || field("size", "number", json!({ "options": { "places": 0 } }));
    let a = form("a", [field("name", "text", json!({})), size()]);
    organisation.publish(DocumentKind::Form, &a).await?;
    let reads = |other: &str| {
        [
            field("name", "text", json!({})),
            size(),
            field(
                "next",
                "link",
                json!({ "options": {
                    "form": other, "show": ["size"], "fill": { "filled": "size" }
                }}),
            ),
            field("filled", "number", json!({ "options": { "places": 0 } })),
            field(
                "double",
                "number",
                json!({ "formula": "next.size * 2", "options": { "places": 0 } }),
            ),
            subform(
                "lines",
                [
                    field(
                        "other",
                        "link",
                        json!({ "options": { "form": other, "fill": { "n": "size" } } }),
                    ),
                    field("n", "number", json!({ "options": { "places": 0 } })),
                ],
            ),
        ]
    };
    organisation.publish(DocumentKind::Form, &form("b", reads("a"))).await?;
    organisation.publish(DocumentKind::Form, &form("a", reads("b"))).await?;
    organisation.grant_all(&["a", "b"]).await?;
    Ok(organisation)
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_and_records_may_link_in_a_circle() -> Result<()> {
    for backend in Backend::all() {
        timeout(PATIENCE, link_in_a_circle(backend)).await??;
    }
    Ok(())
}

async fn link_in_a_circle(backend: Backend) -> Result<()> {
    let organisation = with_circle(backend).await?;
    let engine = &organisation.engine;
    let member = organisation.member("lin", None, &[]).await?;
    let one =
        engine.record_create(&member, "a", &json!({ "name": "one", "size": 3 }), false).await?;
    let two = json!({ "name": "two", "size": 5, "next": one.id, "lines": [{ "other": one.id }] });
    let two = engine.record_create(&member, "b", &two, false).await?;
    let back = json!({ "next": two.id, "lines": [{ "other": two.id }, { "other": two.id }] });
    engine.record_update(&member, "a", &one.id, 1, &back).await?;

    let open = engine.record_open(&member, "a", &one.id).await?;
    let open: Json = serde_json::from_str(&open.record)?;
    assert_eq!((&open["double"], &open["filled"]), (&json!("10"), &json!("5")));
    assert_eq!(open["lines"][1]["n"], "5");
    assert_eq!(open["next"]["title"], "two");

    let request = EvaluationRequest {
        record: Some(two.id.clone()),
        task: None,
        values: json!({ "next": one.id }),
        changed: vec!["next".into(), "lines/0/other".into()],
    };
    let seen = engine.form_evaluate(&member, "b", &request).await?;
    assert_eq!(seen.values["double"], "6");
    // A record may link to itself, too, once the form links to itself.
    let own = form("own", [field("size", "number", json!({ "options": { "places": 0 } }))]);
    organisation.publish(DocumentKind::Form, &own).await?;
    let own = form(
        "own",
        [
            field("size", "number", json!({ "options": { "places": 0 } })),
            field("parent", "link", json!({ "options": { "form": "own" } })),
            field(
                "above",
                "number",
                json!({ "formula": "parent.above + size", "options": { "places": 0 } }),
            ),
        ],
    );
    organisation.publish(DocumentKind::Form, &own).await?;
    let root =
        engine.record_create(&organisation.admin, "own", &json!({ "size": 1 }), false).await?;
    let values = json!({ "parent": root.id });
    engine.record_update(&organisation.admin, "own", &root.id, 1, &values).await?;
    engine.record_open(&organisation.admin, "own", &root.id).await?;
    Ok(())
}
