//! Folding events into the state.

use formwork_model::document::ReturnTarget;
use jiff::Timestamp;

use crate::{
    Event, EventKind, LogAction, LogEntry, Outcome, State, Status, Task, TaskState, Visit,
    VisitState,
};

/// Folds one event into the state. An event that does not fit the state changes nothing, so
/// that stored events can always be replayed.
pub fn apply(state: &mut State, event: &Event) {
    let at = event.at;
    if let Some(entry) = log_entry(state, event) {
        state.log.push(entry);
    }
    match &event.kind {
        EventKind::Started { version } => {
            state.status = Status::Running;
            state.version = *version;
            state.starter = event.by.clone().unwrap_or_default();
            state.started_at = Some(at);
        }
        EventKind::Resubmitted => {
            state.status = Status::Running;
            state.visits_before_submit = state.visits.len();
        }
        EventKind::Entered { visit, step } => {
            state.visits.push(Visit {
                id: *visit,
                step: step.clone(),
                state: VisitState::Open,
                entered_at: at,
                tasks: Vec::new(),
                waiting: Vec::new(),
                copied: Vec::new(),
                taken: Vec::new(),
                made_records: false,
            });
        }
        EventKind::TaskOpened { visit, task, member, from } => {
            change_visit(state, *visit, |visit| {
                visit.waiting.retain(|waiting| waiting != member);
                visit.tasks.push(new_task(task, member, from.as_ref(), at));
            });
        }
        EventKind::Queued { visit, members } => {
            change_visit(state, *visit, |visit| visit.waiting.clone_from(members));
        }
        EventKind::TaskDone { task, outcome, comment, .. } => {
            change_task(state, task, |task| {
                close(task, TaskState::Done, Some(*outcome), at);
                task.comment.clone_from(comment);
            });
        }
        EventKind::TaskVoided { task } => {
            change_task(state, task, |task| close(task, TaskState::Void, None, at));
        }
        EventKind::Copied { visit, members } => {
            change_visit(state, *visit, |visit| visit.copied.clone_from(members));
        }
        EventKind::Branched { visit, branches } => {
            change_visit(state, *visit, |visit| visit.taken.clone_from(branches));
        }
        EventKind::ActBegan { visit, makes_records } => {
            set(state, *visit, VisitState::Acting);
            change_visit(state, *visit, |visit| visit.made_records = *makes_records);
        }
        EventKind::Acted { visit } | EventKind::Passed { visit } => {
            set(state, *visit, VisitState::Passed);
        }
        EventKind::Skipped { visit, .. } => set(state, *visit, VisitState::Skipped),
        EventKind::WentBack { visit, target } => go_back(state, *visit, target),
        EventKind::Withdrawn { .. } => finish(state, Status::Withdrawn, VisitState::Undone, at),
        EventKind::Finished { status } => finish(state, *status, VisitState::Rejected, at),
    }
}

fn change_visit(state: &mut State, id: u32, change: impl FnOnce(&mut Visit)) {
    if let Some(visit) = state.visits.iter_mut().find(|visit| visit.id == id) {
        change(visit);
    }
}

fn set(state: &mut State, visit: u32, to: VisitState) {
    change_visit(state, visit, |visit| {
        visit.state = to;
        visit.waiting.clear();
    });
}

fn new_task(id: &str, member: &str, from: Option<&String>, at: Timestamp) -> Task {
    Task {
        id: id.to_owned(),
        member: member.to_owned(),
        state: TaskState::Open,
        outcome: None,
        comment: None,
        opened_at: at,
        closed_at: None,
        from: from.cloned(),
    }
}

fn change_task(state: &mut State, id: &str, change: impl FnOnce(&mut Task)) {
    let mut tasks = state.visits.iter_mut().flat_map(|visit| &mut visit.tasks);
    if let Some(task) = tasks.find(|task| task.id == id) {
        change(task);
    }
}

fn close(task: &mut Task, state: TaskState, outcome: Option<Outcome>, at: Timestamp) {
    task.state = state;
    task.outcome = outcome;
    task.closed_at = Some(at);
}

/// The visit that sent the record back says so; all others from `first` on are undone.
fn go_back(state: &mut State, first: u32, target: &ReturnTarget) {
    let last = state.visits.last().map(|visit| visit.id);
    for visit in state.visits.iter_mut().filter(|visit| visit.id >= first) {
        let returned = Some(visit.id) == last;
        visit.state = if returned { VisitState::Returned } else { VisitState::Undone };
        visit.waiting.clear();
    }
    if *target == ReturnTarget::Starter {
        state.status = Status::Returned;
    }
}

fn finish(state: &mut State, status: Status, unfinished: VisitState, at: Timestamp) {
    state.status = status;
    state.finished_at = Some(at);
    let open = |visit: &&mut Visit| matches!(visit.state, VisitState::Open | VisitState::Acting);
    for visit in state.visits.iter_mut().filter(open) {
        visit.state = unfinished;
        visit.waiting.clear();
    }
}

/// What the event adds to the log, seen before the event itself is folded.
fn log_entry(state: &State, event: &Event) -> Option<LogEntry> {
    let step_of = |id: u32| state.visits.iter().find(|v| v.id == id).map(|v| v.step.clone());
    let mut entry = LogEntry {
        at: event.at,
        by: event.by.clone(),
        action: LogAction::Submit,
        step: None,
        comment: None,
        target: None,
        members: Vec::new(),
    };
    match &event.kind {
        EventKind::Started { .. } => {}
        EventKind::Resubmitted => entry.action = LogAction::Resubmit,
        EventKind::TaskDone { task, outcome, comment, target, member } => {
            entry.action = match outcome {
                Outcome::Approved => LogAction::Approve,
                Outcome::Submitted => LogAction::Fill,
                Outcome::Rejected => LogAction::Reject,
                Outcome::Returned => LogAction::Return,
                Outcome::Transferred => LogAction::Transfer,
            };
            entry.step = state.task(task).map(|(visit, _)| visit.step.clone());
            entry.comment.clone_from(comment);
            entry.target.clone_from(target);
            entry.members = member.iter().cloned().collect();
        }
        EventKind::Copied { visit, members } => {
            entry.by = None;
            entry.action = LogAction::Copy;
            entry.step = step_of(*visit);
            entry.members.clone_from(members);
        }
        EventKind::Skipped { visit, .. } => {
            entry.by = None;
            entry.action = LogAction::Skip;
            entry.step = step_of(*visit);
        }
        EventKind::Acted { visit } => {
            entry.by = None;
            entry.action = LogAction::Act;
            entry.step = step_of(*visit);
        }
        EventKind::Withdrawn { comment } => {
            entry.action = LogAction::Withdraw;
            entry.comment.clone_from(comment);
        }
        _ => return None,
    }
    Some(entry)
}
