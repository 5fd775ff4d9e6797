//! A calendar day.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{FieldKind, Storage, pattern, wrong_type};
use crate::{Problem, Value};

/// A day without a time, `YYYY-MM-DD`, from 0001 to 9999.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DateKind {}

impl FieldKind for DateKind {
    fn storage(&self) -> Storage {
        Storage::Date
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let text = json.as_str().filter(|text| text.len() == 10);
        let date: Option<Date> = text.and_then(|text| text.parse().ok());
        date.filter(|date| date.year() >= 1).map(Value::Date).ok_or_else(|| wrong_type("date"))
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        match value {
            Value::Null => Ok(Value::Null),
            Value::Date(date) => Ok(Value::Date(date)),
            other => self.read(&other.to_json()),
        }
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "format": "date", "pattern": pattern::date() })
    }
}
