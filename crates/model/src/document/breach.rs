//! Where a document does not fit its JSON Schema, in reasons that people's languages have
//! words for.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::{Value as Json, json};

use super::DocumentKind;
use crate::{Problem, Problems};

/// Most breaches that are told at once.
const MOST: usize = 100;
/// Most members of an object in a document. Whoever sends a million is not answered about
/// each of them.
const MOST_MEMBERS: usize = 1000;

static VALIDATORS: LazyLock<Mutex<HashMap<DocumentKind, Arc<Validator>>>> =
    LazyLock::new(Mutex::default);

/// Every breach of the JSON Schema of a kind of document: `schema` with a `reason` and what
/// its words need, at the place.
pub(super) fn breaches(kind: DocumentKind, json: &Json) -> Problems {
    let crowded = crowded(json);
    if !crowded.is_empty() {
        return crowded;
    }
    match validator(kind) {
        Ok(validator) => {
            validator.iter_errors(json).flat_map(|e| problems(&e)).take(MOST).collect()
        }
        Err(error) => vec![Problem::new("invalid_schema").with("reason", error.to_string())],
    }
}

/// The objects that have too many members to be looked at.
fn crowded(json: &Json) -> Problems {
    let under = |step: &dyn ToString, part: &Json| -> Problems {
        crowded(part).into_iter().map(|problem| problem.at(step.to_string())).collect()
    };
    match json {
        Json::Object(members) if members.len() > MOST_MEMBERS => {
            let reason = Problem::new("schema").with("reason", "too_many_items");
            vec![reason.with("limit", MOST_MEMBERS)]
        }
        Json::Object(members) => {
            members.iter().flat_map(|(name, part)| under(name, part)).take(MOST).collect()
        }
        Json::Array(items) => {
            let parts = items.iter().enumerate();
            parts.flat_map(|(index, part)| under(&index, part)).take(MOST).collect()
        }
        _ => Problems::new(),
    }
}

fn validator(kind: DocumentKind) -> Result<Arc<Validator>, ValidationError<'static>> {
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = known.get(&kind) {
        return Ok(Arc::clone(validator));
    }
    let validator = Arc::new(jsonschema::validator_for(&kind.schema())?);
    known.insert(kind, Arc::clone(&validator));
    Ok(validator)
}

/// What an error comes to. Of several forms that a value may have, the one that it comes
/// nearest to is spoken of.
fn problems(error: &ValidationError<'_>) -> Problems {
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind() {
        let nearest = context.iter().min_by_key(|errors| distance(errors));
        if let Some(errors) = nearest.filter(|errors| distance(errors) < ANOTHER_FORM) {
            return errors.iter().flat_map(problems).collect();
        }
    }
    let mut problem = Problem::new("schema");
    for (name, value) in reason(error) {
        problem = problem.with(name, value);
    }
    problem.pointer = error.instance_path().to_string();
    vec![problem]
}

/// What counts when a value is of another form altogether.
const ANOTHER_FORM: usize = 100;

/// How far a value is from one of its possible forms: another name or type of the whole is
/// farther than any number of smaller things.
fn distance(errors: &[ValidationError<'_>]) -> usize {
    let weight = |error: &ValidationError<'_>| match error.kind() {
        Kind::Constant { .. } | Kind::Enum { .. } | Kind::Type { .. } => ANOTHER_FORM,
        _ => 1,
    };
    errors.iter().map(weight).sum()
}

fn reason(error: &ValidationError<'_>) -> Vec<(&'static str, Json)> {
    let plain = |reason: &str| vec![("reason", json!(reason))];
    let with = |reason: &str, name, value: Json| vec![("reason", json!(reason)), (name, value)];
    match error.kind() {
        Kind::Required { property } => with("member_missing", "member", property.clone()),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            with("members_unknown", "member", json!(unexpected))
        }
        Kind::Type { kind } => with("wrong_json_type", "expected", json!(types(kind))),
        Kind::Enum { options } => with("none_of", "options", options.as_ref().clone()),
        Kind::Constant { expected_value } => {
            with("none_of", "options", json!([expected_value.as_ref()]))
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => plain("no_known_form"),
        Kind::Pattern { pattern } => with("pattern", "pattern", json!(pattern)),
        Kind::Maximum { limit } => with("above", "limit", limit.clone()),
        Kind::Minimum { limit } => with("below", "limit", limit.clone()),
        Kind::MaxLength { limit } => with("text_too_long", "limit", json!(limit)),
        Kind::MinLength { limit } => with("text_too_short", "limit", json!(limit)),
        Kind::MaxItems { limit } => with("too_many_items", "limit", json!(limit)),
        Kind::MinItems { limit } => with("too_few_items", "limit", json!(limit)),
        Kind::UniqueItems => plain("repeated_items"),
        _ => with("not_understood", "text", json!(error.to_string())),
    }
}

/// The names of the types as JSON Schema has them.
fn types(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(set) => set.iter().map(|one| one.to_string()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: DocumentKind, json: &Json, expected: &[&str]) {
        let found: Vec<String> = breaches(kind, json)
            .into_iter()
            .map(|problem| {
                let params = problem.params.values().map(|value| match value {
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                });
                format!("{} {}", problem.pointer, params.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tells_every_breach_with_its_place_and_reason() {
        let form = json!({
            "key": "deal", "app": "test", "label": 5, "color": "red",
            "fields": [{ "key": "名 称", "kind": "text", "label": "x" }, { "kind": "text" }],
            "sections": [{ "columns": 3, "fields": [] }]
        });
        check(
            DocumentKind::Form,
            &form,
            &[
                "/label no_known_form",
                r"/fields/0/key ^[a-z\u0080-\uffff][a-z0-9_\u0080-\uffff]{0,39}$ pattern",
                "/fields/1 key member_missing",
                "/fields/1 label member_missing",
                "/sections/0/columns 2 above",
                " [\"color\"] members_unknown",
            ],
        );
    }

    #[test]
    fn speaks_of_the_form_that_a_value_comes_nearest_to() {
        let fields = json!([{ "key": "name", "kind": "text", "label": "Name" }]);
        let form = |rule: Json| {
            json!({
                "key": "deal", "app": "test", "label": "Deal", "fields": fields, "rules": [rule]
            })
        };
        let show = form(json!({ "kind": "show", "fields": ["a"] }));
        check(DocumentKind::Form, &show, &["/rules/0 when member_missing"]);
        let hide = form(json!({ "kind": "hide" }));
        check(DocumentKind::Form, &hide, &["/rules/0 no_known_form"]);
    }
}
