//! Yes or no.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{FieldKind, Storage, wrong_type};
use crate::{Problem, Value};

/// A switch. An untouched one is empty, which is not the same as "no".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Boolean {}

impl FieldKind for Boolean {
    fn storage(&self) -> Storage {
        Storage::Boolean
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        json.as_bool().map(Value::Bool).ok_or_else(|| wrong_type("boolean"))
    }

    fn schema(&self) -> Json {
        json!({ "type": "boolean" })
    }
}
