//! The kinds of events, by their stable names.

use serde_json::Value as Json;

use crate::detail::{
    DepartmentSaved, DocumentPublished, InstanceAdministered, InstanceSubmitted, InstanceWithdrawn,
    MemberAdded, MemberChanged, RecordCreated, RecordDeleted, RecordUpdated, RoleSaved,
    TaskAnswered,
};

/// One line for each kind: its variant, its name in the log, and what it has to say.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal: $detail:ty,)*) => {
        /// What kind of change an event tells of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $($(#[$doc])* $kind,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name in the log and on the wire, the same for ever.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }

        /// What an event of each kind has to say.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Detail {
            $($(#[$doc])* $kind($detail),)*
        }

        impl Detail {
            /// The kind of event that it belongs to.
            pub fn kind(&self) -> EventKind {
                match self {
                    $(Self::$kind(_) => EventKind::$kind,)*
                }
            }

            /// As JSON.
            pub fn to_json(&self) -> Json {
                let json = match self {
                    $(Self::$kind(detail) => serde_json::to_value(detail),)*
                };
                json.unwrap_or_default()
            }

            /// As the text that is stored. It is made of texts, numbers and lists alone, so
            /// that it cannot fail in practice.
            pub(crate) fn to_text(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$kind(detail) => serde_json::to_string(detail),)*
                }
            }

            pub(crate) fn from_json(
                kind: EventKind,
                json: Json,
            ) -> Result<Self, serde_json::Error> {
                Ok(match kind {
                    $(EventKind::$kind => Self::$kind(serde_json::from_value(json)?),)*
                })
            }
        }
    };
}

kinds! {
    /// A record was made.
    RecordCreated = "record_created": RecordCreated,
    /// Fields of a record changed.
    RecordUpdated = "record_updated": RecordUpdated,
    /// A record was deleted.
    RecordDeleted = "record_deleted": RecordDeleted,
    /// A record was submitted to its flow, for the first time or again.
    InstanceSubmitted = "process_submitted": InstanceSubmitted,
    /// The starter took the record back.
    InstanceWithdrawn = "process_withdrawn": InstanceWithdrawn,
    /// A task was approved.
    TaskApproved = "process_approved": TaskAnswered,
    /// A task was rejected, and with it the instance.
    TaskRejected = "process_rejected": TaskAnswered,
    /// A record was returned to an earlier step or its starter.
    TaskReturned = "process_returned": TaskAnswered,
    /// A task was handed on.
    TaskTransferred = "process_transferred": TaskAnswered,
    /// An admin of the flow gave a task to somebody else.
    TaskReassigned = "process_reassigned": InstanceAdministered,
    /// An admin of the flow made an instance go on elsewhere.
    InstanceJumped = "process_jumped": InstanceAdministered,
    /// An admin of the flow ended an instance.
    InstanceEnded = "process_ended": InstanceAdministered,
    /// An admin of the flow let a stuck instance try again.
    InstanceResumed = "process_resumed": InstanceAdministered,
    /// A document was published.
    DocumentPublished = "document_published": DocumentPublished,
    /// A member was added.
    MemberAdded = "member_added": MemberAdded,
    /// A member was changed.
    MemberChanged = "member_changed": MemberChanged,
    /// A department was added or changed.
    DepartmentSaved = "department_saved": DepartmentSaved,
    /// A role was added or renamed.
    RoleSaved = "role_saved": RoleSaved,
}

impl EventKind {
    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}
