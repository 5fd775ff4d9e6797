//! Copies of a database that is in use.

use anyhow::{Context, Result};
use formwork_engine::Engine;
use formwork_model::document::DocumentKind;
use formwork_query::ListQuery;
use formwork_store::Store;
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_others_write_opens_and_is_whole() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let (engine, admin) = (organisation.engine.clone(), organisation.admin.clone());
    let note = form("note", [field("text", "text", json!({}))]);
    organisation.publish(DocumentKind::Form, &note).await?;
    engine.record_create(&admin, "note", &json!({ "text": "before" }), false).await?;

    let writer = tokio::spawn({
        let (engine, admin) = (engine.clone(), admin.clone());
        async move {
            for number in 0..50 {
                let note = json!({ "text": format!("{number}") });
                engine.record_create(&admin, "note", &note, false).await?;
            }
            anyhow::Ok(())
        }
    });
    let folder = organisation.database.folder().context("a folder")?;
    let copy = folder.join("copy.db");
    engine.store().backup_sqlite(copy.to_str().context("a path")?).await?;
    writer.await??;

    let store = Store::open(&format!("sqlite:{}", copy.display())).await?;
    let restored = Engine::open(store, organisation.clock.as_clock()).await?;
    let query = ListQuery { limit: 100, ..ListQuery::default() };
    let page = restored.record_list(&admin, "note", &query, true).await?;
    assert!(page.total >= Some(1) && page.total <= Some(51), "{:?}", page.total);
    assert!(page.records.iter().any(|record| record.contains("before")));
    Ok(())
}
