//! Deferred work on the tables behind forms, as a job: `schema_step` says what is to be done and
//! how far it is.

use std::time::Duration;

use async_trait::async_trait;
use formwork_store::Hold;
use serde_json::{Value as Json, json};

use super::{Job, JobKind, NewJob, Step};
use crate::{Engine, EngineError, EngineResult, work::Work};

/// Does the deferred work that waits.
pub(super) struct Tables;

/// The name of the job.
const NAME: &str = "tables";

impl NewJob {
    /// The job that does the deferred work on tables; one at a time.
    pub(crate) fn tables() -> Self {
        Self::new(NAME, Json::Null).once(NAME)
    }
}

#[async_trait]
impl JobKind for Tables {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Whoever publishes, and may leave more to do, waits until a step has ended.
    fn hold(&self) -> Hold {
        Hold::DocumentsAlone
    }

    fn longest_outside(&self) -> Duration {
        Duration::from_hours(6)
    }

    async fn outside(&self, engine: &Engine, _job: &Job) -> EngineResult<Json> {
        Ok(json!(engine.work_off().await?))
    }

    async fn step(&self, work: &mut Work<'_>, job: &Job, outside: Json) -> EngineResult<Step> {
        let pieces = outside.as_i64().unwrap_or_default();
        let done = job.done.saturating_add(pieces);
        if !Engine::work_is_left(work.connection).await? {
            return Ok(Step::Done(json!({ "pieces": done })));
        }
        if pieces == 0 {
            // Something is in the way: later.
            return Err(EngineError::Busy);
        }
        Ok(Step::On { position: Json::Null, done, total: None })
    }
}
