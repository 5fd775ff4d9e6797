//! Values between records, JSON and scripts.

use std::borrow::Cow;

use formwork_model::{FieldModel, FormModel, Storage, SubformRow, Value, Values, value};
use indexmap::IndexMap;
use jiff::{Timestamp, civil::Date};
use rhai::{Array, Dynamic, INT, Map};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{
    failure::Failure,
    term::{Outcome, Term},
};

/// A value of a record for a script: numbers are decimals, days and moments have types of
/// their own, rows are maps.
pub fn to_dynamic(value: &Value) -> Dynamic {
    term_to_dynamic(Term::from(value))
}

/// What a script gives, as JSON: decimals become strings, days `YYYY-MM-DD`, moments
/// RFC 3339. What has no JSON, such as a function, becomes null.
pub fn from_dynamic(dynamic: Dynamic) -> Json {
    let dynamic = dynamic.flatten();
    if let Ok(yes) = dynamic.as_bool() {
        Json::from(yes)
    } else if let Ok(number) = dynamic.as_int() {
        Json::from(number)
    } else if let Ok(number) = dynamic.as_decimal() {
        Json::from(number.to_string())
    } else if dynamic.is_string() || dynamic.is_char() {
        Json::from(dynamic.to_string())
    } else if let Some(date) = dynamic.clone().try_cast::<Date>() {
        Json::from(date.to_string())
    } else if let Some(instant) = dynamic.clone().try_cast::<Timestamp>() {
        Json::from(value::instant_text(instant))
    } else if dynamic.is_array() {
        let items = dynamic.into_array().unwrap_or_default();
        Json::Array(items.into_iter().map(from_dynamic).collect())
    } else if let Some(map) = dynamic.try_cast::<Map>() {
        Json::Object(
            map.into_iter().map(|(key, value)| (key.to_string(), from_dynamic(value))).collect(),
        )
    } else {
        Json::Null
    }
}

/// Any JSON for a script; a number that is not whole becomes a decimal.
pub fn json_to_dynamic(json: &Json) -> Dynamic {
    match json {
        Json::Null => Dynamic::UNIT,
        Json::Bool(yes) => (*yes).into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => decimal(&number.to_string()).unwrap_or_default(),
        },
        Json::String(text) => text.clone().into(),
        Json::Array(items) => Dynamic::from_array(items.iter().map(json_to_dynamic).collect()),
        Json::Object(object) => Dynamic::from_map(
            object.iter().map(|(key, value)| (key.into(), json_to_dynamic(value))).collect(),
        ),
    }
}

/// A record as the API answers it, for a script: where the form says number, date or
/// datetime, the text becomes one, and a link becomes the id of its record.
pub fn record_to_dynamic(form: &FormModel, record: &Json) -> Dynamic {
    let Json::Object(object) = record else {
        return json_to_dynamic(record);
    };
    let field = |key: &str| form.field(key);
    Dynamic::from_map(
        object.iter().map(|(key, json)| (key.into(), field_to_dynamic(field(key), json))).collect(),
    )
}

fn field_to_dynamic(field: Option<&FieldModel>, json: &Json) -> Dynamic {
    let Some(field) = field else {
        return json_to_dynamic(json);
    };
    let read = match (field.storage(), json) {
        (Storage::Scaled { .. }, Json::String(text)) => decimal(text),
        (Storage::Date, Json::String(text)) => text.parse::<Date>().ok().map(Dynamic::from),
        (Storage::Instant, Json::String(text)) => text.parse::<Timestamp>().ok().map(Dynamic::from),
        (Storage::Text, Json::Object(link)) => link.get("id").map(json_to_dynamic),
        (Storage::Rows, Json::Array(rows)) => {
            let columns = field.subform.as_ref().map(|subform| &subform.fields);
            let rows = rows.iter().map(|row| row_to_dynamic(columns, row));
            Some(Dynamic::from_array(rows.collect()))
        }
        _ => None,
    };
    read.unwrap_or_else(|| json_to_dynamic(json))
}

type Columns = IndexMap<formwork_model::FieldKey, FieldModel>;

fn row_to_dynamic(columns: Option<&Columns>, row: &Json) -> Dynamic {
    let Json::Object(object) = row else {
        return json_to_dynamic(row);
    };
    let column = |key: &str| columns.and_then(|columns| columns.get(key));
    Dynamic::from_map(
        object
            .iter()
            .map(|(key, json)| (key.into(), field_to_dynamic(column(key), json)))
            .collect(),
    )
}

fn decimal(text: &str) -> Option<Dynamic> {
    let number = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text));
    number.ok().map(Dynamic::from_decimal)
}

/// What an operator or function gives, for a script.
pub(super) fn term_to_dynamic(term: Term<'_>) -> Dynamic {
    match term {
        Term::Null => Dynamic::UNIT,
        Term::Bool(yes) => yes.into(),
        Term::Number(number) => Dynamic::from_decimal(number),
        Term::Text(text) => text.into_owned().into(),
        Term::Date(date) => Dynamic::from(date),
        Term::Instant(instant) => Dynamic::from(instant),
        Term::List(items) => {
            Dynamic::from_array(items.into_iter().map(term_to_dynamic).collect::<Array>())
        }
        Term::Rows(rows) => Dynamic::from_array(rows.iter().map(row_map).collect()),
    }
}

fn row_map(row: &SubformRow) -> Dynamic {
    let mut map = values_map(&row.values);
    if let Some(id) = &row.id {
        map.insert("id".into(), id.clone().into());
    }
    Dynamic::from_map(map)
}

fn values_map(values: &Values) -> Map {
    values.iter().map(|(key, value)| (key.as_str().into(), to_dynamic(value))).collect()
}

/// What a script hands to an operator or function. A map stands for its `id`.
pub(super) fn dynamic_to_term<'v>(dynamic: &Dynamic) -> Outcome<'v> {
    if dynamic.is_unit() {
        return Ok(Term::Null);
    }
    if let Ok(number) = dynamic.as_int() {
        return Ok(Term::from(INT::from(number)));
    }
    if let Ok(number) = dynamic.as_decimal() {
        return Ok(Term::Number(number));
    }
    if let Ok(yes) = dynamic.as_bool() {
        return Ok(Term::Bool(yes));
    }
    if dynamic.is_string() || dynamic.is_char() {
        return Ok(Term::Text(Cow::Owned(dynamic.to_string())));
    }
    if let Some(date) = dynamic.read_lock::<Date>() {
        return Ok(Term::Date(*date));
    }
    if let Some(instant) = dynamic.read_lock::<Timestamp>() {
        return Ok(Term::Instant(*instant));
    }
    if let Some(items) = dynamic.read_lock::<Array>() {
        return items.iter().map(dynamic_to_term).collect::<Result<_, _>>().map(Term::List);
    }
    let map = dynamic.read_lock::<Map>().ok_or(Failure::WrongType)?;
    dynamic_to_term(map.get("id").ok_or(Failure::WrongType)?)
}
