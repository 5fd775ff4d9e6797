//! Periods: spans of days, named from today.

use formwork_model::Problem;
use jiff::civil::Date;
use serde_json::Value as Json;

/// A span of days, both ends included; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

/// The span that a period of a filter names, seen from a day.
///
/// # Errors
/// `wrong_type` when it is not a period.
pub fn read_period(_value: &Json, _today: Date) -> Result<Period, Problem> {
    Err(Problem::new("wrong_type").with("expected", "period"))
}
