//! Doing a task, and taking a record back.

use std::sync::Arc;

use formwork_flow::{Answer, Command};
use formwork_model::{
    FieldKey, Locale, Problem,
    document::{Approver, Operation, ReturnTarget, TransferTo},
};
use formwork_store::repo::{
    instance::instance_of_record,
    task::{TaskRow, task_get_with_instance},
};
use serde_json::Value as Json;

use super::{
    access::{assigned_step, step_access},
    drive::drive,
    running::{Running, record_of, resume},
};
use crate::{
    Caller, Engine, EngineError, EngineResult, Proof,
    record::{
        has_control, must_be_version,
        save::{Save, save},
        typed_values,
    },
    work::Work,
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
    /// `NotFound` for a task that is not the caller's, `Refused` when the instance says no,
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
                let found = task_get_with_instance(work.connection, &task).await?;
                let found = found.filter(|(row, _)| row.member == caller.member);
                let (row, instance) = found.ok_or(EngineError::NotFound)?;
                let mut running = resume(work, instance).await?;
                if let Answer::Transfer(to) = &answer.answer {
                    must_be_in_range(work, &running, &row, to)?;
                }
                let changed = if row.state == "open" {
                    decided_on(work, &caller, &mut running, (&row, &answer)).await?
                } else {
                    Vec::new()
                };
                let version = match answer.version {
                    Some(_) => Some(record_of(work, &mut running).await?.version),
                    None => None,
                };
                let command = Command::Act {
                    task: row.key,
                    by: caller.member.clone(),
                    answer: answer.answer,
                    comment: answer.comment,
                    version,
                    changed,
                };
                drive(work, &mut running, command).await
            })
        })
        .await
    }

    /// Takes a record back out of its flow, before anybody has decided.
    ///
    /// # Errors
    /// `NotFound` without an instance, `Refused` when it is too late or not the starter's.
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

/// Refuses to hand a task to somebody who could not have had it, unless the step says that
/// anyone may.
fn must_be_in_range(
    work: &Work<'_>,
    running: &Running,
    row: &TaskRow,
    to: &str,
) -> EngineResult<()> {
    let transfer_to = assigned_step(&running.version, &row.step).map(|step| step.transfer_to);
    if transfer_to != Some(TransferTo::Peers) {
        return Ok(());
    }
    let catalog = &work.catalog;
    let via = running.state.task(&row.key).and_then(|(_, task)| task.via.as_ref());
    let is_peer = match via {
        Some(Approver::Role(role)) => catalog.directory.in_role(role).iter().any(|one| one == to),
        _ => {
            let is_admin = catalog.directory.member(to).is_some_and(|member| member.is_admin);
            let (locale, proof) = (Locale::chinese(), Proof::default());
            let other = Caller { member: to.to_owned(), locale, is_admin, proof };
            other.access(catalog, &row.form, work.now).may(Operation::View)
        }
    };
    if is_peer {
        return Ok(());
    }
    Err(EngineError::problem(Problem::new("transfer_out_of_range").at("member")))
}

/// Sees to it that what is stored is what the member saw, and saves what was typed. Answers
/// the fields that differ since, computed ones included.
async fn decided_on(
    work: &mut Work<'_>,
    caller: &Caller,
    running: &mut Running,
    (row, answer): (&TaskRow, &TaskAnswer),
) -> EngineResult<Vec<FieldKey>> {
    let access = step_access(work, caller, &running.version, &row.step, &row.record);
    let old = record_of(work, running).await?.clone();
    if let Some(version) = answer.version {
        must_be_version(work, (&running.form, &access), &old, version).await?;
    }
    let typed = answer.values.as_object().is_some_and(|values| !values.is_empty());
    if !typed || !matches!(answer.answer, Answer::Approve) {
        return Ok(Vec::new());
    }
    let typed = typed_values(&running.form, &access, Some(&old), &answer.values)?;
    let before = old.values.clone();
    running.record = None;
    save(work, Save::typed(running.form.clone(), access, Some(old), typed)).await?;
    let model = Arc::clone(&running.form.model);
    let after = &record_of(work, running).await?.values;
    let differs = |key: &&FieldKey| before.get(*key) != after.get(*key);
    Ok(model.fields.keys().filter(differs).cloned().collect())
}

pub(super) fn check_comment(comment: Option<&str>) -> EngineResult<()> {
    if comment.is_some_and(has_control) {
        return Err(EngineError::problem(Problem::new("control_character").at("comment")));
    }
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
