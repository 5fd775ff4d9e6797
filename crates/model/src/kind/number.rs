//! An exact decimal number.

use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{FieldKind, Figure, Storage, pattern::number_schema, wrong_type};
use crate::{Locale, Localized, Problem, Problems, Value};

/// Most decimal places of a number field.
const MAX_PLACES: u32 = 8;
/// Most digits of a number, those after the point included: such a number survives even a
/// reader who knows only binary floats, and a column of nine thousand of them still sums
/// within 64 bits.
pub(super) const MAX_DIGITS: u32 = 15;

/// A number with a fixed count of decimal places.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    /// Decimal places that are stored. A percentage counts them as a fraction: 12.5 % is
    /// 0.125 and needs three.
    #[serde(default = "default_places")]
    #[schemars(range(max = 8))]
    places: u32,
    /// Shown behind the number.
    #[serde(default)]
    unit: Option<Localized>,
    /// Shown times a hundred, with a percent sign.
    #[serde(default)]
    percent: bool,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    min: Option<Decimal>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    max: Option<Decimal>,
}

fn default_places() -> u32 {
    2
}

impl FieldKind for Number {
    fn storage(&self) -> Storage {
        Storage::Scaled { places: self.places }
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let number = read_decimal(json, self.places)?;
        check_range(number, self.min, self.max)?;
        Ok(Value::Number(number))
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        fit_number(self, self.places, value)
    }

    fn schema(&self) -> Json {
        number_schema(self.places, MAX_DIGITS, self.min, self.max)
    }

    fn display(&self, value: &Value, locale: &Locale) -> String {
        let Value::Number(number) = value else { return String::new() };
        if self.percent {
            return format!("{}%", grouped((number * Decimal::ONE_HUNDRED).normalize()));
        }
        let figure = grouped(number.normalize());
        match &self.unit {
            Some(unit) => format!("{figure} {}", unit.get(locale)),
            None => figure,
        }
    }

    fn figure(&self) -> Option<Figure> {
        Some(if self.percent { Figure::Share } else { Figure::Plain })
    }

    fn check_options(&self) -> Problems {
        check_number_options(self.places, self.min, self.max)
    }
}

/// A number with separators between thousands: `-1,234.50`.
pub(super) fn grouped(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut shown = String::from(if number.is_sign_negative() { "-" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if !part.is_empty() {
        shown.push('.');
        shown.push_str(part);
    }
    shown
}

/// Reads a decimal from a JSON string or number and gives it exactly `places` places.
pub(super) fn read_decimal(json: &Json, places: u32) -> Result<Decimal, Problem> {
    let text = match json {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return Err(wrong_type("number")),
    };
    // `1_000` is a number to programmers only; too many digits must not be rounded away.
    if text.contains('_') {
        return Err(wrong_type("number"));
    }
    let is_scientific = text.contains(['e', 'E']);
    if !is_scientific
        && let Some((_, part)) = text.split_once('.')
        && part.trim_end_matches('0').chars().count() > usize::try_from(places).unwrap_or(0)
        && part.chars().all(|digit| digit.is_ascii_digit())
    {
        return Err(Problem::new("too_many_places").with("max", places));
    }
    let parsed =
        if is_scientific { Decimal::from_scientific(&text) } else { Decimal::from_str(&text) };
    let number = parsed.map_err(|_| wrong_type("number"))?;
    if number.normalize().scale() > places {
        return Err(Problem::new("too_many_places").with("max", places));
    }
    with_places(number, places)
}

/// Rounds half away from zero, as people do with money.
pub(super) fn fit_number(
    kind: &impl FieldKind,
    places: u32,
    value: Value,
) -> Result<Value, Problem> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Number(number) => {
            let rounded =
                number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
            kind.read(&Json::String(rounded.to_string()))
        }
        other => kind.read(&other.to_json()),
    }
}

pub(super) fn check_range(
    number: Decimal,
    min: Option<Decimal>,
    max: Option<Decimal>,
) -> Result<(), Problem> {
    match (min, max) {
        (Some(min), _) if number < min => {
            Err(Problem::new("too_small").with("min", min.to_string()))
        }
        (_, Some(max)) if number > max => {
            Err(Problem::new("too_large").with("max", max.to_string()))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_number_options(
    places: u32,
    min: Option<Decimal>,
    max: Option<Decimal>,
) -> Problems {
    let mut problems = Problems::new();
    if places > MAX_PLACES {
        problems.push(
            Problem::new("out_of_range")
                .with("min", 0)
                .with("max", MAX_PLACES)
                .at("places")
                .at("options"),
        );
    }
    if matches!((min, max), (Some(min), Some(max)) if min > max) {
        problems.push(Problem::new("range_is_empty").at("max").at("options"));
    }
    problems
}

fn with_places(mut number: Decimal, places: u32) -> Result<Decimal, Problem> {
    let limit = Decimal::from(10_i64.pow(MAX_DIGITS.saturating_sub(places)));
    if number.abs() >= limit {
        return Err(Problem::new("number_out_of_range").with("digits", MAX_DIGITS));
    }
    number.rescale(places);
    Ok(number)
}
