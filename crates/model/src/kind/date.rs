//! A calendar day, or a month.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{FieldKind, Storage, pattern, wrong_type};
use crate::{Locale, Problem, Value};

/// What a date stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Precision {
    /// A day.
    #[default]
    Day,
    /// A month; its first day is stored, whichever day comes in.
    Month,
}

/// A day without a time, `YYYY-MM-DD`, from 0001 to 9999.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DateKind {
    #[serde(default)]
    precision: Precision,
}

impl DateKind {
    fn at(&self, date: Date) -> Value {
        Value::Date(match self.precision {
            Precision::Day => date,
            Precision::Month => date.first_of_month(),
        })
    }
}

impl FieldKind for DateKind {
    fn storage(&self) -> Storage {
        Storage::Date
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let text = json.as_str().filter(|text| text.len() == 10);
        let date: Option<Date> = text.and_then(|text| text.parse().ok());
        let date = date.filter(|date| date.year() >= 1).ok_or_else(|| wrong_type("date"))?;
        Ok(self.at(date))
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        match value {
            Value::Null => Ok(Value::Null),
            Value::Date(date) => Ok(self.at(date)),
            other => self.read(&other.to_json()),
        }
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "format": "date", "pattern": pattern::date() })
    }

    fn display(&self, value: &Value, _locale: &Locale) -> String {
        match (value, self.precision) {
            (Value::Date(date), Precision::Day) => date.to_string(),
            (Value::Date(date), Precision::Month) => date.strftime("%Y-%m").to_string(),
            _ => String::new(),
        }
    }
}
