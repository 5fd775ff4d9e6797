//! Processes: what happens to a record between submit and the final yes or no.
//!
//! A pure state machine. [`decide`] answers a [`Command`] with events and effects, or a
//! [`Refusal`]; [`apply`] folds an event into the [`State`]. The events are the truth,
//! the state is a cache of their fold. Who somebody's head is, whether a condition holds
//! and what time it is are handed in; the caller stores the events and carries out the
//! effects in one transaction.
//!
//! Steps run strictly one after the other: a flow is a tree, there is never more than
//! one current [`Visit`], and so nothing can deadlock or be left behind.
//!
//! - **Return to a step**: the target's visit and all after it no longer count, open tasks
//!   are void, and the target is entered anew. Steps before an `act` that has made records
//!   cannot be returned to, since going on would make them twice.
//! - **Return to the starter**: nothing that was decided counts any more; the instance waits
//!   as [`Status::Returned`] and [`Command::Resubmit`] begins again at the first step.
//! - **Withdraw**: by the starter, until somebody decides after the last submit or an `act` makes
//!   records.
//! - **Nobody found**: as the step's `when_nobody` says; `skip_repeated` leaves out those who
//!   submitted or decided the step before, and a step whose people were all left out is
//!   passed.
//! - **Branch**: conditions are looked at on entering; when none holds, the instance goes on
//!   after the branching. A condition that cannot be told (it fails, or lacks a value) is not
//!   a no: the instance is stuck. When a later step changes fields that a condition reads and
//!   it now says otherwise, the branch is taken anew, or the instance stops, as the flow says.
//! - **Stuck**: [`Status::Stuck`] with what failed in [`State::stuck`], until an admin of the
//!   flow resumes, jumps or ends. An `act` whose changes are refused leaves nothing behind but
//!   this; what was decided before it stands. Fields that cannot be set when the status
//!   changes do not keep it from changing: the admins are told, and can try again.
//! - **Jump**: open tasks are void, the current visit no longer counts, and a step is entered,
//!   wherever it stands; branches that lead to it are taken by the admin's word. A step that
//!   was passed before is gone back to like a return, so not beyond records that were made.
//! - **Handing over**: tasks held for a role, or for being somebody's head, go to whoever holds
//!   that next; others to the member named, or to the flow's admins.

mod admin;
mod apply;
mod check;
mod command;
mod decide;
mod event;
mod hand_over;
mod judge;
mod path;
mod run;
mod state;
mod step;
mod version;

pub use apply::apply;
pub use check::{MAX_DEPTH, MAX_STEPS, check};
pub use command::{AdminAction, Answer, Command, Decision, Effect, Ending, Facts, Refusal};
pub use decide::{decide, return_targets, task_actions};
pub use event::{Event, EventKind, FORMAT, SkipReason};
pub use path::{LogLine, Path, PathBranch, PathStep, Person, PersonState, StepState, path};
pub use state::{
    LogAction, LogEntry, Outcome, State, Status, Stuck, Task, TaskState, Visit, VisitState,
};
pub use version::FlowVersion;

#[cfg(test)]
mod tests;
