//! Plans, conversions and names, as tables of cases.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    FormKey, FormModel, Locale, Storage, Value,
    document::{Document, DocumentKind},
    kind,
};

fn model(fields: Json, more: Json, previous: Option<&FormModel>) -> FormModel {
    let mut document = json!({ "key": "deal", "app": "crm", "label": "Deal", "fields": fields });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    match Document::read(DocumentKind::Form, &document) {
        Ok(Document::Form(form)) => {
            let revision = previous.map_or(1, |previous| previous.revision + 1);
            FormModel::build(*form, revision, previous.map(|p| &p.columns)).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn text(key: &str) -> Json {
    json!({ "key": key, "kind": "text", "label": key })
}

fn sorted_by(keys: &[&str]) -> Json {
    let sort: Vec<_> = keys.iter().map(|key| json!({ "field": key })).collect();
    json!({ "views": [{ "key": "all", "label": "All", "columns": keys, "sort": sort }] })
}

/// The database after the steps of a plan, with so many rows in every table.
fn after(mut database: Inventory, wanted: &Wanted, rows: u64) -> Inventory {
    for step in plan(wanted, &database) {
        match step.change {
            SchemaChange::CreateRecordTable { table } | SchemaChange::CreateRowTable { table } => {
                assert!(database.table(&table).is_none(), "{table} is made twice");
                database.tables.insert(table, ExistingTable::default());
            }
            SchemaChange::AddColumn { table, column, .. } => {
                assert!(database.tables.get_mut(&table).unwrap().columns.insert(column));
            }
            SchemaChange::CreateIndex(index) => {
                let table = database.tables.get_mut(&index.table).unwrap();
                assert!(table.indexes.insert(index.name(), ExistingIndex::Ready).is_none());
            }
            SchemaChange::DropIndex { table, name } => {
                assert!(database.tables.get_mut(&table).unwrap().indexes.remove(&name).is_some());
            }
        }
    }
    for table in database.tables.values_mut() {
        table.rows = rows;
    }
    assert!(plan(wanted, &database).is_empty(), "a plan that is done leaves nothing");
    database
}

#[test]
fn a_form_comes_back_to_any_shape_that_it_had() {
    let fields = json!([text("a"), text("b")]);
    let unique = json!([{ "key": "a", "kind": "text", "label": "a", "unique": true }, text("b")]);
    let link = json!([text("a"), text("b"), {
        "key": "c", "kind": "link", "label": "c", "options": { "form": "deal" }
    }]);
    let shapes: Vec<(Json, Json)> = vec![
        (fields.clone(), sorted_by(&["a"])),
        (fields.clone(), sorted_by(&["b"])),
        (unique, sorted_by(&["b"])),
        (link, sorted_by(&["a", "b"])),
    ];
    for rows in [0, SMALL_TABLE] {
        for way in [[0, 1, 0], [0, 2, 0], [1, 3, 1], [2, 0, 2], [3, 0, 3], [3, 1, 2]] {
            let mut database = Inventory::default();
            let mut previous: Option<FormModel> = None;
            for shape in way {
                let (fields, more) = shapes[shape].clone();
                let next = model(fields, more, previous.as_ref());
                let wanted = wanted(&next, &[]);
                database = after(database, &wanted, rows);
                let names: BTreeSet<String> = wanted.indexes().map(Index::name).collect();
                let there: BTreeSet<String> =
                    database.tables["r_deal"].indexes.keys().cloned().collect();
                assert_eq!(there, names, "{way:?} at {shape}");
                previous = Some(next);
            }
        }
    }
}

#[test]
fn what_is_dear_in_a_large_table_is_deferred() {
    let first = model(json!([text("a"), text("b")]), sorted_by(&["a"]), None);
    let database = after(Inventory::default(), &wanted(&first, &[]), SMALL_TABLE);
    let fields = json!([text("a"), text("b"), text("c")]);
    let second = model(fields, sorted_by(&["b"]), Some(&first));
    let steps = plan(&wanted(&second, &[]), &database);
    let when = |wanted: fn(&SchemaChange) -> bool| {
        steps.iter().find(|step| wanted(&step.change)).map(|step| step.when)
    };
    assert_eq!(when(|c| matches!(c, SchemaChange::AddColumn { .. })), Some(When::Now));
    assert_eq!(when(|c| matches!(c, SchemaChange::CreateIndex(_))), Some(When::Deferred));
    assert_eq!(when(|c| matches!(c, SchemaChange::DropIndex { .. })), Some(When::Deferred));
}

#[test]
fn an_index_that_refuses_what_is_allowed_now_goes_at_once() {
    let unique = json!([{ "key": "a", "kind": "text", "label": "a", "unique": true }]);
    let first = model(unique, json!({}), None);
    let database = after(Inventory::default(), &wanted(&first, &[]), SMALL_TABLE);
    let second = model(json!([text("a")]), json!({}), Some(&first));
    let steps = plan(&wanted(&second, &[]), &database);
    assert!(matches!(
        steps.as_slice(),
        [Step { change: SchemaChange::DropIndex { name, .. }, when: When::Now }]
            if name.starts_with("ux_")
    ));
}

#[test]
fn an_interrupted_index_is_built_again_and_one_under_way_is_waited_for() {
    let first = model(json!([text("a")]), sorted_by(&["a"]), None);
    let wanted = wanted(&first, &[]);
    let whole = after(Inventory::default(), &wanted, 1);
    let name = wanted.tables[0].indexes.last().unwrap().index.name();
    for (state, steps) in [
        (ExistingIndex::Invalid, 2),
        (ExistingIndex::Building, 0),
        (ExistingIndex::Dropping, 1),
        (ExistingIndex::Ready, 0),
    ] {
        let mut database = whole.clone();
        database.tables.get_mut("r_deal").unwrap().indexes.insert(name.clone(), state);
        assert_eq!(plan(&wanted, &database).len(), steps, "{state:?}");
    }
}

#[test]
fn physical_names_do_not_collide() {
    let subform = |key: &str| json!({ "key": key, "kind": "subform", "label": key, "options": { "fields": [text("x")] } });
    let long = "a_key_that_is_longer_than_28_letters";
    let keys = ["明细", "c2", "c1", "c3", long, "另一", "c6", "c7"];
    for order in [keys.to_vec(), keys.iter().rev().copied().collect()] {
        let fields: Vec<Json> = order.iter().map(|key| subform(key)).collect();
        let form = model(json!(fields), json!({}), None);
        let tables: BTreeSet<&str> =
            form.subforms().map(|(_, subform)| subform.table.as_str()).collect();
        assert_eq!(tables.len(), keys.len(), "{tables:?}");
        assert!(tables.iter().all(|name| name.len() <= 63), "{tables:?}");
    }
    let keys = ["单价", "c1", "c2", "c3", "数量", "c1_2", "c5"];
    let fields: Vec<Json> = keys.iter().map(|key| text(key)).collect();
    let form = model(json!(fields), json!({}), None);
    let columns: BTreeSet<&str> =
        form.stored_fields().map(|(_, field)| field.column.as_str()).collect();
    assert_eq!(columns.len(), keys.len(), "{columns:?}");
}

#[test]
fn a_field_that_changes_its_content_is_converted_and_one_that_comes_back_is_not() {
    let with = |kind: &str, options: Json| json!([{ "key": "a", "kind": kind, "label": "a", "options": options }]);
    let two = model(with("number", json!({ "places": 2 })), json!({}), None);
    assert!(two.conversions.is_empty());
    let four = model(with("number", json!({ "places": 4 })), json!({}), Some(&two));
    assert_eq!(four.conversions.len(), 1);
    assert_eq!(
        (four.conversions[0].from.0.as_str(), four.conversions[0].to.0.as_str()),
        ("f_a", "f_a_2")
    );
    let back = model(with("number", json!({ "places": 2 })), json!({}), Some(&four));
    assert_eq!(back.conversions[0].to.0, "f_a_3");
    let older = |form: &FormModel| -> Vec<String> {
        form.conversions[0].older.iter().map(|(column, _)| column.clone()).collect()
    };
    assert_eq!(older(&back), ["f_a"]);
    let none = model(with("number", json!({ "places": 0 })), json!({}), Some(&back));
    assert_eq!(older(&none), ["f_a", "f_a_2"], "all the way back");
    let retired = model(json!([text("b")]), json!({}), Some(&back));
    let again = model(with("number", json!({ "places": 2 })), json!({}), Some(&retired));
    assert!(again.conversions.is_empty());
    assert_eq!(again.field("a").unwrap().column, "f_a_3");
    let member = model(with("member", json!({})), json!({}), Some(&retired));
    assert_eq!(member.conversions[0].from.0, "f_a_3");
    // The same form built again from its own columns, as it is loaded.
    let loaded = model(with("member", json!({})), json!({}), Some(&member));
    assert!(loaded.conversions.is_empty());
    assert_eq!(loaded.columns, member.columns);
}

#[test]
fn texts_that_name_and_texts_that_are_words_are_kept_apart() {
    let with = |kind: &str| json!([{ "key": "a", "kind": kind, "label": "a" }]);
    let words = model(with("text"), json!({}), None);
    let lines = model(with("long_text"), json!({}), Some(&words));
    assert!(lines.conversions.is_empty());
    let member = model(with("member"), json!({}), Some(&words));
    assert_eq!(member.conversions.len(), 1);
}

#[test]
fn revisions_of_the_first_version_are_read() {
    let json = r#"{"fields":{"a":"f_a"},"subforms":{"l":{"table":"s_deal__l",
        "columns":{"q":"f_q"},"history":{"f_q":["q","scaled2"]}}},"history":{"f_a":["a","text"]}}"#;
    let columns: crate::form::Columns = serde_json::from_str(json).unwrap();
    assert!(columns.more.contents.is_empty());
    let written = serde_json::to_value(&columns).unwrap();
    assert_eq!(written["fields"]["a"], "f_a");
    let Ok(content) = Content::try_from("text/record/customer".to_owned()) else { panic!() };
    assert_eq!(String::from(content), "text/record/customer");
    assert!(Content::try_from("text/nonsense".to_owned()).is_err());
}

struct Called(TimeZone, Locale);

impl Names for Called {
    fn member(&self, id: &str) -> Option<String> {
        (id == "m1" || id == "m2").then(|| "Anna".to_owned()).or((id == "m3").then(|| "李".into()))
    }
    fn members_called(&self, text: &str) -> Vec<String> {
        let known = [("m1", "Anna"), ("m2", "Anna"), ("m3", "李"), ("m3", "m3")];
        let found: BTreeSet<&str> =
            known.iter().filter(|(_, name)| *name == text).map(|(id, _)| *id).collect();
        found.into_iter().map(str::to_owned).collect()
    }
    fn department(&self, id: &str) -> Option<String> {
        (id == "d1").then(|| "East".to_owned())
    }
    fn departments_called(&self, text: &str) -> Vec<String> {
        if text == "East" { vec!["d1".to_owned()] } else { Vec::new() }
    }
    fn record(&self, form: &FormKey, id: &str) -> Option<String> {
        (form.as_str() == "customer" && id == "r1").then(|| "Acme".to_owned())
    }
    fn records_called(&self, form: &FormKey, text: &str) -> Vec<String> {
        if form.as_str() == "customer" && text == "Acme" { vec!["r1".into()] } else { Vec::new() }
    }
    fn time_zone(&self) -> &TimeZone {
        &self.0
    }
    fn locale(&self) -> &Locale {
        &self.1
    }
}

fn side(kind: &str) -> ConversionSide {
    let options = json!({ "options": [
        { "key": "new", "label": { "zh-CN": "新", "en": "New" } },
        { "key": "won", "label": { "zh-CN": "赢单", "en": "Won" } },
        { "key": "10", "label": "10" }
    ] });
    let options = match kind {
        "choice" | "choices" => options,
        "link" => json!({ "form": "customer" }),
        "number4" => json!({ "places": 4 }),
        "number0" => json!({ "places": 0 }),
        "subform" => json!({ "fields": [text("x")] }),
        _ => json!({}),
    };
    let kind = kind.trim_end_matches(|c: char| c.is_ascii_digit());
    ConversionSide::of(&*kind::parse(kind, &options).unwrap())
}

fn stored(kind: &str, json: &Json) -> Value {
    match (side(kind).content.storage, json) {
        (Storage::Text, Json::String(text)) => Value::Text(text.clone()),
        (Storage::Scaled { .. }, Json::String(text)) => Value::Number(text.parse().unwrap()),
        (Storage::Boolean, Json::Bool(yes)) => Value::Bool(*yes),
        (Storage::Date, Json::String(text)) => Value::Date(text.parse().unwrap()),
        (Storage::Instant, Json::String(text)) => Value::Instant(text.parse().unwrap()),
        (Storage::Json, Json::Array(all)) => {
            Value::Texts(all.iter().map(|one| one.as_str().unwrap().to_owned()).collect())
        }
        (_, Json::Null) => Value::Null,
        other => panic!("{other:?}"),
    }
}

fn names() -> Called {
    Called(
        TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::fixed(jiff::tz::offset(8))),
        Locale::chinese(),
    )
}

#[test]
fn values_convert_as_people_read_them() {
    let cases = [
        ("number2", json!("12.34"), "number4", "= 12.3400"),
        ("number4", json!("12.3400"), "number2", "= 12.34"),
        ("number4", json!("12.3450"), "number2", "~ 12.35"),
        ("number4", json!("-0.00500"), "number2", "~ -0.01"),
        ("number0", json!("999999999999"), "number4", "! number_out_of_range"),
        ("text", json!("12,5"), "number", "! wrong_type"),
        ("text", json!("1,234.50"), "number", "= 1234.50"),
        ("text", json!("12,34"), "number", "! wrong_type"),
        ("text", json!("010-00001234"), "number", "! wrong_type"),
        ("text", json!("2026-06-30"), "number", "! wrong_type"),
        ("text", json!(" 7 "), "number", "= 7.00"),
        ("text", json!("1e3"), "number", "! wrong_type"),
        ("text", json!("2.675"), "number", "~ 2.68"),
        ("text", json!(""), "number", "= null"),
        ("number", json!("12.50"), "text", "= \"12.5\""),
        ("text", json!("2026/6/3"), "date", "= \"2026-06-03\""),
        ("text", json!("2026年6月3日"), "date", "= \"2026-06-03\""),
        ("text", json!("2026-02-30"), "date", "! wrong_type"),
        ("date", json!("2026-06-03"), "text", "= \"2026-06-03\""),
        ("date", json!("2026-06-03"), "datetime", "= \"2026-06-02T16:00:00.000Z\""),
        ("datetime", json!("2026-06-02T16:00:00Z"), "date", "= \"2026-06-03\""),
        ("datetime", json!("2026-06-02T16:00:01Z"), "date", "~ \"2026-06-03\""),
        ("datetime", json!("2026-06-02T16:30:00Z"), "text", "= \"2026-06-03 00:30\""),
        ("text", json!("2026-06-03 00:30"), "datetime", "= \"2026-06-02T16:30:00.000Z\""),
        ("text", json!("New"), "choice", "= \"new\""),
        ("text", json!("赢单"), "choice", "= \"won\""),
        ("text", json!("new"), "choice", "= \"new\""),
        ("text", json!("lost"), "choice", "! not_an_option"),
        ("number0", json!("10"), "choice", "= \"10\""),
        ("choice", json!("won"), "text", "= \"赢单\""),
        ("choice", json!("gone"), "text", "= \"gone\""),
        ("choice", json!("won"), "choices", "= [\"won\"]"),
        ("choice", json!("10"), "number", "= 10.00"),
        ("choices", json!(["won"]), "choice", "= \"won\""),
        ("choices", json!(["won", "new"]), "choice", "! several_values"),
        ("choices", json!(["won", "new"]), "text", "= \"赢单、新\""),
        ("text", json!("赢单、新"), "choices", "= [\"won\",\"new\"]"),
        ("text", json!("赢单、旧"), "choices", "! not_an_option"),
        ("text", json!("李"), "member", "= \"m3\""),
        ("text", json!("m3"), "member", "= \"m3\""),
        ("text", json!("Anna"), "member", "! ambiguous_name"),
        ("text", json!("Bob"), "member", "! unknown_member"),
        ("member", json!("m3"), "text", "= \"李\""),
        ("member", json!("m3"), "members", "= [\"m3\"]"),
        ("members", json!(["m3", "gone"]), "member", "! several_values"),
        ("members", json!(["gone"]), "member", "= \"gone\""),
        ("text", json!("East"), "department", "= \"d1\""),
        ("department", json!("d1"), "text", "= \"East\""),
        ("text", json!("Acme"), "link", "= \"r1\""),
        ("text", json!("Nobody"), "link", "! unknown_record"),
        ("link", json!("r1"), "text", "= \"Acme\""),
        ("boolean", json!(true), "text", "= \"是\""),
        ("text", json!("否"), "boolean", "= false"),
        ("number0", json!("1"), "boolean", "= true"),
        ("number0", json!("2"), "boolean", "! wrong_type"),
        ("boolean", json!(true), "number", "= 1.00"),
        ("date", json!("2026-06-03"), "number", "! kinds_do_not_convert"),
        ("member", json!("m3"), "number", "! kinds_do_not_convert"),
    ];
    for (from, value, to, expected) in cases {
        let outcome = convert(&stored(from, &value), &side(from), &side(to), &names());
        assert_eq!(shown(&outcome), expected, "{from} {value} to {to}");
    }
}

/// The kinds that a field had, with the values that stood there; the kind that it gets; and
/// what becomes of the last value.
type History<'a> = (&'a [(&'a str, Json)], &'a str, &'a str);

#[test]
fn a_value_that_did_not_change_is_converted_from_what_it_once_was() {
    let cases: &[History<'_>] = &[
        (&[("text", json!("012.50")), ("number", json!("12.50"))], "text", "= \"012.50\""),
        (&[("text", json!("by hand")), ("number", Json::Null)], "text", "= \"by hand\""),
        (&[("text", json!("012.50")), ("number", json!("13.00"))], "text", "= \"13\""),
        (&[("text", json!("by hand")), ("number", json!("7.00"))], "text", "= \"7\""),
        (&[("text", json!("by hand")), ("number", json!("7.00"))], "number0", "= 7"),
        (&[("text", json!("12.50")), ("number", Json::Null)], "text", "= null"),
        // Over several kinds.
        (
            &[("text", json!("by hand")), ("number", Json::Null), ("date", Json::Null)],
            "text",
            "= \"by hand\"",
        ),
        (
            &[("text", json!("12.5")), ("number", json!("12.50")), ("date", Json::Null)],
            "text",
            "= \"12.5\"",
        ),
        (&[("text", json!("2026-06-03")), ("number", Json::Null)], "date", "= \"2026-06-03\""),
        (&[("text", json!("1.25")), ("number0", json!("1"))], "number", "= 1.25"),
        (&[("text", json!("1.255")), ("number0", json!("1"))], "number", "= 1.26"),
        (&[("text", json!("1.255")), ("number", json!("1.26"))], "number0", "~ 1"),
        // Somebody typed on the way: that is where it begins.
        (
            &[("text", json!("12.5")), ("number", json!("9.75")), ("number0", json!("10"))],
            "text",
            "= \"9.75\"",
        ),
        (
            &[("text", json!("a")), ("number", Json::Null), ("date", json!("2026-06-03"))],
            "text",
            "= \"2026-06-03\"",
        ),
    ];
    for (hops, to, expected) in cases {
        let hops: Vec<(Value, ConversionSide)> =
            hops.iter().map(|(kind, value)| (stored(kind, value), side(kind))).collect();
        let hops: Vec<(&Value, &ConversionSide)> =
            hops.iter().map(|(value, side)| (value, side)).collect();
        let outcome = convert_again(&hops, &[], &side(to), &[&names()]);
        assert_eq!(shown(&outcome), *expected, "{hops:?} to {to}");
    }
}

fn shown(outcome: &Outcome) -> String {
    let value = |value: &Value| match value {
        Value::Number(number) => number.to_string(),
        other => other.to_json().to_string(),
    };
    match outcome {
        Outcome::Kept(kept) => format!("= {}", value(kept)),
        Outcome::Rounded(rounded) => format!("~ {}", value(rounded)),
        Outcome::Refused(problem) => format!("! {}", problem.code),
    }
}

/// Which kinds convert to which, as the guide shows it.
#[test]
fn every_kind_says_what_it_becomes() {
    let keys: Vec<&str> = kind::REGISTRY.iter().map(|registration| registration.key).collect();
    let table: BTreeMap<&str, Vec<&str>> = keys
        .iter()
        .map(|from| {
            let all = keys.iter().filter(|to| *to != from);
            let becomes = all.filter(|to| converts(&content_of(from), &content_of(to)));
            (*from, becomes.copied().collect())
        })
        .collect();
    assert!(table["text"].len() >= keys.len() - 2, "{table:?}");
    assert!(table["subform"].is_empty());
    assert!(table.values().all(|all| !all.contains(&"subform")));
    assert!(!table["date"].contains(&"number") && table["date"].contains(&"datetime"));
}

fn content_of(kind: &str) -> Content {
    if kind == "serial" { Content::plain(Storage::Text) } else { side(kind).content }
}
