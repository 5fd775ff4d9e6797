//! An amount of money.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    FieldKind, Storage,
    number::{check_number_options, check_range, fit_number, read_decimal},
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
        json!({ "type": ["string", "number"] })
    }

    fn display(&self, value: &Value, _locale: &Locale) -> String {
        match value {
            Value::Number(amount) => format!("{} {amount}", self.currency),
            _ => String::new(),
        }
    }

    fn check_options(&self) -> Problems {
        check_number_options(self.places, self.min, self.max)
    }
}
