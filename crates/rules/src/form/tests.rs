//! A small sales form, compiled and run.

use std::sync::Arc;

use formwork_model::{FieldKey, FormModel, Problems, SubformRow, Value, Values, form::Forms};
use jiff::{
    civil::date,
    tz::{Offset, TimeZone},
};
use serde_json::{Value as Json, json};

use super::*;
use crate::{Failures, Links};

static CHINA: TimeZone = TimeZone::fixed(Offset::constant(8));

struct Customers(Arc<FormModel>);

impl Forms for Customers {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        (key == "account").then(|| Arc::clone(&self.0))
    }
}

fn model(document: Json) -> FormModel {
    FormModel::build(serde_json::from_value(document).unwrap(), 1, None).unwrap()
}

fn customers() -> Customers {
    Customers(Arc::new(model(json!({
        "key": "account", "app": "crm", "label": "Account",
        "fields": [
            {"key": "name", "kind": "text", "label": "Name"},
            {"key": "rate", "kind": "number", "label": "Rate"},
            {"key": "score", "kind": "number", "label": "Score", "options": {"places": 0}}
        ]
    }))))
}

fn field(key: &str, kind: &str, more: Json) -> Json {
    let mut field = json!({"key": key, "kind": kind, "label": key});
    field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    field
}

/// The form of most tests, with some of its parts replaced.
fn quotation(parts: Json) -> Json {
    let mut document = json!({
        "key": "quotation", "app": "crm", "label": "Quotation", "title": "name + \" · \" + total",
        "fields": [
            field("name", "text", json!({"required": true, "default": "\"Q\" + YEAR(TODAY())"})),
            field("total", "number", json!({"formula": "SUM(lines.amount) * (1 - discount)"})),
            field("discount", "number", json!({"default": "account.rate"})),
            field("amount", "number", json!({})),
            field("account", "link", json!({"options": {"form": "account"}})),
            field("stage", "text", json!({})),
            field("reason", "text", json!({})),
            field("won_on", "date", json!({"read_only": true})),
            field("lines", "subform", json!({"options": {"min_rows": 1, "fields": [
                field("quantity", "number", json!({"default": "1", "required": true})),
                field("price", "number", json!({})),
                field("amount", "number", json!({"formula": "quantity * price"})),
                field("note", "text", json!({})),
            ]}})),
        ],
        "rules": [
            {"kind": "show", "when": "stage == \"lost\"", "fields": ["reason"]},
            {"kind": "require", "when": "stage == \"lost\"", "fields": ["reason"]},
            {"kind": "require", "when": "price > 100", "fields": ["lines.note"]},
            {"kind": "read_only", "when": "stage == \"won\"", "fields": ["name", "lines.price"]},
            {"kind": "check", "that": "discount < 0.5", "message": "Too much", "fields": ["discount"]},
            {"kind": "check", "that": "quantity > 0", "message": "None", "fields": ["lines.quantity"]},
            {"kind": "stamp", "on": ["stage"], "when": "stage == \"won\" && old.stage != \"won\"",
             "set": {"won_on": "TODAY()"}}
        ],
        "buttons": [
            {"key": "win", "label": "Win", "when": "total > 0",
             "action": {"update": {"set": {"stage": "\"won\""}}}},
            {"key": "score", "label": "Score",
             "action": {"create": {"form": "account", "set": {"score": "total / 7", "name": "name"}}}}
        ]
    });
    document.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    document
}

fn rules(parts: Json) -> FormRules {
    FormRules::compile(&model(quotation(parts)), &customers()).unwrap()
}

fn problems(parts: Json) -> Vec<String> {
    let found = FormRules::compile(&model(quotation(parts)), &customers()).unwrap_err();
    listed(&found)
}

fn listed(problems: &Problems) -> Vec<String> {
    let line = |problem: &formwork_model::Problem| {
        let params = ["name", "path", "form", "reason", "min"];
        let param = params.iter().find_map(|name| problem.params.get(*name));
        let param = param.map(|json| format!(" {}", json.to_string().replace('"', "")));
        format!("{} {}{}", problem.pointer, problem.code, param.unwrap_or_default())
    };
    problems.iter().map(line).collect()
}

fn with_context<T>(run: impl FnOnce(&Context<'_>) -> T) -> T {
    let linked = Values::from([(key("rate"), number("0.1"))]);
    let links = Links::from([("r1".to_owned(), Arc::new(linked))]);
    run(&Context {
        now: "2026-06-18T06:00:00Z".parse().unwrap(),
        today: date(2026, 6, 18),
        time_zone: &CHINA,
        me: "m1",
        my_department: Some("d1"),
        links: &links,
    })
}

fn key(text: &str) -> FieldKey {
    text.parse().unwrap()
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn line(quantity: &str, price: &str) -> SubformRow {
    let values = [(key("quantity"), number(quantity)), (key("price"), number(price))];
    SubformRow { id: None, values: Values::from(values) }
}

fn record() -> Values {
    Values::from([
        (key("name"), text("Q1")),
        (key("discount"), number("0.10")),
        (key("stage"), text("open")),
        (key("lines"), Value::Rows(vec![line("2", "50"), line("1", "300")])),
    ])
}

#[test]
fn formulas_run_after_those_they_read_and_fit_their_fields() {
    let (rules, mut values) = (rules(json!({})), record());
    with_context(|context| {
        assert!(rules.compute(&mut values, context).is_empty());
        assert_eq!(values.get("total"), Some(&number("360.00")));
        assert_eq!(values["lines"].rows()[1].values.get("amount"), Some(&number("300.00")));
        assert_eq!(rules.title(&values, context), "Q1 · 360");
        let before = values.clone();
        assert!(rules.compute(&mut values, context).is_empty());
        assert_eq!(values, before, "computing twice changes nothing");
        values.insert(key("discount"), Value::Null);
        assert!(rules.compute(&mut values, context).is_empty());
        assert_eq!(values.get("total"), Some(&Value::Null));
    });
}

#[test]
fn a_formula_that_fails_gives_null_and_a_problem() {
    let mut document = quotation(json!({"title": "name"}));
    document["fields"][1]["formula"] = json!("1 / discount");
    document["fields"][8]["options"]["fields"][2]["formula"] = json!("price / (quantity - 2)");
    let rules = FormRules::compile(&model(document), &customers()).unwrap();
    let mut values = record();
    values.insert(key("discount"), number("0"));
    with_context(|context| {
        let found = rules.compute(&mut values, context).problems();
        assert_eq!(
            listed(&found),
            [
                "/lines/0/amount formula_failed division_by_zero",
                "/total formula_failed division_by_zero"
            ]
        );
        assert_eq!(values.get("total"), Some(&Value::Null));
    });
}

#[test]
fn a_row_without_a_value_does_not_fall_back_on_the_record() {
    let mut document = quotation(json!({}));
    document["fields"][8]["options"]["fields"][2]["formula"] = json!("price + 0");
    document["fields"].as_array_mut().unwrap().push(field("price", "number", json!({})));
    let rules = FormRules::compile(&model(document), &customers()).unwrap();
    let mut values = record();
    values.insert(key("price"), number("9"));
    values.insert(key("lines"), Value::Rows(vec![SubformRow::default()]));
    with_context(|context| rules.compute(&mut values, context));
    assert_eq!(values["lines"].rows()[0].values.get("amount"), Some(&Value::Null));
}

#[test]
fn defaults_fill_what_is_absent() {
    let rules = rules(json!({}));
    let stored = SubformRow { id: Some("x".to_owned()), ..SubformRow::default() };
    let mut values = Values::from([
        (key("account"), text("r1")),
        (key("lines"), Value::Rows(vec![SubformRow::default(), stored])),
    ]);
    with_context(|context| {
        rules.defaults(&mut values, context);
        assert_eq!(values.get("name"), Some(&text("Q2026")));
        assert_eq!(values.get("discount"), Some(&number("0.10")));
        let rows = values["lines"].rows();
        assert_eq!(rows[0].values.get("quantity"), Some(&number("1.00")));
        assert!(rows[1].values.is_empty());
        let mut emptied = Values::from([(key("name"), Value::Null)]);
        rules.defaults(&mut emptied, context);
        assert_eq!(emptied.get("name"), Some(&Value::Null));
    });
    let need = LinkNeed {
        subform: None,
        link: key("account"),
        form: "account".parse().unwrap(),
        fields: vec![key("rate")],
    };
    assert_eq!(rules.links_needed(), [need]);
}

#[test]
fn states_follow_the_rules_of_field_and_row() {
    let (rules, mut values) = (rules(json!({})), record());
    let state = |visible, required, read_only| FieldState { visible, required, read_only };
    with_context(|context| {
        let states = rules.states(&values, &Failures::default(), context);
        assert_eq!(states.get("reason"), Some(state(false, false, false)));
        assert_eq!(states.get("name"), Some(state(true, true, false)));
        assert_eq!(states.get("total"), Some(state(true, false, true)));
        assert_eq!(states.get("won_on"), Some(state(true, false, true)));
        assert_eq!(states.in_row("lines", 0, "note"), Some(state(true, false, false)));
        assert_eq!(states.get("lines/1/note"), Some(state(true, true, false)));
        values.insert(key("stage"), text("lost"));
        assert_eq!(
            rules.states(&values, &Failures::default(), context).get("reason"),
            Some(state(true, true, false))
        );
        values.insert(key("stage"), text("won"));
        let states = rules.states(&values, &Failures::default(), context);
        assert!(states.get("lines.price").unwrap().read_only);
        assert!(states.get("lines/1/price").is_none(), "no row differs");
    });
}

#[test]
fn checks_name_every_place() {
    let (rules, mut values) = (rules(json!({})), record());
    with_context(|context| {
        assert_eq!(
            listed(&rules.check(&values, &Failures::default(), context)),
            ["/lines/1/note required"]
        );
        values.insert(key("name"), Value::Null);
        values.insert(key("discount"), number("0.60"));
        values.insert(key("lines"), Value::Rows(vec![line("1", "1"), line("0", "1")]));
        let found = rules.check(&values, &Failures::default(), context);
        assert_eq!(listed(&found), ["/name required", "/discount rule", "/lines/1/quantity rule"]);
        assert_eq!(found[1].params["message"], json!({"und": "Too much"}));
        values.insert(key("discount"), Value::Null);
        values.insert(key("lines"), Value::Null);
        let found = rules.check(&values, &Failures::default(), context);
        assert_eq!(listed(&found), ["/name required", "/lines too_few_rows 1"]);
    });
}

#[test]
fn stamps_are_set_when_the_watched_field_changes() {
    let (rules, old) = (rules(json!({})), record());
    let mut values = record();
    with_context(|context| {
        assert!(rules.stamp(Some(&old), &mut values, context).is_empty());
        values.insert(key("stage"), text("won"));
        assert_eq!(rules.stamp(Some(&old), &mut values, context), [key("won_on")]);
        assert_eq!(values.get("won_on"), Some(&Value::Date(date(2026, 6, 18))));
        let mut new = values.clone();
        new.insert(key("won_on"), Value::Null);
        assert_eq!(rules.stamp(None, &mut new, context), [key("won_on")]);
        values.insert(key("won_on"), Value::Null);
        let before = values.clone();
        assert!(rules.stamp(Some(&before), &mut values, context).is_empty());
    });
}

#[test]
fn buttons_are_offered_and_set_values() {
    let (rules, mut values) = (rules(json!({})), record());
    with_context(|context| {
        assert!(!rules.button_offered("win", &values, context));
        rules.compute(&mut values, context);
        assert!(rules.button_offered("win", &values, context));
        assert!(rules.button_offered("score", &values, context));
        assert!(!rules.button_offered("nothing", &values, context));
        let (set, found) = rules.button_values("score", &values, context);
        assert!(found.is_empty());
        let expected = Values::from([(key("score"), number("51")), (key("name"), text("Q1"))]);
        assert_eq!(set, expected, "rounded to the places of the other form's field");
    });
}

#[test]
fn without_a_title_formula_the_first_text_is_the_title() {
    let mut document = quotation(json!({}));
    document.as_object_mut().unwrap().remove("title");
    let rules = FormRules::compile(&model(document), &customers()).unwrap();
    let mut values = record();
    with_context(|context| {
        assert_eq!(rules.title(&values, context), "Q1");
        values.insert(key("name"), text(&"长".repeat(300)));
        assert_eq!(rules.title(&values, context).chars().count(), 200);
        assert_eq!(rules.title(&Values::new(), context), "");
    });
}

#[test]
fn problems_point_into_the_document() {
    let broken = json!({
        "title": "nmae",
        "rules": [
            {"kind": "show", "when": "price > 1", "fields": ["reason"]},
            {"kind": "require", "when": "row.prize > 1", "fields": ["lines.note", "lines.gone"]},
            {"kind": "stamp", "on": ["gone"], "set": {"won_on": "old.gone", "nowhere": "1"}}
        ],
        "buttons": [
            {"key": "a", "label": "A", "when": "account.gone", "action": {"update": {"set": {"stage": "1 +"}}}},
            {"key": "b", "label": "B", "action": {"create": {"form": "nothing", "set": {}}}}
        ]
    });
    let found = problems(broken);
    let expected = [
        "/title unknown_name nmae",
        "/rules/0/when unknown_name price",
        "/rules/1/fields/1 unknown_name lines.gone",
        "/rules/1/when unknown_name row.prize",
        "/rules/2/on/0 unknown_name gone",
        "/rules/2/set/won_on unknown_name old.gone",
        "/rules/2/set/nowhere unknown_name nowhere",
        "/buttons/0/when unknown_name account.gone",
        "/buttons/0/action/update/set/stage formula_syntax",
        "/buttons/1/action/create/form unknown_form nothing",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn cycles_are_reported_with_their_path() {
    let mut document = quotation(json!({}));
    document["fields"][3]["formula"] = json!("total + 1");
    document["fields"][8]["options"]["fields"][2]["formula"] = json!("price * record.amount");
    let found = FormRules::compile(&model(document), &customers()).unwrap_err();
    assert_eq!(
        listed(&found),
        ["/fields/1/formula formula_cycle total → lines.amount → amount → total"]
    );
}
