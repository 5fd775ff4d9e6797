//! Carrying out what a command leads to, until the instance waits for people or ends.

use std::sync::Arc;

use formwork_flow::{
    Command, Decision, Effect, Event, Outcome, Refusal, State, Status, TaskState, apply, decide,
};
use formwork_model::{FieldKey, Problem, document::Effect as RecordEffect};
use formwork_store::repo::{
    instance::{
        InstanceRow, instance_events_append, instance_insert, instance_of_record, instance_update,
    },
    task::{TaskRow, task_close, task_close_stuck, task_insert},
};
use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    effect,
    facts::InstanceFacts,
    log::log_command,
    running::{Running, record_of, resume},
};
use crate::{EngineError, EngineResult, catalog::CompiledForm, record::save::Saved, work::Work};

/// Most rounds of deciding that one command may lead to.
const MAX_ROUNDS: usize = 100;

/// Starts the instance of a record that has just been saved.
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
        stuck_at: None,
    };
    let form = Arc::clone(form);
    let mut running =
        Running { row, state: State::default(), version, form, is_new: true, record: None };
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

/// Decides a command, and goes on as long as steps act by themselves; then writes how the
/// instance stands.
pub(super) async fn drive(
    work: &mut Work<'_>,
    running: &mut Running,
    command: Command,
) -> EngineResult<()> {
    log_command(work, running, &command);
    let mut events: Vec<String> = Vec::new();
    let mut next = Some(command);
    let mut rounds = 0;
    while let Some(command) = next {
        let facts = facts(work, running).await?;
        let decision = decide(&running.version, &running.state, command, &facts, work.now);
        let decision = decision.map_err(refused)?;
        for event in &decision.events {
            apply(&mut running.state, event);
            events.push(event_json(event)?);
        }
        rounds += 1;
        next = carry_out(work, running, decision, rounds < MAX_ROUNDS).await?;
    }
    if events.is_empty() { Ok(()) } else { save_instance(work, running, &events).await }
}

/// What is known now, of the record as it stands and of the people as they are.
pub(super) async fn facts(
    work: &mut Work<'_>,
    running: &mut Running,
) -> EngineResult<InstanceFacts> {
    let values = record_of(work, running).await?.values.clone();
    let starter = match running.state.starter.as_str() {
        "" => running.row.starter.clone(),
        starter => starter.to_owned(),
    };
    InstanceFacts::collect(work, &running.form, &running.version, values, &starter).await
}

fn event_json(event: &Event) -> EngineResult<String> {
    serde_json::to_string(event).map_err(EngineError::unexpected_in("an event of an instance"))
}

async fn save_instance(
    work: &mut Work<'_>,
    running: &mut Running,
    events: &[String],
) -> EngineResult<()> {
    let state = &running.state;
    running.row.state = serde_json::to_string(state)
        .map_err(EngineError::unexpected_in("the state of an instance"))?;
    running.row.status = status_name(state.status).to_owned();
    running.row.ended_at = state.finished_at.map(jiff::Timestamp::as_millisecond);
    running.row.stuck_at = state.stuck.as_ref().map(|stuck| stuck.at.as_millisecond());
    if let Some(stand_in) = &state.stand_in {
        // Who answers for it; who started it stands in the state.
        running.row.starter.clone_from(stand_in);
    }
    if running.is_new {
        instance_insert(work.connection, &running.row).await?;
        running.is_new = false;
        Ok(instance_events_append(work.connection, &running.row.id, events).await?)
    } else {
        Ok(instance_update(work.connection, &running.row, events).await?)
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::NotStarted => "not_started",
        Status::Running => "running",
        Status::Returned => "returned",
        Status::Completed => "completed",
        Status::Rejected => "rejected",
        Status::Withdrawn => "withdrawn",
        Status::Stuck => "stuck",
        Status::Cancelled => "cancelled",
    }
}

/// Carries out what was decided; answers what must be decided next. Record changes that are
/// refused, or come too late in a long row (`goes_on`), leave nothing behind.
async fn carry_out(
    work: &mut Work<'_>,
    running: &mut Running,
    decision: Decision,
    goes_on: bool,
) -> EngineResult<Option<Command>> {
    let mut next = None;
    for effect in decision.effects {
        match effect {
            Effect::TaskOpened { task, step, member } => {
                let kind = task_kind(running, &step);
                open_task(work, running, (task, step.to_string(), kind), &member).await?;
            }
            Effect::TaskClosed { task, state, outcome, .. } => {
                close_task(work, running, &task, state, outcome).await?;
            }
            Effect::CopySent { visit, step, members } => {
                for (index, member) in members.iter().enumerate() {
                    let key = format!("{visit}-copy-{index}");
                    open_task(work, running, (key, step.to_string(), "copy"), member).await?;
                }
            }
            Effect::StuckTold { members } => tell_stuck(work, running, &members).await?,
            Effect::StuckOver => {
                let (instance, at) = (running.row.id.clone(), work.now_ms());
                task_close_stuck(work.connection, &instance, at).await?;
            }
            Effect::Run { visit, effects, .. } => {
                next = Some(run_effects(work, running, visit, effects, goes_on).await?);
            }
            Effect::StatusChanged { status, set } => {
                let failed = change_status(work, running, status, set).await?;
                if let Some(reason) = failed {
                    next = Some(Command::EffectsFailed { visit: None, reason });
                }
            }
        }
    }
    Ok(next)
}

async fn run_effects(
    work: &mut Work<'_>,
    running: &mut Running,
    visit: u32,
    effects: Vec<RecordEffect>,
    goes_on: bool,
) -> EngineResult<Command> {
    let failed = if goes_on {
        let part = work.begin_part().await?;
        let done = run_all(work, running, effects).await;
        effect::end_part(work, running, part, done).await?
    } else {
        Some(Problem::new("instance_too_long"))
    };
    Ok(match failed {
        None => Command::EffectsDone { visit },
        Some(reason) => Command::EffectsFailed { visit: Some(visit), reason },
    })
}

async fn run_all(
    work: &mut Work<'_>,
    running: &mut Running,
    effects: Vec<RecordEffect>,
) -> EngineResult<()> {
    for effect in &effects {
        effect::run(work, running, effect).await?;
    }
    Ok(())
}

/// Sets the status, and the fields that go with it. The status holds without them: nobody is
/// kept from getting out.
async fn change_status(
    work: &mut Work<'_>,
    running: &mut Running,
    status: Status,
    set: IndexMap<FieldKey, String>,
) -> EngineResult<Option<Problem>> {
    if set.is_empty() {
        effect::set_status(work, running, status, &set).await?;
        return Ok(None);
    }
    let part = work.begin_part().await?;
    let done = effect::set_status(work, running, status, &set).await;
    let failed = effect::end_part(work, running, part, done).await?;
    if failed.is_some() {
        effect::set_status(work, running, status, &IndexMap::new()).await?;
    }
    Ok(failed)
}

async fn close_task(
    work: &mut Work<'_>,
    running: &Running,
    task: &str,
    state: TaskState,
    outcome: Option<Outcome>,
) -> EngineResult<()> {
    let state = if state == TaskState::Done { "done" } else { "void" };
    let action =
        outcome.and_then(|outcome| serde_json::to_value(outcome).ok()?.as_str().map(str::to_owned));
    let at = work.now_ms();
    let instance = &running.row.id;
    Ok(task_close(work.connection, instance, task, state, action.as_deref(), at).await?)
}

/// Puts a stuck instance on the lists of those who step in.
async fn tell_stuck(
    work: &mut Work<'_>,
    running: &Running,
    members: &[String],
) -> EngineResult<()> {
    let step = running.state.current().map(|visit| visit.step.to_string()).unwrap_or_default();
    for (index, member) in members.iter().enumerate() {
        let key = format!("stuck-{index}");
        open_task(work, running, (key, step.clone(), "stuck"), member).await?;
    }
    Ok(())
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
    let mut task = TaskRow {
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
        via: None,
    };
    let held = running.state.task(&task.key).and_then(|(_, task)| task.via.as_ref());
    let via = held.map(serde_json::to_string).transpose();
    task.via = via.map_err(EngineError::unexpected_in("what a task is held for"))?;
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
        // Who may not step in is not told what there is.
        Refusal::UnknownTask | Refusal::NotAFlowAdmin => EngineError::NotFound,
        Refusal::NobodyToApprove { ref step } => {
            EngineError::Refused(Problem::new(refusal.code()).with("step", step.as_str()))
        }
        other => EngineError::refused(other.code()),
    }
}
