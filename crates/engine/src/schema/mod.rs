//! The tables behind forms: what exists, what published documents want of them, and the
//! work that brings one to the other, at once or deferred.

mod apply;
mod conversion;
mod doctor;
mod existing;
mod foresee;
mod index;
mod left;
mod level;
mod names;
mod past;
mod prepare;
mod report;
mod reshape;
mod switch;
mod work;

pub(crate) use apply::{apply, apply_for_dashboard};
pub(crate) use conversion::convert_now;
pub(crate) use existing::{adopt, columns_before, existing, wanted_of};
pub(crate) use foresee::{Foreseen, shared_in_index};
pub(crate) use prepare::{Preparation, prepare, unfinished};

pub use doctor::SchemaFinding;
pub use left::ConversionEntry;
pub use report::{ConversionReport, LostValue};
pub(crate) use switch::record_conversions;
pub use work::DeferredWork;
