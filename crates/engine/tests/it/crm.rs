//! The CRM package, installed with its example company.

use std::time::Instant;

use anyhow::Result;
use formwork_model::Filter;
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation};

#[tokio::test(flavor = "multi_thread")]
async fn installs_with_the_example_company() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let started = Instant::now();
        let report = organisation.install_crm(true).await?;
        eprintln!("{backend:?}: {} documents in {:?}", report.documents, started.elapsed());
        let query = ListQuery { limit: 10, ..ListQuery::default() };
        let leads =
            organisation.engine.record_list(&organisation.admin, "lead", &query, true).await?;
        assert!(leads.total.unwrap_or_default() > 4_000, "{:?}", leads.total);
        let mine = Filter::condition("stage", formwork_model::Operator::Eq, "won");
        let query = ListQuery { filter: Some(mine), limit: 10, ..ListQuery::default() };
        let won = organisation
            .engine
            .record_list(&organisation.admin, "opportunity", &query, true)
            .await?;
        assert!(won.total.unwrap_or_default() > 200, "{:?}", won.total);
    }
    Ok(())
}
