//! Numbers and days in a given look: `TEXT(amount, "#,##0.00")`, `TEXT(due, "yyyy年M月d日")`.

use jiff::{civil::DateTime, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{
    failure::Failure,
    term::{Outcome, Term},
};

/// Most places behind the point that a format may ask for.
const MAX_PLACES: usize = 20;

/// A value in a format. Without a format it is shown as usual.
pub(super) fn apply<'v>(value: &Term<'v>, format: &str, zone: &TimeZone) -> Outcome<'v> {
    match value {
        Term::Number(number) if !format.is_empty() => Term::text(number_text(*number, format)?),
        Term::Date(date) if !format.is_empty() => {
            Term::text(date_text(date.at(0, 0, 0, 0), format))
        }
        Term::Instant(instant) if !format.is_empty() => {
            Term::text(date_text(zone.to_datetime(*instant), format))
        }
        other => Term::text(other.display(zone).into_owned()),
    }
}

/// `0` and `#` behind the point are places, a comma groups by thousands, `%` multiplies by
/// a hundred; what stands before and behind is kept.
fn number_text(number: Decimal, format: &str) -> Result<String, Failure> {
    let is_pattern = |c: char| matches!(c, '0' | '#' | ',' | '.');
    let Some(start) = format.find(is_pattern) else {
        return Ok(format.to_owned());
    };
    let pattern: &str = format.get(start..).unwrap_or_default();
    let length = pattern.find(|c| !is_pattern(c)).unwrap_or(pattern.len());
    let (pattern, suffix) = pattern.split_at(length);
    let (whole, fraction) = pattern.split_once('.').unwrap_or((pattern, ""));
    if fraction.len() > MAX_PLACES {
        return Err(Failure::OutOfRange);
    }
    let scaled = if suffix.starts_with('%') {
        number.checked_mul(Decimal::ONE_HUNDRED).ok_or(Failure::OutOfRange)?
    } else {
        number
    };
    let places = u32::try_from(fraction.len()).map_err(|_| Failure::OutOfRange)?;
    let rounded = scaled.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let shown = format!("{:.*}", fraction.len(), rounded.abs());
    let (digits, behind) = shown.split_once('.').unwrap_or((&shown, ""));
    let digits = format!("{digits:0>width$}", width = whole.matches('0').count());
    let digits = if whole.contains(',') { grouped(&digits) } else { digits };
    let optional = fraction.len() - fraction.trim_end_matches('#').len();
    let kept = behind.len() - optional;
    let behind = format!(
        "{}{}",
        behind.get(..kept).unwrap_or_default(),
        behind.get(kept..).unwrap_or_default().trim_end_matches('0')
    );
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "-" } else { "" };
    let point = if behind.is_empty() { "" } else { "." };
    let prefix = format.get(..start).unwrap_or_default();
    Ok(format!("{sign}{prefix}{digits}{point}{behind}{suffix}"))
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `yyyy`, `M` or `MM`, `d` or `dd`, `H` or `HH`, `mm`, `ss`; everything else is kept.
fn date_text(moment: DateTime, format: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(letter).len();
        let (taken, behind) = rest.split_at(run);
        rest = behind;
        let width = taken.len();
        let value = match letter {
            'y' | 'Y' => i64::from(moment.year()),
            'M' => moment.month().into(),
            'd' | 'D' => moment.day().into(),
            'H' | 'h' => moment.hour().into(),
            'm' => moment.minute().into(),
            's' => moment.second().into(),
            _ => {
                text.push_str(taken);
                continue;
            }
        };
        let shown = if matches!(letter, 'y' | 'Y') && width == 2 { value % 100 } else { value };
        text.push_str(&format!("{shown:0width$}", width = width.min(4)));
    }
    text
}
