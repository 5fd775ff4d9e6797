//! Documents: drafts, checks, the plan of a publish, and publishing.

mod check;
mod draft;
mod formula;
mod plan;
pub(crate) mod publish;

pub use draft::{DocumentEntry, DraftEntry};
pub use formula::FormulaTrial;
pub use plan::PublishPlan;
