//! Writing records and their subform rows.

use formwork_model::{FormModel, Problems, Values};
use jiff::Timestamp;

use crate::{Dialect, Statement};

/// The system fields of a new record; it counts as updated when it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    /// A new UUIDv7.
    pub id: String,
    /// The first version.
    pub version: i64,
    /// The form's revision that it was checked against.
    pub revision: i64,
    /// Its title.
    pub title: String,
    /// Who is responsible.
    pub owner: Option<String>,
    /// The department that it belongs to.
    pub department: Option<String>,
    /// Where its process stands; none for forms without one.
    pub flow_status: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// The system fields of a changed record. All of them are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// The record.
    pub id: String,
    /// The version that the change was made from.
    pub expected_version: i64,
    /// The version that it makes.
    pub new_version: i64,
    /// The form's revision that it was checked against.
    pub revision: i64,
    /// Its title.
    pub title: String,
    /// Who is responsible.
    pub owner: Option<String>,
    /// The department that it belongs to.
    pub department: Option<String>,
    /// Where its process stands.
    pub flow_status: Option<String>,
    /// When.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
}

/// A record to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The record.
    pub id: String,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The version that deleting makes.
    pub new_version: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// The statements that store a new record and its subform rows. System fields among the
/// values are passed over: `row` has them. Every subform row has its id already.
///
/// # Errors
/// `unknown_field`, `wrong_type` or `row_without_id`, with pointers into the values: the
/// caller handed in what the form's kinds did not read.
pub fn insert(
    _dialect: Dialect,
    _form: &FormModel,
    _row: &NewRow,
    _values: &Values,
) -> Result<Vec<Statement>, Problems> {
    Ok(Vec::new())
}

/// The statements that store changed values. The first one touches one row when the
/// version is as expected and none otherwise: then the rest must not run. A subform among
/// the values is replaced whole: rows with known ids are changed, others added, missing
/// ones deleted.
///
/// # Errors
/// As [`insert`].
pub fn update(
    _dialect: Dialect,
    _form: &FormModel,
    _change: &RowChange,
    _values: &Values,
) -> Result<Vec<Statement>, Problems> {
    Ok(Vec::new())
}

/// Marks a record as deleted; touches no row when the version is another.
pub fn soft_delete(_dialect: Dialect, _form: &FormModel, _deletion: &Deletion) -> Statement {
    Statement {
        sql: String::new(),
        binds: Vec::new(),
    }
}

/// Finds live records with the values of unique fields: columns `field` TEXT and `id`
/// TEXT, at most one row a field. None when no unique field has a value. `except` is the
/// record itself.
pub fn unique_conflict(
    _dialect: Dialect,
    _form: &FormModel,
    _values: &Values,
    _except: Option<&str>,
) -> Option<Statement> {
    None
}
