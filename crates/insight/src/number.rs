//! Derived numbers: none where a division has no answer.

use rust_decimal::{Decimal, RoundingStrategy};

/// Places of rates: a hundredth of a percent, twice over.
const RATE_PLACES: u32 = 6;

/// `part ÷ whole`; none when the whole is zero.
pub(crate) fn ratio(part: Option<Decimal>, whole: Option<Decimal>) -> Option<Decimal> {
    part?.checked_div(whole?).map(rate)
}

/// `now ÷ before − 1`; none unless the base is above zero.
pub(crate) fn growth(now: Option<Decimal>, before: Option<Decimal>) -> Option<Decimal> {
    let before = before.filter(|before| *before > Decimal::ZERO)?;
    now?.checked_div(before).map(|quotient| rate(quotient - Decimal::ONE))
}

/// `now − before`.
pub(crate) fn difference(now: Option<Decimal>, before: Option<Decimal>) -> Option<Decimal> {
    now?.checked_sub(before?)
}

/// Rounds a rate.
pub(crate) fn rate(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(RATE_PLACES, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(number: i64) -> Option<Decimal> {
        Some(Decimal::from(number))
    }

    #[test]
    fn what_cannot_be_computed_is_none() {
        assert_eq!(ratio(some(1), some(0)), None);
        assert_eq!(ratio(some(1), None), None);
        assert_eq!(ratio(some(2), some(3)).unwrap().to_string(), "0.666667");
        assert_eq!(growth(some(5), some(0)), None);
        assert_eq!(growth(some(5), some(-4)), None);
        assert_eq!(growth(some(11), some(10)).unwrap().to_string(), "0.1");
        assert_eq!(difference(some(3), some(5)), some(-2));
    }
}
