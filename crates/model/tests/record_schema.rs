//! The published JSON Schema of a form's records and the reader of records agree.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails, and its cases are tables"
)]

use std::cell::RefCell;

use formwork_model::{
    FormModel, Locale, Problem,
    document::{Document, DocumentKind},
    record_schema::record_schema,
};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value as Json, json};

fn options_of(kind: &str, variant: u8) -> Json {
    let option = |key: &str| json!({ "key": key, "label": key });
    match (kind, variant % 4) {
        ("text", 0) => json!({ "format": "phone" }),
        ("text", 1) => json!({ "format": "email" }),
        ("text", 2) => json!({ "format": "url", "max_length": 12 }),
        ("text" | "long_text", _) => json!({ "max_length": 3 }),
        ("number" | "money", 0) => json!({ "places": 0, "min": "-5", "max": "1000" }),
        ("number" | "money", 1) => json!({ "places": 4 }),
        ("number" | "money", 2) => json!({ "min": "0.5" }),
        ("choice" | "choices", 0) => json!({ "options": [option("a")] }),
        ("choice" | "choices", _) => json!({ "options": [option("a"), option("b"), option("长")] }),
        ("link", _) => json!({ "form": "other" }),
        ("serial", _) => json!({ "parts": [{ "counter": 4 }] }),
        _ => json!({}),
    }
}

const PLAIN: [&str; 15] = [
    "text",
    "long_text",
    "number",
    "money",
    "boolean",
    "date",
    "datetime",
    "choice",
    "choices",
    "member",
    "members",
    "department",
    "departments",
    "link",
    "serial",
];

fn field(key: &str, (kind, variant): (&str, u8)) -> Json {
    json!({ "key": key, "kind": kind, "label": key, "options": options_of(kind, variant) })
}

/// Three fields of any kind, and a subform of two columns.
fn forms() -> impl Strategy<Value = FormModel> {
    let kind = || (select(&PLAIN[..]), 0..4_u8);
    let column = || (select(&PLAIN[..14]), 0..4_u8);
    (kind(), kind(), kind(), column(), column()).prop_map(|(a, b, c, d, e)| {
        let lines = json!({
            "key": "lines", "kind": "subform", "label": "lines",
            "options": { "max_rows": 2, "fields": [field("d", d), field("e", e)] }
        });
        let document = json!({
            "key": "f", "app": "test", "label": "f",
            "fields": [field("a", a), field("b", b), field("c", c), lines]
        });
        let Document::Form(form) = Document::read(DocumentKind::Form, &document).unwrap() else {
            panic!("a form")
        };
        FormModel::build(*form, 1, None).unwrap()
    })
}

/// Texts around the borders of every kind.
fn texts() -> impl Strategy<Value = String> {
    let known = [
        "",
        " ",
        "a",
        "b",
        "长",
        "abc",
        "abcd",
        "a\nb",
        "a\r\nb",
        "a\rb",
        "a\tb",
        "\u{85}a",
        "a\u{0}",
        "\u{feff}",
        "\u{3000}x\u{a0}",
        "me@example.org",
        "me@.x",
        "a@b@c.d",
        "@a.b",
        "a@b.",
        "a@b..c",
        " https://x ",
        "http://",
        "https://a b",
        "ftp://x",
        "https://\u{1}",
        "+86 (10) 1234-5678",
        "12",
        "123",
        "1-2-3",
        "  ",
        "-",
        "0",
        "-0",
        "+5",
        "1.5",
        "1.50",
        "1.505",
        "1.00000000000000000000000000000000000001",
        "0.4999",
        "0.5",
        ".5",
        "5.",
        ".",
        "1_000",
        "1,000",
        " 7 ",
        "007",
        "999",
        "1000",
        "1001",
        "-5",
        "-6",
        "9999999999999",
        "99999999999999",
        "999999999999999",
        "1000000000000000",
        "12345678901.1234",
        "NaN",
        "0x1",
        "１",
        "2026-06-18",
        "2026-02-30",
        "2024-02-29",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31",
        "2026-6-18",
        "2026-06-18T06:32:11Z",
        "2026-06-18T06:32:11.123+08:00",
        "2026-02-30T06:32:11Z",
        "2026-06-18T24:00:00Z",
        "2026-06-18T06:32:11",
        "2026-06-18T06:32:61Z",
        "2026-06-18T06:32:11.1234567891Z",
        "2026-06-18T06:32:11+24:00",
    ];
    prop_oneof![
        4 => select(known.to_vec()).prop_map(str::to_owned),
        1 => "[ \t\n\ra-c0-9.@:/+\u{85}\u{3000}\u{1}-]{0,8}",
        1 => "[-+]?[0-9]{0,16}[.]?[0-9]{0,6}",
        1 => "(abcd|长){15,22}",
    ]
}

fn values() -> impl Strategy<Value = Json> {
    let id = prop_oneof![texts().prop_map(Json::from), Just(json!(null)), Just(json!(3))];
    let leaf = prop_oneof![
        6 => texts().prop_map(Json::from),
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::from),
        1 => (-1100..1100_i64).prop_map(Json::from),
        1 => any::<i64>().prop_map(Json::from),
        1 => any::<u64>().prop_map(Json::from),
        1 => select(vec![0.5, 0.25, -0.0, 1e14, 1e15, 1e300, 1e-7, 99.99, 1000.0, -5.0]).prop_map(Json::from),
        1 => id.prop_map(|id| json!({ "id": id, "title": "x" })),
    ];
    let row = prop::collection::btree_map(select(vec!["d", "e", "id", "x"]), leaf.clone(), 0..3)
        .prop_map(|cells| json!(cells));
    prop_oneof![
        5 => leaf.clone(),
        1 => prop::collection::vec(leaf, 0..4).prop_map(Json::from),
        1 => prop::collection::vec(row, 0..4).prop_map(Json::from),
    ]
}

fn records() -> impl Strategy<Value = Json> {
    let keys = vec!["a", "b", "c", "lines", "owner", "department", "id", "zzz"];
    let object = prop::collection::vec((select(keys), values()), 0..4).prop_map(|fields| {
        Json::Object(
            fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>(),
        )
    });
    prop_oneof![30 => object, 1 => values()]
}

fn at<'a>(json: &'a Json, problem: &Problem) -> Option<&'a Json> {
    json.pointer(&problem.pointer)
}

/// What the schema cannot say: `record_schema` tells why.
fn is_beyond_schema(json: &Json, problem: &Problem) -> bool {
    match problem.code.as_ref() {
        "too_small" | "too_large" => at(json, problem).is_some_and(Json::is_string),
        "too_many_places" => at(json, problem).is_some_and(Json::is_number),
        _ => false,
    }
}

/// What is read beyond what the schema promises: `record_schema` tells what.
fn has_more_than_promised(json: &Json) -> bool {
    match json {
        Json::String(text) => {
            let trimmed = text.trim().chars().count();
            trimmed != text.chars().count()
                || text.replace("\r\n", "\n").chars().count() != text.chars().count()
                || (text.contains(['e', 'E']) && text.contains(|c: char| c.is_ascii_digit()))
                || text.parse::<jiff::Timestamp>().is_ok()
        }
        Json::Array(items) => items.iter().any(has_more_than_promised),
        Json::Object(members) => members.values().any(has_more_than_promised),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn schema_and_reader_accept_the_same(form in forms(), jsons in prop::collection::vec(records(), 12)) {
        let schema = record_schema(&form, &Locale::english(), &|_| true);
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        for json in jsons {
            let (_, problems) = form.read_values(&json);
            let is_valid = validator.is_valid(&json);
            let beyond = problems.iter().all(|problem| is_beyond_schema(&json, problem));
            if is_valid {
                prop_assert!(beyond, "the reader alone refuses {json}: {problems:?}\n{schema:#}");
            } else {
                let read = problems.is_empty() && !has_more_than_promised(&json);
                let errors: RefCell<Vec<String>> = RefCell::default();
                validator.iter_errors(&json).for_each(|e| errors.borrow_mut().push(e.to_string()));
                prop_assert!(!read, "the schema alone refuses {json}: {errors:?}");
            }
        }
    }
}

#[test]
fn the_schema_is_one() {
    let document = json!({ "key": "f", "app": "test", "label": "f", "fields": PLAIN
        .iter().enumerate().map(|(index, kind)| field(&format!("f{index}"), (kind, 3))).collect::<Vec<_>>() });
    let Ok(Document::Form(form)) = Document::read(DocumentKind::Form, &document) else {
        panic!("a form")
    };
    let schema =
        record_schema(&FormModel::build(*form, 1, None).unwrap(), &Locale::english(), &|_| true);
    assert!(jsonschema::meta::is_valid(&schema), "{schema:#}");
}

#[test]
fn what_is_not_shown_is_not_described() {
    let document = json!({
        "key": "offer", "app": "test", "label": "Offer",
        "fields": [
            { "key": "name", "kind": "text", "label": "Name" },
            { "key": "margin", "kind": "money", "label": "Margin" },
            { "key": "lines", "kind": "subform", "label": "Lines", "options": { "fields": [
                { "key": "qty", "kind": "number", "label": "Quantity" },
                { "key": "cost", "kind": "money", "label": "Cost" }
            ] } }
        ]
    });
    let Document::Form(form) = Document::read(DocumentKind::Form, &document).unwrap() else {
        panic!("a form")
    };
    let hidden = ["margin", "lines.cost", "owner"];
    let model = FormModel::build(*form, 1, None).unwrap();
    let schema = record_schema(&model, &Locale::english(), &|path| !hidden.contains(&path));
    let text = schema.to_string();
    assert!(text.contains("Quantity") && text.contains("Name"), "{text}");
    for name in ["margin", "Cost", "cost", "owner"] {
        assert!(!text.contains(&format!("\"{name}\"")), "{name} in {text}");
    }
}
