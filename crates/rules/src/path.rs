//! What expressions name.

use std::fmt;

/// Something that an expression reads: `amount`, `lines.amount`, `account.region`,
/// `old.stage`. What a root is only the form can say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// The name, or what stands before the point.
    pub root: Box<str>,
    /// What stands behind the point.
    pub member: Option<Box<str>>,
}

impl Path {
    pub(crate) fn plain(root: &str) -> Self {
        Self { root: root.into(), member: None }
    }

    pub(crate) fn member(root: &str, member: &str) -> Self {
        Self { root: root.into(), member: Some(member.into()) }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        self.member.as_ref().map_or(Ok(()), |member| write!(f, ".{member}"))
    }
}
