//! What approving and filling in share: finding people, giving out tasks, settling the step.

use formwork_model::{
    FieldKey,
    document::{Approver, ApproverMode, AssignedStep, TaskAction, WhenNobody},
};

use super::Next;
use crate::{
    EventKind, Facts, Outcome, Refusal, SkipReason, State, TaskState, VisitState,
    run::{Here, Run},
};

/// Gives out tasks, or passes the step when nobody has to do anything.
pub(super) fn enter<'run>(
    step: &AssignedStep,
    run: &mut Run<'run>,
    at: Here<'run>,
) -> Result<Next, Refusal> {
    let mut members = people(&step.assignees, run.facts);
    if members.is_empty() {
        match step.when_nobody {
            WhenNobody::Admins => members = deduplicated(run.facts.admins()),
            WhenNobody::Skip => return Ok(skip(run, at, SkipReason::Nobody)),
            WhenNobody::Refuse => {}
        }
        if members.is_empty() {
            return Err(Refusal::NobodyToApprove { step: at.step.key.clone() });
        }
    } else if step.skip_repeated {
        let repeated = deciders_before(&run.state, at.visit);
        members.retain(|member| !repeated.contains(&member.as_str()));
        if members.is_empty() {
            return Ok(skip(run, at, SkipReason::Repeated));
        }
    }
    match (step.mode, members.split_first()) {
        (ApproverMode::InOrder, Some((first, rest))) => {
            if !rest.is_empty() {
                run.emit(EventKind::Queued { visit: at.visit, members: rest.to_vec() });
            }
            run.open_task(at, first, None);
        }
        _ => members.iter().for_each(|member| run.open_task(at, member, None)),
    }
    Ok(Next::Wait)
}

fn skip(run: &mut Run<'_>, at: Here<'_>, reason: SkipReason) -> Next {
    run.emit(EventKind::Skipped { visit: at.visit, reason });
    Next::Pass
}

/// Everyone that the approvers stand for, each once.
pub(super) fn people(approvers: &[Approver], facts: &dyn Facts) -> Vec<String> {
    deduplicated(approvers.iter().flat_map(|approver| facts.assignees(approver)))
}

fn deduplicated(members: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for member in members {
        if !all.contains(&member) {
            all.push(member);
        }
    }
    all
}

/// The starter, and those who did their tasks at the last passed step with tasks.
fn deciders_before(state: &State, visit: u32) -> Vec<&str> {
    let mut before = state.visits.iter().rev().filter(|earlier| {
        earlier.id < visit && earlier.state == VisitState::Passed && !earlier.tasks.is_empty()
    });
    let deciders = before
        .next()
        .into_iter()
        .flat_map(|earlier| &earlier.tasks)
        .filter(|task| matches!(task.outcome, Some(Outcome::Approved | Outcome::Submitted)));
    deciders.map(|task| task.member.as_str()).chain([state.starter.as_str()]).collect()
}

/// Goes on after a task was approved: passes the step, or waits for the others.
pub(crate) fn settle<'run>(
    step: &AssignedStep,
    run: &mut Run<'run>,
    at: Here<'run>,
) -> Result<(), Refusal> {
    let Some(visit) = run.visit(at.visit) else {
        return Err(Refusal::WrongVersion);
    };
    match step.mode {
        ApproverMode::Any => {}
        ApproverMode::All => {
            if visit.tasks.iter().any(|task| task.state == TaskState::Open) {
                return Ok(());
            }
        }
        ApproverMode::InOrder => {
            if let Some(member) = visit.waiting.first().cloned() {
                run.open_task(at, &member, None);
                return Ok(());
            }
        }
    }
    run.void_open_tasks();
    run.pass(at)
}

/// Whether the step allows an action, and which of its required fields are empty when the
/// action is to approve.
pub(crate) fn requirements(
    (step, outcome): (&AssignedStep, Outcome),
    action: TaskAction,
    facts: &dyn Facts,
) -> Result<(), Refusal> {
    let allowed = match action {
        TaskAction::Approve => true,
        TaskAction::Reject if outcome == Outcome::Submitted => false,
        other => step.actions.contains(&other),
    };
    if !allowed {
        return Err(Refusal::ActionNotAllowed);
    }
    if action == TaskAction::Approve {
        let missing = step.fields.required.iter().filter(|field| !facts.filled(field));
        let fields: Vec<FieldKey> = missing.cloned().collect();
        if !fields.is_empty() {
            return Err(Refusal::FieldRequired { fields });
        }
    }
    Ok(())
}
