//! Doing a task, and taking a record back.

use formwork_flow::{Answer, Command};
use formwork_model::{Problem, document::ReturnTarget};
use formwork_store::repo::{
    instance::{instance_get, instance_of_record},
    task::task_get,
};
use serde_json::Value as Json;

use super::{
    access::step_access,
    drive::drive,
    running::{record_values, resume},
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    record::{
        must_be_version,
        save::{Save, save},
        typed_values,
    },
};

/// What a member does with a task.
#[derive(Debug, Clone)]
pub struct TaskAnswer {
    /// Agree, say no, send back or hand on.
    pub answer: Answer,
    /// What is said.
    pub comment: Option<String>,
    /// The version of the record that the member saw; needed with values.
    pub version: Option<i64>,
    /// Fields of the record that the step lets the member change.
    pub values: Json,
}

/// Longest comment on a task, in characters.
const MAX_COMMENT: usize = 2000;

impl Engine {
    /// Does a task: the record's changes, the decision and all that follows from it.
    ///
    /// # Errors
    /// `NotFound` for a task that is not the caller's, `Refused` when the process says no,
    /// problems of the values, `VersionConflict`.
    pub async fn task_answer(
        &self,
        caller: &Caller,
        task: &str,
        answer: TaskAnswer,
    ) -> EngineResult<()> {
        let (caller, task) = (caller.clone(), task.to_owned());
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                check_comment(answer.comment.as_deref())?;
                if let Answer::Transfer(to) = &answer.answer
                    && !work.catalog.directory.is_active(to)
                {
                    let problem = Problem::new("unknown_member").at("member");
                    return Err(EngineError::problem(problem));
                }
                let row = task_get(work.connection, &task).await?;
                let row = row.filter(|row| row.member == caller.member);
                let row = row.ok_or(EngineError::NotFound)?;
                let instance = instance_get(work.connection, &row.instance).await?;
                let mut running = resume(work, instance.ok_or(EngineError::NotFound)?).await?;
                let changes = answer.values.as_object().is_some_and(|values| !values.is_empty());
                if row.state == "open" && changes && matches!(answer.answer, Answer::Approve) {
                    let access =
                        step_access(work, &caller, &running.version, &row.step, &row.record);
                    let old = record_values(work, &running).await?;
                    if let Some(version) = answer.version {
                        must_be_version(work, (&running.form, &access), &old, version).await?;
                    }
                    let set = typed_values(&running.form, &access, Some(&old), &answer.values)?;
                    let request = Save::change(running.form.clone(), old, set).seen_with(access);
                    save(work, request).await?;
                }
                let command = Command::Act {
                    task: row.key,
                    by: caller.member.clone(),
                    answer: answer.answer,
                    comment: answer.comment,
                };
                drive(work, &mut running, command).await
            })
        })
        .await
    }

    /// Takes a record back out of its process, before anybody has decided.
    ///
    /// # Errors
    /// `NotFound` without a process, `Refused` when it is too late or not the starter's.
    pub async fn record_withdraw(
        &self,
        caller: &Caller,
        form: &str,
        record: &str,
        comment: Option<String>,
    ) -> EngineResult<()> {
        self.must_see(caller, form, record).await?;
        let (caller, record) = (caller.clone(), record.to_owned());
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                check_comment(comment.as_deref())?;
                let instance = instance_of_record(work.connection, &record).await?;
                let mut running = resume(work, instance.ok_or(EngineError::NotFound)?).await?;
                let command = Command::Withdraw { by: caller.member.clone(), comment };
                drive(work, &mut running, command).await
            })
        })
        .await
    }
}

fn check_comment(comment: Option<&str>) -> EngineResult<()> {
    if comment.is_some_and(|comment| comment.chars().count() > MAX_COMMENT) {
        let problem = Problem::new("too_long").with("max", MAX_COMMENT).at("comment");
        return Err(EngineError::problem(problem));
    }
    Ok(())
}

impl TaskAnswer {
    /// An answer without changes of the record.
    pub fn plain(answer: Answer, comment: Option<String>) -> Self {
        Self { answer, comment, version: None, values: Json::Null }
    }

    /// Agrees.
    pub fn approve(comment: Option<String>) -> Self {
        Self::plain(Answer::Approve, comment)
    }

    /// Sends back to the starter.
    pub fn return_to_starter(comment: impl Into<String>) -> Self {
        Self::plain(Answer::Return(ReturnTarget::Starter), Some(comment.into()))
    }
}
