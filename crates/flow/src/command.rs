//! What is asked of an instance, and what the answer is made of.

use formwork_model::{
    DocumentKey, FieldKey,
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
}

/// What a member does with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Agrees, or submits what was filled in.
    Approve,
    /// Ends the process with a no.
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
    fn holds(&self, when: &str) -> bool;
    /// Those who get a task when nobody else is found.
    fn admins(&self) -> Vec<String>;
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
    /// Change records, then send [`Command::EffectsDone`]. Always the last effect.
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
    #[error("the process has been started already")]
    AlreadyStarted,
    /// The instance is not running, or not returned for a resubmit.
    #[error("the process is not in a state for this")]
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
    /// The version handed in is not the one that the instance runs on, or lacks its step.
    #[error("the flow does not fit the process")]
    WrongVersion,
}

impl Refusal {
    /// The stable code: the message is found under `problem.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyStarted => "process_already_started",
            Self::NotRunning => "process_not_running",
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
            Self::WrongVersion => "wrong_flow_version",
        }
    }
}
