//! An amount of money.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    FieldKind, Figure, Storage,
    number::{MAX_DIGITS, check_number_options, check_range, fit_number, grouped, read_decimal},
    pattern::number_schema,
};
use crate::{Locale, Problem, Problems, Value};

/// An amount of one currency, exact to the cent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Money {
    /// ISO 4217 code.
    #[serde(default = "default_currency")]
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    currency: String,
    #[serde(default = "default_places")]
    #[schemars(range(max = 4))]
    places: u32,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    min: Option<Decimal>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    max: Option<Decimal>,
}

fn default_currency() -> String {
    "CNY".to_owned()
}

fn default_places() -> u32 {
    2
}

impl FieldKind for Money {
    fn storage(&self) -> Storage {
        Storage::Scaled { places: self.places }
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let amount = read_decimal(json, self.places)?;
        check_range(amount, self.min, self.max)?;
        Ok(Value::Number(amount))
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        fit_number(self, self.places, value)
    }

    fn schema(&self) -> Json {
        number_schema(self.places, MAX_DIGITS, self.min, self.max)
    }

    fn display(&self, value: &Value, _locale: &Locale) -> String {
        let Value::Number(amount) = value else { return String::new() };
        let figure = grouped(amount.abs());
        let minus = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
        match sign_of(&self.currency) {
            Some(sign) => format!("{minus}{sign}{figure}"),
            None => format!("{minus}{} {figure}", self.currency),
        }
    }

    fn figure(&self) -> Option<Figure> {
        Some(Figure::Amount)
    }

    fn check_options(&self) -> Problems {
        check_number_options(self.places, self.min, self.max)
    }
}

/// The sign of a currency that has one of its own.
fn sign_of(currency: &str) -> Option<&'static str> {
    match currency {
        "CNY" => Some("¥"),
        "USD" => Some("$"),
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        _ => None,
    }
}
