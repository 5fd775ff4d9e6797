//! Text of several lines.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    CellEditing, FieldKind, Storage, pattern,
    text::{check_length, check_max_length, fit_text},
    wrong_type,
};
use crate::{Operator, Problem, Problems, Value};

/// Longest text that a long text field may allow, in characters.
const MAX_LONG_TEXT: usize = 50_000;

/// Text of several lines; line ends are kept as `\n`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LongText {
    #[serde(default = "default_length")]
    #[schemars(range(min = 1, max = 50000))]
    max_length: usize,
}

fn default_length() -> usize {
    5000
}

impl FieldKind for LongText {
    fn storage(&self) -> Storage {
        Storage::Text
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let text = json.as_str().ok_or_else(|| wrong_type("text"))?;
        let text = text.replace("\r\n", "\n");
        let text = text.trim_end();
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(Problem::new("control_character"));
        }
        check_length(text, self.max_length)?;
        Ok(if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) })
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        fit_text(self, value)
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "maxLength": self.max_length, "pattern": pattern::lines() })
    }

    fn operators(&self) -> &'static [Operator] {
        &[Operator::Contains, Operator::NotContains, Operator::Empty, Operator::NotEmpty]
    }

    fn is_long(&self) -> bool {
        true
    }

    fn cell_editing(&self) -> CellEditing {
        CellEditing::None
    }

    fn check_options(&self) -> Problems {
        check_max_length(self.max_length, MAX_LONG_TEXT)
    }
}
