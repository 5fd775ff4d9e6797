//! Drafts, checks and publishing.

use anyhow::Result;
use formwork_engine::{EngineError, FormulaForm};
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

/// A form `deal` whose draft says more than what is published.
fn deal(more: Vec<serde_json::Value>) -> serde_json::Value {
    let account = field("account", "link", json!({ "options": { "form": "account" } }));
    form("deal", [vec![account, field("amount", "money", json!({}))], more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tried_with_its_own_rules_before_it_is_published() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let account = form("account", [field("discount", "money", json!({}))]);
        organisation.publish(DocumentKind::Form, &account).await?;
        organisation.publish(DocumentKind::Form, &deal(Vec::new())).await?;
        let account =
            engine.record_create(admin, "account", &json!({ "discount": "5" }), false).await?;
        let values = json!({ "account": account.id, "amount": "90" });
        let record = engine.record_create(admin, "deal", &values, false).await?;

        let mut draft = deal(vec![
            field("net", "money", json!({ "formula": "amount - account.discount" })),
            field("reason", "text", json!({})),
        ]);
        draft["rules"] = json!([{ "kind": "require", "when": "net < 90", "fields": ["reason"] }]);
        let tried = engine.draft_evaluate(admin, "deal", &draft, values, Vec::new()).await?;
        assert_eq!(tried.values["net"], json!("85.00"));
        assert!(tried.states["reason"].required);
        let missing: Vec<String> =
            tried.problems.iter().map(|problem| problem.pointer.clone()).collect();
        assert_eq!(missing, ["/reason"]);

        let over = FormulaForm::Draft(&draft);
        let trial = engine.formula_check(admin, over, "amount * 2", Some(&record.id)).await?;
        assert_eq!(trial.value, Some(json!("180.00")), "{:?}", trial.problems);
        let trial = engine.formula_check(admin, over, "net", Some(&record.id)).await?;
        assert_eq!((trial.value, trial.problems), (Some(json!(null)), Vec::new()));
        let published = FormulaForm::Published("deal");
        let trial = engine.formula_check(admin, published, "net", None).await?;
        assert_eq!(trial.problems[0].code, "unknown_name");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_wrong_says_so_and_is_tried_by_admins_alone() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    let draft = deal(vec![field("net", "money", json!({ "formula": "amount - nothing" }))]);
    let refused = engine.draft_evaluate(admin, "deal", &draft, json!({}), Vec::new()).await;
    let Err(EngineError::Problems(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].code, "unknown_name");
    let other = engine.draft_evaluate(admin, "other", &draft, json!({}), Vec::new()).await;
    assert!(matches!(other, Err(EngineError::Problems(_))), "{other:?}");
    let member = organisation.member("li", None, &[]).await?;
    let refused = engine.draft_evaluate(&member, "deal", &draft, json!({}), Vec::new()).await;
    assert!(matches!(refused, Err(EngineError::Forbidden)), "{refused:?}");
    Ok(())
}
