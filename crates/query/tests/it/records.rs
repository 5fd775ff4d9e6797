//! Writing records and reading them back.

use formwork_model::{Value, form::Forms};
use formwork_query::{
    Deletion, RowChange, RowLock, get, get_fields, soft_delete, unique_conflict, update,
};
use serde_json::{Value as Json, json};

use crate::{
    database::{Database, row},
    fixture::{MOMENT, forms, system, values},
};

fn read(database: &mut Database, id: &str) -> Option<Json> {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let statement = get(database.dialect(), &forms, &deal, &system(), id);
    let rows = database.rows(&statement);
    rows.first().map(|row| serde_json::from_str(row[0].as_deref().unwrap()).unwrap())
}

fn change(id: &str, version: i64) -> RowChange {
    RowChange {
        id: id.to_owned(),
        expected_version: version,
        new_version: version + 1,
        revision: 2,
        title: "changed".to_owned(),
        owner: Some("you".to_owned()),
        department: None,
        flow_status: Some("running".to_owned()),
        updated_at: "2026-06-19T00:00:00.5Z".parse().unwrap(),
        updated_by: "me".to_owned(),
    }
}

#[test]
fn a_record_comes_back_as_it_went_in() {
    let forms = forms();
    let (account, deal) = (forms.form("account").unwrap(), forms.form("deal").unwrap());
    for mut database in Database::each() {
        let mut acme = row("acc1", "me", None);
        acme.title = "Acme \"中\"".to_owned();
        database.add(&account, acme, &values(&account, json!({"name": "Acme"})));
        let given = json!({
            "code": "Q-1", "name": "It's \"quoted\" \\ 100% {} 中文 😀", "stage": "new",
            "amount": "-0.05", "rate": "12345678901.1000", "hot": false,
            "close": "2026-06-30", "signed_at": "2026-06-18T06:32:11.120Z",
            "tags": ["a", "c"], "team": ["m1", "m2"], "account": "acc1",
            "数量": "999999999999999", "note": "two\nlines",
            "lines": [{"id": "l1", "product": "x", "price": "1.00"},
                      {"id": "l2", "product": null, "price": "-12.30", "from": "acc1"}]
        });
        let mut stored = row("deal1", "me", Some("d1"));
        stored.title = "Deal".to_owned();
        database.add(&deal, stored, &values(&deal, given.clone()));

        let mut expected = json!({
            "id": "deal1", "version": 1, "title": "Deal", "owner": "me", "department": "d1",
            "flow_status": null, "created_at": MOMENT, "created_by": "me",
            "updated_at": MOMENT, "updated_by": "me"
        });
        for (key, value) in given.as_object().unwrap() {
            expected[key] = value.clone();
        }
        let link = json!({"id": "acc1", "title": "Acme \"中\""});
        expected["account"] = link.clone();
        expected["lines"] = json!([
            {"id": "l1", "product": "x", "price": "1.00", "from": null},
            {"id": "l2", "product": null, "price": "-12.30", "from": link}
        ]);
        assert_eq!(read(&mut database, "deal1"), Some(expected));

        database.add(&deal, row("deal2", "me", None), &values(&deal, json!({})));
        let empty = read(&mut database, "deal2").unwrap();
        assert_eq!(
            (&empty["amount"], &empty["hot"], &empty["account"]),
            (&Json::Null, &Json::Null, &Json::Null)
        );
        assert_eq!(empty["lines"], json!([]));
    }
}

#[test]
fn a_change_needs_the_version_and_replaces_rows() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    for mut database in Database::each() {
        let dialect = database.dialect();
        let first = json!({"name": "a", "amount": "1", "lines": [
            {"id": "l1", "product": "one"}, {"id": "l2", "product": "two"}]});
        database.add(&deal, row("deal1", "me", None), &values(&deal, first));
        let other = json!({"lines": [{"id": "foreign", "product": "theirs"}]});
        database.add(&deal, row("deal2", "me", None), &values(&deal, other));

        let changed = values(
            &deal,
            json!({"amount": null, "lines": [
            {"id": "l3", "product": "three"}, {"id": "l2", "product": "TWO"},
            {"id": "foreign", "product": "stolen"}]}),
        );
        let stale = update(dialect, &deal, &change("deal1", 7), &changed).unwrap();
        assert_eq!(database.execute(&stale[0]).unwrap(), 0);
        let statements = update(dialect, &deal, &change("deal1", 1), &changed).unwrap();
        let touched: Vec<u64> =
            statements.iter().map(|statement| database.execute(statement).unwrap()).collect();
        assert_eq!(touched[0], 1);

        let record = read(&mut database, "deal1").unwrap();
        assert_eq!((&record["version"], &record["title"]), (&json!(2), &json!("changed")));
        assert_eq!((&record["name"], &record["amount"]), (&json!("a"), &Json::Null));
        let products: Vec<_> = record["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["product"].clone())
            .collect();
        assert_eq!(products, [json!("three"), json!("TWO")]);
        let theirs = read(&mut database, "deal2").unwrap();
        assert_eq!(theirs["lines"][0]["product"], json!("theirs"));

        let deletion = Deletion {
            id: "deal1".to_owned(),
            expected_version: 2,
            new_version: 3,
            at: MOMENT.parse().unwrap(),
            by: "me".to_owned(),
        };
        let delete = soft_delete(dialect, &deal, &deletion);
        assert_eq!(database.execute(&delete).unwrap(), 1);
        assert_eq!(database.execute(&delete).unwrap(), 0);
        assert_eq!(read(&mut database, "deal1"), None);
    }
}

#[test]
fn unique_values_are_found_among_live_records() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    for mut database in Database::each() {
        let dialect = database.dialect();
        let given = values(&deal, json!({"code": "Q-1"}));
        database.add(&deal, row("deal1", "me", None), &given);
        let statement = unique_conflict(dialect, &deal, &given, Some("deal9")).unwrap();
        assert_eq!(
            database.rows(&statement),
            [[Some("code".to_owned()), Some("deal1".to_owned())]]
        );
        let own = unique_conflict(dialect, &deal, &given, Some("deal1")).unwrap();
        assert!(database.rows(&own).is_empty());
        let empty = values(&deal, json!({"code": null, "name": "x"}));
        assert_eq!(unique_conflict(dialect, &deal, &empty, None), None);
    }
}

#[test]
fn fields_of_linked_records_come_with_their_ids() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    for mut database in Database::each() {
        for id in ["a", "b", "c"] {
            let given = json!({"amount": "2.50", "lines": [{"id": format!("l{id}")}]});
            database.add(&deal, row(id, "me", None), &values(&deal, given));
        }
        let wanted = ["a".to_owned(), "c".to_owned(), "nobody".to_owned()];
        let fields = ["amount", "lines"].map(|key| key.parse().unwrap());
        let statement =
            get_fields(database.dialect(), &forms, &deal, &wanted, &fields, RowLock::None);
        let mut rows = database.rows(&statement);
        rows.sort();
        assert_eq!(rows.len(), 2);
        let json: Json = serde_json::from_str(rows[1][1].as_deref().unwrap()).unwrap();
        assert_eq!(json["amount"], json!("2.50"));
        assert_eq!(json["lines"][0]["id"], json!("lc"));
    }
}

#[test]
fn rows_without_ids_and_wrong_values_are_refused() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let dialect = formwork_query::Dialect::Sqlite;
    let rows = values(&deal, json!({"lines": [{"product": "x"}]}));
    let problems =
        formwork_query::insert(dialect, &deal, &row("r", "me", None), &rows).unwrap_err();
    assert_eq!(
        (problems[0].code.as_ref(), problems[0].pointer.as_str()),
        ("row_without_id", "/lines/0")
    );
    let mut wrong = values(&deal, json!({"name": "x"}));
    wrong.insert("amount".parse().unwrap(), Value::Bool(true));
    let problems =
        formwork_query::insert(dialect, &deal, &row("r", "me", None), &wrong).unwrap_err();
    assert_eq!(
        (problems[0].code.as_ref(), problems[0].pointer.as_str()),
        ("wrong_type", "/amount")
    );
}
