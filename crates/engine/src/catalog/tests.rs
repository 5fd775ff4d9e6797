use std::sync::Arc;

use formwork_model::{document::DocumentKind, mention::Named};
use formwork_query::Dialect;
use formwork_store::repo::document::DocumentRow;
use serde_json::{Value as Json, json};

use super::*;

fn source(kind: DocumentKind, revision: i64, document: &Json) -> Arc<Source> {
    let row = DocumentRow {
        kind: kind.as_str().to_owned(),
        key: document["key"].as_str().unwrap_or_default().to_owned(),
        app: "test".to_owned(),
        revision,
        package: None,
        format: formwork_model::format::FORMAT,
        body: document.to_string(),
        columns: None,
        updated_at: 0,
    };
    Arc::new(Source::of_row(&row).unwrap())
}

fn form(key: &str, fields: Json) -> Json {
    json!({ "key": key, "app": "test", "label": key, "fields": fields })
}

fn text(key: &str) -> Json {
    json!({ "key": key, "kind": "text", "label": key })
}

fn deal() -> Json {
    let account = json!({
        "key": "account", "kind": "link", "label": "Account", "options": { "form": "account" }
    });
    let name = json!({
        "key": "name", "kind": "text", "label": "Name", "formula": "account.name"
    });
    form("deal", json!([account, name]))
}

fn flow(key: &str, form: &str, when: &str) -> Json {
    json!({ "key": key, "app": "test", "form": form, "label": key, "steps": [
        { "key": "split", "kind": "branch", "label": "Split", "branches": [
            { "key": "one", "label": "One", "when": when }, { "key": "two", "label": "Two" }
        ] }
    ] })
}

/// Accounts, deals of accounts, something else, and flows.
fn catalog() -> Catalog {
    let documents = [
        (DocumentKind::Form, form("account", json!([text("name")]))),
        (DocumentKind::Form, deal()),
        (DocumentKind::Form, form("other", json!([text("name")]))),
        (DocumentKind::Flow, flow("approval", "deal", "name == \"x\"")),
    ];
    let sources = documents.iter().map(|(kind, document)| source(*kind, 1, document)).collect();
    Catalog::default().with(Dialect::Sqlite, sources)
}

#[test]
fn the_next_catalog_compiles_what_changed_and_what_names_it_and_takes_over_the_rest() {
    let first = catalog();
    let account = form("account", json!([text("name"), text("grade")]));
    let next = first.with(Dialect::Sqlite, vec![source(DocumentKind::Form, 2, &account)]);
    let same = |key: &str| Arc::ptr_eq(first.compiled(key).unwrap(), next.compiled(key).unwrap());
    assert!(!same("account"));
    assert!(!same("deal"), "its formula reads the account");
    assert!(same("other"));
    let flows = (first.flow_of("deal").unwrap(), next.flow_of("deal").unwrap());
    assert!(Arc::ptr_eq(flows.0, flows.1), "its form has not moved");
    assert_eq!(next.compiled("account").unwrap().model.revision, 2);
}

#[test]
fn what_was_compiled_for_a_check_is_not_compiled_again() {
    let first = catalog();
    let account = form("account", json!([text("name"), text("grade")]));
    let row = source(DocumentKind::Form, 2, &account);
    let checked = first.with(Dialect::Sqlite, vec![row]);
    // Read back from the database, it is another value of the same text.
    let read = source(DocumentKind::Form, 2, &account);
    let loaded = first.with(Dialect::Sqlite, vec![read]);
    for key in ["account", "deal"] {
        assert!(Arc::ptr_eq(checked.compiled(key).unwrap(), loaded.compiled(key).unwrap()));
    }
    // Another text with the same revision, as when the first attempt was undone.
    let other = form("account", json!([text("name"), text("rank")]));
    let loaded = first.with(Dialect::Sqlite, vec![source(DocumentKind::Form, 2, &other)]);
    assert!(loaded.compiled("account").unwrap().model.field("rank").is_some());
}

#[test]
fn a_document_that_cannot_be_compiled_is_disabled_alone() {
    let broken = [
        (
            DocumentKind::Form,
            form(
                "account",
                json!([
                    text("name"), { "key": "b", "kind": "text", "label": "b", "formula": "nothing +" }
                ]),
            ),
        ),
        (DocumentKind::Flow, flow("approval", "deal", "name ==")),
        (
            DocumentKind::Script,
            json!({
                "key": "run", "app": "test", "label": "Run", "source": "let = 1"
            }),
        ),
        (DocumentKind::Dashboard, json!({ "key": "page" })),
    ];
    let sources = broken.iter().map(|(kind, document)| source(*kind, 2, document)).collect();
    let next = catalog().with(Dialect::Sqlite, sources);
    assert!(next.compiled("account").is_none() && next.flow_of("deal").is_none());
    assert!(next.script("run").is_none() && next.page("page").is_none());
    assert!(next.has_disabled_flow("deal"));
    let codes = |kind, key: &str| -> Vec<String> {
        let problems = next.problems_of(kind, key);
        problems.iter().map(|p| format!("{} {}", p.code, p.pointer)).collect()
    };
    assert_eq!(codes(DocumentKind::Form, "account"), ["formula_syntax /fields/1/formula"]);
    let when = "formula_syntax /steps/0/branches/0/when";
    assert_eq!(codes(DocumentKind::Flow, "approval"), [when]);
    assert_eq!(codes(DocumentKind::Script, "run"), ["formula_syntax /source"]);
    assert!(!codes(DocumentKind::Dashboard, "page").is_empty());
    // Deals are linked to accounts, which are still there as a form.
    assert!(next.compiled("deal").is_some() && next.compiled("other").is_some());
    assert!(codes(DocumentKind::Form, "deal").is_empty());
}

#[test]
fn of_two_flows_on_a_form_the_same_one_always_runs_and_the_other_says_so() {
    let second = flow("later", "deal", "name == \"y\"");
    let next = catalog().with(Dialect::Sqlite, vec![source(DocumentKind::Flow, 1, &second)]);
    assert_eq!(next.flow_of("deal").unwrap().flow.key.as_str(), "later");
    let problems = next.problems_of(DocumentKind::Flow, "approval");
    assert_eq!(problems, [form_has_flow("later")]);
    assert!(next.problems_of(DocumentKind::Flow, "later").is_empty());
}

#[test]
fn uses_are_told_with_their_places() {
    let catalog = catalog();
    let places = |named: &Named| -> Vec<String> {
        let uses = catalog.uses(named).into_iter();
        uses.map(|found| format!("{}{}", found.document.key, found.pointer)).collect()
    };
    assert_eq!(places(&Named::form("account")), ["deal/fields/0/options/form"]);
    let name = Named::Field(formwork_model::mention::FieldName::of("deal", "name"));
    assert_eq!(places(&name), ["approval/steps/0/branches/0/when"]);
    assert!(places(&Named::form("nothing")).is_empty());
}
