//! In whose name something is done.

use serde::{Deserialize, Serialize};

/// In whose name a change is made. It stands in events and jobs; what it may see and do, the
/// engine decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Principal {
    /// A member, signed in.
    Member {
        /// Member id.
        member: String,
    },
    /// A program with an API key of a member's.
    ApiKey {
        /// The key's public part.
        key: String,
        /// The member whose key it is.
        member: String,
    },
    /// An automation.
    Automation {
        /// The automation's document key.
        automation: String,
        /// The member in whose name it acts.
        member: String,
    },
    /// Somebody who opened a public link.
    PublicLink {
        /// The link's id.
        link: String,
    },
    /// The platform itself.
    System {
        /// What it does so for.
        reason: SystemReason,
        /// The admin in whose name it acts, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<String>,
    },
}

/// What the platform acts for when nobody asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemReason {
    /// What its operator asked for: setting up, installing, the console.
    Operation,
    /// Upkeep: indexes, conversions, sweeping.
    Upkeep,
}

impl Principal {
    /// The kinds, as they are stored.
    pub(crate) const KINDS: &[&str] = &["member", "api_key", "automation", "public_link", "system"];

    /// What stands for the platform, and for strangers, where a member's id is kept.
    pub const NOBODY: &str = "system";

    /// A member, signed in.
    pub fn of_member(member: impl Into<String>) -> Self {
        Self::Member { member: member.into() }
    }

    /// The member in whose name it acts.
    pub fn member(&self) -> Option<&str> {
        match self {
            Self::Member { member }
            | Self::ApiKey { member, .. }
            | Self::Automation { member, .. } => Some(member),
            Self::System { member, .. } => member.as_deref(),
            Self::PublicLink { .. } => None,
        }
    }

    /// What stands in `created_by` and its like: the member's id, or `system`, which is none.
    pub fn by(&self) -> &str {
        self.member().unwrap_or(Self::NOBODY)
    }

    /// The platform, in the name of an admin where there is one.
    pub fn system(reason: SystemReason, member: Option<String>) -> Self {
        Self::System { reason, member }
    }

    /// As it stands beside the member's id: nothing for a member who is signed in, which is
    /// what nearly all are.
    pub fn to_column(&self) -> Option<String> {
        match self {
            Self::Member { .. } => None,
            other => serde_json::to_string(other).ok(),
        }
    }

    /// What [`Principal::to_column`] wrote, beside the member's id.
    ///
    /// # Errors
    /// When it is of a kind that this version does not know, or no principal at all.
    pub fn from_column(by: &str, column: Option<&str>) -> Result<Self, serde_json::Error> {
        match column {
            Some(column) => serde_json::from_str(column),
            // Before there were principals, the platform was a member of this name.
            None if by == Self::NOBODY => Ok(Self::system(SystemReason::Operation, None)),
            None => Ok(Self::of_member(by)),
        }
    }
}
