use serde_json::{Value as Json, json};

use super::*;
use crate::{LockDifference, PackageLock};

type Sources = BTreeMap<String, String>;

fn sources() -> Sources {
    let both = |chinese: &str, english: &str| json!({"zh-CN": chinese, "en": english});
    let files = [
        (
            "manifest.json",
            json!({
                "key": "shop", "version": "1.2.0", "label": both("店", "Shop"), "demo": "demo.rhai",
                "roles": [{"key": "clerk", "label": both("店员", "Clerk")}]
            }),
        ),
        (
            "app.json",
            json!({
                "key": "shop", "label": both("店", "Shop"),
                "navigation": [{"items": [{"form": "order"}]}]
            }),
        ),
        (
            "forms/item.json",
            json!({
                "key": "item", "app": "shop", "label": "Item",
                "fields": [{"key": "name", "kind": "text", "label": "Name"}]
            }),
        ),
        (
            "forms/order.json",
            json!({
                "key": "order", "app": "shop", "label": "Order",
                "fields": [
                    {"key": "item", "kind": "link", "label": "Item",
                     "options": {"form": "item", "fill": {"note": "name"}}},
                    {"key": "note", "kind": "text", "label": "Note"}
                ],
                "buttons": [{"key": "pack", "label": "Pack", "action": {"script": "pack"}}]
            }),
        ),
        (
            "flows/approval.json",
            json!({
                "key": "approval", "app": "shop", "form": "order", "label": "Approval",
                "steps": [{"key": "a", "label": "A", "kind": "approve", "assignees": [{"role": "clerk"}]}]
            }),
        ),
    ];
    let texts = [
        ("scripts/pack.rhai", "// label zh-CN: 装箱\n// label en: Pack\nlet a = 1;"),
        ("demo.rhai", "make();"),
        ("demo/parts.rhai", "fn make() {}"),
        ("README.md", "left alone"),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), json.to_string()));
    files.into_iter().chain(texts.map(|(path, text)| (path.to_owned(), text.to_owned()))).collect()
}

fn edit(sources: &mut Sources, path: &str, change: impl FnOnce(&mut Json)) {
    let mut json = serde_json::from_str(&sources[path]).unwrap();
    change(&mut json);
    sources.insert(path.to_owned(), json.to_string());
}

/// Code, file and pointer of each problem.
fn problems(sources: &Sources) -> Vec<(String, String, String)> {
    let found = Package::read(sources.clone()).unwrap_err();
    let mut found: Vec<_> = found
        .into_iter()
        .map(|p| (p.code.to_string(), p.params["file"].as_str().unwrap().to_owned(), p.pointer))
        .collect();
    found.sort();
    found
}

fn expect(sources: &Sources, expected: &[(&str, &str, &str)]) {
    let found = problems(sources);
    let found: Vec<_> =
        found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_sound_package_is_read_in_the_order_of_publishing() {
    let package = Package::read(sources()).unwrap();
    let keys: Vec<_> = package.documents.iter().map(|d| d.key.as_str()).collect();
    assert_eq!(keys, ["shop", "item", "order", "pack", "approval"]);
    assert_eq!(package.demo.as_deref(), Some("make();\nfn make() {}"));
    let script = package.document(DocumentKind::Script, "pack").unwrap();
    assert_eq!(script.json["label"]["en"], json!("Pack"));
}

#[test]
fn every_document_is_checked_at_once() {
    let mut sources = sources();
    edit(&mut sources, "forms/item.json", |json| json["wrong"] = json!(1));
    edit(&mut sources, "forms/order.json", |json| json["key"] = json!("other"));
    edit(&mut sources, "app.json", |json| json["key"] = json!("elsewhere"));
    sources.insert("flows/approval.json".to_owned(), "{".to_owned());
    sources.remove("demo.rhai");
    expect(
        &sources,
        &[
            ("key_is_not_the_file_name", "app.json", "/key"),
            ("key_is_not_the_file_name", "forms/order.json", "/key"),
            ("missing_file", "manifest.json", "/demo"),
            ("not_json", "flows/approval.json", ""),
            ("other_app", "app.json", "/app"),
            ("schema", "forms/item.json", ""),
        ],
    );
}

#[test]
fn names_that_lead_nowhere_are_found() {
    let mut sources = sources();
    edit(&mut sources, "forms/order.json", |json| {
        json["fields"][0]["options"]["fill"] = json!({"note": "title2", "nothing": "name"});
        json["sections"] = json!([{"fields": ["note", "ghost"]}]);
        json["views"] = json!([{
            "key": "all", "label": "All", "columns": ["note", "owner", "gone"],
            "filter": {"field": "item.name", "op": "not_empty"}
        }, {
            "key": "bad", "label": "Bad", "columns": ["note"],
            "filter": {"field": "item.size", "op": "not_empty"}
        }]);
        json["buttons"][0]["action"] = json!({"script": "unpack"});
    });
    edit(&mut sources, "flows/approval.json", |json| {
        json["steps"][0]["assignees"] =
            json!([{"role": "boss"}, {"member": "m1"}, {"field": "note"}]);
    });
    edit(&mut sources, "app.json", |json| {
        json["navigation"][0]["items"] = json!([{"form": "order"}, {"dashboard": "sales"}]);
    });
    expect(
        &sources,
        &[
            ("not_a_member_field", "flows/approval.json", "/steps/0/assignees/2/field"),
            ("not_portable", "flows/approval.json", "/steps/0/assignees/1/member"),
            ("unknown_dashboard", "app.json", "/navigation/0/items/1/dashboard"),
            ("unknown_field", "forms/order.json", "/fields/0/options/fill/note"),
            ("unknown_field", "forms/order.json", "/fields/0/options/fill/nothing"),
            ("unknown_field", "forms/order.json", "/sections/0/fields/1"),
            ("unknown_field", "forms/order.json", "/views/0/columns/2"),
            ("unknown_field", "forms/order.json", "/views/1/filter/field"),
            ("unknown_role", "flows/approval.json", "/steps/0/assignees/0/role"),
            ("unknown_script", "forms/order.json", "/buttons/0/action/script"),
        ],
    );
}

#[test]
fn a_form_has_at_most_one_flow_and_a_section_has_a_field_once() {
    let mut sources = sources();
    let mut second: Json = serde_json::from_str(&sources["flows/approval.json"]).unwrap();
    second["key"] = json!("second");
    sources.insert("flows/second.json".to_owned(), second.to_string());
    edit(&mut sources, "forms/order.json", |json| {
        json["sections"] = json!([{"fields": ["note"]}, {"fields": ["note"]}]);
    });
    expect(
        &sources,
        &[
            ("form_has_flow", "flows/approval.json", "/form"),
            ("form_has_flow", "flows/second.json", "/form"),
            ("repeated_key", "forms/order.json", "/sections/1/fields/0"),
        ],
    );
}

#[test]
fn a_manifest_must_be_there_and_sound() {
    expect(&Sources::new(), &[("missing_file", "manifest.json", "")]);
    let mut sources = sources();
    edit(&mut sources, "manifest.json", |json| json["version"] = json!("1.2"));
    expect(&sources, &[("not_a_version", "manifest.json", "/version")]);
}

#[test]
fn locks_tell_what_a_newer_package_changes() {
    let old = PackageLock::of(&Package::read(sources()).unwrap(), "builtin:shop");
    let mut sources = sources();
    edit(&mut sources, "forms/item.json", |json| json["label"] = json!("Article"));
    edit(&mut sources, "manifest.json", |json| json["version"] = json!("1.3.0"));
    sources.remove("flows/approval.json");
    let form = json!({
        "key": "note", "app": "shop", "label": "Note",
        "fields": [{"key": "text", "kind": "text", "label": "Text"}]
    });
    sources.insert("forms/note.json".to_owned(), form.to_string());
    let new = PackageLock::of(&Package::read(sources).unwrap(), "builtin:shop");
    let found = old.differences(&new);
    let found: Vec<_> =
        found.iter().map(|(kind, key, what)| (*kind, key.as_str(), *what)).collect();
    assert_eq!(
        found,
        [
            (DocumentKind::Form, "item", LockDifference::Changed),
            (DocumentKind::Form, "note", LockDifference::Added),
            (DocumentKind::Flow, "approval", LockDifference::Removed),
        ]
    );
    let stored = serde_json::to_string(&old).unwrap();
    assert_eq!(serde_json::from_str::<PackageLock>(&stored).unwrap(), old);
}
