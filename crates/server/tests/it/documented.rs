//! Every answer of every test is one that the OpenAPI document tells of.

use std::sync::LazyLock;

use formwork_server::api;
use serde_json::{Map, Value as Json, json};

use crate::app::Answer;

static DOCUMENT: LazyLock<Json> =
    LazyLock::new(|| serde_json::to_value(api::description()).unwrap());

/// The documented operation that a request is for.
fn operation(method: &str, path: &str) -> Option<&'static Json> {
    let path = path.split('?').next().unwrap_or_default();
    let steps: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let own: Vec<&str> = template.split('/').collect();
        let same = own.iter().zip(&steps).all(|(own, step)| own.starts_with('{') || own == step);
        own.len() == steps.len() && same
    };
    let paths = DOCUMENT["paths"].as_object()?;
    // Of several that fit, the one with the fewest variable steps.
    let found = paths.iter().filter(|(template, _)| fits(template));
    let (_, operations) = found.min_by_key(|(template, _)| template.matches('{').count())?;
    operations.get(method.to_lowercase())
}

/// Fails when an operation answers what its document does not tell.
#[track_caller]
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else { return };
    let status = answer.status.as_str();
    let response = &operation["responses"][status];
    assert!(response.is_object(), "{method} {path} answers {status}, which is not documented");
    if answer.status.is_client_error() || answer.status.is_server_error() {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
        let documented = response["content"].as_object().unwrap();
        assert!(documented.keys().eq(["application/problem+json"]), "{method} {path} {status}");
    }
}

/// The schema of an operation's body; none when it takes none.
pub(crate) fn body_schema(method: &str, template: &str) -> Option<&'static Json> {
    let operation = &DOCUMENT["paths"][template][method.to_lowercase()];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    DOCUMENT.pointer(schema["$ref"].as_str()?.trim_start_matches('#'))
}

/// The least that a body must have: its required members, each with a value of its type.
/// Where a member is asked for it is this one.
pub(crate) fn smallest_body(schema: &Json, member: &str) -> Map<String, Json> {
    let value = |name: &str| match schema["properties"][name]["type"].as_str() {
        _ if schema["properties"][name]["enum"].is_array() => {
            schema["properties"][name]["enum"][0].clone()
        }
        _ if name == "member" => json!(member),
        Some("integer") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("string") => json!("x"),
        _ if ["label", "name", "to"].contains(&name) => json!("starter"),
        _ => json!({}),
    };
    let required = schema["required"].as_array().into_iter().flatten();
    required.map(|name| name.as_str().unwrap()).map(|name| (name.to_owned(), value(name))).collect()
}
