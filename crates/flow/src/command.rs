//! What is asked of an instance, and what the answer is made of.

use formwork_model::{
    DocumentKey, FieldKey, Problem,
    document::{Approver, Effect as RecordEffect, ReturnTarget, TaskAction},
};
use indexmap::IndexMap;

use crate::{Event, Outcome, Status, TaskState};

/// What is asked of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Submit the record.
    Start {
        /// The starter.
        by: String,
    },
    /// Do a task.
    Act {
        /// The task.
        task: String,
        /// Who does it.
        by: String,
        /// What is done.
        answer: Answer,
        /// What is said.
        comment: Option<String>,
        /// The version of the record that is decided.
        version: Option<i64>,
        /// The fields of the record that were changed with it, computed ones included.
        changed: Vec<FieldKey>,
    },
    /// Submit again after a return to the starter.
    Resubmit {
        /// The starter.
        by: String,
    },
    /// Take the record back.
    Withdraw {
        /// The starter.
        by: String,
        /// What is said.
        comment: Option<String>,
    },
    /// The engine has carried out [`Effect::Run`].
    EffectsDone {
        /// The visit that asked for it.
        visit: u32,
    },
    /// The engine could not carry out [`Effect::Run`], or not set the fields of
    /// [`Effect::StatusChanged`]; nothing of it was kept but the status.
    EffectsFailed {
        /// The visit that asked for it; none for a status.
        visit: Option<u32>,
        /// Why.
        reason: Problem,
    },
    /// Step in.
    Administer {
        /// An admin of the flow.
        by: String,
        /// What is done.
        action: AdminAction,
        /// Why; it must be said.
        comment: String,
        /// The fields that were changed while it was stuck: what is tried again is judged by
        /// them anew.
        changed: Vec<FieldKey>,
    },
    /// Give what is a member's to others, since the member leaves.
    HandOver {
        /// The member, who counts as inactive.
        member: String,
        /// To whom what is the member's by name; none is the admins of the flow.
        to: Option<String>,
    },
    /// Give tasks to those who hold the roles that they were given for, since people changed.
    FollowRoles,
}

/// How an admin of the flow steps in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminAction {
    /// Give an open task to another member, who must be active.
    Reassign {
        /// The task.
        task: String,
        /// The member.
        to: String,
    },
    /// Go on at a step, wherever it stands in the tree.
    Jump {
        /// The step.
        step: DocumentKey,
    },
    /// End the instance.
    End(Ending),
    /// Try again what failed.
    Resume,
}

/// How an admin ends an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As if every step had been passed.
    Approved,
    /// With a no.
    Rejected,
    /// Without a decision.
    Cancelled,
}

/// What a member does with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Agrees, or submits what was filled in.
    Approve,
    /// Ends the instance with a no.
    Reject,
    /// Sends back.
    Return(ReturnTarget),
    /// Hands the task to another member, who must be active (the caller checks).
    Transfer(String),
}

impl Answer {
    /// The action that must be allowed for it.
    pub fn action(&self) -> TaskAction {
        match self {
            Self::Approve => TaskAction::Approve,
            Self::Reject => TaskAction::Reject,
            Self::Return(_) => TaskAction::Return,
            Self::Transfer(_) => TaskAction::Transfer,
        }
    }
}

/// What must be known beyond the instance. Values are those of the record as it is saved
/// together with the command.
pub trait Facts {
    /// The active members that an approver stands for.
    fn assignees(&self, approver: &Approver) -> Vec<String>;
    /// Whether a condition over the record holds.
    ///
    /// # Errors
    /// When it cannot be told: the condition fails, or a value is missing that it needs.
    fn holds(&self, when: &str) -> Result<bool, Problem>;
    /// Those who step in, and get a task when nobody else is found: the admins of the flow.
    fn admins(&self) -> Vec<String>;
    /// Whether a member may step in: as an admin of the flow or of the organisation.
    fn is_admin(&self, member: &str) -> bool;
    /// Whether a member is there to do something.
    fn is_active(&self, member: &str) -> bool;
    /// Whether a field of the record has a value.
    fn filled(&self, field: &FieldKey) -> bool;
}

/// What a command leads to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// What happened, to be stored in this order.
    pub events: Vec<Event>,
    /// What the caller must carry out, in this order and in the same transaction.
    pub effects: Vec<Effect>,
}

/// What the caller must carry out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Write a task.
    TaskOpened {
        /// Its id in the instance.
        task: String,
        /// The step.
        step: DocumentKey,
        /// Whose it is.
        member: String,
    },
    /// Close a task's row.
    TaskClosed {
        /// Its id in the instance.
        task: String,
        /// Done or void.
        state: TaskState,
        /// What came of it, when done.
        outcome: Option<Outcome>,
        /// What was said.
        comment: Option<String>,
    },
    /// Tell members.
    CopySent {
        /// The visit.
        visit: u32,
        /// The step.
        step: DocumentKey,
        /// The members.
        members: Vec<String>,
    },
    /// Tell the admins of the flow that the instance is stuck.
    StuckTold {
        /// The admins.
        members: Vec<String>,
    },
    /// The instance is no longer stuck: nobody needs to be told any more.
    StuckOver,
    /// Change records, then send [`Command::EffectsDone`], or [`Command::EffectsFailed`] when
    /// they cannot be changed. Always the last effect.
    Run {
        /// The visit to name then.
        visit: u32,
        /// The step.
        step: DocumentKey,
        /// The changes, in order.
        effects: Vec<RecordEffect>,
    },
    /// The instance has another [`Status`]: set `flow_status` of the record.
    StatusChanged {
        /// The new one.
        status: Status,
        /// Fields to set, with expressions (`on_rejected` of the flow and its like).
        set: IndexMap<FieldKey, String>,
    },
}

/// Why a command is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The instance has been started already.
    #[error("the instance has been started already")]
    AlreadyStarted,
    /// The instance is not running, or not returned for a resubmit.
    #[error("the instance is not in a state for this")]
    NotRunning,
    /// There is no such task.
    #[error("there is no such task")]
    UnknownTask,
    /// The task became void: somebody else settled the step, or the record went back.
    #[error("the task is no longer needed")]
    TaskNotOpen,
    /// The member has done the task already.
    #[error("the task has been done already")]
    AlreadyDecided,
    /// The task belongs to somebody else.
    #[error("the task belongs to somebody else")]
    NotYourTask,
    /// Only the starter can do this.
    #[error("only the starter can do this")]
    NotTheStarter,
    /// A reason is needed.
    #[error("a comment is needed")]
    CommentRequired,
    /// Fields that must be filled in first.
    #[error("fields must be filled in first")]
    FieldRequired {
        /// The fields.
        fields: Vec<FieldKey>,
    },
    /// The step does not allow this.
    #[error("the step does not allow this")]
    ActionNotAllowed,
    /// A step found nobody and must not be passed without.
    #[error("nobody was found for step `{step}`")]
    NobodyToApprove {
        /// The step.
        step: DocumentKey,
    },
    /// Somebody has decided already.
    #[error("somebody has decided already")]
    CannotWithdrawNow,
    /// The step has not been visited, or cannot be returned to.
    #[error("cannot return there")]
    UnknownTarget,
    /// The records that an `act` step made would be made twice.
    #[error("records have been made since then")]
    CannotReturnPastAct,
    /// A task cannot be handed to its own member.
    #[error("a task cannot be handed to oneself")]
    TransferToSelf,
    /// The member has a task at this step already.
    #[error("the member has a task at this step already")]
    AlreadyAssigned,
    /// The engine reported effects that were not asked for.
    #[error("no effects were asked for")]
    NotActing,
    /// Only an admin of the flow can do this.
    #[error("only an admin of the flow can do this")]
    NotAFlowAdmin,
    /// Nothing has failed that could be tried again.
    #[error("the instance is not stuck")]
    NotStuck,
    /// The version handed in is not the one that the instance runs on, or lacks its step.
    #[error("the flow does not fit the instance")]
    WrongVersion,
}

impl Refusal {
    /// The stable code: the message is found under `problem.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyStarted => "instance_already_started",
            Self::NotRunning => "instance_not_running",
            Self::UnknownTask => "unknown_task",
            Self::TaskNotOpen => "task_not_open",
            Self::AlreadyDecided => "already_decided",
            Self::NotYourTask => "not_your_task",
            Self::NotTheStarter => "not_the_starter",
            Self::CommentRequired => "comment_required",
            Self::FieldRequired { .. } => "field_required",
            Self::ActionNotAllowed => "action_not_allowed",
            Self::NobodyToApprove { .. } => "nobody_to_approve",
            Self::CannotWithdrawNow => "cannot_withdraw_now",
            Self::UnknownTarget => "unknown_target",
            Self::CannotReturnPastAct => "cannot_return_past_act",
            Self::TransferToSelf => "transfer_to_self",
            Self::AlreadyAssigned => "already_assigned",
            Self::NotActing => "not_acting",
            Self::NotAFlowAdmin => "not_a_flow_admin",
            Self::NotStuck => "instance_not_stuck",
            Self::WrongVersion => "wrong_flow_version",
        }
    }
}
