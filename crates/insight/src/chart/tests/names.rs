//! What the options of charts can name is walked by `formwork_model::mention`, whatever the
//! kind: a new text among them is walked there, or is said here to name nothing.

use std::collections::BTreeSet;

use schemars::SchemaGenerator;
use serde_json::Value as Json;

use crate::chart::REGISTRY;

/// Texts that `mention` walks, by the type that has them.
const WALKED: &[&str] = &[
    "Condition.field",
    "Condition.value",
    "DimensionOptions.field",
    "DimensionOptions.key",
    "Measure.field",
    "SeriesOptions.bind",
    "SeriesOptions.dimensions",
    "SeriesOptions.form",
    "SeriesOptions.period",
];

/// Texts that name nothing, or other parts of the same chart alone.
const OWN: &[&str] = &[
    "Computed.key",
    "FactorOptions.key",
    "Figure.key",
    "GroupingOptions.key",
    "SeriesOptions.key",
];

fn is_text(schema: &Json) -> bool {
    let takes = |json: &Json| json == "string";
    let is_word = schema.get("const").is_some() || schema.get("enum").is_some();
    let is_key = schema["$ref"].as_str().is_some_and(|name| name.ends_with("Key"));
    let in_map = |map: &str| schema.get(map).is_some_and(is_text);
    let says_nothing = schema
        .as_object()
        .is_some_and(|object| object.keys().all(|key| key == "description" || key == "default"));
    let is_text = takes(&schema["type"])
        || schema["type"].as_array().is_some_and(|types| types.iter().any(takes));
    (is_text && !is_word) || is_key || in_map("additionalProperties") || says_nothing
}

#[test]
fn every_text_that_can_name_something_is_walked() {
    let mut generator = SchemaGenerator::default();
    let mut types: Vec<(String, Json)> = Vec::new();
    for kind in REGISTRY {
        types.push((kind.key.to_owned(), kind.options_schema(&mut generator).to_value()));
    }
    types.extend(generator.definitions().iter().map(|(name, json)| (name.clone(), json.clone())));
    let mut found = BTreeSet::new();
    for (name, schema) in types.iter().filter(|(name, _)| name != "Localized") {
        for (property, below) in schema["properties"].as_object().into_iter().flatten() {
            if is_text(below) {
                found.insert(format!("{name}.{property}"));
            }
        }
    }
    let expected: BTreeSet<String> =
        WALKED.iter().chain(OWN).map(|name| (*name).to_owned()).collect();
    assert_eq!(found, expected);
}
