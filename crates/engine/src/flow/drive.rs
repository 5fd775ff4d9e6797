//! Carrying out what a command leads to, until the instance waits for people or ends.

use std::sync::Arc;

use formwork_flow::{
    Command, Decision, Effect, Event, Refusal, State, Status, TaskState, apply, decide,
};
use formwork_model::Problem;
use formwork_store::repo::{
    instance::{
        InstanceRow, instance_events_append, instance_insert, instance_of_record, instance_update,
    },
    task::{TaskRow, task_close, task_insert},
};
use uuid::Uuid;

use super::{
    effect,
    facts::ProcessFacts,
    log::log_command,
    running::{Running, record_values, resume},
};
use crate::{EngineError, EngineResult, catalog::CompiledForm, record::save::Saved, work::Work};

/// Most rounds of deciding that one command may lead to.
const MAX_ROUNDS: usize = 100;

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
        starter: work.by().to_owned(),
        started_at: work.now_ms(),
        ended_at: None,
    };
    let form = Arc::clone(form);
    let mut running = Running { row, state: State::default(), version, form, is_new: true };
    let by = work.by().to_owned();
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
            let by = work.by().to_owned();
            drive(work, &mut running, Command::Resubmit { by }).await
        }
        _ => start(work, form, record).await,
    }
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
    serde_json::to_string(event).map_err(EngineError::unexpected_in("an event of an instance"))
}

async fn save_instance(
    work: &mut Work<'_>,
    running: &mut Running,
    events: &mut Vec<String>,
) -> EngineResult<()> {
    let state = &running.state;
    running.row.state = serde_json::to_string(state)
        .map_err(EngineError::unexpected_in("the state of an instance"))?;
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
