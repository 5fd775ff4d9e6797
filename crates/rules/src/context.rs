//! What an expression is evaluated against: the moment, the reader, and the values.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{FieldKey, FieldModel, Value, Values};
use indexmap::IndexMap;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{Path, failure::Failure, failures::Failures};

/// Values of linked records by record id, as far as they were loaded.
pub type Links = HashMap<String, Arc<Values>>;

/// The circumstances of an evaluation. Everything that varies is handed in.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The moment that `NOW()` gives.
    pub now: Timestamp,
    /// The day that `TODAY()` gives, in the organisation's time zone.
    pub today: Date,
    /// The organisation's time zone, for the day and hour of a moment.
    pub time_zone: &'a TimeZone,
    /// The member who acts.
    pub me: &'a str,
    /// Their department.
    pub my_department: Option<&'a str>,
    /// The linked records that expressions may read.
    pub links: &'a Links,
}

/// The values that names in an expression stand for.
///
/// A plain name is a column of the row, when there is a row and it has that column, and
/// else a field of the record. `record`, `row`, `old` and `target` name a set of values.
#[derive(Debug, Clone, Copy)]
pub struct Variables<'a> {
    pub(crate) record: &'a Values,
    pub(crate) row: Option<&'a Values>,
    /// The columns of the row, where the subform is known.
    pub(crate) columns: Option<&'a IndexMap<FieldKey, FieldModel>>,
    pub(crate) old: Option<&'a Values>,
    pub(crate) target: Option<&'a Values>,
    /// The formulas that failed: whoever reads them fails for the same reason.
    pub(crate) failures: Option<&'a Failures>,
    /// The subform and the place of the row in it.
    pub(crate) row_at: Option<(&'a str, usize)>,
}

impl<'a> Variables<'a> {
    /// The fields of a record.
    pub fn of(record: &'a Values) -> Self {
        Self {
            record,
            row: None,
            columns: None,
            old: None,
            target: None,
            failures: None,
            row_at: None,
        }
    }

    /// Tells which formulas of the record failed.
    #[must_use]
    pub fn with_failures(self, failures: &'a Failures) -> Self {
        Self { failures: Some(failures).filter(|failures| !failures.is_empty()), ..self }
    }

    /// Adds the subform row in which the expression stands.
    #[must_use]
    pub fn in_row(self, row: &'a Values) -> Self {
        Self { row: Some(row), ..self }
    }

    /// Adds the record before the change, for `old.stage`.
    #[must_use]
    pub fn with_old(self, old: &'a Values) -> Self {
        Self { old: Some(old), ..self }
    }

    /// Adds the other record of an action, for `target.amount`.
    #[must_use]
    pub fn with_target(self, target: &'a Values) -> Self {
        Self { target: Some(target), ..self }
    }

    /// Why what a path reads could not be computed, if it could not.
    pub(crate) fn failure(&self, path: &Path) -> Option<Failure> {
        let failures = self.failures?;
        let root = &*path.root;
        let column = |column: &str| {
            let (subform, row) = self.row_at?;
            failures.cell(subform, row, column)
        };
        let is_column = |name: &str| self.columns.is_some_and(|all| all.contains_key(name));
        match path.member.as_deref() {
            None if is_column(root) => column(root),
            None => failures.field(root),
            Some(member) if root == "record" => failures.field(member),
            Some(member) if root == "row" => column(member),
            Some(member) => failures.any_cell(root, member),
        }
    }

    /// What a plain name stands for. A column of the row without a value is null, not the
    /// record's field of the same name.
    pub(crate) fn plain(&self, name: &str) -> Option<&'a Value> {
        let in_row = self.row.and_then(|row| row.get(name));
        in_row.or_else(|| {
            let is_column = self.columns.is_some_and(|columns| columns.contains_key(name));
            if is_column { None } else { self.record.get(name) }
        })
    }

    /// The set of values that a root such as `old` names, when it was given.
    pub(crate) fn set(&self, root: &str) -> Option<&'a Values> {
        match root {
            "record" => Some(self.record),
            "row" => self.row,
            "old" => self.old,
            "target" => self.target,
            _ => None,
        }
    }
}
