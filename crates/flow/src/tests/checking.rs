//! What is found before a flow is published.

use std::sync::Arc;

use formwork_model::{
    FormModel,
    document::{Document, DocumentKind, Flow},
    form::Forms,
};
use serde_json::json;

use super::*;
use crate::check;

struct Known(Vec<Arc<FormModel>>);

impl Forms for Known {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.iter().find(|form| form.key().as_str() == key).cloned()
    }
}

fn form(key: &str, fields: Json) -> Arc<FormModel> {
    let document = json!({"key": key, "app": "crm", "label": key, "fields": fields});
    let Document::Form(form) = Document::read(DocumentKind::Form, &document).unwrap() else {
        panic!("not a form");
    };
    Arc::new(FormModel::build(*form, 1, None).unwrap())
}

fn forms() -> Known {
    Known(vec![
        form(
            "quotation",
            json!([
                {"key": "name", "kind": "text", "label": "名"},
                {"key": "stage", "kind": "text", "label": "阶段"},
                {"key": "amount", "kind": "money", "label": "金额"},
                {"key": "tax", "kind": "money", "label": "税", "formula": "amount * 0.06"},
                {"key": "buyer", "kind": "member", "label": "采购"},
                {"key": "account", "kind": "link", "label": "客户", "options": {"form": "account"}},
                {"key": "lines", "kind": "subform", "label": "明细", "options": {"fields": [
                    {"key": "qty", "kind": "number", "label": "数量"}
                ]}}
            ]),
        ),
        form("account", json!([{"key": "level", "kind": "text", "label": "级别"}])),
    ])
}

fn problems(steps: Json) -> Vec<(String, String)> {
    let flow = json!({
        "key": "approval", "app": "crm", "form": "quotation", "label": "审批", "steps": steps
    });
    let flow: Flow = serde_json::from_value(flow).unwrap();
    let forms = forms();
    let found = check(&flow, &forms.form("quotation").unwrap(), &forms);
    found.into_iter().map(|problem| (problem.code.into_owned(), problem.pointer)).collect()
}

/// Each flow has one problem, of this code, at this place.
fn assert_found(cases: &[(Json, &str, &str)]) {
    for (steps, code, pointer) in cases {
        let expected = vec![((*code).to_owned(), (*pointer).to_owned())];
        assert_eq!(problems(steps.clone()), expected, "{steps}");
    }
}

#[test]
fn problems_of_the_tree_are_named_at_their_place() {
    let split =
        |branches: Json| json!({"key": "s", "label": "s", "kind": "branch", "branches": branches});
    let way = |key: &str, when: Json| json!({"key": key, "label": key, "when": when, "steps": []});
    assert_found(&[
        (json!([]), "no_steps", "/steps"),
        (json!([approve("a", "legal"), approve("a", "legal")]), "repeated_key", "/steps/1/key"),
        (json!([split(json!([]))]), "no_branches", "/steps/0/branches"),
        (
            json!([split(json!([way("b", json!("amount > 1"))]))]),
            "branch_has_no_otherwise",
            "/steps/0/branches",
        ),
        (
            json!([split(json!([way("b", json!(null)), way("c", json!("amount > 1"))]))]),
            "branch_unreachable",
            "/steps/0/branches/1",
        ),
        (
            json!([split(json!([way("b", json!("account.nope == 1")), way("c", json!(null))]))]),
            "unknown_name",
            "/steps/0/branches/0/when",
        ),
    ]);
}

#[test]
fn problems_of_people_and_their_fields_are_named_at_their_place() {
    let fields = |fields: Json| step("approve", "a", "legal", json!({"fields": fields}));
    let people = |people: Json| step("approve", "a", "x", json!({"assignees": people}));
    assert_found(&[
        (json!([fields(json!({"hidden": ["nope"]}))]), "unknown_field", "/steps/0/fields/hidden/0"),
        (
            json!([fields(json!({"editable": ["tax"]}))]),
            "field_is_computed",
            "/steps/0/fields/editable/0",
        ),
        (
            json!([fields(json!({"required": ["name"], "hidden": ["name"]}))]),
            "required_field_hidden",
            "/steps/0/fields/required/0",
        ),
        (
            json!([fields(json!({"required": ["name"]}))]),
            "required_field_read_only",
            "/steps/0/fields/required/0",
        ),
        (json!([people(json!([]))]), "no_assignees", "/steps/0/assignees"),
        (json!([people(json!([{"field": "x"}]))]), "unknown_field", "/steps/0/assignees/0/field"),
        (
            json!([people(json!([{"field": "amount"}]))]),
            "field_holds_no_members",
            "/steps/0/assignees/0/field",
        ),
        (json!([step("fill", "a", "legal", json!({}))]), "fill_without_fields", "/steps/0/fields"),
    ]);
}

#[test]
fn problems_of_effects_are_named_at_their_place() {
    let effect =
        |effect: Json| json!({"key": "a", "label": "a", "kind": "act", "effects": [effect]});
    assert_found(&[
        (
            json!([effect(json!({"create": {"form": "nope", "set": {}}}))]),
            "unknown_form",
            "/steps/0/effects/0/create/form",
        ),
        (
            json!([effect(json!({"create": {"form": "account", "set": {"nope": "1"}}}))]),
            "unknown_field",
            "/steps/0/effects/0/create/set/nope",
        ),
        (
            json!([effect(json!({"create": {"form": "account", "set": {}, "for_each": "name"}}))]),
            "not_a_subform",
            "/steps/0/effects/0/create/for_each",
        ),
        (
            json!([effect(json!({"update": {"link": "name", "set": {}}}))]),
            "not_a_link",
            "/steps/0/effects/0/update/link",
        ),
        (
            json!([effect(json!({"update": {"set": {"tax": "1"}}}))]),
            "field_is_computed",
            "/steps/0/effects/0/update/set/tax",
        ),
        (
            json!([effect(json!({"update": {"set": {"name": "1 +"}}}))]),
            "formula_syntax",
            "/steps/0/effects/0/update/set/name",
        ),
        (
            json!([effect(json!({"update": {"set": {"name": "name"}, "when": "row.qty > 1"}}))]),
            "unknown_name",
            "/steps/0/effects/0/update/when",
        ),
    ]);
}

#[test]
fn a_sound_flow_has_no_problems() {
    let steps = json!([
        step("approve", "a", "x", json!({
            "assignees": [{"field": "buyer"}, {"field": "owner"}],
            "fields": {"editable": ["name"], "required": ["name"]}
        })),
        {"key": "s", "label": "s", "kind": "branch", "branches": [
            {"key": "b", "label": "b", "when": "amount > 1", "steps": [approve("c", "legal")]},
            {"key": "d", "label": "d"}
        ]},
        {"key": "e", "label": "e", "kind": "act", "effects": [
            {"update": {"link": "account", "set": {"level": "name"}, "when": "target.level == ()"}},
            {"create": {"form": "account", "set": {"level": "row.qty"}, "for_each": "lines"}}
        ]}
    ]);
    assert_eq!(problems(steps), []);
}

#[test]
fn too_deep_and_too_many_are_refused() {
    let mut steps = json!([approve("leaf", "legal")]);
    for level in 0..=crate::MAX_DEPTH {
        let split = json!({"key": format!("s{level}"), "label": "s", "kind": "branch", "branches": [
            {"key": format!("b{level}"), "label": "b", "steps": steps}
        ]});
        steps = json!([split]);
    }
    assert_eq!(problems(steps)[0].0, "branches_too_deep");
    let many: Vec<Json> =
        (0..=crate::MAX_STEPS).map(|n| approve(&format!("a{n}"), "legal")).collect();
    assert_eq!(problems(json!(many)), [("too_many_steps".to_owned(), "/steps".to_owned())]);
}

#[test]
fn the_schema_refuses_names_that_mean_nothing() {
    let document = |step: Json| json!({"key": "f", "app": "crm", "form": "quotation", "label": "f", "steps": [step]});
    let read = |step: Json| Document::read(DocumentKind::Flow, &document(step));
    assert!(read(approve("a", "legal")).is_ok(), "{:?}", read(approve("a", "legal")));
    assert!(read(act("a")).is_ok());
    assert!(read(step("approve", "a", "legal", json!({"when_noone": "skip"}))).is_err());
    assert!(read(step("approve", "a", "legal", json!({"when_nobody": "never"}))).is_err());
    let mut wrong = act("a");
    wrong["assignees"] = json!([]);
    assert!(read(wrong).is_err());
}
