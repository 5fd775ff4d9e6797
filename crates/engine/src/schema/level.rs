//! Indexes that are wanted and not there, with no publish to make them: a newer program wants
//! more than the one that published, or somebody has dropped one by hand.

use formwork_model::schema::{SchemaChange, Step, When, plan};
use formwork_store::Connection;

use super::{apply, existing, wanted_of};
use crate::{
    Engine, EngineResult,
    catalog::Catalog,
    principal::{Principal, SystemReason},
};

impl Engine {
    /// Notes the indexes that are missing, to be built as deferred work; answers how many.
    /// Those that nothing wants stay until the next publish: an older program beside this one
    /// may want them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn level_indexes(&self) -> EngineResult<usize> {
        let missing = missing_indexes(&mut self.store().read().await?, &self.catalog()).await?;
        if missing.is_empty() {
            return Ok(0);
        }
        let upkeep = Principal::system(SystemReason::Upkeep, None);
        self.change(upkeep, |work| {
            Box::pin(async move {
                // Looked at once more: somebody may have published meanwhile.
                let missing = missing_indexes(work.connection, &work.catalog.clone()).await?;
                let mut noted = 0;
                for (form, steps) in missing {
                    apply(work, &form, &steps).await?;
                    noted += steps.len();
                }
                Ok(noted)
            })
        })
        .await
    }
}

/// The steps that build what is missing, by form; all of them can wait.
async fn missing_indexes(
    connection: &mut Connection,
    catalog: &Catalog,
) -> EngineResult<Vec<(String, Vec<Step>)>> {
    let mut missing = Vec::new();
    for form in catalog.forms() {
        let key = form.model.key().to_string();
        let wanted = wanted_of(catalog, &form.model);
        let there = existing(connection, &key, &wanted).await?;
        let steps = plan(&wanted, &there).into_iter();
        let builds: Vec<Step> = steps
            .filter(|step| match &step.change {
                SchemaChange::CreateIndex(index) => there.tables.contains_key(&index.table),
                _ => false,
            })
            .map(|step| Step { when: When::Deferred, ..step })
            .collect();
        if !builds.is_empty() {
            missing.push((key, builds));
        }
    }
    Ok(missing)
}
