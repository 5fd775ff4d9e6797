//! Numbers one at a time. Everything is exact to 28 digits.

use rust_decimal::{Decimal, MathematicalOps, RoundingStrategy};

use super::{Arguments, Function, eager};
use crate::{
    failure::Failure,
    operator,
    term::{Outcome, Term},
};

/// Most places to which a number is rounded, before or behind the point.
const MAX_PLACES: i64 = 20;

pub(super) const FUNCTIONS: &[Function] = &[
    eager("ABS", "ABS(number)", (1, 1), |args| map(args, |n| Ok(n.abs()))),
    eager("INT", "INT(number)", (1, 1), |args| map(args, |n| Ok(n.floor()))),
    eager("ROUND", "ROUND(number[, places])", (1, 2), |args| {
        round(args, RoundingStrategy::MidpointAwayFromZero)
    }),
    eager("ROUNDUP", "ROUNDUP(number[, places])", (1, 2), |args| {
        round(args, RoundingStrategy::AwayFromZero)
    }),
    eager("ROUNDDOWN", "ROUNDDOWN(number[, places])", (1, 2), |args| {
        round(args, RoundingStrategy::ToZero)
    }),
    eager("CEILING", "CEILING(number[, step])", (1, 2), |args| {
        to_multiple(args, |quotient| quotient.ceil())
    }),
    eager("FLOOR", "FLOOR(number[, step])", (1, 2), |args| {
        to_multiple(args, |quotient| quotient.floor())
    }),
    eager("MOD", "MOD(number, divisor)", (2, 2), modulo),
    eager("POWER", "POWER(number, exponent)", (2, 2), |args| {
        let (Some(base), Some(exponent)) = (args.number(0)?, args.number(1)?) else {
            return Ok(Term::Null);
        };
        operator::power(base, exponent).map(Term::Number)
    }),
    eager("SQRT", "SQRT(number)", (1, 1), |args| {
        map(args, |n| n.sqrt().ok_or(Failure::OutOfRange))
    }),
];

fn map<'v>(
    args: Arguments<'_, 'v>,
    change: impl Fn(Decimal) -> Result<Decimal, Failure>,
) -> Outcome<'v> {
    args.number(0)?.map_or(Ok(Term::Null), |number| change(number).map(Term::Number))
}

fn round<'v>(args: Arguments<'_, 'v>, strategy: RoundingStrategy) -> Outcome<'v> {
    let places = args.integer(1)?.unwrap_or(0);
    map(args, |number| round_to(number, places, strategy))
}

/// Rounds to places behind the point, or before it when negative.
pub(super) fn round_to(
    number: Decimal,
    places: i64,
    strategy: RoundingStrategy,
) -> Result<Decimal, Failure> {
    if !(-MAX_PLACES..=MAX_PLACES).contains(&places) {
        return Err(Failure::OutOfRange);
    }
    if let Ok(places) = u32::try_from(places) {
        return Ok(number.round_dp_with_strategy(places, strategy));
    }
    let unit = Decimal::TEN.checked_powi(-places).ok_or(Failure::OutOfRange)?;
    let units = (number / unit).round_dp_with_strategy(0, strategy);
    units.checked_mul(unit).ok_or(Failure::OutOfRange)
}

/// Rounds to a multiple of the step. A step of the other sign has no meaning for a
/// positive number.
fn to_multiple<'v>(args: Arguments<'_, 'v>, whole: impl Fn(Decimal) -> Decimal) -> Outcome<'v> {
    let step = args.number(1)?.unwrap_or(Decimal::ONE);
    map(args, |number| {
        if step.is_zero() {
            return Err(Failure::DivisionByZero);
        }
        if number > Decimal::ZERO && step < Decimal::ZERO {
            return Err(Failure::OutOfRange);
        }
        let quotient = number.checked_div(step).ok_or(Failure::OutOfRange)?;
        whole(quotient).checked_mul(step).ok_or(Failure::OutOfRange)
    })
}

/// The remainder, with the sign of the divisor.
fn modulo<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let (Some(number), Some(divisor)) = (args.number(0)?, args.number(1)?) else {
        return Ok(Term::Null);
    };
    if divisor.is_zero() {
        return Err(Failure::DivisionByZero);
    }
    let remainder = number.checked_rem(divisor).ok_or(Failure::OutOfRange)?;
    let turned = !remainder.is_zero() && (remainder < Decimal::ZERO) != (divisor < Decimal::ZERO);
    Ok((if turned { remainder + divisor } else { remainder }).into())
}
