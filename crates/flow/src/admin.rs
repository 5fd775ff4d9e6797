//! How the admins of a flow step in.

use formwork_model::{
    DocumentKey, FieldKey,
    document::{Branch, Step, StepKind},
};

use crate::{
    AdminAction, Decision, Ending, EventKind, Refusal, Status, TaskState, VisitState,
    judge::judged_anew,
    run::{Held, Here, Run},
    step::{Next, behaviour},
};

/// Carries out what an admin asks for; that it is one has been seen to.
pub(crate) fn administer(
    mut run: Run<'_>,
    action: AdminAction,
    comment: String,
    changed: &[FieldKey],
) -> Result<Decision, Refusal> {
    match action {
        AdminAction::Reassign { task, to } => reassign(&mut run, task, &to, comment)?,
        AdminAction::Jump { step } => jump(&mut run, &step, comment)?,
        AdminAction::End(how) => end(&mut run, how, comment)?,
        AdminAction::Resume => resume(&mut run, comment, changed)?,
    }
    Ok(run.finish())
}

fn reassign(run: &mut Run<'_>, task: String, to: &str, comment: String) -> Result<(), Refusal> {
    let (visit, found) = run.state.task(&task).ok_or(Refusal::UnknownTask)?;
    if found.state != TaskState::Open {
        return Err(Refusal::TaskNotOpen);
    }
    if found.member == to {
        return Err(Refusal::TransferToSelf);
    }
    if visit.has_task_of(to) || visit.waiting.iter().any(|waiting| waiting == to) {
        return Err(Refusal::AlreadyAssigned);
    }
    let (visit, step, from) = (visit.id, visit.step.clone(), found.member.clone());
    let step = run.version.step(&step).ok_or(Refusal::WrongVersion)?;
    run.emit(EventKind::Reassigned { task: task.clone(), member: to.to_owned(), comment });
    run.void_task(task);
    run.open_task(Here { step, visit }, to, Held { from: Some(&from), via: None });
    Ok(())
}

fn jump(run: &mut Run<'_>, to: &DocumentKey, comment: String) -> Result<(), Refusal> {
    let was = run.state.status;
    if !matches!(was, Status::Running | Status::Stuck | Status::Returned) {
        return Err(Refusal::NotRunning);
    }
    let step = run.version.step(to).ok_or(Refusal::UnknownTarget)?;
    let first = run.state.visits.iter().find(|visit| visit.step == *to && visit.counts());
    let first = first.map(|visit| visit.id);
    let undone = |id: u32| first.is_some_and(|first| id >= first);
    if run.state.visits.iter().any(|v| undone(v.id) && v.counts() && v.made_records) {
        return Err(Refusal::CannotReturnPastAct);
    }
    run.void_open_tasks();
    run.no_longer_stuck();
    run.emit(EventKind::Jumped { step: to.clone(), visit: first, comment });
    if was == Status::Returned {
        run.status_changed();
    }
    for (parent, branch) in run.version.branches_above(to) {
        take(run, parent, branch);
    }
    run.go_on(Some(step))
}

/// Takes a branch by an admin's word, unless it is taken already.
fn take(run: &mut Run<'_>, parent: &Step, branch: &Branch) {
    let last = run.state.last_visit(&parent.key);
    if last.is_some_and(|v| v.state == VisitState::Passed && v.taken.contains(&branch.key)) {
        return;
    }
    let visit = run.enter(&parent.key);
    run.emit(EventKind::Branched { visit, branches: vec![branch.key.clone()] });
    run.emit(EventKind::Passed { visit });
}

fn end(run: &mut Run<'_>, how: Ending, comment: String) -> Result<(), Refusal> {
    let before = run.state.status;
    // What is over already can still have failed to set its fields: let it be.
    let given_up = before.is_final() && run.state.stuck.is_some();
    if !given_up && !matches!(before, Status::Running | Status::Stuck | Status::Returned) {
        return Err(Refusal::NotRunning);
    }
    run.void_open_tasks();
    run.no_longer_stuck();
    if given_up {
        run.emit(EventKind::Ended { status: before, comment });
        return Ok(());
    }
    let status = match how {
        Ending::Approved => Status::Completed,
        Ending::Rejected => Status::Rejected,
        Ending::Cancelled => Status::Cancelled,
    };
    run.emit(EventKind::Ended { status, comment });
    run.status_changed();
    Ok(())
}

fn resume(run: &mut Run<'_>, comment: String, changed: &[FieldKey]) -> Result<(), Refusal> {
    let stuck = run.state.stuck.clone().ok_or(Refusal::NotStuck)?;
    let version = Some(run.version.version).filter(|version| *version != run.state.version);
    let Some(visit) = stuck.visit else {
        run.no_longer_stuck();
        run.emit(EventKind::Resumed { comment, version });
        run.status_changed();
        return Ok(());
    };
    let key = run.visit(visit).ok_or(Refusal::NotStuck)?.step.clone();
    let step = run.version.step(&key).ok_or(Refusal::WrongVersion)?;
    if matches!(step.kind, StepKind::Branch { .. }) && made_records_since(run, &key, visit) {
        return Err(Refusal::CannotReturnPastAct);
    }
    run.no_longer_stuck();
    run.emit(EventKind::Resumed { comment, version });
    if judged_anew(run, changed)? {
        return Ok(());
    }
    let at = Here { step, visit };
    match behaviour(&step.kind).enter(run, at)? {
        Next::Wait => Ok(()),
        Next::Pass => {
            let next = run.version.after(&key, &run.state);
            run.go_on(next)
        }
        Next::Stuck(reason) => {
            run.stuck(Some(visit), reason);
            Ok(())
        }
    }
}

/// Whether records were made after the step was passed before: taking it anew would make them
/// twice.
fn made_records_since(run: &Run<'_>, step: &DocumentKey, visit: u32) -> bool {
    let mut counting = run.state.visits.iter().filter(|one| one.id < visit && one.counts());
    let passed = counting.find(|one| one.step == *step).map(|one| one.id);
    let since = |id: u32| passed.is_some_and(|passed| id > passed && id < visit);
    run.state.visits.iter().any(|one| since(one.id) && one.counts() && one.made_records)
}
