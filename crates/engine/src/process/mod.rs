//! Processes: starting one, doing its tasks, and seeing how far it is.
//!
//! The `flow` crate decides; this writes what it decided, in the transaction of the change
//! that led to it.

mod act;
mod drive;
mod effect;
mod facts;
mod picture;
mod task;
mod versions;

pub use act::TaskAnswer;
pub(crate) use drive::{can_withdraw, start, submit_again};
pub use task::{OpenTask, TaskEntry, TaskKind};
pub(crate) use task::{participant_access, task_access};
pub(crate) use versions::Versions;
