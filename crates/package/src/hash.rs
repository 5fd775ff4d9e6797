//! The identity of a document's content.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// SHA-256 of a document, as 64 lower-case hex digits.
///
/// Two documents that differ only in spacing or in the order of their keys have the same
/// hash: keys are sorted before hashing.
pub fn content_hash(document: &Json) -> String {
    let mut digest = Sha256::new();
    feed(document, &mut digest);
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn feed(json: &Json, digest: &mut Sha256) {
    match json {
        Json::Array(items) => {
            digest.update(b"[");
            for item in items {
                feed(item, digest);
                digest.update(b",");
            }
            digest.update(b"]");
        }
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            digest.update(b"{");
            for (key, value) in entries {
                digest.update(Json::from(key.as_str()).to_string());
                digest.update(b":");
                feed(value, digest);
                digest.update(b",");
            }
            digest.update(b"}");
        }
        scalar => digest.update(scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_of_keys_does_not_count_and_content_does() {
        let one: Json = serde_json::from_str(r#"{"a": 1, "b": ["x", {"c": null}]}"#).unwrap();
        let same: Json = serde_json::from_str(r#"{"b":["x",{"c":null}],"a":1}"#).unwrap();
        assert_eq!(content_hash(&one), content_hash(&same));
        assert_eq!(content_hash(&one).len(), 64);
        for other in [json!({"a": 1, "b": ["x"]}), json!({"a": "1", "b": ["x", {"c": null}]})] {
            assert_ne!(content_hash(&one), content_hash(&other));
        }
    }
}
