//! NUL characters in a body: PostgreSQL stores none, so no text may hold one on either
//! database.

use formwork_model::{Problem, Problems, problem::Collector};
use serde_json::Value as Json;

/// How JSON writes the character; as it is, JSON does not allow it.
const ESCAPED: &[u8] = br"\u0000";

/// The places of texts with a NUL character in a body that is JSON.
pub(super) fn nul_characters(body: &[u8]) -> Problems {
    if !body.windows(ESCAPED.len()).any(|bytes| bytes == ESCAPED) {
        return Problems::new();
    }
    serde_json::from_slice(body).map(|json| nul_inside(&json)).unwrap_or_default()
}

/// The places of texts with a NUL character inside a value.
pub(super) fn nul_inside(json: &Json) -> Problems {
    let mut found = Collector::default();
    look(json, &mut Vec::new(), &mut found);
    found.into_problems()
}

fn look(json: &Json, path: &mut Vec<String>, found: &mut Collector) {
    match json {
        Json::String(text) if text.contains('\0') => found.add(|| at(path)),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                look(item, path, found);
                path.pop();
            }
        }
        Json::Object(members) => {
            for (name, member) in members {
                path.push(name.clone());
                if name.contains('\0') {
                    found.add(|| at(path));
                }
                look(member, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn at(path: &[String]) -> Problem {
    let problem = Problem::new("control_character");
    path.iter().rev().fold(problem, |problem, step| problem.at(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_at_its_place_and_nothing_else_is() {
        let places = |body: &str| -> Vec<String> {
            nul_characters(body.as_bytes()).into_iter().map(|problem| problem.pointer).collect()
        };
        assert_eq!(places(r#"{"a":{"b":["x","\u0000"]}}"#), ["/a/b/1"]);
        assert_eq!(places(r#"{"name":"a\u0000b"}"#), ["/name"]);
        assert!(places(r#"{"name":"a\\u0000b"}"#).is_empty(), "a backslash and letters");
        assert!(places(r#"{"name":"ab"}"#).is_empty());
    }
}
