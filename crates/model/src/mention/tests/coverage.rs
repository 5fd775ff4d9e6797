//! A property that is added to a type of document is walked, or said to name nothing.

use super::*;

/// Texts that name nothing, or what nothing else names. `*` is an index or a key of a map.
const NAME_NOTHING: &[(DocumentKind, &[&str])] = &[
    (DocumentKind::App, &["/icon"]),
    (
        DocumentKind::Form,
        &[
            "/icon",
            // What the kinds take stands below.
            "/fields/*/options",
            "/fields/*/options/currency",
            "/fields/*/options/min",
            "/fields/*/options/max",
            "/fields/*/options/parts/*/text",
            "/fields/*/options/parts/*/date",
            "/views/*/key",
            "/buttons/*/key",
            "/buttons/*/icon",
        ],
    ),
    (DocumentKind::Flow, &["/steps/*/key", "/steps/*/branches/*/key"]),
    // The options of charts are held by the test of their kinds in `insight`.
    (DocumentKind::Dashboard, &["/icon", "/charts/*/key", "/charts/*/kind", "/charts/*/options"]),
    (DocumentKind::PermissionGroup, &[]),
    (DocumentKind::Script, &[]),
];

/// Every place of a schema at which a text can stand, and every map with checked keys.
fn places(schema: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(schema, schema, String::new(), &mut Vec::new(), &mut found);
    found
}

fn collect<'s>(
    root: &'s Json,
    schema: &'s Json,
    path: String,
    open: &mut Vec<&'s str>,
    found: &mut BTreeSet<String>,
) {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.strip_prefix("#/$defs/")) {
        let nested = open.iter().filter(|other| **other == name).count();
        // Filters and steps stand in themselves, columns are fields again.
        if name != "Localized" && nested == 0 {
            open.push(name);
            collect(root, &root["$defs"][name], path.clone(), open, found);
            open.pop();
        }
    }
    for list in ["oneOf", "anyOf", "allOf"] {
        for one in schema[list].as_array().into_iter().flatten() {
            collect(root, one, path.clone(), open, found);
        }
    }
    if let Some(then) = schema.get("then") {
        collect(root, then, path.clone(), open, found);
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        collect(root, below, format!("{path}/{name}"), open, found);
    }
    for (_, below) in schema["patternProperties"].as_object().into_iter().flatten() {
        found.insert(format!("{path}/* key"));
        collect(root, below, format!("{path}/*"), open, found);
    }
    for name in ["items", "additionalProperties"] {
        if let Some(below) = schema.get(name).filter(|below| below.is_object()) {
            collect(root, below, format!("{path}/*"), open, found);
        }
    }
    let is_text = |json: &Json| json == "string";
    let takes_text = is_text(&schema["type"])
        || schema["type"].as_array().is_some_and(|types| types.iter().any(is_text));
    let is_word = schema.get("const").is_some() || schema.get("enum").is_some();
    let says_nothing = ["type", "$ref", "oneOf", "anyOf", "allOf", "if", "properties", "const"]
        .iter()
        .all(|keyword| schema.get(*keyword).is_none());
    if (takes_text && !is_word) || (says_nothing && schema.is_object()) {
        found.insert(path);
    }
}

/// Whether a pointer stands at a place of a schema.
fn stands_at(pointer: &str, place: &str) -> bool {
    let (mut pointer, mut place) = (pointer.split('/'), place.split('/'));
    loop {
        match (pointer.next(), place.next()) {
            (None, None) => return true,
            (Some(step), Some(expected)) if expected == "*" || step == expected => {}
            _ => return false,
        }
    }
}

#[test]
fn every_property_that_can_name_something_is_walked() {
    for kind in DocumentKind::ALL {
        let (document, forms) = (document(kind), published());
        Document::read(kind, &document).unwrap();
        let walked = walk(kind, &document, &forms);
        let names = walked.names.iter().map(|name| match name.at {
            At::Key => format!("{} key", name.pointer),
            _ => name.pointer.clone(),
        });
        let expressions = walked.expressions.iter().map(|written| written.pointer.clone());
        let scripts = walked.scripts.iter().map(|(pointer, _)| pointer.clone());
        let mut pointers: Vec<String> = names.chain(expressions).chain(scripts).collect();
        let keys: Vec<String> = pointers.iter().filter(|p| p.ends_with(" key")).cloned().collect();
        pointers.extend(keys);
        let (_, nothing) = NAME_NOTHING.iter().find(|(of, _)| *of == kind).unwrap();
        let places = places(&kind.schema());
        let is_walked = |place: &String| match place.strip_suffix("/* key") {
            Some(map) => keys_under(&pointers, map),
            None => pointers.iter().any(|pointer| stands_at(pointer, place)),
        };
        let missed: Vec<&String> = places
            .iter()
            .filter(|place| !nothing.contains(&place.as_str()) && !is_walked(place))
            .collect();
        assert!(
            missed.is_empty(),
            "{kind:?}: walk these, or say that they name nothing: {missed:#?}"
        );
        let stale: Vec<_> = nothing.iter().filter(|place| !places.contains(**place)).collect();
        assert!(stale.is_empty(), "{kind:?} has no such places: {stale:#?}");
    }
}

/// Whether a key of the map at a place is walked.
fn keys_under(pointers: &[String], map: &str) -> bool {
    let keys = pointers.iter().filter_map(|pointer| pointer.strip_suffix(" key"));
    let mut maps = keys.filter_map(|pointer| pointer.rsplit_once('/'));
    maps.any(|(pointer, _)| stands_at(pointer, map))
}
