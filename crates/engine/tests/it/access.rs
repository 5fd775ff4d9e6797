//! What permission groups grant, applied in SQL.

use anyhow::Result;
use formwork_engine::EngineError;
use formwork_model::{Localized, document::DocumentKind};
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

async fn deals(backend: Backend) -> Result<(Organisation, String)> {
    let organisation = Organisation::new(backend).await?;
    let deal = form(
        "deal",
        [
            field("name", "text", json!({})),
            field("amount", "money", json!({})),
            field("cost", "money", json!({})),
        ],
    );
    organisation.publish(DocumentKind::Form, &deal).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    engine.role_add(admin, "rep", Localized::new("销售", "Rep")).await?;
    engine.role_add(admin, "lead", Localized::new("主管", "Lead")).await?;
    let name = Localized::new("销售部", "Sales");
    let sales = engine.department_add(admin, name, None, None, 0).await?;
    let group = |key: &str, role: &str, operations: Json, scope: Json, hidden: Json| {
        json!({
            "key": key, "app": "test", "label": key, "members": { "roles": [role] },
            "forms": { "deal": { "operations": operations, "scope": scope, "hidden": hidden } }
        })
    };
    let own =
        group("own", "rep", json!(["view", "create", "update"]), json!("own"), json!(["cost"]));
    let all = group("all", "lead", json!(["view"]), json!("department_and_below"), json!([]));
    organisation.publish(DocumentKind::PermissionGroup, &own).await?;
    organisation.publish(DocumentKind::PermissionGroup, &all).await?;
    Ok((organisation, sales))
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_fields_are_those_of_the_groups() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, sales) = deals(backend).await?;
        let engine = &organisation.engine;
        let rep = organisation.member("rep", Some(&sales), &["rep"]).await?;
        let other = organisation.member("other", Some(&sales), &["rep"]).await?;
        let lead = organisation.member("lead", Some(&sales), &["lead", "rep"]).await?;
        let stranger = organisation.member("stranger", None, &[]).await?;
        let mine = engine.record_create(&rep, "deal", &json!({ "name": "mine" }), false).await?;
        let theirs =
            engine.record_create(&other, "deal", &json!({ "name": "theirs" }), false).await?;

        let query = ListQuery { limit: 10, ..ListQuery::default() };
        let seen = engine.record_list(&rep, "deal", &query, true).await?;
        assert_eq!(seen.total, Some(1));
        assert!(!seen.records[0].contains("cost"), "{}", seen.records[0]);
        assert_eq!(engine.record_list(&lead, "deal", &query, true).await?.total, Some(2));
        let refused = engine.record_list(&stranger, "deal", &query, false).await;
        assert!(matches!(refused, Err(EngineError::NotFound)), "{refused:?}");

        let peek = engine.record_open(&rep, "deal", &theirs.id).await;
        assert!(matches!(peek, Err(EngineError::NotFound)), "{peek:?}");
        let change = json!({ "name": "changed" });
        let foreign = engine.record_update(&lead, "deal", &theirs.id, 1, &change).await;
        assert!(matches!(foreign, Err(EngineError::Forbidden)), "{foreign:?}");
        let hidden = engine.record_update(&rep, "deal", &mine.id, 1, &json!({ "cost": "1" })).await;
        assert!(
            matches!(&hidden, Err(EngineError::Problems(p)) if p[0].code == "field_not_writable"),
            "{hidden:?}"
        );
        let delete = engine.record_delete(&rep, "deal", &mine.id, 1).await;
        assert!(matches!(delete, Err(EngineError::Forbidden)), "{delete:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_cannot_ask_about_hidden_fields() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, sales) = deals(backend).await?;
        let rep = organisation.member("rep", Some(&sales), &["rep"]).await?;
        let filter = serde_json::from_value(json!({ "field": "cost", "op": "gt", "value": "1" }))?;
        let query = ListQuery { filter: Some(filter), limit: 10, ..ListQuery::default() };
        let asked = organisation.engine.record_list(&rep, "deal", &query, false).await;
        assert!(matches!(&asked, Err(EngineError::Problems(p)) if p[0].code == "unknown_field"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_column_is_neither_shown_nor_lost() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let lines = subform(
            "lines",
            [field("qty", "number", json!({})), field("cost", "money", json!({}))],
        );
        organisation.publish(DocumentKind::Form, &form("offer", [lines])).await?;
        let group = json!({
            "key": "everyone", "app": "test", "label": "Everyone", "members": { "everyone": true },
            "forms": { "offer": {
                "operations": ["view", "update"], "scope": "all", "hidden": ["lines.cost"]
            } }
        });
        organisation.publish(DocumentKind::PermissionGroup, &group).await?;
        let rep = organisation.member("rep", None, &[]).await?;
        let offer = json!({ "lines": [{ "qty": 1, "cost": "60" }] });
        let offer = engine.record_create(admin, "offer", &offer, false).await?;

        let seen = engine.record_open(&rep, "offer", &offer.id).await?.record;
        assert!(!seen.contains("cost"), "{seen}");
        let seen: Json = serde_json::from_str(&seen)?;
        let mut row = seen["lines"][0].clone();
        row["qty"] = json!("2.00");
        engine.record_update(&rep, "offer", &offer.id, 1, &json!({ "lines": [row] })).await?;
        let kept: Json =
            serde_json::from_str(&engine.record_open(admin, "offer", &offer.id).await?.record)?;
        assert_eq!(
            (&kept["lines"][0]["qty"], &kept["lines"][0]["cost"]),
            (&json!("2.00"), &json!("60.00"))
        );
        let typed = json!({ "lines": [{ "qty": "1", "cost": "5" }] });
        let refused = engine.record_update(&rep, "offer", &offer.id, 2, &typed).await;
        assert!(
            matches!(&refused, Err(EngineError::Problems(p)) if p[0].pointer == "/lines/0/cost"),
            "{refused:?}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_record_is_offered_to_those_who_may_make_one() -> Result<()> {
    let (organisation, sales) = deals(Backend::Sqlite).await?;
    let app = json!({
        "key": "test", "label": "Test", "navigation": [{ "items": [{ "form": "deal" }] }]
    });
    organisation.publish(DocumentKind::App, &app).await?;
    let offered = |caller| -> Vec<bool> {
        let apps = organisation.engine.app_list(&caller);
        let items = apps.iter().flat_map(|app| app.navigation.iter().flat_map(|one| &one.items));
        items.map(|item| item.can_create).collect()
    };
    assert_eq!(offered(organisation.member("rep", Some(&sales), &["rep"]).await?), [true]);
    assert_eq!(offered(organisation.member("lead", Some(&sales), &["lead"]).await?), [false]);
    assert!(offered(organisation.member("stranger", None, &[]).await?).is_empty());
    Ok(())
}
