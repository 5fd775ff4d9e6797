//! Folding events into the state.

use formwork_model::document::ReturnTarget;
use jiff::Timestamp;

use crate::{
    Event, EventKind, LogAction, LogEntry, Outcome, State, Status, Stuck, Task, TaskState, Visit,
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
            state.stuck = None;
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
        EventKind::TaskOpened { visit, task, member, from, via } => {
            change_visit(state, *visit, |visit| {
                visit.waiting.retain(|waiting| waiting != member);
                let (from, via) = (from.clone(), via.clone());
                visit.tasks.push(Task { from, via, ..new_task(task, member, at) });
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
        EventKind::Ended { status, .. } => finish(state, *status, VisitState::Undone, at),
        kind @ (EventKind::Stuck { .. }
        | EventKind::Resumed { .. }
        | EventKind::Jumped { .. }
        | EventKind::PathChanged { .. }
        | EventKind::HandedOver { .. }
        | EventKind::Reassigned { .. }) => leave_the_path(state, kind, at),
    }
}

/// Folds what the flow itself does not lead to: an instance that stops, and those who step in.
fn leave_the_path(state: &mut State, kind: &EventKind, at: Timestamp) {
    match kind {
        EventKind::Stuck { visit, reason } => {
            state.stuck = Some(Stuck { at, visit: *visit, reason: reason.clone() });
            if let Some(visit) = visit {
                state.status = Status::Stuck;
                set(state, *visit, VisitState::Stuck);
                change_visit(state, *visit, |visit| visit.made_records = false);
            }
        }
        EventKind::Resumed { version, .. } => {
            state.version = version.unwrap_or(state.version);
            if let Some(Stuck { visit: Some(visit), .. }) = state.stuck.take() {
                state.status = Status::Running;
                set(state, visit, VisitState::Open);
            }
        }
        EventKind::Jumped { visit, .. } => {
            (state.status, state.stuck) = (Status::Running, None);
            undo(state, |one| one.is_here() || visit.is_some_and(|first| one.id >= first));
        }
        EventKind::PathChanged { visit, kept } => {
            let first = *visit;
            if !kept {
                undo(state, |one| one.id >= first);
            } else if let Some(current) = state.current().map(|visit| visit.id) {
                set(state, current, VisitState::Passed);
            }
        }
        EventKind::HandedOver { task: None, members, .. } => {
            state.stand_in = members.first().cloned();
        }
        _ => {}
    }
}

/// These visits no longer count.
fn undo(state: &mut State, which: impl Fn(&Visit) -> bool) {
    for visit in state.visits.iter_mut().filter(|visit| which(visit)) {
        visit.state = VisitState::Undone;
        visit.waiting.clear();
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

fn new_task(id: &str, member: &str, at: Timestamp) -> Task {
    Task {
        id: id.to_owned(),
        member: member.to_owned(),
        state: TaskState::Open,
        outcome: None,
        comment: None,
        opened_at: at,
        closed_at: None,
        from: None,
        via: None,
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
    state.stuck = None;
    state.finished_at = state.finished_at.or(Some(at));
    for visit in state.visits.iter_mut().filter(|visit| visit.is_here()) {
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
        from: None,
        version: None,
        status: None,
        reason: None,
    };
    match &event.kind {
        EventKind::Started { .. } => {}
        EventKind::Resubmitted => entry.action = LogAction::Resubmit,
        EventKind::TaskDone { task, outcome, comment, target, member, version } => {
            entry.version = *version;
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
        _ => return stepped_in(state, event, entry),
    }
    Some(entry)
}

/// The lines of what went wrong, and of those who stepped in.
fn stepped_in(state: &State, event: &Event, mut entry: LogEntry) -> Option<LogEntry> {
    let step_of = |id: u32| state.visits.iter().find(|v| v.id == id).map(|v| v.step.clone());
    let here = || state.current().map(|visit| visit.step.clone());
    match &event.kind {
        EventKind::Stuck { visit, reason } => {
            entry.by = None;
            entry.action = LogAction::Stuck;
            entry.step = visit.and_then(step_of);
            entry.reason = Some(reason.clone());
        }
        EventKind::Resumed { comment, .. } => {
            entry.action = LogAction::Resume;
            entry.step = here();
            entry.comment = Some(comment.clone());
        }
        EventKind::Reassigned { task, member, comment } => {
            let (visit, task) = state.task(task)?;
            entry.action = LogAction::Reassign;
            entry.step = Some(visit.step.clone());
            entry.from = Some(task.member.clone());
            entry.members = vec![member.clone()];
            entry.comment = Some(comment.clone());
        }
        EventKind::Jumped { step, comment, .. } => {
            entry.action = LogAction::Jump;
            entry.step = here();
            entry.target = Some(ReturnTarget::Step(step.clone()));
            entry.comment = Some(comment.clone());
        }
        EventKind::Ended { status, comment } => {
            entry.action = LogAction::End;
            entry.step = here();
            entry.status = Some(*status);
            entry.comment = Some(comment.clone());
        }
        EventKind::HandedOver { task, from, members } => {
            entry.action = LogAction::HandOver;
            entry.step = task
                .as_ref()
                .and_then(|task| state.task(task))
                .map(|(visit, _)| visit.step.clone());
            entry.from = Some(from.clone());
            entry.members.clone_from(members);
        }
        EventKind::PathChanged { visit, .. } => {
            entry.action = LogAction::Rejudge;
            entry.step = step_of(*visit);
        }
        _ => return None,
    }
    Some(entry)
}
