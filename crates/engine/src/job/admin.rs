//! Jobs as an admin sees them.

use formwork_model::Problem;
pub use formwork_store::repo::job::JobState;
use formwork_store::{
    StoreError,
    repo::job::{JobRow, job_cancel, job_get, job_list, job_run_again},
};
use serde_json::Value as Json;

use crate::{Caller, Engine, EngineError, EngineResult, Principal};

/// A job as an admin sees it.
#[derive(Debug, Clone)]
pub struct JobEntry {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// What of; an unfinished job of a kind and key is there once.
    pub key: Option<String>,
    /// What has become of it.
    pub state: JobState,
    /// In whose name it runs; none when that cannot be read.
    pub principal: Option<Principal>,
    /// Not before this moment, in milliseconds.
    pub run_at: i64,
    /// How often it was begun since it last got on.
    pub attempt: i64,
    /// How much is done, in units of the kind's own.
    pub done: i64,
    /// How much there is to do, when that is known.
    pub total: Option<i64>,
    /// What came of it.
    pub result: Json,
    /// Why the last attempt failed.
    pub problems: Vec<Problem>,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds.
    pub updated_at: i64,
}

impl From<JobRow> for JobEntry {
    fn from(row: JobRow) -> Self {
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            id: row.id,
            kind: row.kind,
            key: row.key,
            state: row.state,
            principal: serde_json::from_str(&row.principal).ok(),
            run_at: row.run_at,
            attempt: row.attempt,
            done: row.done,
            total: row.total,
            result: json(row.result).unwrap_or_default(),
            problems: row
                .problem
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl Engine {
    /// The newest jobs, of a state when one is given.
    ///
    /// # Errors
    /// `Forbidden` for all but admins.
    pub async fn job_list(
        &self,
        caller: &Caller,
        state: Option<JobState>,
        limit: i64,
    ) -> EngineResult<Vec<JobEntry>> {
        caller.must_be_admin()?;
        let rows = job_list(&mut self.store().read().await?, state, limit).await?;
        Ok(rows.into_iter().map(JobEntry::from).collect())
    }

    /// One job.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`.
    pub async fn job_get(&self, caller: &Caller, id: &str) -> EngineResult<JobEntry> {
        caller.must_be_admin()?;
        let row = job_get(&mut self.store().read().await?, id).await?;
        row.map(JobEntry::from).ok_or(EngineError::NotFound)
    }

    /// Takes an unfinished job out of the queue. The step that is just under way is undone.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`; `Refused` when it is finished.
    pub async fn job_cancel(&self, caller: &Caller, id: &str) -> EngineResult<()> {
        caller.must_be_admin()?;
        let id = id.to_owned();
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                let now = work.now_ms();
                if job_cancel(work.connection, &id, now).await? {
                    return Ok(());
                }
                let job = job_get(work.connection, &id).await?;
                Err(job.map_or(EngineError::NotFound, |_| EngineError::refused("job_finished")))
            })
        })
        .await
    }

    /// Lets a dead or cancelled job go on from where it stands.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`; `Refused` when it is neither dead nor
    /// cancelled, or another one of its kind and key is under way.
    pub async fn job_run_again(&self, caller: &Caller, id: &str) -> EngineResult<()> {
        caller.must_be_admin()?;
        let id = id.to_owned();
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                let now = work.now_ms();
                match job_run_again(work.connection, &id, now).await {
                    Ok(true) => {
                        work.after_commit.jobs();
                        return Ok(());
                    }
                    Ok(false) => {}
                    Err(StoreError::NotUnique { .. }) => {
                        return Err(EngineError::refused("job_key_taken"));
                    }
                    Err(error) => return Err(error.into()),
                }
                let job = job_get(work.connection, &id).await?;
                Err(job.map_or(EngineError::NotFound, |_| EngineError::refused("job_not_ended")))
            })
        })
        .await
    }
}
