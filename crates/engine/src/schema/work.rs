//! Deferred work on tables: indexes that are built and dropped, publishes that wait for their
//! values. Each piece can be interrupted at any moment and begun again.

use formwork_model::{Problem, schema::Index};
use formwork_store::{
    Connection, Hold, StoreError,
    repo::{
        schema::{schema_index_delete, schema_index_save},
        schema_step::{StepRow, step_delete, step_list, step_move},
        setting::setting_count_up,
    },
};
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};

use super::{
    foresee::shared_in_index,
    index::{build_index, drop_index},
    prepare::subject,
};
use crate::{
    Caller, Engine, EngineError, EngineResult, catalog::is_unique_index, record::stored::parse,
    settings::DEFINITIONS,
};

/// A piece of deferred work, as it is shown.
#[derive(Debug, Clone)]
pub struct DeferredWork {
    /// Its id.
    pub id: String,
    /// The form.
    pub form: String,
    /// `index_build`, `index_drop` or `conversion`.
    pub kind: String,
    /// `waiting`, `running` or `failed`.
    pub state: String,
    /// Rows done, and in all.
    pub progress: (u64, u64),
    /// Why it failed.
    pub problem: Option<Problem>,
}

impl From<StepRow> for DeferredWork {
    fn from(step: StepRow) -> Self {
        let whole = |number: i64| u64::try_from(number).unwrap_or_default();
        Self {
            progress: (whole(step.done.min(step.total)), whole(step.total)),
            problem: step.problem.as_deref().and_then(read_problem),
            id: step.id,
            form: step.form,
            kind: step.kind,
            state: step.state,
        }
    }
}

/// What a piece of work came to.
pub(super) enum Came {
    Done,
    /// Something is in the way; it is tried again later.
    Later,
}

impl Engine {
    /// The deferred work on a form's tables, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deferred_work(&self, form: &str) -> EngineResult<Vec<DeferredWork>> {
        let steps = step_list(&mut self.store().read().await?, Some(form)).await?;
        Ok(steps.into_iter().map(DeferredWork::from).collect())
    }

    /// The deferred work on the tables of all forms, the oldest first.
    ///
    /// # Errors
    /// `Forbidden` for all but admins.
    pub async fn deferred_work_of_all(&self, caller: &Caller) -> EngineResult<Vec<DeferredWork>> {
        caller.must_be_admin()?;
        let steps = step_list(&mut self.store().read().await?, None).await?;
        Ok(steps.into_iter().map(DeferredWork::from).collect())
    }

    /// Gives up a publish that waits for its values; the form stays as it is.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound` when none waits.
    pub async fn conversion_discard(&self, caller: &Caller, form: &str) -> EngineResult<()> {
        caller.must_be_admin()?;
        let (form, wanted) = (form.to_owned(), subject(form));
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                let steps = step_list(work.connection, Some(&form)).await?;
                let step = steps.into_iter().find(|step| step.subject == wanted);
                let step = step.ok_or(EngineError::NotFound)?;
                Ok(step_delete(work.connection, &step.id).await?)
            })
        })
        .await
    }

    /// Does the deferred work that waits, one piece after another; answers how many were
    /// done. One process at a time does it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn work_off(&self) -> EngineResult<usize> {
        let _alone = self.shared.schema_work.lock().await;
        let mut alone = self.store().alone().await?;
        if let Some(connection) = &mut alone {
            let taken = connection.row("select pg_try_advisory_lock(4605514)", &[]).await?;
            if !taken.map(|row| row.bool(0)).transpose()?.unwrap_or(false) {
                return Ok(0);
            }
        }
        let mut done = 0;
        let mut tried: Vec<String> = Vec::new();
        loop {
            let steps = step_list(&mut self.store().read().await?, None).await?;
            let next =
                steps.into_iter().find(|step| step.state != "failed" && !tried.contains(&step.id));
            let Some(step) = next else { return Ok(done) };
            tried.push(step.id.clone());
            match self.work_on(&step, alone.as_mut()).await {
                Ok(Came::Done) => done += 1,
                Ok(Came::Later) | Err(EngineError::Busy) => {
                    tracing::info!(form = step.form, kind = step.kind, "deferred work waits");
                }
                Err(error) => self.fail(&step, error).await?,
            }
        }
    }

    async fn work_on(&self, step: &StepRow, alone: Option<&mut Connection>) -> EngineResult<Came> {
        match step.kind.as_str() {
            "index_build" => {
                let index: Index = serde_json::from_str(&step.body)
                    .map_err(EngineError::unexpected_in("deferred work"))?;
                build_index(self.store(), alone, &index).await?;
                self.finish(step, move |connection| {
                    Box::pin(async move { Ok(schema_index_save(connection, &index).await?) })
                })
                .await
            }
            "index_drop" => {
                let name = step.subject.clone();
                drop_index(self.store(), alone, &name).await?;
                self.finish(step, move |connection| {
                    Box::pin(async move { Ok(schema_index_delete(connection, &name).await?) })
                })
                .await
            }
            "conversion" => self.convert(step, alone).await,
            other => Err(EngineError::unexpected(format!("deferred work `{other}`"))),
        }
    }

    async fn finish<F>(&self, step: &StepRow, note: F) -> EngineResult<Came>
    where
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, EngineResult<()>>
            + Clone
            + Send
            + 'static,
    {
        let (id, is_unique) = (step.id.clone(), is_unique_index(step));
        let now = self.now().as_millisecond();
        self.store()
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move {
                    note(connection).await?;
                    step_delete(connection, &id).await?;
                    if is_unique {
                        // Nobody needs to wait for others any more.
                        setting_count_up(connection, DEFINITIONS, now).await?;
                    }
                    Ok::<_, EngineError>(())
                })
            })
            .await?;
        Ok(Came::Done)
    }

    /// Whether a form still has work that can be done.
    pub(crate) async fn work_is_left(connection: &mut Connection) -> EngineResult<bool> {
        let steps = step_list(connection, None).await?;
        Ok(steps.iter().any(|step| step.state != "failed"))
    }

    /// Which records keep a unique index from being built.
    async fn not_unique(&self, step: &StepRow) -> EngineResult<Problem> {
        let index: Option<Index> = serde_json::from_str(&step.body).ok();
        let catalog = self.catalog();
        let form = catalog.compiled(&step.form);
        let Some((index, form)) = index.zip(form) else {
            return Ok(Problem::new("values_not_unique"));
        };
        let mut reader = self.store().read().await?;
        let shared = shared_in_index(&mut reader, &form.model, &index).await?;
        Ok(shared.into_iter().next().unwrap_or_else(|| Problem::new("values_not_unique")))
    }

    async fn fail(&self, step: &StepRow, error: EngineError) -> EngineResult<()> {
        let problem = match error {
            EngineError::Problems(mut problems) if !problems.is_empty() => problems.swap_remove(0),
            EngineError::Refused(problem) => problem,
            EngineError::Store(StoreError::NotUnique { .. }) => self.not_unique(step).await?,
            error => {
                tracing::error!(%error, form = step.form, kind = step.kind, "deferred work failed");
                Problem::new("deferred_work_failed")
            }
        };
        let text = json!(problem).to_string();
        let (id, done) = (step.id.clone(), step.done);
        self.store()
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move {
                    step_move(connection, &id, "failed", done, Some(&text)).await?;
                    Ok::<_, EngineError>(())
                })
            })
            .await
    }
}

fn read_problem(text: &str) -> Option<Problem> {
    let json: Json = parse(text).ok()?;
    serde_json::from_value(json).ok()
}
