//! A link to a record of a form, and what picking one fills in (数据联动).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldKind, REFERENCE_OPERATORS, Shape, Storage, pattern::id_schema, read_id};
use crate::{FieldKey, Filter, FormKey, Operator, Problem, Value};

/// A link to one record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "form": "customer" }]))]
pub struct Link {
    /// The form whose records can be picked.
    pub form: FormKey,
    /// Which of its records are offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Fields of the record, shown under its title while picking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 6))]
    pub show: Vec<FieldKey>,
    /// What picking a record fills in, by the field that is filled: a sibling in the same
    /// form, or in the same subform row.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fill: IndexMap<FieldKey, Fill>,
}

/// Where a filled value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Fill {
    /// A field of the picked record.
    Field(FieldKey),
    /// Rows of a subform of the picked record.
    Rows(FillRows),
}

/// Copies the rows of a subform of the picked record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FillRows {
    /// The subform of the picked record.
    pub rows: FieldKey,
    /// Column of this form's subform, from column of the picked record's.
    pub columns: IndexMap<FieldKey, FieldKey>,
}

impl FieldKind for Link {
    fn storage(&self) -> Storage {
        Storage::Text
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Link(self)
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        read_id(json, "record")
    }

    fn schema(&self) -> Json {
        id_schema()
    }

    fn operators(&self) -> &'static [Operator] {
        REFERENCE_OPERATORS
    }
}
