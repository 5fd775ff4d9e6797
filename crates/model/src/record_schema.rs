//! The JSON Schema of a form's records, for users of the API.

use serde_json::{Map, Value as Json, json};

use crate::{FieldModel, FormModel, Locale, form::is_system_field};

/// The schema (draft 2020-12) of what [`FormModel::read_values`] accepts for a new record:
/// types, options, lengths, places, ranges and unknown fields. Required fields and rules are
/// checked by the engine on top. Whoever validates should check `format` too, for the days
/// of a month.
///
/// What JSON Schema cannot say, the engine checks alone: `min` and `max` of a number that
/// comes as a text, the places of one that comes as a JSON number (a binary float), and
/// that a moment is of the years 1 to 9999 in UTC. And the engine reads a little more than is promised
/// here: texts that are too long only for the spaces at their ends, texts of numbers with an
/// exponent, other ISO 8601 spellings of moments.
///
/// Fields, and columns as `subform.column`, that are not `shown` are left out.
pub fn record_schema(form: &FormModel, locale: &Locale, shown: &dyn Fn(&str) -> bool) -> Json {
    let own = form.fields.iter().filter(|(key, _)| shown(key.as_str()));
    let mut properties: Map<String, Json> =
        own.map(|(key, field)| (key.to_string(), nullable(field, locale, shown))).collect();
    let system = ["owner", "department"].into_iter();
    for key in system.filter(|key| is_system_field(key) && shown(key)) {
        if let Some(field) = form.field(key) {
            properties.insert(key.to_owned(), nullable(field, locale, shown));
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.document.label.get(locale),
        "type": "object",
        "properties": properties,
        "additionalProperties": false
    })
}

fn nullable(field: &FieldModel, locale: &Locale, shown: &dyn Fn(&str) -> bool) -> Json {
    let own = &field.field.key;
    let mut schema = match &field.subform {
        None => field.kind.schema(),
        Some(subform) => {
            let mut properties: Map<String, Json> = subform
                .fields
                .iter()
                .filter(|(key, _)| shown(&format!("{own}.{key}")))
                .map(|(key, column)| (key.to_string(), nullable(column, locale, shown)))
                .collect();
            properties.insert(
                "id".to_owned(),
                json!({ "type": ["string", "null"], "minLength": 1, "maxLength": 64 }),
            );
            json!({
                "type": "array",
                "maxItems": subform.rows.1,
                "items": {
                    "type": "object",
                    "properties": properties,
                    "additionalProperties": false
                }
            })
        }
    };
    let label = field.field.label.get(locale);
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), json!(label));
        if object.contains_key("title") && field.field.formula.is_some() {
            object.insert("readOnly".to_owned(), json!(true));
        }
    }
    json!({ "anyOf": [schema, { "type": "null" }] })
}
