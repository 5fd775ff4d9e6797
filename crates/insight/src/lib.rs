//! The mathematics of analysis: splitting targets, finding where a gap comes from, and
//! the charts of dashboards.
//!
//! Pure, and exact: money is split and explained in whole cents, so that what is shown
//! adds up to the last one.

mod answer;
mod attribution;
pub mod chart;
mod check;
pub mod data;
mod filters;
mod frame;
mod kind;
mod number;
pub mod options;
mod pace;
mod progress;
mod question;
pub mod shapley;
mod span;
pub mod split;
mod wish;

pub use answer::AggregateRow;
pub use attribution::{Attribution, AttributionError, FactorEffect, MAX_FACTORS, attribution};
pub use check::check;
pub use data::{ChartData, Drill, LabelSource};
pub use filters::ChartFilters;
pub use kind::{ChartKind, Scene};
pub use pace::{Pace, pace, plan_to_date};
pub use span::Span;
pub use split::{SplitError, split_exact, split_grid};
pub use wish::{IndexWish, index_wishes};
