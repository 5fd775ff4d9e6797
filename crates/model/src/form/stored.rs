//! Reading back what the database holds.
//!
//! By storage and not by kind: an option that has been removed, or a range that has become
//! narrower, must not make a stored value disappear.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{FieldModel, FormModel};
use crate::{Storage, SubformRow, Value, Values};

impl FormModel {
    /// The values in a record's JSON, system fields included; unknown keys are passed over.
    pub fn read_stored(&self, json: &Json) -> Values {
        let fields = json.as_object().into_iter().flatten();
        fields
            .filter_map(|(key, json)| {
                let field = self.field(key)?;
                Some((field.field.key.clone(), field.read_stored(json)))
            })
            .collect()
    }
}

impl FieldModel {
    /// The value behind the JSON of a stored field; `Null` for what does not fit.
    pub fn read_stored(&self, json: &Json) -> Value {
        match self.storage() {
            Storage::Rows => {
                let rows = json.as_array().map(|rows| {
                    Value::Rows(rows.iter().map(|row| self.read_stored_row(row)).collect())
                });
                rows.unwrap_or_default()
            }
            storage => read_stored(storage, json),
        }
    }

    fn read_stored_row(&self, json: &Json) -> SubformRow {
        let mut row = SubformRow::default();
        for (key, json) in json.as_object().into_iter().flatten() {
            if key == "id" {
                row.id = json.as_str().map(str::to_owned);
            } else if let Some(field) =
                self.subform.as_ref().and_then(|subform| subform.fields.get(key.as_str()))
            {
                row.values.insert(field.field.key.clone(), field.read_stored(json));
            }
        }
        row
    }
}

/// The value behind the JSON of a stored value of this class; `Null` for what does not fit,
/// and for rows.
pub fn read_stored(storage: Storage, json: &Json) -> Value {
    match storage {
        Storage::Text => reference(json).map(Value::Text),
        Storage::Scaled { .. } => number(json).map(Value::Number),
        Storage::Boolean => json.as_bool().map(Value::Bool),
        Storage::Date => parse::<Date>(json).map(Value::Date),
        Storage::Instant => parse::<Timestamp>(json).map(Value::Instant),
        Storage::Json => json.as_array().map(|items| {
            Value::Texts(items.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        }),
        Storage::Rows => None,
    }
    .unwrap_or_default()
}

/// A text, or the id of a link that came with its title.
fn reference(json: &Json) -> Option<String> {
    json.as_str().or_else(|| json.get("id")?.as_str()).map(str::to_owned)
}

fn number(json: &Json) -> Option<Decimal> {
    match json {
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn parse<T: std::str::FromStr>(json: &Json) -> Option<T> {
    json.as_str()?.parse().ok()
}
