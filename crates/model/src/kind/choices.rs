//! Several options of a list.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    FieldKind, Shape, Storage,
    choice::{ChoiceOption, check_option, option_keys, option_label, repeated_options},
    wrong_type,
};
use crate::{Locale, Problem, Problems, Value};

/// A multiple choice. Stores the options' keys in the order of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "options": [{ "key": "yes", "label": "Yes" }] }]))]
pub(super) struct Choices {
    #[schemars(length(min = 1, max = 500))]
    options: Vec<ChoiceOption>,
}

impl FieldKind for Choices {
    fn storage(&self) -> Storage {
        Storage::Json
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Choice(&self.options)
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let items = json.as_array().ok_or_else(|| wrong_type("options"))?;
        let mut picked = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let key = item.as_str().ok_or_else(|| wrong_type("option").at(index))?;
            check_option(&self.options, key).map_err(|problem| problem.at(index))?;
            picked.push(key);
        }
        let keys = option_keys(&self.options).into_iter().filter(|key| picked.contains(key));
        Ok(Value::Texts(keys.map(str::to_owned).collect()))
    }

    fn schema(&self) -> Json {
        json!({
            "type": "array",
            "items": { "type": "string", "enum": option_keys(&self.options) }
        })
    }

    fn display(&self, value: &Value, locale: &Locale) -> String {
        let Value::Texts(keys) = value else { return String::new() };
        let labels: Vec<_> =
            keys.iter().map(|key| option_label(&self.options, key, locale)).collect();
        labels.join(if *locale == Locale::chinese() { "、" } else { ", " })
    }

    fn check_options(&self) -> Problems {
        repeated_options(&self.options)
    }
}
