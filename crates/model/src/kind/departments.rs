//! Several departments.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{FieldKind, Shape, Storage, pattern::id_schema, read_ids};
use crate::{Problem, Value};

/// Several departments; stores their ids in order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Departments {}

impl FieldKind for Departments {
    fn storage(&self) -> Storage {
        Storage::Json
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Department
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        read_ids(json, "department")
    }

    fn schema(&self) -> Json {
        json!({
            "type": "array",
            "maxItems": 1000,
            "items": id_schema()
        })
    }
}
