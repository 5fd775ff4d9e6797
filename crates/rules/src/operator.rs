//! Operators on terms, with one meaning in formulas and in scripts.
//!
//! Nothing stays nothing: arithmetic with null is null, and so is an ordering, which then
//! counts as no. Equality always answers. `+` with a text joins, null counting as empty.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, MathematicalOps, prelude::ToPrimitive};

use crate::{
    failure::Failure,
    term::{Outcome, Term},
};

const MILLISECONDS_A_DAY: i64 = 86_400_000;
/// The natural logarithm of the largest number, about.
const MAX_LOGARITHM: Decimal = Decimal::from_parts(66, 0, 0, false, 0);

/// A binary operator that needs both of its sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Every operator with its sign.
    pub(crate) const ALL: [(&'static str, Self); 12] = [
        ("+", Self::Add),
        ("-", Self::Subtract),
        ("*", Self::Multiply),
        ("/", Self::Divide),
        ("%", Self::Modulo),
        ("**", Self::Power),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<", Self::Less),
        ("<=", Self::LessOrEqual),
        (">", Self::Greater),
        (">=", Self::GreaterOrEqual),
    ];

    /// The operator with a sign.
    pub(crate) fn from_sign(sign: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == sign).map(|(_, operator)| *operator)
    }

    /// Whether the result is a yes or no.
    pub(crate) fn is_comparison(self) -> bool {
        !matches!(
            self,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Modulo | Self::Power
        )
    }

    /// Applies the operator. `zone` places moments on days and in texts.
    pub(crate) fn apply<'v>(
        self,
        left: &Term<'v>,
        right: &Term<'v>,
        zone: &TimeZone,
    ) -> Outcome<'v> {
        if let (Term::Number(left), Term::Number(right)) = (left, right) {
            return self.apply_to_numbers(*left, *right);
        }
        match self {
            Self::Equal => Ok(is_equal(left, right, zone).into()),
            Self::NotEqual => Ok((!is_equal(left, right, zone)).into()),
            Self::Add => add(left, right, zone),
            _ if matches!((left, right), (Term::Null, _) | (_, Term::Null)) => Ok(Term::Null),
            Self::Subtract => subtract(left, right, zone),
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => {
                let order = compare(left, right, zone).ok_or(Failure::WrongType)?;
                Ok(self.accepts(order).into())
            }
            Self::Multiply | Self::Divide | Self::Modulo | Self::Power => Err(Failure::WrongType),
        }
    }

    fn apply_to_numbers<'v>(self, left: Decimal, right: Decimal) -> Outcome<'v> {
        let number = match self {
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::Multiply => left.checked_mul(right),
            Self::Divide | Self::Modulo if right.is_zero() => return Err(Failure::DivisionByZero),
            Self::Divide => left.checked_div(right),
            Self::Modulo => left.checked_rem(right),
            Self::Power => return power(left, right).map(Term::Number),
            _ => return Ok(self.accepts(left.cmp(&right)).into()),
        };
        number.map(Term::Number).ok_or(Failure::OutOfRange)
    }

    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::NotEqual => order.is_ne(),
            _ => order.is_eq(),
        }
    }
}

/// Raises to a power; whole powers are exact as far as 28 digits go.
pub(crate) fn power(base: Decimal, exponent: Decimal) -> Result<Decimal, Failure> {
    if base.is_zero() && exponent.is_sign_negative() && !exponent.is_zero() {
        return Err(Failure::DivisionByZero);
    }
    let whole = exponent.is_integer().then(|| exponent.to_i64()).flatten();
    let raised = match whole {
        Some(whole) => base.checked_powi(whole),
        None => fractional_power(base, exponent),
    };
    raised.ok_or(Failure::OutOfRange)
}

/// A power by way of logarithms, refused early where the result has no place in 28 digits:
/// the series behind it would go on for long.
fn fractional_power(base: Decimal, exponent: Decimal) -> Option<Decimal> {
    if base.is_zero() {
        return Some(Decimal::ZERO);
    }
    let logarithm = base.checked_ln()?.checked_mul(exponent)?;
    if logarithm.abs() <= MAX_LOGARITHM {
        return logarithm.checked_exp();
    }
    logarithm.is_sign_negative().then_some(Decimal::ZERO)
}

/// The opposite number.
pub(crate) fn negate<'v>(term: &Term<'v>) -> Outcome<'v> {
    match term {
        Term::Null => Ok(Term::Null),
        Term::Number(number) => Ok(Term::Number(-number)),
        _ => Err(Failure::WrongType),
    }
}

/// Whether two values are the same. An empty text is nothing; a text may spell a day.
pub(crate) fn is_equal(left: &Term<'_>, right: &Term<'_>, zone: &TimeZone) -> bool {
    match (left, right) {
        (Term::List(left), Term::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| is_equal(left, right, zone))
        }
        _ if left.is_empty() || right.is_empty() => left.is_empty() && right.is_empty(),
        _ => compare(left, right, zone).is_some_and(Ordering::is_eq),
    }
}

/// The order of two values of the same type; a day and a moment compare as days.
pub(crate) fn compare(left: &Term<'_>, right: &Term<'_>, zone: &TimeZone) -> Option<Ordering> {
    match (left, right) {
        (Term::Number(left), Term::Number(right)) => Some(left.cmp(right)),
        (Term::Text(left), Term::Text(right)) => Some(left.cmp(right)),
        (Term::Bool(left), Term::Bool(right)) => Some(left.cmp(right)),
        (Term::Instant(left), Term::Instant(right)) => Some(left.cmp(right)),
        (Term::Instant(left), Term::Text(right)) if right.len() > 10 => {
            Some(left.cmp(&right.parse().ok()?))
        }
        (Term::Text(_), Term::Instant(_)) => compare(right, left, zone).map(Ordering::reverse),
        (Term::Date(_) | Term::Instant(_), _) | (_, Term::Date(_)) => {
            Some(day_of(left, zone)?.cmp(&day_of(right, zone)?))
        }
        _ => None,
    }
}

/// The day of a day, of a moment, or that a text spells.
pub(crate) fn day_of(term: &Term<'_>, zone: &TimeZone) -> Option<Date> {
    match term {
        Term::Date(date) => Some(*date),
        Term::Instant(instant) => Some(zone.to_datetime(*instant).date()),
        Term::Text(text) if text.len() == 10 => text.parse().ok(),
        _ => None,
    }
}

/// A day some days later. Part of a day does not count.
pub(crate) fn later_day(date: Date, days: Decimal) -> Result<Date, Failure> {
    let days = days.trunc().to_i32().ok_or(Failure::OutOfRange)?;
    // jiff refuses a span beyond its own range by an error, but `days()` would panic.
    let span = jiff::Span::new().try_days(days).map_err(|_| Failure::OutOfRange)?;
    let later = date.checked_add(span).map_err(|_| Failure::OutOfRange)?;
    if later.year() < 1 { Err(Failure::OutOfRange) } else { Ok(later) }
}

fn later_instant(instant: Timestamp, days: Decimal) -> Result<Timestamp, Failure> {
    let milliseconds = days.checked_mul(Decimal::from(MILLISECONDS_A_DAY));
    let milliseconds = milliseconds.and_then(|n| n.to_i64()).ok_or(Failure::OutOfRange)?;
    let duration = SignedDuration::from_millis(milliseconds);
    instant.checked_add(duration).map_err(|_| Failure::OutOfRange)
}

fn add<'v>(left: &Term<'v>, right: &Term<'v>, zone: &TimeZone) -> Outcome<'v> {
    match (left, right) {
        (Term::Text(_), _) | (_, Term::Text(_)) => {
            let mut joined = left.display(zone).into_owned();
            joined.push_str(&right.display(zone));
            Term::text(joined)
        }
        (Term::Null, _) | (_, Term::Null) => Ok(Term::Null),
        (Term::Date(date), Term::Number(days)) | (Term::Number(days), Term::Date(date)) => {
            later_day(*date, *days).map(Term::Date)
        }
        (Term::Instant(instant), Term::Number(days))
        | (Term::Number(days), Term::Instant(instant)) => {
            later_instant(*instant, *days).map(Term::Instant)
        }
        _ => Err(Failure::WrongType),
    }
}

fn subtract<'v>(left: &Term<'v>, right: &Term<'v>, zone: &TimeZone) -> Outcome<'v> {
    match (left, right) {
        (Term::Date(date), Term::Number(days)) => later_day(*date, -days).map(Term::Date),
        (Term::Instant(instant), Term::Number(days)) => {
            later_instant(*instant, -days).map(Term::Instant)
        }
        (Term::Instant(left), Term::Instant(right)) => {
            let milliseconds = left.as_millisecond().saturating_sub(right.as_millisecond());
            Ok((Decimal::from(milliseconds) / Decimal::from(MILLISECONDS_A_DAY)).into())
        }
        (Term::Date(_) | Term::Instant(_), Term::Date(_) | Term::Instant(_)) => {
            let (left, right) = (day_of(left, zone), day_of(right, zone));
            let (left, right) = left.zip(right).ok_or(Failure::WrongType)?;
            Ok(days_between(right, left).into())
        }
        _ => Err(Failure::WrongType),
    }
}

/// The days from one day to another; negative when the other is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}
