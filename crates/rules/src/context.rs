//! What an expression is evaluated against: the moment, the reader, and the values.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{FieldKey, FieldModel, Value, Values};
use indexmap::IndexMap;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

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
}

impl<'a> Variables<'a> {
    /// The fields of a record.
    pub fn of(record: &'a Values) -> Self {
        Self { record, row: None, columns: None, old: None, target: None }
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
