use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::json;

use super::*;
use crate::{
    FormModel,
    document::{Document, DocumentKind},
};

mod coverage;

/// The published forms of the tests: an account with contacts, and deals of accounts.
struct Published(BTreeMap<String, Arc<FormModel>>);

impl Forms for Published {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.get(key).cloned()
    }
}

fn published() -> Published {
    let models = [account(), deal()].into_iter().map(|json| {
        let Document::Form(form) = Document::read(DocumentKind::Form, &json).unwrap() else {
            panic!("not a form");
        };
        let model = FormModel::build(*form, 1, None).unwrap();
        (model.key().to_string(), Arc::new(model))
    });
    Published(models.collect())
}

fn account() -> Json {
    json!({ "key": "account", "app": "crm", "label": "Account", "fields": [
        { "key": "name", "kind": "text", "label": "Name" },
        { "key": "region", "kind": "choice", "label": "Region", "options": {
            "options": [{ "key": "east", "label": "East" }] } },
        { "key": "contacts", "kind": "subform", "label": "Contacts", "options": {
            "fields": [{ "key": "phone", "kind": "text", "label": "Phone" }] } }
    ]})
}

/// A form that uses every place at which a form can name something.
fn deal() -> Json {
    json!({
        "key": "deal", "app": "crm", "label": "Deal", "title": "name",
        "fields": [
            { "key": "name", "kind": "text", "label": "Name", "default": "\"x\"" },
            { "key": "stage", "kind": "choice", "label": "Stage", "options": {
                "options": [{ "key": "won", "label": "Won" }] } },
            { "key": "keeper", "kind": "member", "label": "Keeper" },
            { "key": "team", "kind": "department", "label": "Team" },
            { "key": "amount", "kind": "money", "label": "Amount", "formula": "SUM(lines.qty)" },
            { "key": "account", "kind": "link", "label": "Account", "options": {
                "form": "account",
                "filter": { "field": "region", "op": "eq", "value": "east" },
                "show": ["region"],
                "fill": {
                    "name": "name",
                    "lines": { "rows": "contacts", "columns": { "note": "phone" } }
                }
            } },
            { "key": "lines", "kind": "subform", "label": "Lines", "options": { "fields": [
                { "key": "note", "kind": "text", "label": "Note" },
                { "key": "qty", "kind": "number", "label": "Qty" }
            ] } }
        ],
        "sections": [{ "fields": ["name"] }],
        "rules": [
            { "kind": "show", "when": "amount > 1", "fields": ["lines.qty"] },
            { "kind": "check", "that": "qty > 0", "message": "no", "fields": ["lines.qty"] },
            { "kind": "stamp", "on": ["stage"], "when": "old.stage != stage",
              "set": { "name": "account.name" } }
        ],
        "views": [{
            "key": "all", "label": "All", "columns": ["name", "amount"], "totals": ["amount"],
            "sort": [{ "field": "amount" }],
            "filter": { "all": [
                { "field": "stage", "op": "in", "value": ["won"] },
                { "any": [{ "field": "keeper", "op": "eq", "value": "m1" }] },
                { "not": { "field": "team", "op": "eq", "value": "d1" } },
                { "field": "account.region", "op": "eq", "value": "east" }
            ] }
        }, {
            "key": "won", "label": "Won", "columns": ["name"],
            "filter": { "field": "stage", "op": "eq", "value": "won" }
        }],
        "buttons": [
            { "key": "make", "label": "Make", "when": "amount > 1", "ask": ["stage"],
              "action": { "create": { "form": "account", "set": { "name": "name" } } } },
            { "key": "win", "label": "Win",
              "action": { "update": { "set": { "stage": "\"won\"" } } } },
            { "key": "run", "label": "Run", "action": { "script": "split" } }
        ]
    })
}

fn flow() -> Json {
    json!({
        "key": "approval", "app": "crm", "form": "deal", "label": "Approval",
        "admins": { "members": ["m1"], "roles": ["boss"] },
        "steps": [
            { "key": "boss", "kind": "approve", "label": "Boss",
              "assignees": [{ "role": "boss" }, { "member": "m1" }, { "department_head": "d1" },
                            { "field": "keeper" }],
              "fields": { "editable": ["name"], "required": ["amount"], "hidden": ["team"],
                          "reveals": ["lines.qty"] } },
            { "key": "tell", "kind": "copy_to", "label": "Tell",
              "to": [{ "role": "boss" }, { "member": "m1" }, { "department_head": "d1" },
                     { "field": "keeper" }] },
            { "key": "split", "kind": "branch", "label": "Split", "branches": [
                { "key": "big", "label": "Big", "when": "account.region == \"east\"", "steps": [
                    { "key": "do", "kind": "act", "label": "Do", "effects": [
                        { "create": { "form": "account", "for_each": "lines",
                                      "set": { "name": "row.note" }, "when": "qty > 1" } },
                        { "update": { "link": "account", "set": { "name": "target.name" },
                                      "when": "target.region != \"east\"" } }
                    ] }
                ] }
            ] },
            { "key": "after", "kind": "act", "label": "After", "effects": [
                { "create": { "form": "account", "for_each": "lines",
                              "set": { "name": "row.note" }, "when": "qty > 1" } },
                { "update": { "link": "account", "set": { "name": "target.name" },
                              "when": "amount > 1" } }
            ] }
        ],
        "on_rejected": { "stage": "\"won\"" },
        "on_returned": { "stage": "\"won\"" },
        "on_withdrawn": { "stage": "\"won\"" }
    })
}

fn app() -> Json {
    json!({ "key": "crm", "label": "CRM",
        "navigation": [{ "items": [{ "form": "deal" }, { "dashboard": "sales" }] }] })
}

fn dashboard() -> Json {
    json!({
        "key": "sales", "app": "crm", "label": "Sales",
        "filters": {
            "period": { "kind": "period", "label": "Period" },
            "region": { "kind": "field", "form": "account", "field": "region", "label": "Region",
                        "default": "east" }
        },
        "charts": [{ "key": "won", "kind": "bar", "label": "Won", "options": {
            "series": [
                { "key": "deals", "label": "Deals", "form": "deal",
                  "filter": { "field": "stage", "op": "eq", "value": "won" },
                  "measure": { "aggregate": "sum", "field": "amount" },
                  "period": "created_at", "bind": { "region": "account.region" } },
                { "key": "accounts", "label": "Accounts", "form": "account",
                  "measure": { "aggregate": "count" }, "dimensions": { "place": "region" } }
            ],
            "dimension": { "key": "place", "field": "account.region" }
        } }]
    })
}

fn group() -> Json {
    json!({
        "key": "sales", "app": "crm", "label": "Sales",
        "members": { "roles": ["boss"], "departments": ["d1"], "members": ["m1"] },
        "forms": { "deal": { "operations": ["view"], "hidden": ["lines.qty"],
            "read_only": ["amount"],
            "scope": { "filter": { "field": "account.region", "op": "eq", "value": "east" } } } },
        "dashboards": ["sales"]
    })
}

fn script() -> Json {
    json!({ "key": "split", "app": "crm", "label": "Split", "source": "1" })
}

fn document(kind: DocumentKind) -> Json {
    match kind {
        DocumentKind::App => app(),
        DocumentKind::Form => deal(),
        DocumentKind::Flow => flow(),
        DocumentKind::Dashboard => dashboard(),
        DocumentKind::PermissionGroup => group(),
        DocumentKind::Script => script(),
    }
}

/// A mention in one line: pointer, where, what.
fn line(mention: &Mention) -> String {
    let at = match &mention.at {
        At::Text => String::new(),
        At::Segment(number) => format!(".{number}"),
        At::Key => " key".to_owned(),
        At::Bytes(range) => format!(" {range:?}"),
    };
    let field = |name: &FieldName| match &name.subform {
        None => format!("{}.{}", name.form, name.field),
        Some(subform) => format!("{}.{subform}.{}", name.form, name.field),
    };
    let named = match &mention.named {
        Named::Document(kind, key) => format!("{} {key}", kind.as_str()),
        Named::Field(name) => field(name),
        Named::Option(name, option) => format!("{}={option}", field(name)),
        Named::PageFilter(page, filter) => format!("{page}/{filter}"),
        Named::Role(key) => format!("role {key}"),
        Named::Department(id) => format!("department {id}"),
        Named::Member(id) => format!("member {id}"),
    };
    let own = if mention.is_own { " own" } else { "" };
    format!("{}{at} {named}{own}", mention.pointer)
}

#[track_caller]
fn check(kind: DocumentKind, under: &str, expected: &[&str]) {
    let found = walk(kind, &document(kind), &published());
    let lines: Vec<_> =
        found.names.iter().map(line).filter(|line| line.starts_with(under)).collect();
    assert_eq!(lines, expected);
}

#[test]
fn links_name_forms_and_fields_on_both_sides() {
    check(
        DocumentKind::Form,
        "/fields/5",
        &[
            "/fields/5/key deal.account own",
            "/fields/5/options/form form account",
            "/fields/5/options/filter/field account.region",
            "/fields/5/options/filter/value account.region=east",
            "/fields/5/options/show/0 account.region",
            "/fields/5/options/fill/name key deal.name",
            "/fields/5/options/fill/name account.name",
            "/fields/5/options/fill/lines key deal.lines",
            "/fields/5/options/fill/lines/rows account.contacts",
            "/fields/5/options/fill/lines/columns/note key deal.lines.note",
            "/fields/5/options/fill/lines/columns/note account.contacts.phone",
        ],
    );
}

#[test]
fn filters_name_fields_options_and_people() {
    check(
        DocumentKind::Form,
        "/views/0/filter",
        &[
            "/views/0/filter/all/0/field deal.stage",
            "/views/0/filter/all/0/value/0 deal.stage=won",
            "/views/0/filter/all/1/any/0/field deal.keeper",
            "/views/0/filter/all/1/any/0/value member m1",
            "/views/0/filter/all/2/not/field deal.team",
            "/views/0/filter/all/2/not/value department d1",
            "/views/0/filter/all/3/field.0 deal.account",
            "/views/0/filter/all/3/field.1 account.region",
            "/views/0/filter/all/3/value account.region=east",
        ],
    );
}

#[test]
fn flows_name_people_fields_and_the_forms_that_they_write_to() {
    check(
        DocumentKind::Flow,
        "/steps/2",
        &[
            "/steps/2/branches/0/steps/0/effects/0/create/form form account",
            "/steps/2/branches/0/steps/0/effects/0/create/for_each deal.lines",
            "/steps/2/branches/0/steps/0/effects/0/create/set/name key account.name",
            "/steps/2/branches/0/steps/0/effects/1/update/link deal.account",
            "/steps/2/branches/0/steps/0/effects/1/update/set/name key account.name",
        ],
    );
    check(
        DocumentKind::Flow,
        "/steps/0",
        &[
            "/steps/0/assignees/0/role role boss",
            "/steps/0/assignees/1/member member m1",
            "/steps/0/assignees/2/department_head department d1",
            "/steps/0/assignees/3/field deal.keeper",
            "/steps/0/fields/editable/0 deal.name",
            "/steps/0/fields/required/0 deal.amount",
            "/steps/0/fields/hidden/0 deal.team",
            "/steps/0/fields/reveals/0.0 deal.lines",
            "/steps/0/fields/reveals/0.1 deal.lines.qty",
        ],
    );
}

#[test]
fn charts_name_the_fields_of_each_series_and_the_filters_of_the_page() {
    check(
        DocumentKind::Dashboard,
        "/",
        &[
            "/key dashboard sales own",
            "/app app crm",
            "/filters/period key sales/period own",
            "/filters/region key sales/region own",
            "/filters/region/form form account",
            "/filters/region/field account.region",
            "/filters/region/default account.region=east",
            "/charts/0/options/series/0/form form deal",
            "/charts/0/options/series/0/filter/field deal.stage",
            "/charts/0/options/series/0/filter/value deal.stage=won",
            "/charts/0/options/series/0/measure/field deal.amount",
            "/charts/0/options/series/0/period deal.created_at",
            "/charts/0/options/series/0/bind/region key sales/region",
            "/charts/0/options/series/0/bind/region.0 deal.account",
            "/charts/0/options/series/0/bind/region.1 account.region",
            "/charts/0/options/series/1/form form account",
            "/charts/0/options/series/1/dimensions/place account.region",
            "/charts/0/options/dimension/field.0 deal.account",
            "/charts/0/options/dimension/field.1 account.region",
        ],
    );
}

#[test]
fn groups_and_apps_name_forms_people_and_pages() {
    check(
        DocumentKind::PermissionGroup,
        "/",
        &[
            "/key permission_group sales own",
            "/app app crm",
            "/members/roles/0 role boss",
            "/members/departments/0 department d1",
            "/members/members/0 member m1",
            "/forms/deal key form deal",
            "/forms/deal/hidden/0.0 deal.lines",
            "/forms/deal/hidden/0.1 deal.lines.qty",
            "/forms/deal/read_only/0 deal.amount",
            "/forms/deal/scope/filter/field.0 deal.account",
            "/forms/deal/scope/filter/field.1 account.region",
            "/forms/deal/scope/filter/value account.region=east",
            "/dashboards/0 dashboard sales",
        ],
    );
    check(
        DocumentKind::App,
        "/navigation",
        &[
            "/navigation/0/items/0/form form deal",
            "/navigation/0/items/1/dashboard dashboard sales",
        ],
    );
}

#[test]
fn expressions_say_what_their_names_mean() {
    let found = walk(DocumentKind::Flow, &flow(), &published());
    let scopes: BTreeMap<&str, &Scope> = found
        .expressions
        .iter()
        .map(|written| (written.pointer.as_str(), &written.scope))
        .collect();
    let effects = "/steps/2/branches/0/steps/0/effects";
    let created = &scopes[&*format!("{effects}/0/create/set/name")];
    assert_eq!((created.form.as_str(), created.subform.as_deref()), ("deal", Some("lines")));
    let updated = &scopes[&*format!("{effects}/1/update/when")];
    assert_eq!(updated.target.as_deref(), Some("account"));
    let found = walk(DocumentKind::Form, &deal(), &published());
    let of = |pointer: &str| found.expressions.iter().find(|e| e.pointer == pointer).unwrap();
    assert_eq!(of("/rules/1/that").scope.subform.as_deref(), Some("lines"));
    assert!(of("/rules/2/when").scope.old);
    let given = of("/buttons/0/action/create/set/name").gives.clone();
    assert_eq!(given, Some(FieldName::of("account", "name")));
}

#[test]
fn what_a_path_means_depends_on_where_it_stands() {
    let (deal, forms) = (deal(), published());
    let lookup = Lookup::new(DocumentKind::Form, &deal, &forms);
    let row = Scope { subform: Some("lines".to_owned()), ..Scope::record("deal") };
    let check = |scope: &Scope, path: &str, expected: &[&str]| {
        let (root, member) = path.split_once('.').map_or((path, None), |(r, m)| (r, Some(m)));
        let found = lookup.in_scope(scope, root, member).into_iter().map(|part| {
            part.map_or_else(String::new, |name| {
                let subform = name.subform.map(|subform| format!("{subform}.")).unwrap_or_default();
                format!("{}.{subform}{}", name.form, name.field)
            })
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{path}");
    };
    check(&row, "qty", &["deal.lines.qty"]);
    check(&row, "amount", &["deal.amount"]);
    check(&row, "record.amount", &["", "deal.amount"]);
    check(&row, "row.qty", &["", "deal.lines.qty"]);
    check(&Scope::record("deal"), "lines.qty", &["deal.lines", "deal.lines.qty"]);
    check(&Scope::record("deal"), "account.region", &["deal.account", "account.region"]);
    check(&Scope::record("deal"), "name.region", &["deal.name"]);
    check(&Scope::record("deal"), "old.name", &["deal.old"]);
}

#[test]
fn a_half_made_draft_is_walked_as_far_as_it_goes() {
    let draft = json!({ "key": "deal", "fields": [
        { "key": "account", "kind": "link", "options": { "form": "account", "show": 7 } },
        { "kind": "text" }, "nonsense"
    ], "views": [{ "columns": ["account.name"] }], "rules": 3 });
    let found = walk(DocumentKind::Form, &draft, &published());
    let lines: Vec<_> = found.names.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "/key form deal own",
            "/fields/0/key deal.account own",
            "/fields/0/options/form form account",
            "/views/0/columns/0.0 deal.account",
            "/views/0/columns/0.1 account.name",
        ]
    );
}

#[test]
fn another_name_is_written_into_every_place() {
    let (mut deal, forms) = (deal(), published());
    let name = FieldName::of("deal", "name");
    let places: Vec<_> = walk(DocumentKind::Form, &deal, &forms)
        .names
        .into_iter()
        .filter(|mention| mention.named == Named::Field(name.clone()))
        .collect();
    apply(&mut deal, &places, "名称");
    assert_eq!(deal["fields"][0]["key"], "名称");
    assert_eq!(deal["fields"][5]["options"]["fill"]["名称"], "name");
    assert_eq!(deal["rules"][2]["set"], json!({ "名称": "account.name" }));
    assert_eq!(deal["views"][0]["columns"], json!(["名称", "amount"]));
    let fill = deal["fields"][5]["options"]["fill"].as_object().unwrap();
    assert_eq!(fill.keys().collect::<Vec<_>>(), ["名称", "lines"]);
}
