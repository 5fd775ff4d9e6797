//! Builders of form documents.

use serde_json::{Value as Json, json};

/// A form document with these fields, in the app `test`.
pub fn form(key: &str, fields: impl IntoIterator<Item = Json>) -> Json {
    let fields: Vec<Json> = fields.into_iter().collect();
    json!({ "key": key, "app": "test", "label": key, "fields": fields })
}

/// A field; more of it is set through `options`, an object that is laid over it.
pub fn field(key: &str, kind: &str, more: Json) -> Json {
    let mut field = json!({ "key": key, "kind": kind, "label": key });
    if let (Some(field), Json::Object(more)) = (field.as_object_mut(), more) {
        field.extend(more);
    }
    field
}

/// A subform field with these columns.
pub fn subform(key: &str, columns: impl IntoIterator<Item = Json>) -> Json {
    let columns: Vec<Json> = columns.into_iter().collect();
    field(key, "subform", json!({ "options": { "fields": columns } }))
}
