//! Scopes and masks: what a reader's grants let through.

use std::collections::BTreeMap;

use formwork_model::{
    Filter, Operator,
    document::{Operation, Scope, Sort},
    form::Forms,
};
use formwork_query::{
    Aggregate, AggregateQuery, FieldAccess, FormAccess, ListQuery, Measure, Series, aggregate, get,
    reaching_grants,
};
use serde_json::json;

use crate::{
    database::{Database, row},
    fixture::{forms, grant, ids, list, reader, system, values},
};

/// `mine` (owner me, d1), `below` (you, d2), `far` (you, d9), and `none` without department.
fn stored() -> Vec<Database> {
    let forms = forms();
    let (account, deal) = (forms.form("account").unwrap(), forms.form("deal").unwrap());
    let mut databases = Database::each();
    for database in &mut databases {
        let given = json!({"region": "south", "secret": "s"});
        database.add(&account, row("acc1", "me", None), &values(&account, given));
        let given = json!({"region": "north", "secret": "n"});
        database.add(&account, row("acc2", "you", None), &values(&account, given));
        let rows = [
            ("below", "you", Some("d2"), "20", "acc2"),
            ("far", "you", Some("d9"), "30", "acc1"),
            ("mine", "me", Some("d1"), "10", "acc1"),
            ("none", "you", None, "40", "acc2"),
        ];
        for (id, owner, department, amount, account) in rows {
            let given =
                json!({"amount": amount, "account": account, "lines": [{"id": format!("l{id}")}]});
            database.add(&deal, row(id, owner, department), &values(&deal, given));
        }
    }
    databases
}

fn by_id() -> ListQuery {
    let sort = vec![Sort { field: "id".to_owned(), descending: false }];
    ListQuery { sort, limit: 50, ..Default::default() }
}

fn filtered(field: &str, op: Operator, value: serde_json::Value) -> ListQuery {
    ListQuery { filter: Some(Filter::condition(field, op, value)), ..by_id() }
}

#[test]
fn scopes_add_up() {
    let rich = Scope::Filter(Filter::condition("amount", Operator::Gte, json!(40)));
    let cases = [
        (vec![], vec![]),
        (vec![Scope::Own], vec!["mine"]),
        (vec![Scope::Department], vec!["mine"]),
        (vec![Scope::DepartmentAndBelow], vec!["below", "mine"]),
        (vec![Scope::Own, rich.clone()], vec!["mine", "none"]),
        (vec![Scope::All, Scope::Own], vec!["below", "far", "mine", "none"]),
        (vec![Scope::Filter(Filter::condition("gone", Operator::Empty, json!(null)))], vec![]),
    ];
    for mut database in stored() {
        for (scopes, expected) in &cases {
            let grants = scopes.iter().map(|scope| grant(scope.clone(), &[])).collect();
            let access = FormAccess::granted(reader(), grants);
            assert_eq!(&ids(&mut database, &access, &by_id()), expected, "{scopes:?}");
        }
        let only = system().only_record("far");
        assert_eq!(ids(&mut database, &only, &by_id()), ["far"]);
        let create =
            formwork_query::Grant { operations: vec![Operation::Create], ..grant(Scope::All, &[]) };
        let access = FormAccess::granted(reader(), vec![create]);
        assert!(access.may(Operation::Create) && !access.may(Operation::View));
        assert!(ids(&mut database, &access, &by_id()).is_empty());
    }
}

#[test]
fn a_masked_field_is_empty_wherever_it_is_used() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let grants = vec![grant(Scope::All, &["amount", "lines"]), grant(Scope::Own, &[])];
    let access = FormAccess::granted(reader(), grants);
    for mut database in stored() {
        let records = list(&mut database, &access, &by_id());
        let amounts: Vec<_> = records.iter().map(|(record, _)| record["amount"].clone()).collect();
        assert_eq!(json!(amounts), json!([null, null, "10.00", null]));
        let found = ids(&mut database, &access, &filtered("amount", Operator::Gt, json!(0)));
        assert_eq!(found, ["mine"]);
        let found = ids(&mut database, &access, &filtered("amount", Operator::NotIn, json!([10])));
        assert_eq!(found, ["below", "far", "none"]);
        let sort = vec![Sort { field: "amount".to_owned(), descending: true }];
        let sorted = ids(&mut database, &access, &ListQuery { sort, ..by_id() });
        assert_eq!(sorted, ["mine", "none", "far", "below"]);

        let sum = AggregateQuery {
            series: vec![Series {
                key: "sum".to_owned(),
                form: deal.key().clone(),
                filter: None,
                dimensions: Vec::new(),
                measure: Measure { aggregate: Aggregate::Sum, field: Some("amount".to_owned()) },
            }],
            ..Default::default()
        };
        let shared = |_: &_| Some(access.clone());
        let statement = aggregate(database.dialect(), &forms, &shared, &sum).unwrap();
        assert_eq!(database.rows(&statement), [[Some("10.00".to_owned())]]);

        for (id, lines) in [("far", json!([])), ("mine", json!(1))] {
            let statement = get(database.dialect(), &forms, &deal, &access, id);
            let text = database.rows(&statement).remove(0).remove(0).unwrap();
            let record: serde_json::Value = serde_json::from_str(&text).unwrap();
            let expected =
                if id == "mine" { record["lines"].as_array().map(Vec::len) } else { Some(0) };
            assert_eq!(record["lines"].as_array().map(Vec::len), expected, "{lines}");
        }
    }
}

#[test]
fn a_hidden_field_does_not_exist() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let access = FormAccess::granted(reader(), vec![grant(Scope::All, &["amount"])]);
    for mut database in stored() {
        let records = list(&mut database, &access, &by_id());
        assert!(records.iter().all(|(record, _)| record.get("amount").is_none()));
        let query = ListQuery {
            sort: vec![Sort { field: "amount".to_owned(), descending: false }],
            fields: Some(vec!["amount".parse().unwrap()]),
            ..filtered("amount", Operator::Gt, json!(0))
        };
        let problems =
            formwork_query::list(database.dialect(), &forms, &deal, &access, &query).unwrap_err();
        let found: Vec<_> =
            problems.iter().map(|p| (p.code.as_ref(), p.pointer.as_str())).collect();
        assert_eq!(
            found,
            [
                ("unknown_field", "/filter/field"),
                ("unknown_field", "/sort/0/field"),
                ("unknown_field", "/fields/0")
            ]
        );
    }
}

#[test]
fn linked_fields_follow_the_access_to_their_form() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let bare = FormAccess::granted(reader(), vec![grant(Scope::All, &[])]);
    let accounts = FormAccess::granted(reader(), vec![grant(Scope::Own, &["secret"])]);
    let linked = bare.clone().with_links(BTreeMap::from([("account".parse().unwrap(), accounts)]));
    let region = filtered("account.region", Operator::In, json!(["south", "north"]));
    let secret = filtered("account.secret", Operator::NotEmpty, json!(null));
    for mut database in stored() {
        let dialect = database.dialect();
        assert_eq!(ids(&mut database, &system(), &region).len(), 4);
        assert_eq!(ids(&mut database, &linked, &region), ["far", "mine"]);
        for (access, query) in [(&bare, &region), (&linked, &secret)] {
            let problems = formwork_query::list(dialect, &forms, &deal, access, query).unwrap_err();
            assert_eq!(problems[0].code.as_ref(), "unknown_field");
        }
    }
}

#[test]
fn the_grants_that_reach_a_record_decide_what_may_be_done_with_it() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let mut viewing = grant(Scope::All, &["amount"]);
    viewing.operations = vec![Operation::View];
    let access = FormAccess::granted(reader(), vec![viewing, grant(Scope::Own, &[])]);
    let amount = "amount".parse().unwrap();
    assert_eq!(access.field(&amount), FieldAccess::Edit);
    for mut database in stored() {
        let mut reach = |id: &str| {
            let statement = reaching_grants(database.dialect(), &forms, &deal, &access, id);
            let rows = database.rows(&statement);
            rows.first()
                .map(|row| serde_json::from_str::<Vec<usize>>(row[0].as_deref().unwrap()).unwrap())
        };
        assert_eq!(reach("mine"), Some(vec![0, 1]));
        assert_eq!(reach("far"), Some(vec![0]));
        assert_eq!(reach("gone"), None);
    }
    let far = access.narrowed_to(&[0]);
    assert!(far.may(Operation::View) && !far.may(Operation::Update));
    assert_eq!(far.field(&amount), FieldAccess::Hidden);
}

#[test]
fn a_grant_for_creating_counts_only_for_what_is_yet_to_be_created() {
    let of = |operations: &[Operation], hidden: &[&str], read_only: &[&str]| {
        let mut grant = grant(Scope::All, hidden);
        grant.operations = operations.to_vec();
        grant.read_only = read_only.iter().map(ToString::to_string).collect();
        grant
    };
    use FieldAccess::{Edit, Hidden, Read};
    use Operation::{Create, Update, View};
    let closing = || of(&[View, Update], &["amount"], &["rate"]);
    for (operations, amount, rate, name) in [
        (&[Create][..], Hidden, Read, Edit),
        (&[View, Create], Read, Read, Edit),
        (&[Update], Edit, Edit, Edit),
    ] {
        let access = FormAccess::granted(reader(), vec![of(operations, &[], &[]), closing()]);
        let open = |access: &FormAccess| {
            ["amount", "rate", "name"].map(|key| access.field(&key.parse().unwrap()))
        };
        assert_eq!(open(&access), [Edit; 3], "{operations:?}");
        assert_eq!(open(&access.narrowed_to(&[0, 1])), [amount, rate, name], "{operations:?}");
        assert_eq!(open(&access.of_stored()), [amount, rate, name], "{operations:?}");
    }
}

#[test]
fn a_task_opens_its_record_with_its_fields() {
    let access = FormAccess::granted(reader(), Vec::<formwork_query::Grant>::new())
        .only_record("far")
        .with_task_fields(vec!["name".parse().unwrap()], vec!["rate".parse().unwrap()]);
    let field = |key: &str| access.field(&key.parse().unwrap());
    assert_eq!(field("name"), FieldAccess::Edit);
    assert_eq!(field("amount"), FieldAccess::Read);
    assert_eq!(field("rate"), FieldAccess::Hidden);
    assert!(access.may(Operation::Update) && !access.may(Operation::Delete));
    for mut database in stored() {
        assert_eq!(ids(&mut database, &access, &by_id()), ["far"]);
    }
}
