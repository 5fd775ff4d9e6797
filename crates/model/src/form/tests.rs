use serde_json::json;

use super::*;
use crate::{
    change::{ChangeKind, changes},
    document::{Document, DocumentKind},
};

fn form(fields: serde_json::Value) -> Form {
    let document = json!({
        "key": "quotation", "app": "crm", "label": "报价单", "fields": fields
    });
    match Document::read(DocumentKind::Form, &document) {
        Ok(Document::Form(form)) => *form,
        other => panic!("{other:?}"),
    }
}

fn base() -> serde_json::Value {
    json!([
        {"key": "name", "kind": "text", "label": "名称", "unique": true},
        {"key": "单价", "kind": "money", "label": "单价"},
        {"key": "lines", "kind": "subform", "label": "明细", "options": {"fields": [
            {"key": "qty", "kind": "number", "label": "数量", "options": {"places": 0}}
        ]}}
    ])
}

#[test]
fn columns_are_ascii_and_never_reused_for_another_storage() {
    let first = FormModel::build(form(base()), 1, None).unwrap();
    assert_eq!(first.field("name").unwrap().column, "f_name");
    assert_eq!(first.field("单价").unwrap().column, "f_c2");
    assert_eq!(first.subform("lines").unwrap().table, "s_quotation__lines");

    let mut fields = base();
    fields[0]["kind"] = json!("boolean");
    fields[0]["unique"] = json!(false);
    let second = FormModel::build(form(fields), 2, Some(&first.columns)).unwrap();
    assert_eq!(second.field("name").unwrap().column, "f_name_2");
    // The first column is kept as it was, should somebody ask what did not convert.
    let third = FormModel::build(form(base()), 3, Some(&second.columns)).unwrap();
    assert_eq!(third.field("name").unwrap().column, "f_name_3");
}

#[test]
fn tells_what_differs_from_the_revision_before() {
    let first = FormModel::build(form(base()), 1, None).unwrap();
    let mut fields = base();
    fields.as_array_mut().unwrap().remove(1);
    fields
        .as_array_mut()
        .unwrap()
        .push(json!({"key": "note", "kind": "long_text", "label": "备注"}));
    let second = FormModel::build(form(fields), 2, Some(&first.columns)).unwrap();
    let kinds: Vec<_> = changes(Some(&first), &second).into_iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [ChangeKind::FieldAdded, ChangeKind::FieldRetired]);
}

#[test]
fn reading_names_every_wrong_field() {
    let model = FormModel::build(form(base()), 1, None).unwrap();
    let (values, problems) = model.read_values(&json!({
        "name": 7, "单价": "12.5", "nonsense": 1, "version": 3,
        "lines": [{"qty": "2"}, {"qty": "x"}, 5]
    }));
    let found: Vec<_> = problems.iter().map(|p| (p.code.as_ref(), p.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            ("wrong_type", "/name"),
            ("unknown_field", "/nonsense"),
            ("unknown_field", "/version"),
            ("wrong_type", "/lines/1/qty"),
            ("wrong_type", "/lines/2"),
        ]
    );
    assert_eq!(values["单价"].to_json(), json!("12.50"));
}

#[test]
fn a_document_with_wrong_options_is_refused_with_pointers() {
    let document = json!({
        "key": "x", "app": "crm", "label": "X", "wrong": 1,
        "fields": [{"key": "a", "kind": "choice", "label": "A", "options": {}}, {"key": "B"}]
    });
    let problems = Document::read(DocumentKind::Form, &document).unwrap_err();
    let pointers: Vec<_> = problems.iter().map(|p| p.pointer.as_str()).collect();
    assert!(pointers.contains(&"") && pointers.contains(&"/fields/0/options"), "{problems:?}");
    assert!(pointers.iter().any(|p| p.starts_with("/fields/1")), "{problems:?}");
}
