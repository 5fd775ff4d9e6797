//! Lists: variables, links, problems, indexes and wide forms.

use formwork_model::{
    Filter, FormModel, Operator,
    document::{Document, DocumentKind, Sort},
    filter::{MAX_FILTER_CONDITIONS, MAX_FILTER_DEPTH},
    form::Forms,
};
use formwork_query::{
    Dialect, ListQuery, Page, Statement, check_filter, cursor_token, ddl, get, list,
};
use serde_json::{Value as Json, json};

use crate::{
    database::{Database, creation, row},
    fixture::{self, forms, ids, system, values},
};

fn filtered(filter: Json) -> ListQuery {
    ListQuery {
        filter: Some(serde_json::from_value(filter).unwrap()),
        limit: 10,
        ..Default::default()
    }
}

fn sorted(field: &str, descending: bool) -> ListQuery {
    let sort = vec![Sort { field: field.to_owned(), descending }];
    ListQuery { sort, limit: 10, ..Default::default() }
}

#[test]
fn variables_and_links_mean_what_they_say() {
    let forms = forms();
    let (account, deal) = (forms.form("account").unwrap(), forms.form("deal").unwrap());
    let condition =
        |field: &str, op: &str, value: Json| json!({"field": field, "op": op, "value": value});
    let cases = [
        (condition("owner", "eq", json!({"var": "me"})), vec!["b"]),
        (condition("owner", "in", json!([{"var": "me"}, "you"])), vec!["b", "a"]),
        (condition("department", "eq", json!({"var": "my_department"})), vec!["a"]),
        (condition("department", "in", json!({"var": "my_departments"})), vec!["b", "a"]),
        (condition("team", "has_any", json!([{"var": "me"}])), vec!["a"]),
        (condition("close", "lte", json!({"var": "today"})), vec!["a"]),
        (condition("created_at", "gte", json!({"var": "today"})), vec!["b", "a"]),
        (condition("created_at", "in_period", json!("yesterday")), vec![]),
        (condition("account.region", "eq", json!("south")), vec!["a"]),
        (condition("account.region", "ne", json!("south")), vec!["b"]),
        (condition("account.credit", "between", json!([null, "7.5"])), vec!["a"]),
        (condition("account", "eq", json!({"id": "acc1"})), vec!["a"]),
        (condition("lines", "empty", json!(null)), vec!["b"]),
        (condition("id", "in", json!(["a", "zzz"])), vec!["a"]),
        (condition("version", "eq", json!(1)), vec!["b", "a"]),
    ];
    for mut database in Database::each() {
        let given = json!({"region": "south", "credit": "7.5"});
        database.add(&account, row("acc1", "me", None), &values(&account, given));
        let given = json!({"team": ["me"], "close": "2026-06-18", "account": "acc1", "lines": [{"id": "l"}]});
        database.add(&deal, row("a", "you", Some("d1")), &values(&deal, given));
        let given = json!({"close": "2026-06-19"});
        database.add(&deal, row("b", "me", Some("d2")), &values(&deal, given));
        for (filter, expected) in &cases {
            let found = ids(&mut database, &system(), &filtered(filter.clone()));
            assert_eq!(&found, expected, "{filter}");
        }
        let search = ListQuery { search: Some("OF b".to_owned()), limit: 10, ..Default::default() };
        assert_eq!(ids(&mut database, &system(), &search), ["b"]);
        assert_eq!(ids(&mut database, &system(), &sorted("account", false)), ["a", "b"]);
        let narrow =
            ListQuery { fields: Some(vec!["code".parse().unwrap()]), ..sorted("id", false) };
        let records = fixture::list(&mut database, &system(), &narrow);
        let expected = json!({"id": "a", "version": 1, "title": "title of a", "code": null});
        assert_eq!(records[0].0, expected);
    }
}

#[test]
fn wrong_filters_are_problems_with_pointers() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let check = |filter: Json| {
        let filter: Filter = serde_json::from_value(filter).unwrap();
        let problems = check_filter(&forms, &deal, &filter);
        problems.into_iter().map(|p| (p.code.to_string(), p.pointer)).collect::<Vec<_>>()
    };
    let all = json!({"all": [
        {"field": "amount", "op": "gt", "value": "x"},
        {"any": [{"field": "amount", "op": "contains", "value": "1"}]},
        {"not": {"field": "gone", "op": "empty"}},
        {"field": "account.gone", "op": "empty"},
        {"field": "stage", "op": "in", "value": ["new", "old"]},
        {"field": "amount", "op": "between", "value": ["1", "2.005"]},
        {"field": "close", "op": "in_period", "value": "soon"},
        {"field": "name", "op": "eq", "value": {"var": "me"}},
        {"field": "owner", "op": "eq", "value": {"var": "boss"}},
        {"field": "amount", "op": "eq", "value": "99999999999999999999"},
        {"field": "hot", "op": "eq", "value": null},
        {"field": "tags", "op": "has_any", "value": "a"}
    ]});
    let expected = [
        ("wrong_type", "/all/0/value"),
        ("unknown_operator", "/all/1/any/0/op"),
        ("unknown_field", "/all/2/not/field"),
        ("unknown_field", "/all/3/field"),
        ("not_an_option", "/all/4/value/1"),
        ("too_many_places", "/all/5/value/1"),
        ("wrong_type", "/all/6/value"),
        ("wrong_variable", "/all/7/value"),
        ("unknown_variable", "/all/8/value"),
        ("number_out_of_range", "/all/9/value"),
        ("wrong_type", "/all/10/value"),
        ("wrong_type", "/all/11/value"),
    ];
    assert_eq!(check(all), expected.map(|(code, at)| (code.to_owned(), at.to_owned())));

    let leaf = json!({"field": "name", "op": "empty"});
    let deep = (0..=MAX_FILTER_DEPTH).fold(leaf.clone(), |filter, _| json!({"not": filter}));
    assert_eq!(check(deep)[0].0, "filter_too_deep");
    let wide = vec![leaf; MAX_FILTER_CONDITIONS + 1];
    assert_eq!(check(json!({"all": wide}))[0].0, "too_many_conditions");
    let many = vec!["x"; 1001];
    let many = json!({"field": "name", "op": "in", "value": many});
    assert_eq!(check(many), [("too_many_values".to_owned(), "/value".to_owned())]);
}

#[test]
fn wrong_orders_and_cursors_are_problems() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let problem = |query: &ListQuery| {
        let problems = list(Dialect::Sqlite, &forms, &deal, &system(), query).unwrap_err();
        (problems[0].code.to_string(), problems[0].pointer.clone())
    };
    let cursors = [
        "",
        "%%%",
        &cursor_token("{}"),
        &cursor_token("[1]"),
        &cursor_token("[\"x\",\"id\"]"),
        &cursor_token("[1,null]"),
        &cursor_token("[1.5,\"id\"]"),
    ];
    for cursor in cursors {
        let query = ListQuery { page: Page::After(cursor.to_owned()), ..sorted("amount", true) };
        assert_eq!(
            problem(&query),
            ("invalid_cursor".to_owned(), "/cursor".to_owned()),
            "{cursor}"
        );
    }
    let unsortable = ("not_sortable".to_owned(), "/sort/0/field".to_owned());
    assert_eq!(problem(&sorted("tags", false)), unsortable);
    let page = ListQuery { page: Page::Number(0), ..sorted("amount", true) };
    assert_eq!(problem(&page), ("out_of_range".to_owned(), "/page".to_owned()));
}

/// The plan of a statement, one line a step.
fn plan(database: &mut Database, statement: &Statement) -> String {
    let explain = match database.dialect() {
        Dialect::Sqlite => "explain query plan ",
        Dialect::Postgres => "explain ",
    };
    let explained =
        Statement { sql: format!("{explain}{}", statement.sql), binds: statement.binds.clone() };
    let rows = database.rows(&explained);
    rows.into_iter().filter_map(|mut row| row.pop().flatten()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_view_reads_its_index_in_order() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let wanted = formwork_model::schema::wanted(&deal, &[]);
    let index = wanted.indexes().find(|index| index.columns.len() == 3).unwrap();
    for mut database in Database::each() {
        for number in 0..300 {
            let stage = if number % 3 == 0 { "new" } else { "won" };
            let amount = (number % 7 > 0).then(|| number.to_string());
            let given = json!({"stage": stage, "amount": amount});
            database.add(&deal, row(&format!("id{number}"), "me", None), &values(&deal, given));
        }
        let analyze = Statement { sql: "analyze".to_owned(), binds: Vec::new() };
        database.execute(&analyze).unwrap();
        if database.dialect() == Dialect::Postgres {
            // So few rows are sorted faster than an index is read.
            for sql in
                ["set enable_sort = off", "set enable_seqscan = off", "set enable_bitmapscan = off"]
            {
                database.execute(&Statement { sql: sql.to_owned(), binds: Vec::new() }).unwrap();
            }
        }
        let filter = Filter::condition("stage", Operator::Eq, "new");
        let first = ListQuery { filter: Some(filter), ..sorted("amount", true) };
        let cursor = cursor_token("[15000,\"id150\"]");
        let next = ListQuery { page: Page::After(cursor), ..first.clone() };
        for (query, times) in [(first, 1), (next, 2)] {
            let statement = fixture::list_statement(database.dialect(), &system(), &query);
            let plan = plan(&mut database, &statement);
            assert!(plan.matches(&index.name()).count() >= times, "{plan}");
        }
    }
}

#[test]
fn the_widest_form_fits_both_databases() {
    let fields: Vec<Json> = (0..300)
        .map(|number| {
            let kind = ["text", "money", "date", "boolean", "datetime"][number % 5];
            json!({"key": format!("字段{number}"), "kind": kind, "label": "x"})
        })
        .collect();
    let document = json!({"key": "wide", "app": "crm", "label": "宽", "fields": fields});
    let Ok(Document::Form(form)) = Document::read(DocumentKind::Form, &document) else {
        panic!("not a form");
    };
    let wide = FormModel::build(*form, 1, None).unwrap();
    for mut database in Database::each() {
        let dialect = database.dialect();
        for change in creation(&wide) {
            let sql = ddl(dialect, &change);
            database.execute(&Statement { sql, binds: Vec::new() }).unwrap();
        }
        let given = json!({"字段0": "x", "字段299": "2026-06-18T00:00:00Z"});
        database.add(&wide, row("w", "me", None), &values(&wide, given));
        let statement = get(dialect, &forms(), &wide, &system(), "w");
        let text = database.rows(&statement).remove(0).remove(0).unwrap();
        let record: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(record.as_object().unwrap().len(), 310);
        assert_eq!(record["字段299"], json!("2026-06-18T00:00:00.000Z"));
    }
}
