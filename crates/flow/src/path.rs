//! The picture of an instance: the tree of its flow with what has happened.

use formwork_model::{
    DocumentKey, Localized, Problem,
    document::{Approver, ApproverMode, Branch, BranchMode, ReturnTarget, Step, StepKind},
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    FlowVersion, LogAction, Outcome, State, Status, Stuck, Task, TaskState, Visit, VisitState,
    step::behaviour,
};

/// The picture of an instance. Labels are in every language.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// The flow.
    pub flow: DocumentKey,
    /// Its name.
    pub label: Localized,
    /// The version that the instance runs on.
    pub version: i64,
    /// The whole of it.
    pub state: Status,
    /// When it was submitted first.
    pub started_at: Option<Timestamp>,
    /// When it came to an end.
    pub finished_at: Option<Timestamp>,
    /// Who submitted it first.
    pub starter: String,
    /// Why it cannot go on by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stuck: Option<Stuck>,
    /// The steps, in order.
    pub steps: Vec<PathStep>,
    /// What people did, in order.
    pub log: Vec<LogLine>,
}

/// A step of the picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathStep {
    /// The step.
    pub key: DocumentKey,
    /// Its name.
    pub label: Localized,
    /// Its kind, as in the document.
    pub kind: &'static str,
    /// Whose decisions are needed, of steps with tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<ApproverMode>,
    /// Which branches are taken, of steps that branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch_mode: Option<BranchMode>,
    /// How far it is.
    pub state: StepState,
    /// When its last visit began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered_at: Option<Timestamp>,
    /// Who is meant, before there are people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<Approver>,
    /// The people of its last visit.
    pub people: Vec<Person>,
    /// The branches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<PathBranch>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Over.
    Done,
    /// The instance is here.
    Current,
    /// Not reached, or to be done again.
    ToCome,
    /// Passed without anybody deciding, on a branch that is not taken, or never reached.
    Skipped,
    /// Sent the record back.
    Returned,
    /// Could not be carried out.
    Stuck,
}

/// A member at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The key of the open task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The member.
    pub member: String,
    /// What the member did.
    pub state: PersonState,
    /// What the member said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What a member did at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// Has a task.
    Open,
    /// Will have one, after those before.
    Waiting,
    /// Agreed.
    Approved,
    /// Filled in what was asked for.
    Submitted,
    /// Said no.
    Rejected,
    /// Sent it back.
    Returned,
    /// Handed it on.
    Transferred,
    /// Did not have to do anything after all.
    Void,
    /// Was told.
    Copied,
}

/// A branch of the picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathBranch {
    /// The branch.
    pub key: DocumentKey,
    /// Its name.
    pub label: Localized,
    /// Its condition; none is otherwise.
    pub when: Option<String>,
    /// Whether it is taken, as far as it is known.
    pub taken: bool,
    /// Its steps.
    pub steps: Vec<PathStep>,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// Who; none is the engine itself.
    pub by: Option<String>,
    /// What.
    pub action: LogAction,
    /// At which step.
    pub step: Option<DocumentKey>,
    /// The step's name.
    pub label: Option<Localized>,
    /// What was said.
    pub comment: Option<String>,
    /// Where a return led.
    pub target: Option<ReturnTarget>,
    /// To whom: the new holder of a task, or those who were told.
    pub members: Vec<String>,
    /// Whose it was before.
    pub from: Option<String>,
    /// The version of the record that was decided.
    pub version: Option<i64>,
    /// How an admin ended the instance.
    pub status: Option<Status>,
    /// What failed.
    pub reason: Option<Problem>,
    /// The name of the step where a return or a jump led.
    pub target_label: Option<Localized>,
}

/// Draws an instance.
pub fn path(version: &FlowVersion, state: &State) -> Path {
    let log = state.log.iter().map(|entry| LogLine {
        at: entry.at,
        by: entry.by.clone(),
        action: entry.action,
        step: entry.step.clone(),
        label: entry.step.as_ref().and_then(|key| version.step(key)).map(|s| s.label.clone()),
        comment: entry.comment.clone(),
        target: entry.target.clone(),
        members: entry.members.clone(),
        from: entry.from.clone(),
        version: entry.version,
        status: entry.status,
        reason: entry.reason.clone(),
        target_label: match &entry.target {
            Some(ReturnTarget::Step(key)) => version.step(key).map(|step| step.label.clone()),
            _ => None,
        },
    });
    Path {
        flow: version.flow.key.clone(),
        label: version.flow.label.clone(),
        version: version.version,
        state: state.status,
        started_at: state.started_at,
        finished_at: state.finished_at,
        starter: state.starter.clone(),
        stuck: state.stuck.clone(),
        steps: draw_steps(&version.flow.steps, state, false),
        log: log.collect(),
    }
}

/// `passed_by`: the steps stand on a branch that is not taken.
fn draw_steps(steps: &[Step], state: &State, passed_by: bool) -> Vec<PathStep> {
    // An admin may have gone on beyond steps that nobody has been at.
    let reached =
        steps.iter().rposition(|step| counting_visit(step, state).is_some_and(Visit::counts));
    let left_out = |index| reached.is_some_and(|reached| index < reached);
    let draw = |(index, step)| {
        let passed_by = passed_by || left_out(index) && counting_visit(step, state).is_none();
        draw_step(step, state, passed_by)
    };
    steps.iter().enumerate().map(draw).collect()
}

fn counting_visit<'state>(step: &Step, state: &'state State) -> Option<&'state Visit> {
    state.last_visit(&step.key).filter(|visit| visit.state != VisitState::Undone)
}

fn draw_step(step: &Step, state: &State, passed_by: bool) -> PathStep {
    let kind = behaviour(&step.kind);
    let visit = counting_visit(step, state);
    let visit = if passed_by { None } else { visit };
    let (assignees, mode) = match (&step.kind, kind.assigned()) {
        (_, Some((assigned, _))) => (assigned.assignees.clone(), Some(assigned.mode)),
        (StepKind::CopyTo { to }, None) => (to.clone(), None),
        _ => (Vec::new(), None),
    };
    let (branch_mode, branches) = match &step.kind {
        StepKind::Branch { mode, branches } => {
            let draw = |branch| draw_branch(branch, visit, state, passed_by);
            (Some(*mode), branches.iter().map(draw).collect())
        }
        _ => (None, Vec::new()),
    };
    PathStep {
        key: step.key.clone(),
        label: step.label.clone(),
        kind: kind.name(),
        mode,
        branch_mode,
        state: step_state(visit, state, passed_by),
        entered_at: visit.map(|visit| visit.entered_at),
        assignees,
        people: visit.map(people).unwrap_or_default(),
        branches,
    }
}

fn draw_branch(
    branch: &Branch,
    visit: Option<&Visit>,
    state: &State,
    passed_by: bool,
) -> PathBranch {
    let taken = visit.is_some_and(|visit| visit.taken.contains(&branch.key));
    // Where it is stuck nothing is decided yet.
    let decided = visit.is_some_and(|visit| visit.state != VisitState::Stuck);
    let passed_by = passed_by || (decided && !taken);
    PathBranch {
        key: branch.key.clone(),
        label: branch.label.clone(),
        when: branch.when.clone(),
        taken,
        steps: draw_steps(&branch.steps, state, passed_by),
    }
}

fn step_state(visit: Option<&Visit>, state: &State, passed_by: bool) -> StepState {
    match visit.map(|visit| visit.state) {
        None if passed_by || state.status.is_final() => StepState::Skipped,
        None | Some(VisitState::Undone) => StepState::ToCome,
        Some(VisitState::Open | VisitState::Acting) => StepState::Current,
        Some(VisitState::Passed | VisitState::Rejected) => StepState::Done,
        Some(VisitState::Skipped) => StepState::Skipped,
        Some(VisitState::Returned) => StepState::Returned,
        Some(VisitState::Stuck) => StepState::Stuck,
    }
}

fn people(visit: &Visit) -> Vec<Person> {
    let undecided = |member: &String, state| Person {
        task: None,
        member: member.clone(),
        state,
        comment: None,
        at: None,
    };
    let mut people: Vec<Person> = visit.tasks.iter().map(person).collect();
    people.extend(visit.waiting.iter().map(|m| undecided(m, PersonState::Waiting)));
    people.extend(visit.copied.iter().map(|m| undecided(m, PersonState::Copied)));
    people
}

fn person(task: &Task) -> Person {
    let state = match (task.state, task.outcome) {
        (TaskState::Open, _) => PersonState::Open,
        (TaskState::Void, _) | (TaskState::Done, None) => PersonState::Void,
        (TaskState::Done, Some(outcome)) => match outcome {
            Outcome::Approved => PersonState::Approved,
            Outcome::Submitted => PersonState::Submitted,
            Outcome::Rejected => PersonState::Rejected,
            Outcome::Returned => PersonState::Returned,
            Outcome::Transferred => PersonState::Transferred,
        },
    };
    let open = task.state == TaskState::Open;
    Person {
        task: open.then(|| task.id.clone()),
        member: task.member.clone(),
        state,
        comment: task.comment.clone(),
        at: task.closed_at,
    }
}
