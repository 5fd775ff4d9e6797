//! A single line of text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{FieldKind, Storage, pattern, wrong_type};
use crate::{Problem, Problems, Value};

/// Longest text that a text field may allow, in characters.
const MAX_TEXT: usize = 1000;

/// What the text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Plain,
    Phone,
    Email,
    Url,
}

/// A line of text: no line breaks, spaces at the ends removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    #[serde(default = "default_length")]
    #[schemars(range(min = 1, max = 1000))]
    max_length: usize,
    #[serde(default)]
    format: Format,
}

fn default_length() -> usize {
    200
}

impl FieldKind for Text {
    fn storage(&self) -> Storage {
        Storage::Text
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let text = json.as_str().ok_or_else(|| wrong_type("text"))?.trim();
        if text.chars().any(char::is_control) {
            return Err(Problem::new("control_character"));
        }
        check_length(text, self.max_length)?;
        if !text.is_empty() && !fits_format(text, self.format) {
            let code = match self.format {
                Format::Phone => "not_a_phone",
                Format::Email => "not_an_email",
                Format::Url | Format::Plain => "not_a_url",
            };
            return Err(Problem::new(code));
        }
        Ok(if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) })
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        fit_text(self, value)
    }

    fn schema(&self) -> Json {
        let pattern = match self.format {
            Format::Plain => pattern::line(),
            Format::Phone => pattern::phone(),
            Format::Email => pattern::email(),
            Format::Url => pattern::url(),
        };
        json!({ "type": "string", "maxLength": self.max_length, "pattern": pattern })
    }

    fn check_options(&self) -> Problems {
        check_max_length(self.max_length, MAX_TEXT)
    }
}

/// Makes a computed number or flag a text before the kind reads it.
pub(super) fn fit_text(kind: &impl FieldKind, value: Value) -> Result<Value, Problem> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Number(number) => kind.read(&Json::String(number.normalize().to_string())),
        Value::Bool(yes) => kind.read(&Json::String(yes.to_string())),
        other => kind.read(&other.to_json()),
    }
}

pub(super) fn check_length(text: &str, max_length: usize) -> Result<(), Problem> {
    if text.chars().count() > max_length {
        Err(Problem::new("too_long").with("max", max_length))
    } else {
        Ok(())
    }
}

pub(super) fn check_max_length(max_length: usize, limit: usize) -> Problems {
    if (1..=limit).contains(&max_length) {
        return Problems::new();
    }
    vec![
        Problem::new("out_of_range")
            .with("min", 1)
            .with("max", limit)
            .at("max_length")
            .at("options"),
    ]
}

fn fits_format(text: &str, format: Format) -> bool {
    match format {
        Format::Plain => true,
        Format::Phone => {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            (3..=20).contains(&digits)
                && text.chars().all(|c| c.is_ascii_digit() || "+-() #*".contains(c))
        }
        Format::Email => text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !text.contains(char::is_whitespace)
                && !host.contains('@')
        }),
        Format::Url => {
            ["http://", "https://"]
                .iter()
                .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
                && !text.contains(char::is_whitespace)
        }
    }
}
