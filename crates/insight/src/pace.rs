//! Pace: how far along a target is for this day of its period.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::number;

/// How far along a target is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pace {
    /// What was planned until today.
    pub plan_to_date: Decimal,
    /// Actual ÷ plan to date.
    pub pace: Option<Decimal>,
    /// Where the period ends at this pace.
    pub forecast: Option<Decimal>,
    /// How much faster than planned the rest has to go: what is left ÷ what was planned for
    /// the rest. None when nothing was planned for the rest.
    pub required_rate: Option<Decimal>,
}

/// What was planned until today: what is past, and of what is running the part of its
/// working days that have elapsed.
pub fn plan_to_date(past: Decimal, running: Decimal, elapsed: u32, working: u32) -> Decimal {
    let part = (running * Decimal::from(elapsed)).checked_div(Decimal::from(working));
    past + part.unwrap_or(running)
}

/// The pace of a target of which `plan_to_date` was planned and `actual` achieved so far.
pub fn pace(target: Decimal, plan_to_date: Decimal, actual: Decimal) -> Pace {
    let exact = actual.checked_div(plan_to_date);
    Pace {
        plan_to_date: plan_to_date.round_dp(2),
        pace: exact.map(number::rate),
        forecast: exact.and_then(|pace| target.checked_mul(pace)).map(|f| f.round_dp(2)),
        required_rate: number::ratio(Some(target - actual), Some(target - plan_to_date)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn june_is_two_thirds_over() {
        let to_date = plan_to_date(3_556_818.into(), 897_727.into(), 14, 21);
        assert_eq!(to_date.round_dp(2).to_string(), "4155302.67");
        let found = pace(10_000_000.into(), to_date, 3_700_000.into());
        assert_eq!(found.pace.unwrap().to_string(), "0.890429");
        assert_eq!(found.forecast.unwrap().to_string(), "8904285.19");
        assert_eq!(found.required_rate.unwrap().to_string(), "1.0779");
    }

    #[test]
    fn no_plan_is_no_pace() {
        let found = pace(Decimal::ZERO, plan_to_date(Decimal::ZERO, Decimal::ZERO, 0, 0), 5.into());
        assert_eq!((found.pace, found.forecast, found.required_rate), (None, None, None));
    }
}
