//! Documents: drafts, checks, the plan of a publish, and publishing.

mod check;
mod draft;
mod formula;
mod nobody;
mod plan;
pub(crate) mod publish;
mod rename;
mod retired;
mod trial;

pub use draft::{DocumentEntry, DraftEntry};
pub use formula::{FormulaForm, FormulaTrial};
pub use plan::PublishPlan;
pub use publish::Published;
