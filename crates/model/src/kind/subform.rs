//! Rows with fields of their own: such as the lines of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{FieldKind, Shape, Storage, wrong_type};
use crate::{Operator, Problem, Problems, Value, document::Field};

/// Most rows that a subform may allow.
const MAX_ROWS: usize = 2000;

/// A table inside a record. Its fields are of any kind but subform and serial.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{ "fields": [{ "key": "name", "kind": "text", "label": "Name" }] }]))]
pub struct Subform {
    /// The columns.
    #[schemars(length(min = 1, max = 60))]
    pub fields: Vec<Field>,
    /// Fewest rows of a complete record.
    #[serde(default)]
    pub min_rows: usize,
    /// Most rows.
    #[serde(default = "default_rows")]
    #[schemars(range(min = 1, max = 2000))]
    pub max_rows: usize,
}

fn default_rows() -> usize {
    200
}

impl FieldKind for Subform {
    fn storage(&self) -> Storage {
        Storage::Rows
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Rows(self)
    }

    /// Rows are read field by field through the form's model; see [`crate::form`].
    fn read(&self, _json: &Json) -> Result<Value, Problem> {
        Err(wrong_type("rows"))
    }

    fn fit(&self, value: Value) -> Result<Value, Problem> {
        match value {
            Value::Rows(rows) => Ok(Value::Rows(rows)),
            Value::Null => Ok(Value::Rows(Vec::new())),
            _ => Err(wrong_type("rows")),
        }
    }

    fn schema(&self) -> Json {
        json!({ "type": "array", "maxItems": self.max_rows })
    }

    fn operators(&self) -> &'static [Operator] {
        &[Operator::Empty, Operator::NotEmpty]
    }

    fn check_options(&self) -> Problems {
        if self.max_rows == 0 || self.max_rows > MAX_ROWS || self.min_rows > self.max_rows {
            let range = Problem::new("out_of_range").with("min", 1).with("max", MAX_ROWS);
            return vec![range.at("max_rows").at("options")];
        }
        Problems::new()
    }
}
