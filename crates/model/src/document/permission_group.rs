//! A permission group: who may do what with which records and fields.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AppKey, DocumentKey, Filter, FormKey, Localized};

/// Operations, scopes and field masks for a set of members. What several groups grant
/// adds up.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PermissionGroup {
    /// Permanent key.
    pub key: DocumentKey,
    /// The app that it belongs to.
    pub app: AppKey,
    /// Name.
    pub label: Localized,
    /// Who is in the group.
    pub members: GroupMembers,
    /// What is granted, by form.
    #[serde(default)]
    pub forms: IndexMap<FormKey, FormGrant>,
    /// The dashboards that can be opened.
    #[serde(default)]
    pub dashboards: Vec<DocumentKey>,
}

/// Who is in a group: anyone who matches one of the lists.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMembers {
    /// Every active member.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everyone: bool,
    /// Role keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Department ids, those below included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
    /// Member ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

/// What a group grants on one form.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormGrant {
    /// What may be done. Viewing comes with every other operation but `create`.
    pub operations: Vec<Operation>,
    /// With which records. A new or changed record must lie in it too.
    pub scope: Scope,
    /// Whether members may move records out of the scope: give them to others, or make them
    /// for others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hand_over: bool,
    /// Fields, or `subform.column`, that are not shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Fields, or `subform.column`, that are shown but cannot be changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_only: Vec<String>,
}

/// What can be done with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// See records.
    View,
    /// Make new records.
    Create,
    /// Change records.
    Update,
    /// Delete records.
    Delete,
    /// Take records out in bulk.
    Export,
}

/// Which records a grant reaches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those that the member owns.
    Own,
    /// Those of the member's departments.
    Department,
    /// Those of the member's departments and the ones below.
    DepartmentAndBelow,
    /// All.
    All,
    /// Those that pass a filter.
    Filter(Filter),
}
