//! Instances of flows: starting one, doing its tasks, and seeing how far it is.
//!
//! The `flow` crate decides; this writes what it decided, in the transaction of the change
//! that led to it.

mod access;
mod act;
mod admin;
mod drive;
mod effect;
mod entry;
mod facts;
mod hand_over;
mod log;
mod picture;
mod running;
mod summary;
mod task;
mod unreadable;
mod versions;

pub(crate) use access::{participant_access, task_access};
pub use act::TaskAnswer;
pub use admin::InstanceInNeed;
pub(crate) use drive::{start, submit_again};
pub use entry::TaskEntry;
pub(crate) use facts::may_repair;
pub use hand_over::Duties;
pub(crate) use hand_over::{duties, follow_roles, hand_over};
pub use picture::OpenInstance;
pub(crate) use running::can_withdraw;
pub use task::{OpenTask, TaskKind};
