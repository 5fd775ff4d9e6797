//! Records: submitting, changing, reading, and everything that hangs on one.
//!
//! Every write, whoever makes it, goes through [`save`].

mod button;
mod columns;
mod comment;
mod conflict;
mod evaluate;
mod fill;
mod history;
mod links;
mod list;
mod mask;
mod open;
mod references;
mod rows;
pub(crate) mod save;
pub(crate) mod stored;
mod submit;
mod typed;
mod write;

pub use button::ButtonOutcome;
pub use evaluate::{Evaluation, EvaluationRequest, FieldState};
pub use history::{FieldChange, HistoryEntry};
pub use list::{AggregateRequest, RecordPage};
pub use open::OpenRecord;
pub use submit::Submission;

pub(crate) use links::LinkLoader;
pub(crate) use list::visible_records;
pub(crate) use open::shown_fields;
pub(crate) use submit::{create_and_start, must_be_version, split_system, typed_values};
