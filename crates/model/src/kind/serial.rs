//! A serial number: `QT-2026-0618`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{FieldKind, Shape, Storage, pattern, wrong_type};
use crate::{Problem, Problems, Value};

/// A number that the engine draws when a record is first saved, never twice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "parts": [{ "text": "NO-" }, { "counter": 5 }] }]))]
pub struct Serial {
    /// The parts, from left to right; exactly one of them is a counter.
    #[schemars(length(min = 1, max = 8))]
    pub parts: Vec<SerialPart>,
    /// When the counter begins again at 1.
    #[serde(default)]
    pub reset: SerialReset,
}

/// A part of a serial number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SerialPart {
    /// A fixed text.
    Text(#[schemars(length(max = 20))] String),
    /// The day of saving, in `strftime` letters: `%Y`, `%m`, `%d`.
    Date(#[schemars(regex(pattern = "^(%[Ymdy]|[-/.])+$"))] String),
    /// The counter, with zeros in front up to this many digits.
    Counter(#[schemars(range(min = 1, max = 12))] usize),
}

/// When a counter begins again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SerialReset {
    /// Never.
    #[default]
    Never,
    /// With each year.
    Year,
    /// With each month.
    Month,
    /// With each day.
    Day,
}

impl Serial {
    /// The name of the counter on a day: one for each period of the reset.
    pub fn counter_name(&self, today: jiff::civil::Date) -> String {
        match self.reset {
            SerialReset::Never => String::new(),
            SerialReset::Year => today.strftime("%Y").to_string(),
            SerialReset::Month => today.strftime("%Y-%m").to_string(),
            SerialReset::Day => today.to_string(),
        }
    }

    /// The serial number for a count drawn on a day.
    pub fn render(&self, count: i64, today: jiff::civil::Date) -> String {
        let part = |part: &SerialPart| match part {
            SerialPart::Text(text) => text.clone(),
            SerialPart::Date(format) => today.strftime(format).to_string(),
            SerialPart::Counter(digits) => format!("{count:0digits$}"),
        };
        self.parts.iter().map(part).collect()
    }
}

impl FieldKind for Serial {
    fn storage(&self) -> Storage {
        Storage::Text
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Serial(self)
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let text = json.as_str().ok_or_else(|| wrong_type("text"))?;
        if text.is_empty() || text.chars().count() > 120 || text.chars().any(char::is_control) {
            return Err(wrong_type("text"));
        }
        Ok(Value::Text(text.to_owned()))
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "minLength": 1, "maxLength": 120, "pattern": pattern::no_controls() })
    }

    fn check_options(&self) -> Problems {
        let counters =
            self.parts.iter().filter(|part| matches!(part, SerialPart::Counter(_))).count();
        if counters == 1 {
            return Problems::new();
        }
        vec![Problem::new("serial_needs_one_counter").at("parts").at("options")]
    }
}
