//! A change in progress: the transaction, the definitions that it uses, in whose name it is
//! made, and what is told when it is committed.

mod after_commit;
mod change;
mod log;
mod reader;

use std::sync::Arc;

use formwork_event::NewEvent;
use formwork_query::FormAccess;
use formwork_rules::{Context, Links};
use formwork_store::Connection;
use jiff::{Timestamp, civil::Date};

use crate::{
    EngineError, EngineResult, caller,
    catalog::{Catalog, CompiledForm},
    principal::{Cause, Principal},
};
pub(crate) use after_commit::{AfterCommit, Wake};
pub(crate) use reader::{EventReader, READERS, keep_reading};

/// What every step of a change needs.
pub(crate) struct Work<'c> {
    /// The transaction.
    pub(crate) connection: &'c mut Connection,
    /// The definitions.
    pub(crate) catalog: Arc<Catalog>,
    /// The moment of the change.
    pub(crate) now: Timestamp,
    /// In whose name it is made.
    pub(crate) principal: Principal,
    /// What led to it.
    pub(crate) cause: Option<Cause>,
    /// What is to be told when it is committed.
    pub(crate) after_commit: AfterCommit,
    /// Events that are not appended yet.
    pub(crate) noted: Vec<NewEvent>,
}

impl Work<'_> {
    /// The day of the change, in the organisation's time zone.
    pub(crate) fn today(&self) -> Date {
        self.catalog.settings.day_of(self.now)
    }

    /// Access to everything, in the name of whoever makes the change.
    pub(crate) fn system_access(&self) -> FormAccess {
        caller::system_access(&self.catalog, self.by(), self.now)
    }

    /// A published form.
    pub(crate) fn form(&self, key: &str) -> EngineResult<Arc<CompiledForm>> {
        self.catalog.compiled(key).cloned().ok_or(EngineError::NotFound)
    }

    /// The member in whose name it is made, as `created_by` and its like have it.
    pub(crate) fn by(&self) -> &str {
        self.principal.by()
    }

    /// The moment as milliseconds, as the engine's own tables keep it.
    pub(crate) fn now_ms(&self) -> i64 {
        self.now.as_millisecond()
    }
}

/// What expressions are evaluated against.
pub(crate) fn rule_context<'a>(
    catalog: &'a Catalog,
    member: &'a str,
    now: Timestamp,
    links: &'a Links,
) -> Context<'a> {
    let directory = &catalog.directory;
    Context {
        now,
        today: catalog.settings.day_of(now),
        time_zone: catalog.settings.zone(),
        me: member,
        my_department: directory.member(member).and_then(|member| member.department.as_deref()),
        links,
    }
}
