//! Drafts, checks and publishing.

use anyhow::Result;
use formwork_engine::EngineError;
use formwork_model::{change::ChangeKind, document::DocumentKind};
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_field_works_at_once_and_old_records_stay() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let deal = form("deal", [field("amount", "money", json!({}))]);
        organisation.publish(DocumentKind::Form, &deal).await?;
        let old = engine.record_create(admin, "deal", &json!({ "amount": "100" }), false).await?;

        let next = form(
            "deal",
            [
                field("amount", "money", json!({})),
                field("discount", "money", json!({})),
                field("net", "money", json!({ "formula": "amount - IFERROR(discount, 0)" })),
            ],
        );
        let plan = engine.document_check(admin, DocumentKind::Form, "deal", &next).await?;
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
        let kinds: Vec<_> = plan.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [ChangeKind::FieldAdded, ChangeKind::FieldAdded]);
        assert_eq!(organisation.publish(DocumentKind::Form, &next).await?, 2);

        let values = json!({ "amount": "90", "discount": "4.5" });
        engine.record_create(admin, "deal", &values, false).await?;
        let filter =
            serde_json::from_value(json!({ "field": "net", "op": "eq", "value": "85.5" }))?;
        let query = ListQuery { filter: Some(filter), limit: 5, ..ListQuery::default() };
        assert_eq!(engine.record_list(admin, "deal", &query, true).await?.total, Some(1));
        let kept = engine.record_open(admin, "deal", &old.id).await?;
        assert!(kept.record.contains("\"100.00\""), "{}", kept.record);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tells_every_problem_and_changes_nothing() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let cyclic = form(
            "deal",
            [
                field("a", "number", json!({ "formula": "b + 1" })),
                field("b", "number", json!({ "formula": "a + 1" })),
                field("c", "link", json!({ "options": { "form": "nowhere" } })),
            ],
        );
        let refused = organisation.publish(DocumentKind::Form, &cyclic).await;
        let refused = refused.unwrap_err().downcast::<EngineError>()?;
        let EngineError::Problems(problems) = refused else { panic!("{refused:?}") };
        let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_ref()).collect();
        assert!(codes.contains(&"formula_cycle") && codes.contains(&"unknown_form"), "{codes:?}");
        assert!(organisation.engine.catalog().compiled("deal").is_none());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_authors_cannot_overwrite_each_other() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let deal = form("deal", [field("amount", "money", json!({}))]);
        engine.document_publish(admin, DocumentKind::Form, "deal", &deal, 0).await?;
        let late = engine.document_publish(admin, DocumentKind::Form, "deal", &deal, 0).await;
        assert!(matches!(late, Err(EngineError::VersionConflict { version: 1, .. })), "{late:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_others_read_cannot_go() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let account =
            form("account", [field("name", "text", json!({})), field("grade", "text", json!({}))]);
        let deal = form(
            "deal",
            [
                field("account", "link", json!({ "options": { "form": "account" } })),
                field("grade", "text", json!({ "formula": "account.grade" })),
            ],
        );
        organisation.publish(DocumentKind::Form, &account).await?;
        organisation.publish(DocumentKind::Form, &deal).await?;
        let less = form("account", [field("name", "text", json!({}))]);
        let refused = organisation.publish(DocumentKind::Form, &less).await;
        let refused = refused.unwrap_err().downcast::<EngineError>()?;
        assert!(
            matches!(&refused, EngineError::Problems(p) if p[0].code == "breaks_document"),
            "{refused:?}"
        );
    }
    Ok(())
}
