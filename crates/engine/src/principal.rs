//! In whose name changes are made, and what led to them.

pub use formwork_event::{Principal, SystemReason};

use crate::{Caller, Proof};

/// What led to a change, where that was another one: it stands in the events of the change
/// and in the jobs that it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cause {
    /// The event.
    pub(crate) event: i64,
    /// How many stand before it in the chain.
    pub(crate) depth: i64,
}

/// Where a change comes from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// In whose name it is made.
    pub(crate) principal: Principal,
    /// What led to it.
    pub(crate) cause: Option<Cause>,
    /// Who asks for it, when somebody does: looked at again inside the transaction.
    pub(crate) caller: Option<Caller>,
}

impl From<Principal> for Origin {
    fn from(principal: Principal) -> Self {
        Self { principal, cause: None, caller: None }
    }
}

impl From<Caller> for Origin {
    fn from(caller: Caller) -> Self {
        Self { principal: caller.principal(), cause: None, caller: Some(caller) }
    }
}

impl Caller {
    /// In whose name what the caller asks for is done.
    pub fn principal(&self) -> Principal {
        match &self.proof {
            Proof::Member | Proof::Session(_) => Principal::of_member(&self.member),
            Proof::Key { id, .. } => {
                Principal::ApiKey { key: id.clone(), member: self.member.clone() }
            }
            Proof::Platform => {
                let member = Some(&self.member).filter(|member| *member != Principal::NOBODY);
                Principal::system(SystemReason::Operation, member.cloned())
            }
        }
    }
}
