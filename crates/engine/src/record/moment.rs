//! In whose name and when a record is derived and judged.

use formwork_rules::{Context, Links};
use jiff::Timestamp;

use super::known::Known;
use crate::{catalog::Catalog, work::rule_context};

/// In whose name and when a record is derived.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) member: &'a str,
    pub(super) now: Timestamp,
    /// What has been read for many records at once.
    pub(super) known: Option<&'a Known>,
}

impl<'a> Moment<'a> {
    /// The moment of a single record.
    pub(super) fn new(catalog: &'a Catalog, member: &'a str, now: Timestamp) -> Self {
        Self { catalog, member, now, known: None }
    }

    /// What expressions are evaluated against.
    pub(super) fn context(&self, links: &'a Links) -> Context<'a> {
        rule_context(self.catalog, self.member, self.now, links)
    }
}
