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
//! - **Branch**: conditions are looked at once, on entering; when none holds, the process
//!   goes on after the branching.

mod apply;
mod check;
mod command;
mod decide;
mod event;
mod path;
mod run;
mod state;
mod step;
mod version;

pub use apply::apply;
pub use check::{MAX_DEPTH, MAX_STEPS, check};
pub use command::{Answer, Command, Decision, Effect, Facts, Refusal};
pub use decide::{decide, return_targets, task_actions};
pub use event::{Event, EventKind, FORMAT, SkipReason};
pub use path::{LogLine, Path, PathBranch, PathStep, Person, PersonState, StepState, path};
pub use state::{LogAction, LogEntry, Outcome, State, Status, Task, TaskState, Visit, VisitState};
pub use version::FlowVersion;

#[cfg(test)]
mod tests;
