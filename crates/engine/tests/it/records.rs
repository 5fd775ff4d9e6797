//! Records through the one door: create, compute, change, conflict, delete.

use anyhow::Result;
use formwork_engine::EngineError;
use formwork_model::document::DocumentKind;
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

async fn with_orders(backend: Backend) -> Result<Organisation> {
    let organisation = Organisation::new(backend).await?;
    let product = form(
        "product",
        [
            field("name", "text", json!({ "required": true, "unique": true })),
            field("list_price", "money", json!({})),
        ],
    );
    let order = form(
        "order",
        [
            field(
                "code",
                "serial",
                json!({ "options": { "parts": [{ "text": "O-" }, { "counter": 4 }] } }),
            ),
            field("customer", "text", json!({ "required": true })),
            subform(
                "lines",
                [
                    field(
                        "product",
                        "link",
                        json!({
                            "options": { "form": "product", "fill": { "price": "list_price" } }
                        }),
                    ),
                    field("price", "money", json!({})),
                    field("qty", "number", json!({ "options": { "places": 0 } })),
                    field("amount", "money", json!({ "formula": "price * qty" })),
                ],
            ),
            field("total", "money", json!({ "formula": "SUM(lines.amount)" })),
        ],
    );
    organisation.publish(DocumentKind::Form, &product).await?;
    organisation.publish(DocumentKind::Form, &order).await?;
    organisation.grant_all(&["product", "order"]).await?;
    Ok(organisation)
}

async fn record(organisation: &Organisation, form: &str, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, form, id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn computes_fills_and_numbers_what_is_submitted() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_orders(backend).await?;
        let sales = organisation.member("sales", None, &[]).await?;
        let engine = &organisation.engine;
        let product = json!({ "name": "Gateway", "list_price": "6800.00" });
        let product = engine.record_create(&sales, "product", &product, false).await?;
        let order = json!({ "customer": "岚屿精密", "lines": [
            { "product": product.id, "qty": 24 },
            { "product": product.id, "qty": "2", "price": 1.05 }
        ]});
        let order = engine.record_create(&sales, "order", &order, false).await?;
        let stored = record(&organisation, "order", &order.id).await?;
        assert_eq!(stored["code"], "O-0001");
        assert_eq!(stored["total"], "163202.10");
        assert_eq!(stored["lines"][0]["amount"], "163200.00");
        assert_eq!(stored["lines"][1]["product"]["title"], "Gateway");
        assert_eq!(stored["owner"], sales.member);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_every_problem_and_stores_nothing() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_orders(backend).await?;
        let sales = organisation.member("sales", None, &[]).await?;
        let bad = json!({ "total": "5.00", "lines": [{ "qty": "x" }], "nonsense": 1 });
        let refused = organisation.engine.record_create(&sales, "order", &bad, false).await;
        let Err(EngineError::Problems(problems)) = refused else { panic!("{refused:?}") };
        let mut pointers: Vec<_> = problems.iter().map(|p| p.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/lines/0/qty", "/nonsense", "/total"]);

        let incomplete = json!({ "lines": [{ "product": "nowhere" }] });
        let refused = organisation.engine.record_create(&sales, "order", &incomplete, false).await;
        let Err(EngineError::Problems(problems)) = refused else { panic!("{refused:?}") };
        let found: Vec<_> =
            problems.iter().map(|p| (p.code.as_ref(), p.pointer.as_str())).collect();
        assert_eq!(found, [("required", "/customer"), ("unknown_record", "/lines/0/product")]);
        let query = ListQuery { limit: 10, ..ListQuery::default() };
        let all =
            organisation.engine.record_list(&organisation.admin, "order", &query, true).await?;
        assert_eq!(all.total, Some(0));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_change_from_an_older_version_and_says_what_changed() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_orders(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let created =
            engine.record_create(admin, "order", &json!({ "customer": "A" }), false).await?;
        let first = engine
            .record_update(admin, "order", &created.id, 1, &json!({ "customer": "B" }))
            .await?;
        assert_eq!(first.version, 2);
        let late =
            engine.record_update(admin, "order", &created.id, 1, &json!({ "customer": "C" })).await;
        let Err(EngineError::VersionConflict { version, changed }) = late else {
            panic!("{late:?}")
        };
        assert_eq!(version, 2);
        assert_eq!(changed[0]["field"], "customer");
        assert_eq!((&changed[0]["from"], &changed[0]["to"]), (&json!("A"), &json!("B")));
        engine.record_delete(admin, "order", &created.id, 2).await?;
        let gone = engine.record_open(admin, "order", &created.id).await;
        assert!(matches!(gone, Err(EngineError::NotFound)), "{gone:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_unique_values_unique() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_orders(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let gateway = json!({ "name": "Gateway" });
        engine.record_create(admin, "product", &gateway, false).await?;
        let again = engine.record_create(admin, "product", &gateway, false).await;
        let Err(EngineError::Problems(problems)) = again else { panic!("{again:?}") };
        assert_eq!(
            (problems[0].code.as_ref(), problems[0].pointer.as_str()),
            ("not_unique", "/name")
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_of_a_form_without_a_process_is_complete_once_submitted() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_orders(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let draft = engine.record_create(admin, "order", &json!({}), true).await?;
        assert_eq!(record(&organisation, "order", &draft.id).await?["flow_status"], "draft");

        let refused = engine.record_submit(admin, "order", &draft.id, 1, &json!({})).await;
        assert!(matches!(refused, Err(EngineError::Problems(_))), "{refused:?}");
        let whole = json!({ "customer": "云图" });
        engine.record_submit(admin, "order", &draft.id, 1, &whole).await?;
        assert_eq!(record(&organisation, "order", &draft.id).await?["flow_status"], json!(null));
        let emptied =
            engine.record_update(admin, "order", &draft.id, 2, &json!({ "customer": null })).await;
        assert!(matches!(emptied, Err(EngineError::Problems(_))), "is checked: {emptied:?}");
    }
    Ok(())
}
