//! Changes: each in one transaction, on what is published and who is there inside it.

use std::sync::Arc;

use formwork_store::{Connection, Hold, repo::setting::setting_count_up};
use futures_util::{FutureExt, future::BoxFuture};

use super::{AfterCommit, Work};
use crate::{
    Engine, EngineError, EngineResult, catalog::Catalog, idempotency, principal::Origin, settings,
    stored_generation,
};

/// What is done inside a transaction. It may be done more than once, when others got in its
/// way; only the last time counts.
pub(crate) trait Change<T>:
    for<'w, 'c> FnOnce(&'w mut Work<'c>) -> BoxFuture<'w, EngineResult<T>> + Clone + Send + 'static
{
}

impl<T, F> Change<T> for F where
    F: for<'w, 'c> FnOnce(&'w mut Work<'c>) -> BoxFuture<'w, EngineResult<T>>
        + Clone
        + Send
        + 'static
{
}

impl Engine {
    /// Runs a change in one transaction, on the definitions and people as they are inside it.
    /// It may run more than once, when others got in its way; only the last time counts. Once
    /// it is committed, whoever waits for what it brought is woken.
    pub(crate) async fn change<T, F>(&self, origin: impl Into<Origin>, change: F) -> EngineResult<T>
    where
        T: Send + 'static,
        F: Change<T>,
    {
        self.change_holding(Hold::People, origin.into(), change).await
    }

    pub(crate) async fn change_holding<T, F>(
        &self,
        hold: Hold,
        origin: Origin,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: Change<T>,
    {
        if let Some(caller) = &origin.caller {
            caller.must_write()?;
        }
        let engine = self.clone();
        let request = idempotency::take();
        let (outcome, catalog, told) = self
            .store()
            .write(hold, move |connection| {
                async move {
                    let catalog = engine.catalog_inside(connection).await?;
                    if let Some(caller) = &origin.caller {
                        engine.must_still_be(connection, &catalog, caller).await?;
                    }
                    if let Some(request) = &request {
                        let now = engine.now().as_millisecond();
                        idempotency::note(connection, request, now).await?;
                    }
                    let known = Arc::clone(&catalog);
                    let after_commit = AfterCommit::default();
                    let told = after_commit.clone();
                    let mut work = Work {
                        connection,
                        catalog,
                        now: engine.now(),
                        principal: origin.principal,
                        cause: origin.cause,
                        after_commit,
                        noted: Vec::new(),
                    };
                    let outcome = change(&mut work).await?;
                    work.append_noted().await?;
                    Ok::<_, EngineError>((outcome, known, told))
                }
                .boxed()
            })
            .await?;
        self.replace_catalog(catalog);
        self.shared.wake.tell(&told, self.store());
        Ok(outcome)
    }

    /// The definitions as a transaction sees them. On SQLite they may be of a publish that
    /// shares the transaction and is not committed yet.
    async fn catalog_inside(&self, connection: &mut Connection) -> EngineResult<Arc<Catalog>> {
        let generation = stored_generation(connection).await?;
        let current = self.catalog();
        if generation == current.generation {
            return Ok(current);
        }
        let loaded = self.shared.uncommitted.lock().clone();
        if let Some(loaded) = loaded.filter(|loaded| loaded.generation == generation) {
            return Ok(loaded);
        }
        let catalog = Arc::new(current.up_to(generation, connection).await?);
        *self.shared.uncommitted.lock() = Some(Arc::clone(&catalog));
        Ok(catalog)
    }

    /// Runs a change of definitions, and compiles what came of it. It holds the documents
    /// alone, or people and documents.
    pub(crate) async fn redefine<T, F>(
        &self,
        hold: Hold,
        origin: impl Into<Origin>,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: Change<T>,
    {
        let of = [settings::DEFINITIONS, settings::PEOPLE].as_slice();
        self.change_and_tell(hold, of, origin.into(), change).await
    }

    /// Runs a change of people that others lean on: nobody else changes anything meanwhile.
    pub(crate) async fn change_people<T, F>(
        &self,
        origin: impl Into<Origin>,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: Change<T>,
    {
        self.change_and_tell(Hold::PeopleAlone, &[settings::PEOPLE], origin.into(), change).await
    }

    /// Runs a change of what is the caller's own: language, theme, password, keys, sessions.
    pub(crate) async fn change_own<T, F>(
        &self,
        origin: impl Into<Origin>,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: Change<T>,
    {
        self.change_and_tell(Hold::People, &[settings::PEOPLE], origin.into(), change).await
    }

    /// Runs a change and counts generations up, so that every process notices it.
    async fn change_and_tell<T, F>(
        &self,
        hold: Hold,
        generations: &'static [&'static str],
        origin: Origin,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: Change<T>,
    {
        let outcome = self
            .change_holding(hold, origin, move |work| {
                async move {
                    let outcome = change(work).await?;
                    work.after_commit.definitions();
                    for generation in generations {
                        setting_count_up(work.connection, generation, work.now_ms()).await?;
                    }
                    Ok(outcome)
                }
                .boxed()
            })
            .await?;
        self.refresh().await?;
        Ok(outcome)
    }
}
