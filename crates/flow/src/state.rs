//! The state of an instance: the fold of its events.

use formwork_model::{
    DocumentKey, Problem,
    document::{Approver, ReturnTarget},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an instance stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The whole of it.
    pub status: Status,
    /// The version of the flow that it runs on.
    pub version: i64,
    /// Who submitted the record first.
    pub starter: String,
    /// When it was submitted first.
    pub started_at: Option<Timestamp>,
    /// When it came to an end.
    pub finished_at: Option<Timestamp>,
    /// The visits in order; a visit's id is its place here, from 1.
    pub visits: Vec<Visit>,
    /// What people did, in order.
    pub log: Vec<LogEntry>,
    /// How many of the visits came before the last submit: what was decided in them does not
    /// keep the starter from withdrawing.
    pub visits_before_submit: usize,
    /// Why it cannot go on by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck: Option<Stuck>,
    /// Who does what is the starter's to do, since the starter handed it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand_in: Option<String>,
}

/// Why an instance cannot go on by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// Since when.
    pub at: Timestamp,
    /// The visit that could not go on; none when fields could not be set that go with the
    /// status, which holds all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// What failed.
    pub reason: Problem,
}

/// The whole of an instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Before [`crate::Command::Start`].
    #[default]
    NotStarted,
    /// At a step.
    Running,
    /// Back at the starter, who can edit and submit again.
    Returned,
    /// Passed every step.
    Completed,
    /// Ended with a no.
    Rejected,
    /// Taken back by the starter.
    Withdrawn,
    /// At a step that could not be carried out: the admins of the flow mend what failed.
    Stuck,
    /// Ended by an admin of the flow, without a decision.
    Cancelled,
}

impl Status {
    /// Whether nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Rejected | Self::Withdrawn | Self::Cancelled)
    }

    /// The value of the record's `flow_status`.
    pub fn flow_status(self) -> &'static str {
        match self {
            Self::NotStarted => "draft",
            // Under way all the same: what a stuck instance waits for is an admin.
            Self::Running | Self::Stuck => "running",
            Self::Returned => "returned",
            Self::Completed => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A step being carried out once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Its number in the instance, from 1.
    pub id: u32,
    /// The step.
    pub step: DocumentKey,
    /// Whether it is over, and how.
    pub state: VisitState,
    /// When it began.
    pub entered_at: Timestamp,
    /// The tasks that were given out, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// Members whose turn has not come (steps decided in order).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<String>,
    /// Members who were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copied: Vec<String>,
    /// The branches that are taken, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<DocumentKey>,
    /// Whether it has made records: going back beyond it would make them twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made_records: bool,
}

/// Whether a visit is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// Waiting for people.
    Open,
    /// Waiting for the engine to change records ([`crate::Command::EffectsDone`]).
    Acting,
    /// Passed.
    Passed,
    /// Passed without anybody deciding.
    Skipped,
    /// Ended the instance with a no.
    Rejected,
    /// Sent the record back.
    Returned,
    /// No longer counts, since a return went back beyond it or the record was withdrawn.
    Undone,
    /// Could not be carried out ([`State::stuck`]).
    Stuck,
}

/// One member's work at a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// `<visit>-<number in the visit>`, unique in the instance.
    pub id: String,
    /// Whose it is.
    pub member: String,
    /// Whether it is to be done.
    pub state: TaskState,
    /// What came of it, when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What the member said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When it was given out.
    pub opened_at: Timestamp,
    /// When it was done or became void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Who handed it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What the member holds it for, when it goes on to whoever holds that next: a role, or
    /// being somebody's head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Approver>,
}

/// Whether a task is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// To be done.
    Open,
    /// Done by its member.
    Done,
    /// No longer needed.
    Void,
}

/// What came of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Agreed.
    Approved,
    /// Filled in what was asked for.
    Submitted,
    /// Said no.
    Rejected,
    /// Sent back.
    Returned,
    /// Handed on.
    Transferred,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// Who; none is the engine itself.
    pub by: Option<String>,
    /// What.
    pub action: LogAction,
    /// At which step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<DocumentKey>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Where a return led.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<ReturnTarget>,
    /// To whom: the new holder of a task, or those who were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Whose it was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The version of the record that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// How an admin ended the instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Problem>,
}

/// What a line of the log speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogAction {
    /// The record was submitted.
    Submit,
    /// The record was submitted again after a return.
    Resubmit,
    /// Somebody agreed.
    Approve,
    /// Somebody filled in what was asked for.
    Fill,
    /// Somebody said no.
    Reject,
    /// Somebody sent it back.
    Return,
    /// Somebody handed the task on.
    Transfer,
    /// The starter took the record back.
    Withdraw,
    /// Members were told.
    Copy,
    /// A step was passed without anybody deciding.
    Skip,
    /// Records were changed.
    Act,
    /// The instance could not go on.
    Stuck,
    /// An admin of the flow let a stuck instance try again.
    Resume,
    /// An admin of the flow gave a task to somebody else.
    Reassign,
    /// An admin of the flow made the instance go on elsewhere.
    Jump,
    /// An admin of the flow ended the instance.
    End,
    /// What was somebody's who leaves, or no longer has the role, went to others.
    HandOver,
    /// A branch was judged anew, since a later step changed what its condition reads.
    Rejudge,
}

impl State {
    /// The visit where the instance stands; none unless it is running or stuck.
    pub fn current(&self) -> Option<&Visit> {
        let last = self.visits.last()?;
        let here = match self.status {
            Status::Running => matches!(last.state, VisitState::Open | VisitState::Acting),
            Status::Stuck => last.state == VisitState::Stuck,
            _ => false,
        };
        here.then_some(last)
    }

    /// The tasks that are to be done.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        let tasks = self.visits.iter().flat_map(|visit| &visit.tasks);
        tasks.filter(|task| task.state == TaskState::Open)
    }

    /// A task and its visit.
    pub fn task(&self, id: &str) -> Option<(&Visit, &Task)> {
        let mut all =
            self.visits.iter().flat_map(|visit| visit.tasks.iter().map(move |t| (visit, t)));
        all.find(|(_, task)| task.id == id)
    }

    /// The last visit to a step.
    pub fn last_visit(&self, step: &DocumentKey) -> Option<&Visit> {
        self.visits.iter().rev().find(|visit| visit.step == *step)
    }

    /// Whether the starter may take the record back now: nobody has decided since the last
    /// submit, and no record has been made.
    pub fn can_withdraw(&self) -> bool {
        let since = self.visits.get(self.visits_before_submit..).unwrap_or_default();
        match self.status {
            Status::Returned => true,
            Status::Running | Status::Stuck => since.iter().all(Visit::is_untouched),
            _ => false,
        }
    }
}

impl Visit {
    /// Whether the instance stands here.
    pub(crate) fn is_here(&self) -> bool {
        matches!(self.state, VisitState::Open | VisitState::Acting | VisitState::Stuck)
    }

    /// Whether nothing went back beyond it.
    pub(crate) fn counts(&self) -> bool {
        !matches!(self.state, VisitState::Undone | VisitState::Returned)
    }

    /// Whether nobody has decided here, and nothing was made or is being changed.
    fn is_untouched(&self) -> bool {
        let undecided = |task: &Task| {
            task.state != TaskState::Done || task.outcome == Some(Outcome::Transferred)
        };
        self.state != VisitState::Acting && !self.made_records && self.tasks.iter().all(undecided)
    }
}
