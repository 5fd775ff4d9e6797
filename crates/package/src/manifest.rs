//! What a package says about itself.

use formwork_model::{AppKey, Localized};
use serde::{Deserialize, Serialize};

/// The content of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The key of the package and of its app.
    pub key: AppKey,
    /// The version, three numbers with dots between.
    pub version: String,
    /// Name.
    pub label: Localized,
    /// One or two sentences.
    #[serde(default)]
    pub description: Localized,
    /// The roles that its documents speak of; an installation makes those that are missing.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Path of the script that makes example data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demo: Option<String>,
}

/// A role of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Permanent key.
    pub key: String,
    /// Name.
    pub label: Localized,
}

impl Manifest {
    /// Whether the version is three numbers with dots between.
    pub(crate) fn has_sound_version(&self) -> bool {
        let parts: Vec<_> = self.version.split('.').collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
    }
}
