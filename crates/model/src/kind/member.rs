//! A member of the organisation.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{FieldKind, REFERENCE_OPERATORS, Shape, Storage, pattern::id_schema, read_id};
use crate::{Operator, Problem, Value};

/// One member; stores its id. That it exists is checked where it is saved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {}

impl FieldKind for Member {
    fn storage(&self) -> Storage {
        Storage::Text
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Member
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        read_id(json, "member")
    }

    fn schema(&self) -> Json {
        id_schema()
    }

    fn operators(&self) -> &'static [Operator] {
        REFERENCE_OPERATORS
    }

    fn several(&self) -> Option<&'static str> {
        Some("members")
    }
}
