//! A script: several steps in rhai, run by a button or at installation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AppKey, DocumentKey, Localized};

/// A rhai script. It reaches records only through the host functions that it is granted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Permanent key.
    pub key: DocumentKey,
    /// The app that it belongs to.
    pub app: AppKey,
    /// Name.
    pub label: Localized,
    /// The rhai source.
    #[schemars(length(max = 200_000))]
    pub source: String,
}
