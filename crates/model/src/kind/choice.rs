//! One option of a list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{FieldKind, REFERENCE_OPERATORS, Shape, Storage, wrong_type};
use crate::{Locale, Localized, Operator, Problem, Problems, Value};

/// One option: a permanent key, a label, and how it looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// What is stored; never changes.
    #[schemars(length(min = 1, max = 64))]
    pub key: String,
    /// What is shown.
    pub label: Localized,
    /// One of the eight chart colours, 1 to 8; none is neutral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 8))]
    pub color: Option<u8>,
    /// No longer offered, but kept where it stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// How the options are offered.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Appearance {
    /// A drop-down list.
    #[default]
    Select,
    /// All options side by side.
    Radio,
    /// Ordered stages, drawn as a path.
    Path,
}

/// A single choice. Stores the option's key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "options": [{ "key": "yes", "label": "Yes" }] }]))]
pub(super) struct Choice {
    #[schemars(length(min = 1, max = 500))]
    options: Vec<ChoiceOption>,
    #[serde(default)]
    #[allow(dead_code, reason = "read by the browser from the document")]
    appearance: Appearance,
}

impl FieldKind for Choice {
    fn storage(&self) -> Storage {
        Storage::Text
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Choice(&self.options)
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let key = json.as_str().ok_or_else(|| wrong_type("option"))?;
        check_option(&self.options, key)?;
        Ok(Value::Text(key.to_owned()))
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "enum": option_keys(&self.options) })
    }

    fn display(&self, value: &Value, locale: &Locale) -> String {
        value.as_text().map(|key| option_label(&self.options, key, locale)).unwrap_or_default()
    }

    fn operators(&self) -> &'static [Operator] {
        REFERENCE_OPERATORS
    }

    fn several(&self) -> Option<&'static str> {
        Some("choices")
    }

    fn check_options(&self) -> Problems {
        repeated_options(&self.options)
    }
}

pub(super) fn check_option(options: &[ChoiceOption], key: &str) -> Result<(), Problem> {
    if options.iter().any(|option| option.key == key) {
        Ok(())
    } else {
        Err(Problem::new("not_an_option").with("value", key))
    }
}

pub(super) fn option_keys(options: &[ChoiceOption]) -> Vec<&str> {
    options.iter().map(|option| option.key.as_str()).collect()
}

pub(super) fn option_label(options: &[ChoiceOption], key: &str, locale: &Locale) -> String {
    let option = options.iter().find(|option| option.key == key);
    option.map_or(key, |option| option.label.get(locale)).to_owned()
}

pub(super) fn repeated_options(options: &[ChoiceOption]) -> Problems {
    let repeated = |index: usize, option: &ChoiceOption| {
        options.iter().take(index).any(|earlier| earlier.key == option.key)
    };
    options
        .iter()
        .enumerate()
        .filter(|(index, option)| repeated(*index, option))
        .map(|(index, option)| {
            Problem::new("repeated_key")
                .with("key", option.key.clone())
                .at("key")
                .at(index)
                .at("options")
                .at("options")
        })
        .collect()
}
