//! Carrying out what a command leads to, until the instance waits for people or ends.

use std::sync::Arc;

use formwork_flow::{
    Answer, Command, Decision, Effect, Event, FlowVersion, Refusal, State, Status, TaskState,
    apply, decide,
};
use formwork_model::{Problem, Values};
use formwork_store::repo::{
    event::{NewEvent, event_append},
    process::{
        InstanceRow, TaskRow, instance_events_append, instance_insert, instance_lock,
        instance_of_record, instance_update, task_close, task_insert,
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{effect, facts::ProcessFacts, versions::flow_version};
use crate::{
    EngineError, EngineResult,
    catalog::CompiledForm,
    record::{
        save::{Save, Saved, SystemFields, save},
        stored::{Stored, load},
    },
    work::Work,
};

/// Most rounds of deciding that one command may lead to.
const MAX_ROUNDS: usize = 100;

/// An instance that is being changed.
pub(super) struct Running {
    pub(super) row: InstanceRow,
    pub(super) state: State,
    pub(super) version: Arc<FlowVersion>,
    pub(super) form: Arc<CompiledForm>,
    is_new: bool,
}

/// Starts the process of a record that has just been saved.
pub(crate) async fn start(
    work: &mut Work<'_>,
    form: &Arc<CompiledForm>,
    record: &Saved,
) -> EngineResult<()> {
    let key = form.model.key().to_string();
    let Some(version) = work.catalog.flow_of(&key).cloned() else { return Ok(()) };
    let row = InstanceRow {
        id: Uuid::now_v7().to_string(),
        flow: version.flow.key.to_string(),
        flow_version: version.version,
        form: key,
        record: record.id.clone(),
        status: String::new(),
        state: String::new(),
        starter: work.by.clone(),
        started_at: work.now_ms(),
        ended_at: None,
    };
    let form = Arc::clone(form);
    let mut running = Running { row, state: State::default(), version, form, is_new: true };
    let by = work.by.clone();
    drive(work, &mut running, Command::Start { by }).await
}

/// Submits a saved record again: goes on with an instance that was returned, or starts anew.
pub(crate) async fn submit_again(
    work: &mut Work<'_>,
    form: &Arc<CompiledForm>,
    record: &Saved,
) -> EngineResult<()> {
    match instance_of_record(work.connection, &record.id).await? {
        Some(row) if row.status == "returned" => {
            let mut running = resume(work, row).await?;
            let by = work.by.clone();
            drive(work, &mut running, Command::Resubmit { by }).await
        }
        _ => start(work, form, record).await,
    }
}

/// Takes up a stored instance.
pub(super) async fn resume(work: &mut Work<'_>, row: InstanceRow) -> EngineResult<Running> {
    instance_lock(work.connection, &row.id).await?;
    let row = formwork_store::repo::process::instance_get(work.connection, &row.id)
        .await?
        .ok_or(EngineError::NotFound)?;
    let catalog = Arc::clone(&work.catalog);
    let version =
        flow_version(work.connection, &catalog, None, &row.form, &row.flow, row.flow_version)
            .await?;
    let form = work.form(&row.form)?;
    Ok(Running { state: read_state(&row)?, row, version, form, is_new: false })
}

pub(super) fn read_state(row: &InstanceRow) -> EngineResult<State> {
    serde_json::from_str(&row.state).map_err(|error| EngineError::Unexpected(error.to_string()))
}

/// Whether a member may take a record back out of its process.
pub(crate) fn can_withdraw(instance: &InstanceRow, member: &str) -> EngineResult<bool> {
    if instance.starter != member || instance.ended_at.is_some() {
        return Ok(false);
    }
    Ok(read_state(instance)?.can_withdraw())
}

/// Decides a command, writes what follows, and goes on as long as steps act by themselves.
pub(super) async fn drive(
    work: &mut Work<'_>,
    running: &mut Running,
    command: Command,
) -> EngineResult<()> {
    log_command(work, running, &command).await?;
    let mut command = command;
    let mut stored: Vec<String> = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let values = record_values(work, running).await?.values;
        let starter = running.row.starter.clone();
        let facts = ProcessFacts::collect(work, &running.form, &running.version, values, &starter);
        let facts = facts.await?;
        let Decision { events, effects } =
            decide(&running.version, &running.state, command, &facts, work.now).map_err(refused)?;
        for event in &events {
            apply(&mut running.state, event);
            stored.push(event_json(event)?);
        }
        save_instance(work, running, &mut stored).await?;
        match carry_out(work, running, effects).await? {
            Some(visit) => command = Command::EffectsDone { visit },
            None => return Ok(()),
        }
    }
    Err(EngineError::refused("process_too_long"))
}

fn event_json(event: &Event) -> EngineResult<String> {
    serde_json::to_string(event).map_err(|error| EngineError::Unexpected(error.to_string()))
}

async fn save_instance(
    work: &mut Work<'_>,
    running: &mut Running,
    events: &mut Vec<String>,
) -> EngineResult<()> {
    let state = &running.state;
    running.row.state =
        serde_json::to_string(state).map_err(|error| EngineError::Unexpected(error.to_string()))?;
    running.row.status = status_name(state.status).to_owned();
    running.row.ended_at = state.finished_at.map(jiff::Timestamp::as_millisecond);
    if running.is_new {
        instance_insert(work.connection, &running.row).await?;
        running.is_new = false;
    } else {
        instance_update(work.connection, &running.row).await?;
    }
    instance_events_append(work.connection, &running.row.id, events).await?;
    events.clear();
    Ok(())
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::NotStarted => "not_started",
        Status::Running => "running",
        Status::Returned => "returned",
        Status::Completed => "completed",
        Status::Rejected => "rejected",
        Status::Withdrawn => "withdrawn",
    }
}

/// Carries out effects; answers the visit whose record changes are done and must be told.
async fn carry_out(
    work: &mut Work<'_>,
    running: &mut Running,
    effects: Vec<Effect>,
) -> EngineResult<Option<u32>> {
    let mut acted = None;
    for effect in effects {
        match effect {
            Effect::TaskOpened { task, step, member } => {
                let kind = task_kind(running, &step);
                open_task(work, running, (task, step.to_string(), kind), &member).await?;
            }
            Effect::TaskClosed { task, state, outcome, .. } => {
                let state = if state == TaskState::Done { "done" } else { "void" };
                let action = outcome.and_then(|outcome| {
                    serde_json::to_value(outcome).ok()?.as_str().map(str::to_owned)
                });
                let (instance, at) = (running.row.id.clone(), work.now_ms());
                task_close(work.connection, &instance, &task, state, action.as_deref(), at).await?;
            }
            Effect::CopySent { visit, step, members } => {
                for (index, member) in members.iter().enumerate() {
                    let key = format!("{visit}-copy-{index}");
                    open_task(work, running, (key, step.to_string(), "copy"), member).await?;
                }
            }
            Effect::Run { visit, effects, .. } => {
                for effect in &effects {
                    effect::run(work, running, effect).await?;
                }
                acted = Some(visit);
            }
            Effect::StatusChanged { status, set } => {
                effect::set_status(work, running, status, &set).await?;
            }
        }
    }
    Ok(acted)
}

fn task_kind(running: &Running, step: &formwork_model::DocumentKey) -> &'static str {
    use formwork_model::document::StepKind;
    match running.version.step(step).map(|step| &step.kind) {
        Some(StepKind::Fill(_)) => "fill",
        _ => "approve",
    }
}

async fn open_task(
    work: &mut Work<'_>,
    running: &Running,
    (key, step, kind): (String, String, &'static str),
    member: &str,
) -> EngineResult<()> {
    let task = TaskRow {
        id: Uuid::now_v7().to_string(),
        instance: running.row.id.clone(),
        key,
        step,
        kind: kind.to_owned(),
        member: member.to_owned(),
        state: "open".to_owned(),
        action: None,
        form: running.row.form.clone(),
        record: running.row.record.clone(),
        opened_at: work.now_ms(),
        closed_at: None,
    };
    Ok(task_insert(work.connection, &task).await?)
}

/// The record of an instance as it is inside the transaction.
pub(super) async fn record_values(work: &mut Work<'_>, running: &Running) -> EngineResult<Stored> {
    let (catalog, access) = (Arc::clone(&work.catalog), work.system_access());
    let model = &running.form.model;
    load(work.connection, &catalog, model, &access, &running.row.record).await
}

/// Changes fields of an instance's record in the name of whoever makes the change.
pub(super) async fn change_record(
    work: &mut Work<'_>,
    running: &Running,
    set: Values,
    system: SystemFields,
) -> EngineResult<()> {
    let old = record_values(work, running).await?;
    let mut request = Save::change(Arc::clone(&running.form), old, set);
    (request.system, request.trusted, request.complete) = (system, true, false);
    save(work, request).await?;
    Ok(())
}

/// Writes what somebody did into the record's history.
async fn log_command(
    work: &mut Work<'_>,
    running: &Running,
    command: &Command,
) -> EngineResult<()> {
    let (kind, detail) = match command {
        Command::Start { .. } | Command::Resubmit { .. } => {
            ("process_submitted", json!({ "flow": running.row.flow }))
        }
        Command::Withdraw { comment, .. } => ("process_withdrawn", json!({ "comment": comment })),
        Command::Act { task, answer, comment, .. } => {
            let kind = match answer {
                Answer::Approve => "process_approved",
                Answer::Reject => "process_rejected",
                Answer::Return(_) => "process_returned",
                Answer::Transfer(_) => "process_transferred",
            };
            let step = running.state.task(task).map(|(visit, _)| visit.step.to_string());
            let label = running
                .state
                .task(task)
                .and_then(|(visit, _)| running.version.step(&visit.step))
                .map(|step| step.label.clone());
            (kind, json!({ "step": step, "label": label, "comment": comment }))
        }
        Command::EffectsDone { .. } => return Ok(()),
    };
    let event = NewEvent {
        at: work.now_ms(),
        by: work.by.clone(),
        kind,
        subject: running.row.form.clone(),
        record: Some(running.row.record.clone()),
        detail: detail.to_string(),
    };
    Ok(event_append(work.connection, &event).await?)
}

/// A flow's no, in the platform's words.
fn refused(refusal: Refusal) -> EngineError {
    match refusal {
        Refusal::FieldRequired { fields } => {
            let required = |field| Problem::new("required").at(field);
            EngineError::Problems(fields.iter().map(required).collect())
        }
        Refusal::CommentRequired => {
            EngineError::problem(Problem::new("comment_required").at("comment"))
        }
        Refusal::UnknownTask => EngineError::NotFound,
        Refusal::NobodyToApprove { ref step } => {
            EngineError::Refused(Problem::new(refusal.code()).with("step", step.as_str()))
        }
        other => EngineError::refused(other.code()),
    }
}
