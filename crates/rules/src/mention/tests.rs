use std::{collections::BTreeMap, sync::Arc};

use formwork_model::{
    FormModel,
    document::Document,
    mention::{At, FieldName},
};
use serde_json::json;

use super::*;

struct Published(BTreeMap<String, Arc<FormModel>>);

impl Forms for Published {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.get(key).cloned()
    }
}

fn account() -> Published {
    let json = json!({ "key": "account", "app": "crm", "label": "Account", "fields": [
        { "key": "region", "kind": "choice", "label": "Region",
          "options": { "options": [{ "key": "east", "label": "East" }] } }
    ]});
    let Ok(Document::Form(form)) = Document::read(DocumentKind::Form, &json) else {
        panic!("not a form");
    };
    let model = FormModel::build(*form, 1, None).unwrap();
    Published(BTreeMap::from([("account".to_owned(), Arc::new(model))]))
}

/// A form with one more field that has the formula.
fn deal(formula: &str) -> Json {
    json!({ "key": "deal", "app": "crm", "label": "Deal", "fields": [
        { "key": "金额", "kind": "number", "label": "Amount" },
        { "key": "stage", "kind": "choice", "label": "Stage",
          "options": { "options": [{ "key": "won", "label": "Won" }] } },
        { "key": "account", "kind": "link", "label": "Account",
          "options": { "form": "account" } },
        { "key": "lines", "kind": "subform", "label": "Lines", "options": { "fields": [
            { "key": "qty", "kind": "number", "label": "Qty" }
        ] } },
        { "key": "out", "kind": "choice", "label": "Out", "formula": formula,
          "options": { "options": [{ "key": "big", "label": "Big" }] } }
    ]})
}

/// The texts in the formula that name something, each with what it names.
fn named(formula: &str) -> Vec<String> {
    let found = mentions(DocumentKind::Form, &deal(formula), &account());
    let found = found.into_iter().filter_map(|mention| {
        let At::Bytes(range) = mention.at else { return None };
        let name = |name: FieldName| {
            let subform = name.subform.map(|subform| format!("{subform}.")).unwrap_or_default();
            format!("{}.{subform}{}", name.form, name.field)
        };
        let what = match mention.named {
            Named::Field(field) => name(field),
            Named::Option(field, option) => format!("{}={option}", name(field)),
            other => format!("{other:?}"),
        };
        Some(format!("{} {what}", &formula[range]))
    });
    found.collect()
}

#[test]
fn names_in_expressions_are_found_where_they_stand() {
    let cases: &[(&str, &[&str])] = &[
        ("金额 + 金额", &["金额 deal.金额", "金额 deal.金额"]),
        ("SUM(lines.qty)\n * 金额", &["lines deal.lines", "qty deal.lines.qty", "金额 deal.金额"]),
        (
            "account.region == \"east\"",
            &["account deal.account", "region account.region", "east account.region=east"],
        ),
        ("record.金额", &["金额 deal.金额"]),
        (
            "stage in [\"won\", \"lost\"]",
            &["won deal.stage=won", "lost deal.stage=lost", "stage deal.stage"],
        ),
        (
            "SWITCH(stage, \"won\", \"big\", \"small\")",
            &["stage deal.stage", "won deal.stage=won", "big deal.out=big", "small deal.out=small"],
        ),
        (
            "IF(\"won\" != stage, \"big\")",
            &["won deal.stage=won", "stage deal.stage", "big deal.out=big"],
        ),
        ("`金额` + TEXT(金额, \"金额\")", &["金额 deal.金额"]),
        ("nonsense (", &[]),
    ];
    for (formula, expected) in cases {
        assert_eq!(named(formula), *expected, "{formula}");
    }
}

#[test]
fn renaming_a_field_changes_names_and_nothing_that_only_looks_like_one() {
    let from = Named::Field(FieldName::of("deal", "stage"));
    let formula = "IF(stage == \"stage\", CONCAT(\"stage\", stage), old_stage)";
    let renamed = rename(DocumentKind::Form, &deal(formula), &from, "阶段", &account());
    assert_eq!(
        renamed["fields"][4]["formula"],
        "IF(阶段 == \"stage\", CONCAT(\"stage\", 阶段), old_stage)"
    );
    assert_eq!(renamed["fields"][1]["key"], "阶段");
    let other = Named::Field(FieldName::of("deal", "nothing"));
    let same = rename(DocumentKind::Form, &deal(formula), &other, "x", &account());
    assert_eq!(same, deal(formula));
}

#[test]
fn scripts_name_the_forms_and_fields_of_their_calls() {
    let source = "let all = find(\"deal\", #{ stage: \"won\" });\n\
                  fn more() { create_many(\"deal\", [#{ \"金额\": 1 }]); }\n\
                  let label = \"deal\"; update(label, \"id\", #{ a: 1 });";
    let script = json!({ "key": "run", "app": "crm", "label": "Run", "source": source });
    let found = mentions(DocumentKind::Script, &script, &account());
    let found: Vec<_> = found
        .iter()
        .filter_map(|mention| match &mention.at {
            At::Bytes(range) => Some((&source[range.clone()], &mention.named)),
            _ => None,
        })
        .collect();
    let (deal, field) = (Named::form("deal"), |key| Named::Field(FieldName::of("deal", key)));
    assert_eq!(
        found,
        [("deal", &deal), ("stage", &field("stage")), ("deal", &deal), ("金额", &field("金额")),]
    );
    let renamed = rename(DocumentKind::Script, &script, &deal, "order", &account());
    let renamed = renamed["source"].as_str().unwrap();
    assert!(renamed.starts_with("let all = find(\"order\", #{"), "{renamed}");
    assert!(renamed.contains("let label = \"deal\""), "{renamed}");
}
