//! Why serde could not read something, in reasons that people's languages have words for.

use formwork_model::Problem;

/// A problem with the reason that serde gives in English, as far as it can be told apart. A
/// missing member is placed at its name.
pub(super) fn explained(code: &'static str, error: &str) -> Problem {
    let problem = Problem::new(code);
    if let Some(rest) = error.strip_prefix("missing field `") {
        let member = quoted(rest);
        return problem.with("reason", "member_missing").with("member", member).at(member);
    }
    if let Some((_, options)) = error
        .split_once("unknown variant `")
        .and_then(|(before, rest)| before.is_empty().then(|| rest.split_once("expected "))?)
    {
        let names: Vec<&str> = options.split('`').skip(1).step_by(2).collect();
        return problem.with("reason", "none_of").with("options", names);
    }
    if let Some(rest) = error.strip_prefix("duplicate field `") {
        return problem.with("reason", "member_repeated").with("member", quoted(rest));
    }
    if error.starts_with("expected value") || error.starts_with("expected ident") {
        return problem.with("reason", "no_known_form");
    }
    if error.starts_with("invalid value: integer") || error.starts_with("number too ") {
        return problem.with("reason", "number_too_large_or_small");
    }
    let of_text = match error {
        "invalid digit found in string" | "cannot parse integer from empty string" => "integer",
        "provided string was not `true` or `false`" => "boolean",
        _ => "",
    };
    if !of_text.is_empty() {
        return problem.with("reason", "wrong_json_type").with("expected", of_text);
    }
    let expected = error
        .strip_prefix("invalid type: ")
        .or_else(|| error.strip_prefix("invalid value: "))
        .and_then(|rest| rest.rsplit_once(", expected "));
    if let Some(expected) = expected.and_then(|(_, expected)| json_type(expected)) {
        return problem.with("reason", "wrong_json_type").with("expected", expected);
    }
    problem.with("reason", error)
}

/// What stands before the closing quote.
fn quoted(text: &str) -> &str {
    text.split('`').next().unwrap_or_default()
}

/// JSON's name of what serde expected; it may go on with the place of the error.
fn json_type(expected: &str) -> Option<&'static str> {
    let expected = expected.split(" at line ").next().unwrap_or_default();
    Some(match expected {
        "a string" | "a borrowed string" | "string or map" => "string",
        "a boolean" => "boolean",
        "a sequence" => "array",
        "a map" | "a JSON object" => "object",
        "i64" | "u64" | "i32" | "u32" | "i16" | "u16" | "i8" | "u8" | "usize" => "integer",
        "f64" | "f32" => "number",
        other if other.starts_with("struct ") || other.starts_with("internally tagged enum ") => {
            "object"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::{Value as Json, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Body {
        name: String,
        count: i64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Way {
        Up,
        Down,
    }

    #[track_caller]
    fn check<T: DeserializeOwned + std::fmt::Debug>(json: Json, expected: &[(&str, Json)]) {
        let error = serde_json::from_value::<T>(json).unwrap_err();
        let problem = explained("invalid_body", &error.to_string());
        for (name, value) in expected {
            assert_eq!(problem.params.get(*name), Some(value), "{error}");
        }
    }

    #[test]
    fn every_usual_reason_has_words() {
        check::<Body>(
            json!({ "name": "a" }),
            &[("reason", json!("member_missing")), ("member", json!("count"))],
        );
        let expected =
            |name: &str| [("reason", json!("wrong_json_type")), ("expected", json!(name))];
        check::<Body>(json!({ "name": 1, "count": 1 }), &expected("string"));
        check::<Body>(json!({ "name": "a", "count": "1" }), &expected("integer"));
        check::<Body>(json!({ "name": "a", "count": 1.5 }), &expected("integer"));
        check::<Vec<i64>>(json!({}), &expected("array"));
        check::<Vec<Body>>(json!([1]), &expected("object"));
        check::<bool>(json!("yes"), &expected("boolean"));
        check::<u8>(json!(300), &[("reason", json!("number_too_large_or_small"))]);
        check::<Way>(
            json!("left"),
            &[("reason", json!("none_of")), ("options", json!(["up", "down"]))],
        );
        assert!(matches!(serde_json::from_value(json!("up")), Ok(Way::Up)));
        assert!(matches!(serde_json::from_value(json!("down")), Ok(Way::Down)));
    }
}
