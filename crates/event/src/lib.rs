//! What happened, as it stands in the event log: the envelope, the kinds of events with what
//! each has to say, and in whose name things are done.
//!
//! Events are kept for ever and read by programs older and newer than the one that wrote
//! them. So each carries a format number; [`Stored::read`] takes any format that ever was up
//! to the current one, and tells what is newer apart from what is broken.

mod detail;
mod envelope;
mod kind;
mod principal;
mod upgrade;

pub use detail::{
    Change, DepartmentSaved, DocumentName, DocumentPublished, InstanceAdministered,
    InstanceSubmitted, InstanceWithdrawn, MemberAdded, MemberChanged, RecordCreated, RecordDeleted,
    RecordUpdated, RoleSaved, Standing, TaskAnswered,
};
pub use envelope::{Event, FORMAT, NewEvent, Stored, Unreadable};
pub use kind::{Detail, EventKind};
pub use principal::{Principal, SystemReason};
