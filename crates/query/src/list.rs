//! Lists of records: filtered, searched, sorted and paged.

use formwork_model::{FieldKey, Filter, FormModel, Problems, document::Sort, form::Forms};

use crate::{Dialect, FormAccess, Statement};

/// Most rows of a page for people.
pub const MAX_LIMIT: u32 = 200;
/// Most rows of a page for [`FormAccess::system`].
pub const MAX_SYSTEM_LIMIT: u32 = 1000;

/// Which part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Page {
    /// From the start.
    #[default]
    First,
    /// After the row with this token; see [`crate::cursor_token`].
    After(String),
    /// The page of this number, from 1. Costs more the further it goes.
    Number(u32),
}

/// A list of records.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Which records.
    pub filter: Option<Filter>,
    /// A text that the title contains.
    pub search: Option<String>,
    /// In which order; none is newest first. The id breaks ties.
    pub sort: Vec<Sort>,
    /// Most rows; larger than allowed is taken as the most that is allowed.
    pub limit: u32,
    /// Which part.
    pub page: Page,
    /// The fields to answer with, `id` and `version` always; none is all but subforms.
    pub fields: Option<Vec<FieldKey>>,
}

/// A page of records. Columns: `json` TEXT, one record; `cursor` TEXT, for
/// [`crate::cursor_token`].
///
/// # Errors
/// Problems under `/filter`, `/sort`, `/fields`, `/search` or `/cursor`.
pub fn list(
    _dialect: Dialect,
    _forms: &dyn Forms,
    _form: &FormModel,
    _access: &FormAccess,
    _query: &ListQuery,
) -> Result<Statement, Problems> {
    Err(Problems::new())
}

/// How many records pass the filter and the search: one integer.
///
/// # Errors
/// As [`list`].
pub fn count(
    _dialect: Dialect,
    _forms: &dyn Forms,
    _form: &FormModel,
    _access: &FormAccess,
    _query: &ListQuery,
) -> Result<Statement, Problems> {
    Err(Problems::new())
}

/// What is wrong with a filter over a form, whoever uses it.
pub fn check_filter(_forms: &dyn Forms, _form: &FormModel, _filter: &Filter) -> Problems {
    Problems::new()
}
