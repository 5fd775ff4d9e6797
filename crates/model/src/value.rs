//! Values of fields: the few shapes that every field kind maps to.

use indexmap::IndexMap;
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::FieldKey;

/// The value of one field.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing: not filled in.
    #[default]
    Null,
    /// Text, an option key, a member, department or record id.
    Text(String),
    /// An exact decimal number.
    Number(Decimal),
    /// Yes or no.
    Bool(bool),
    /// A calendar day.
    Date(Date),
    /// A moment, to the millisecond.
    Instant(Timestamp),
    /// Several option keys or ids, in order.
    Texts(Vec<String>),
    /// The rows of a subform, in order.
    Rows(Vec<SubformRow>),
}

/// The values of a record or of a subform row, by field.
pub type Values = IndexMap<FieldKey, Value>;

/// One row of a subform.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SubformRow {
    /// The row's id; `None` for a row that is not stored yet.
    pub id: Option<String>,
    /// The row's values.
    pub values: Values,
}

impl Value {
    /// Whether nothing is filled in: null, an empty text or an empty list.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Rows(rows) => rows.is_empty(),
            Self::Number(_) | Self::Bool(_) | Self::Date(_) | Self::Instant(_) => false,
        }
    }

    /// The value as it stands in JSON answers and in the event log. Numbers are decimal
    /// strings (`"386000.00"`), days `YYYY-MM-DD`, moments RFC 3339 in UTC with milliseconds.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number.to_string()),
            Self::Bool(yes) => json!(yes),
            Self::Date(date) => json!(date.to_string()),
            Self::Instant(instant) => json!(instant_text(*instant)),
            Self::Texts(texts) => json!(texts),
            Self::Rows(rows) => Json::Array(rows.iter().map(SubformRow::to_json).collect()),
        }
    }

    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The rows of a subform; none for anything else.
    pub fn rows(&self) -> &[SubformRow] {
        match self {
            Self::Rows(rows) => rows,
            _ => &[],
        }
    }
}

impl SubformRow {
    /// The row as a JSON object, its id included when it has one.
    pub fn to_json(&self) -> Json {
        let mut object = values_to_json(&self.values);
        if let (Some(id), Some(map)) = (&self.id, object.as_object_mut()) {
            map.insert("id".to_owned(), json!(id));
        }
        object
    }
}

/// Values as a JSON object, in field order.
pub fn values_to_json(values: &Values) -> Json {
    Json::Object(values.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect())
}

/// A moment as text that sorts as it compares: `2026-06-18T06:32:11.123Z`.
pub fn instant_text(instant: Timestamp) -> String {
    format!("{instant:.3}")
}
