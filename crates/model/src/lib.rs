//! What an app is, as data: keys, documents, field kinds, values, problems and
//! the difference between two revisions of a form.
//!
//! Pure: no clock, no random numbers, no I/O. Everything an admin builds is one of
//! the documents in [`document`]; everything a user types becomes a [`Value`]
//! through the [`kind::FieldKind`] of its field, or a [`Problem`] that says where
//! and why not.

pub mod change;
pub mod document;
pub mod filter;
pub mod form;
pub mod format;
pub mod key;
pub mod kind;
pub mod locale;
pub mod mention;
pub mod name;
pub mod problem;
pub mod record_schema;
pub mod registry;
pub mod schema;
pub mod value;

pub use filter::{Condition, Filter, Operator};
pub use form::{FieldModel, FormModel, SubformModel};
pub use key::{AppKey, DocumentKey, FieldKey, FormKey};
pub use kind::{FieldKind, Storage};
pub use locale::{Locale, Localized};
pub use problem::{Problem, Problems};
pub use value::{SubformRow, Value, Values};
