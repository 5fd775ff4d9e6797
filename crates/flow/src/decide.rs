//! Deciding what a command leads to.

use formwork_model::{
    DocumentKey, FieldKey, Problem,
    document::{ReturnTarget, TaskAction},
};
use jiff::Timestamp;

use crate::{
    Answer, Command, Decision, EventKind, Facts, FlowVersion, Outcome, Refusal, State, Status,
    TaskState, Visit, VisitState,
    admin::administer,
    hand_over::{follow_roles, hand_over},
    judge::judged_anew,
    run::{Done, Held, Here, Run},
    step::{behaviour, requirements, settle},
};

/// Decides what a command leads to. The state is that before the command; fold the events
/// of the decision into it with [`crate::apply`].
///
/// # Errors
/// A refusal when the command does not fit the state, the step or its caller.
pub fn decide(
    version: &FlowVersion,
    state: &State,
    command: Command,
    facts: &dyn Facts,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    // What is tried again may go on with a later version.
    let resumes = matches!(command, Command::Administer { action: crate::AdminAction::Resume, .. });
    if state.status != Status::NotStarted && state.version != version.version && !resumes {
        return Err(Refusal::WrongVersion);
    }
    let run = |by: Option<&str>| Run::new(version, state, facts, now, by);
    match command {
        Command::Start { by } => {
            start(run(Some(&by)), EventKind::Started { version: version.version })
        }
        Command::Resubmit { by } => {
            is_starter(state, facts, &by)?;
            start(run(Some(&by)), EventKind::Resubmitted)
        }
        Command::Act { task, by, answer, comment, version, changed } => {
            let comment = spoken(comment);
            answer_task(run(Some(&by)), &by, Given { task, answer, comment, version, changed })
        }
        Command::Withdraw { by, comment } => {
            is_starter(state, facts, &by)?;
            withdraw(run(Some(&by)), spoken(comment))
        }
        Command::EffectsDone { visit } => effects_done(run(None), visit),
        Command::EffectsFailed { visit, reason } => effects_failed(run(None), visit, reason),
        Command::Administer { by, action, comment, changed } => {
            if !facts.is_admin(&by) {
                return Err(Refusal::NotAFlowAdmin);
            }
            let comment = spoken(Some(comment)).ok_or(Refusal::CommentRequired)?;
            administer(run(Some(&by)), action, comment, &changed)
        }
        Command::HandOver { member, to } => hand_over(run(None), &member, to.as_deref()),
        Command::FollowRoles => follow_roles(run(None)),
    }
}

/// A task, what is done with it, and what is said.
struct Given {
    task: String,
    answer: Answer,
    comment: Option<String>,
    version: Option<i64>,
    changed: Vec<FieldKey>,
}

fn spoken(comment: Option<String>) -> Option<String> {
    comment.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The starter, who stands in for the starter, or an admin of the flow when neither is there.
fn is_starter(state: &State, facts: &dyn Facts, by: &str) -> Result<(), Refusal> {
    let own = state.stand_in.as_deref().unwrap_or(&state.starter);
    let nobody_is_there = || !facts.is_active(own) && facts.is_admin(by);
    if by == own || by == state.starter || nobody_is_there() {
        Ok(())
    } else {
        Err(Refusal::NotTheStarter)
    }
}

fn start(mut run: Run<'_>, kind: EventKind) -> Result<Decision, Refusal> {
    let before = run.state.status;
    match (&kind, before) {
        (EventKind::Started { .. }, Status::NotStarted) => {}
        (EventKind::Started { .. }, _) => return Err(Refusal::AlreadyStarted),
        (_, Status::Returned) => {}
        _ => return Err(Refusal::NotRunning),
    }
    run.no_longer_stuck();
    run.emit(kind);
    run.status_changed();
    let first = run.version.flow.steps.first();
    run.go_on(first)?;
    Ok(run.finish())
}

fn withdraw(mut run: Run<'_>, comment: Option<String>) -> Result<Decision, Refusal> {
    if run.state.status == Status::NotStarted || run.state.status.is_final() {
        return Err(Refusal::NotRunning);
    }
    if !run.state.can_withdraw() {
        return Err(Refusal::CannotWithdrawNow);
    }
    run.void_open_tasks();
    run.no_longer_stuck();
    run.emit(EventKind::Withdrawn { comment });
    run.status_changed();
    Ok(run.finish())
}

fn effects_done(mut run: Run<'_>, visit: u32) -> Result<Decision, Refusal> {
    let acting = run.state.current().filter(|v| v.id == visit && v.state == VisitState::Acting);
    let step = acting.ok_or(Refusal::NotActing)?.step.clone();
    run.emit(EventKind::Acted { visit });
    let next = run.version.after(&step, &run.state);
    run.go_on(next)?;
    Ok(run.finish())
}

fn effects_failed(
    mut run: Run<'_>,
    visit: Option<u32>,
    reason: Problem,
) -> Result<Decision, Refusal> {
    let acting = |one: &Visit| visit == Some(one.id) && one.state == VisitState::Acting;
    if visit.is_some() && !run.state.current().is_some_and(acting) {
        return Err(Refusal::NotActing);
    }
    run.stuck(visit, reason);
    Ok(run.finish())
}

fn answer_task(mut run: Run<'_>, by: &str, given: Given) -> Result<Decision, Refusal> {
    let (visit, step) = own_open_task(&run.state, &given.task, by)?;
    let step = run.version.step(&step).ok_or(Refusal::WrongVersion)?;
    let at = Here { step, visit };
    let kind = behaviour(&step.kind);
    let (assigned, outcome) = kind.assigned().ok_or(Refusal::WrongVersion)?;
    requirements((assigned, outcome), given.answer.action(), run.facts)?;
    let Given { task, answer, comment, version, changed } = given;
    let done = Done { task, outcome, comment, target: None, member: None, version };
    match answer {
        Answer::Approve => {
            run.do_task(done);
            if !judged_anew(&mut run, &changed)? {
                settle(assigned, &mut run, at)?;
            }
        }
        Answer::Reject => reject(&mut run, done)?,
        Answer::Return(target) => go_back(&mut run, done, target)?,
        Answer::Transfer(member) => transfer(&mut run, at, done, member)?,
    }
    Ok(run.finish())
}

/// The visit and step of a task that its member may do now.
fn own_open_task(state: &State, task: &str, by: &str) -> Result<(u32, DocumentKey), Refusal> {
    let (visit, found) = state.task(task).ok_or(Refusal::UnknownTask)?;
    if found.member != by {
        return Err(Refusal::NotYourTask);
    }
    match found.state {
        TaskState::Done => Err(Refusal::AlreadyDecided),
        TaskState::Void => Err(Refusal::TaskNotOpen),
        TaskState::Open if state.status != Status::Running => Err(Refusal::NotRunning),
        TaskState::Open => Ok((visit.id, visit.step.clone())),
    }
}

fn reject(run: &mut Run<'_>, done: Done) -> Result<(), Refusal> {
    if done.comment.is_none() {
        return Err(Refusal::CommentRequired);
    }
    run.do_task(Done { outcome: Outcome::Rejected, ..done });
    run.void_open_tasks();
    run.emit(EventKind::Finished { status: Status::Rejected });
    run.status_changed();
    Ok(())
}

fn go_back<'run>(run: &mut Run<'run>, done: Done, target: ReturnTarget) -> Result<(), Refusal> {
    if done.comment.is_none() {
        return Err(Refusal::CommentRequired);
    }
    let (visit, step) = first_undone(&run.state, &target)?;
    run.do_task(Done { outcome: Outcome::Returned, target: Some(target.clone()), ..done });
    run.void_open_tasks();
    run.emit(EventKind::WentBack { visit, target });
    match step {
        Some(key) => {
            let step = run.version.step(&key).ok_or(Refusal::WrongVersion)?;
            run.go_on(Some(step))
        }
        None => {
            run.status_changed();
            Ok(())
        }
    }
}

fn transfer(run: &mut Run<'_>, at: Here<'_>, done: Done, member: String) -> Result<(), Refusal> {
    let visit = run.visit(at.visit).ok_or(Refusal::WrongVersion)?;
    let own = visit.tasks.iter().find(|task| task.id == done.task);
    let own = own.ok_or(Refusal::UnknownTask)?.member.clone();
    if own == member {
        return Err(Refusal::TransferToSelf);
    }
    if visit.has_task_of(&member) || visit.waiting.contains(&member) {
        return Err(Refusal::AlreadyAssigned);
    }
    run.do_task(Done { outcome: Outcome::Transferred, member: Some(member.clone()), ..done });
    run.open_task(at, &member, Held { from: Some(&own), via: None });
    Ok(())
}

/// Where the current step may be returned to, the starter first.
pub fn return_targets(version: &FlowVersion, state: &State) -> Vec<ReturnTarget> {
    let known = state.visits.iter().filter(|visit| version.step(&visit.step).is_some());
    let steps = known.map(|visit| ReturnTarget::Step(visit.step.clone()));
    let mut targets: Vec<ReturnTarget> = Vec::new();
    for target in std::iter::once(ReturnTarget::Starter).chain(steps) {
        if !targets.contains(&target) && first_undone(state, &target).is_ok() {
            targets.push(target);
        }
    }
    targets
}

/// The first visit that no longer counts after going back, and the step to enter.
fn first_undone(
    state: &State,
    target: &ReturnTarget,
) -> Result<(u32, Option<DocumentKey>), Refusal> {
    let current = state.current().ok_or(Refusal::NotRunning)?.id;
    let first = match target {
        ReturnTarget::Starter => state.visits.iter().find(|visit| visit.counts()),
        ReturnTarget::Step(step) => state.visits.iter().find(|visit| {
            visit.step == *step
                && visit.id != current
                && visit.state == VisitState::Passed
                && !visit.tasks.is_empty()
        }),
    };
    let first = first.ok_or(Refusal::UnknownTarget)?;
    let mut undone = state.visits.iter().filter(|visit| visit.id >= first.id && visit.counts());
    if undone.any(|visit| visit.made_records) {
        return Err(Refusal::CannotReturnPastAct);
    }
    let step = match target {
        ReturnTarget::Starter => None,
        ReturnTarget::Step(_) => Some(first.step.clone()),
    };
    Ok((first.id, step))
}

/// The actions that a member may take on an open task now.
pub fn task_actions(version: &FlowVersion, state: &State, task: &str) -> Vec<TaskAction> {
    let Some((visit, _)) = state.task(task).filter(|(_, task)| task.state == TaskState::Open)
    else {
        return Vec::new();
    };
    let Some(step) = version.step(&visit.step) else {
        return Vec::new();
    };
    let kind = behaviour(&step.kind);
    let Some((assigned, outcome)) = kind.assigned() else {
        return Vec::new();
    };
    let mut actions = vec![TaskAction::Approve];
    for action in [TaskAction::Reject, TaskAction::Return, TaskAction::Transfer] {
        let is_decision = action == TaskAction::Reject;
        if assigned.actions.contains(&action) && !(is_decision && outcome == Outcome::Submitted) {
            actions.push(action);
        }
    }
    actions
}
