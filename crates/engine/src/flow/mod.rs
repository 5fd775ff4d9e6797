//! Instances of flows: starting one, doing its tasks, and seeing how far it is.
//!
//! The `flow` crate decides; this writes what it decided, in the transaction of the change
//! that led to it.

mod access;
mod act;
mod drive;
mod effect;
mod entry;
mod facts;
mod log;
mod picture;
mod running;
mod summary;
mod task;
mod versions;

pub(crate) use access::{participant_access, task_access};
pub use act::TaskAnswer;
pub(crate) use drive::{start, submit_again};
pub use entry::TaskEntry;
pub(crate) use running::can_withdraw;
pub use task::{OpenTask, TaskKind};
