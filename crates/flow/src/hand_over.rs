//! What was somebody's goes to others: to whoever has the role next, to the member named, or
//! to the admins of the flow.

use formwork_model::{Problem, document::ApproverMode};

use crate::{
    Decision, EventKind, Outcome, Refusal, Status, TaskState, Visit,
    run::{Held, Here, Run},
    step::{behaviour, settle},
};

/// Gives away what is a member's, who leaves.
pub(crate) fn hand_over(
    mut run: Run<'_>,
    member: &str,
    to: Option<&str>,
) -> Result<Decision, Refusal> {
    if let Some(visit) = run.state.current()
        && visit.waiting.iter().any(|waiting| waiting == member)
    {
        let id = visit.id;
        let queue = visit.waiting.iter().filter_map(|waiting| match (waiting == member, to) {
            (false, _) => Some(waiting.clone()),
            // Found anew when it is their turn.
            (true, None) => Some(waiting.clone()),
            (true, Some(to)) => (!visit.waiting.iter().any(|one| one == to)).then(|| to.to_owned()),
        });
        let members: Vec<String> = queue.collect();
        run.emit(EventKind::Queued { visit: id, members });
    }
    let open = run.state.open_tasks().filter(|task| task.member == member);
    let open: Vec<String> = open.map(|task| task.id.clone()).collect();
    for task in open {
        give_on(&mut run, task, to)?;
    }
    let starter = run.state.stand_in.as_deref().unwrap_or(&run.state.starter);
    if run.state.status == Status::Returned && starter == member {
        let members = to.map(str::to_owned).into_iter().collect();
        run.emit(EventKind::HandedOver { task: None, from: member.to_owned(), members });
    }
    Ok(run.finish())
}

/// Gives tasks whose holder no longer has the role to those who have it.
pub(crate) fn follow_roles(mut run: Run<'_>) -> Result<Decision, Refusal> {
    let facts = run.facts;
    let lost = run.state.open_tasks().filter(|task| {
        task.via.as_ref().is_some_and(|via| {
            let holders = facts.assignees(via);
            let stands_in = holders.is_empty() && facts.admins().contains(&task.member);
            !holders.contains(&task.member) && !stands_in
        })
    });
    let lost: Vec<String> = lost.map(|task| task.id.clone()).collect();
    for task in lost {
        give_on(&mut run, task, None)?;
    }
    Ok(run.finish())
}

/// Gives an open task to whoever should have it now.
fn give_on(run: &mut Run<'_>, task: String, to: Option<&str>) -> Result<(), Refusal> {
    let Some((visit, found)) = run.state.task(&task) else { return Ok(()) };
    if found.state != TaskState::Open {
        return Ok(());
    }
    let (from, via, id) = (found.member.clone(), found.via.clone(), visit.id);
    let key = visit.step.clone();
    let free =
        |one: &String| *one != from && !visit.has_task_of(one) && !visit.waiting.contains(one);
    let holders = via.as_ref().map(|via| run.facts.assignees(via)).unwrap_or_default();
    let holders: Vec<String> = holders.into_iter().filter(|holder| *holder != from).collect();
    let meant = match (holders.is_empty(), to) {
        (false, _) => holders,
        (true, Some(to)) => vec![to.to_owned()],
        (true, None) => run.facts.admins(),
    };
    let next: Vec<String> = meant.into_iter().filter(free).collect();
    let step = run.version.step(&key).ok_or(Refusal::WrongVersion)?;
    let at = Here { step, visit: id };
    run.emit(EventKind::HandedOver {
        task: Some(task.clone()),
        from: from.clone(),
        members: next.clone(),
    });
    run.void_task(task);
    for member in &next {
        run.open_task(at, member, Held { from: Some(&from), via: via.as_ref() });
    }
    if next.is_empty() { settle_without(run, at) } else { Ok(()) }
}

/// Goes on when nobody is left whom the step waits for.
fn settle_without<'run>(run: &mut Run<'run>, at: Here<'run>) -> Result<(), Refusal> {
    let visit = run.visit(at.visit).ok_or(Refusal::WrongVersion)?;
    if visit.tasks.iter().any(|task| task.state == TaskState::Open) {
        return Ok(());
    }
    let agreed =
        |task: &crate::Task| matches!(task.outcome, Some(Outcome::Approved | Outcome::Submitted));
    let kind = behaviour(&at.step.kind);
    let (assigned, _) = kind.assigned().ok_or(Refusal::WrongVersion)?;
    let goes_on = !visit.waiting.is_empty()
        || assigned.mode != ApproverMode::Any && visit.tasks.iter().any(agreed);
    if goes_on {
        return settle(assigned, run, at);
    }
    let step = at.step.key.as_str();
    run.stuck(Some(at.visit), Problem::new("nobody_to_approve").with("step", step));
    Ok(())
}

impl Visit {
    /// Whether a member has or had a task here that was not taken away.
    pub(crate) fn has_task_of(&self, member: &str) -> bool {
        self.tasks.iter().any(|task| {
            task.member == member
                && task.state != TaskState::Void
                && task.outcome != Some(Outcome::Transferred)
        })
    }
}
