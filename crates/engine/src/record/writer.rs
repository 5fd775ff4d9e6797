//! Who writes a record, and with what rights.

use formwork_query::FormAccess;

/// In whose right a record is written. What privileged writers may do beyond a person stands
/// here and nowhere else.
pub(crate) enum Writer {
    /// A person with the access under which the record is written. What is typed is bound by
    /// the rules of the record as it was, links lead to records that the person sees and that
    /// the link offers, and the record stays where the person may write it.
    Member(Box<FormAccess>),
    /// A step of a flow. It may set fields that nobody can type into, and link to records that
    /// whoever acts does not see.
    Flow,
    /// A script of an app: as a flow.
    Script,
    /// The maker of example data: as a script, and it tells of the past.
    Seed,
}

impl Writer {
    /// The access of a person; none for all others.
    pub(crate) fn access(&self) -> Option<&FormAccess> {
        match self {
            Self::Member(access) => Some(access),
            Self::Flow | Self::Script | Self::Seed => None,
        }
    }

    /// Whether what is set stays against what a stamp says.
    pub(super) fn outranks_stamps(&self) -> bool {
        self.access().is_none()
    }
}

/// How complete and correct a record must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// It keeps every rule.
    Whole,
    /// It keeps every rule, but for checks that were broken before and that nothing of the
    /// change concerns: a person is not held up by what another record has become.
    Touched,
    /// It keeps every rule that it kept before: for writers who cannot answer for what others
    /// left behind.
    NoWorse,
    /// Nothing yet: a draft, or the state of an instance, which must be able to end whatever
    /// the record holds.
    Nothing,
}
