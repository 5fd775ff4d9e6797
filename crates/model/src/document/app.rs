//! An app: a container of forms and dashboards, with its navigation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AppKey, DocumentKey, FormKey, Localized};

/// An app and its navigation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Permanent key.
    pub key: AppKey,
    /// Name.
    pub label: Localized,
    /// Name of an icon of the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// One of the eight chart colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 8))]
    pub color: Option<u8>,
    /// What stands in the app's navigation.
    #[serde(default)]
    pub navigation: Vec<NavigationGroup>,
}

/// A group of entries under a heading.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NavigationGroup {
    /// The heading; none for the first entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Localized>,
    /// The entries.
    pub items: Vec<NavigationItem>,
}

/// An entry of the navigation. Its label and icon are the document's.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NavigationItem {
    /// A form's records.
    Form(FormKey),
    /// A dashboard.
    Dashboard(DocumentKey),
}
