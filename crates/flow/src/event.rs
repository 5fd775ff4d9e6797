//! What happened: the stored truth of an instance.

use formwork_model::{
    DocumentKey, Problem,
    document::{Approver, ReturnTarget},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Outcome, Status};

/// The format that events are written in.
pub const FORMAT: u32 = 1;

/// One thing that happened to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The format of the rest; see [`FORMAT`].
    pub format: u32,
    /// When.
    pub at: Timestamp,
    /// Who caused it; none is the engine itself.
    pub by: Option<String>,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// The record was submitted.
    Started {
        /// The version of the flow.
        version: i64,
    },
    /// The record was submitted again after a return to the starter.
    Resubmitted,
    /// A step began.
    Entered {
        /// The new visit.
        visit: u32,
        /// The step.
        step: DocumentKey,
    },
    /// A member got a task.
    TaskOpened {
        /// The visit.
        visit: u32,
        /// The new task.
        task: String,
        /// Whose it is.
        member: String,
        /// Who handed it on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// What the member holds it for; see [`crate::Task::via`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<Approver>,
    },
    /// Members wait for their turn.
    Queued {
        /// The visit.
        visit: u32,
        /// The members, in order.
        members: Vec<String>,
    },
    /// A member did a task.
    TaskDone {
        /// The task.
        task: String,
        /// What came of it.
        outcome: Outcome,
        /// What was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// Where a return leads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<ReturnTarget>,
        /// To whom it was handed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<String>,
        /// The version of the record that was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<i64>,
    },
    /// A task is no longer needed.
    TaskVoided {
        /// The task.
        task: String,
    },
    /// Members were told.
    Copied {
        /// The visit.
        visit: u32,
        /// The members.
        members: Vec<String>,
    },
    /// Branches were chosen.
    Branched {
        /// The visit.
        visit: u32,
        /// The branches that are taken, in order.
        branches: Vec<DocumentKey>,
    },
    /// The engine was asked to change records.
    ActBegan {
        /// The visit.
        visit: u32,
        /// Whether records are made, and not only changed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        makes_records: bool,
    },
    /// The records were changed.
    Acted {
        /// The visit.
        visit: u32,
    },
    /// A step was passed.
    Passed {
        /// The visit.
        visit: u32,
    },
    /// A step was passed without anybody deciding.
    Skipped {
        /// The visit.
        visit: u32,
        /// Why.
        reason: SkipReason,
    },
    /// A visit and all after it no longer count, since the record goes back.
    WentBack {
        /// The first visit that no longer counts.
        visit: u32,
        /// Where the record goes.
        target: ReturnTarget,
    },
    /// The starter took the record back.
    Withdrawn {
        /// What was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// The instance came to an end.
    Finished {
        /// How: completed or rejected.
        status: Status,
    },
    /// The instance could not go on.
    Stuck {
        /// The visit; none when fields could not be set that go with the status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visit: Option<u32>,
        /// What failed.
        reason: Problem,
    },
    /// An admin let it try again what failed.
    Resumed {
        /// Why.
        comment: String,
        /// The version of the flow that it goes on with, where it is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<i64>,
    },
    /// An admin gave a task to somebody else; the task itself is voided, and another opened.
    Reassigned {
        /// The task.
        task: String,
        /// Whose it is from now on.
        member: String,
        /// Why.
        comment: String,
    },
    /// An admin made it go on at a step.
    Jumped {
        /// The step.
        step: DocumentKey,
        /// The first visit that no longer counts beside the current one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visit: Option<u32>,
        /// Why.
        comment: String,
    },
    /// An admin ended it.
    Ended {
        /// How: completed, rejected or cancelled.
        status: Status,
        /// Why.
        comment: String,
    },
    /// What was a member's went to others: a task (which is voided, and others opened), or
    /// what is the starter's to do.
    HandedOver {
        /// The task; none is what is the starter's to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<String>,
        /// Whose it was.
        from: String,
        /// Whose it is; nobody when others at the step do it, or the flow's admins what is
        /// the starter's.
        members: Vec<String>,
    },
    /// A branch is judged anew, since a later step changed what its condition reads.
    PathChanged {
        /// The branch's visit; it and all after it no longer count, unless records were made
        /// since.
        visit: u32,
        /// Whether they still count.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        kept: bool,
    },
}

/// Why a step was passed without anybody deciding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Nobody was found.
    Nobody,
    /// Everybody had submitted the record or decided the step before.
    Repeated,
}
