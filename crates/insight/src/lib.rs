//! The mathematics of analysis: splitting targets, finding where a gap comes from, and
//! the charts of dashboards.
//!
//! Pure, and exact: money is split and explained in whole cents, so that what is shown
//! adds up to the last one.

pub mod attribution;
pub mod shapley;
pub mod split;
