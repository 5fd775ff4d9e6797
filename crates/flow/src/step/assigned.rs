//! What approving and filling in share: finding people, giving out tasks, settling the step.

use formwork_model::{
    FieldKey,
    document::{Approver, ApproverMode, AssignedStep, TaskAction, WhenNobody},
};

use super::Next;
use crate::{
    EventKind, Facts, Outcome, Refusal, SkipReason, State, TaskState, VisitState,
    run::{Held, Here, Run},
};

/// Gives out tasks, or passes the step when nobody has to do anything.
pub(super) fn enter<'run>(
    step: &AssignedStep,
    run: &mut Run<'run>,
    at: Here<'run>,
) -> Result<Next, Refusal> {
    let mut members = people(&step.assignees, run.facts);
    let followed = step.assignees.iter().find(|approver| is_followed(approver));
    // Those who stand in hold the task for whoever has the role next.
    let stands_in = members.is_empty();
    if stands_in {
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
            run.open_task(at, first, held_for(step, run.facts, first, stands_in, followed));
        }
        _ => {
            for member in &members {
                run.open_task(at, member, held_for(step, run.facts, member, stands_in, followed));
            }
        }
    }
    Ok(Next::Wait)
}

fn held_for<'step>(
    step: &'step AssignedStep,
    facts: &dyn Facts,
    member: &str,
    stands_in: bool,
    followed: Option<&'step Approver>,
) -> Held<'step> {
    let via = if stands_in { followed } else { self::followed(step, facts, member) };
    Held { from: None, via }
}

/// Whether a task goes on to whoever holds this next.
fn is_followed(approver: &Approver) -> bool {
    matches!(approver, Approver::Role(_) | Approver::DepartmentHead(_) | Approver::StarterHead(_))
}

/// What a member of the step is asked for, when the task goes on to whoever holds that next;
/// none for those who are meant by name.
pub(crate) fn followed<'step>(
    step: &'step AssignedStep,
    facts: &dyn Facts,
    member: &str,
) -> Option<&'step Approver> {
    let stands_for =
        |approver: &&Approver| facts.assignees(approver).iter().any(|one| one == member);
    step.assignees.iter().find(stands_for).filter(|approver| is_followed(approver))
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
            if next_in_line(step, run, at)? {
                return Ok(());
            }
        }
    }
    run.void_open_tasks();
    run.pass(at)
}

/// Gives the next of those who wait a task. Whoever has left meanwhile, or no longer has the
/// role, makes room for those who have it, or else for the admins: nobody's turn is passed
/// over. Answers whether there was anybody left.
fn next_in_line<'run>(
    step: &AssignedStep,
    run: &mut Run<'run>,
    at: Here<'run>,
) -> Result<bool, Refusal> {
    let visit = run.visit(at.visit).ok_or(Refusal::WrongVersion)?;
    let Some(member) = visit.waiting.first().cloned() else { return Ok(false) };
    let mut meant = people(&step.assignees, run.facts);
    if meant.is_empty() {
        meant = run.facts.admins();
    }
    let is_free = |one: &String| {
        *one != member
            && !visit.waiting.contains(one)
            && !visit.tasks.iter().any(|task| task.member == *one)
    };
    let is_meant = meant.contains(&member);
    let instead = meant.into_iter().find(is_free);
    // Who was named in a hand-over is not meant by the step, and nobody else is free then.
    if run.facts.is_active(&member) && (is_meant || instead.is_none()) {
        run.open_task(at, &member, Held { from: None, via: followed(step, run.facts, &member) });
        return Ok(true);
    }
    let rest: Vec<String> = visit.waiting.iter().skip(1).cloned().collect();
    let waits = |one: &String| rest.contains(one) || *one == member;
    let instead = instead.or_else(|| run.facts.admins().into_iter().find(|admin| !waits(admin)));
    run.emit(EventKind::Queued { visit: at.visit, members: rest.clone() });
    match instead.or_else(|| rest.first().cloned()) {
        Some(next) => {
            run.open_task(
                at,
                &next,
                Held { from: Some(&member), via: followed(step, run.facts, &next) },
            );
            Ok(true)
        }
        None => Err(Refusal::NobodyToApprove { step: at.step.key.clone() }),
    }
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
