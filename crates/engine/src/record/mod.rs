//! Records: submitting, changing, reading, and everything that hangs on one.
//!
//! Every write, whoever makes it, goes through [`save`].

mod batch;
mod before;
mod button;
mod columns;
mod comment;
mod conflict;
mod derive;
mod evaluate;
mod fill;
mod given;
mod held;
mod history;
mod judge;
mod known;
mod links;
mod list;
mod locked;
mod mask;
mod moment;
mod open;
mod references;
mod request;
mod rows;
pub(crate) mod save;
pub(crate) mod save_many;
mod scope;
mod screen;
mod shown;
pub(crate) mod stored;
mod submit;
mod typed;
mod unshown;
mod write;
mod writer;

pub use batch::{BatchItem, BatchMode, BatchOutcome};
pub use button::ButtonOutcome;
pub use evaluate::{Evaluation, EvaluationRequest, FieldState};
pub use history::{FieldChange, HistoryEntry};
pub use list::{AggregateRequest, RecordPage};
pub use open::OpenRecord;
pub use submit::Submission;

pub(crate) use comment::has_control;
pub(crate) use links::LinkLoader;
pub(crate) use list::visible_records;
pub(crate) use locked::failed_formulas;
pub(crate) use open::shown_fields;
pub(crate) use submit::{create_and_start, must_be_version};
pub(crate) use typed::typed_values;
