//! What events have to say, by kind. Members that an event does not know are passed over, so
//! that a newer program may add some; one that changes its meaning is a new format.

use formwork_model::{Localized, Problem, document::DocumentKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The field's key, or a system field.
    pub field: String,
    /// The value before.
    #[serde(default)]
    pub from: Json,
    /// The value after.
    #[serde(default)]
    pub to: Json,
}

/// A record was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordCreated {
    /// The record's version afterwards.
    pub version: i64,
    /// Every value that it began with.
    pub values: Map<String, Json>,
}

/// Fields of a record changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordUpdated {
    /// The record's version afterwards.
    pub version: i64,
    /// What changed from what to what.
    pub changes: Vec<Change>,
}

/// A record was deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordDeleted {
    /// The record's version afterwards.
    pub version: i64,
    /// What it was called.
    pub title: String,
}

/// A record was submitted to its flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceSubmitted {
    /// The flow's key.
    pub flow: String,
}

/// The starter took the record back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceWithdrawn {
    /// Why.
    pub comment: Option<String>,
}

/// Somebody answered a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskAnswered {
    /// The step's key.
    pub step: Option<String>,
    /// The step's name then.
    pub label: Option<Localized>,
    /// What they said.
    pub comment: Option<String>,
    /// The version of the record that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// An admin of a flow stepped in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceAdministered {
    /// The key of the step where the instance stood.
    pub step: Option<String>,
    /// The step's name then.
    pub label: Option<Localized>,
    /// Why.
    pub comment: String,
    /// How it was.
    pub before: Standing,
    /// What it became.
    pub after: Standing,
}

/// What an admin of a flow changes: of these, what it is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Whose the task is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The key of the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The step's name then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Localized>,
    /// The status of the instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why it could not go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Problem>,
}

/// Which document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentName {
    /// Its kind.
    pub kind: DocumentKind,
    /// Its key, unique within the kind.
    pub key: String,
}

/// A document was published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentPublished {
    /// Which.
    pub document: DocumentName,
    /// The new revision.
    pub revision: i64,
    /// What it is called.
    pub label: Localized,
}

/// A member was added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberAdded {
    /// Member id.
    pub member: String,
    /// The name to sign in with.
    pub account: String,
    /// The name that others see.
    pub name: String,
    /// Role keys.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// A member was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberChanged {
    /// Member id.
    pub member: String,
    /// What of them, such as `roles`.
    pub changed: Vec<String>,
}

/// A department was added or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DepartmentSaved {
    /// Department id.
    pub department: String,
    /// Its name.
    pub name: Localized,
}

/// A role was added or renamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleSaved {
    /// Role key.
    pub role: String,
    /// Its name.
    pub label: Localized,
}
