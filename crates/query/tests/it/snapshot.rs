//! The text of the main statements, so that a change of it is seen.

use formwork_model::{
    Filter, Operator,
    document::{Scope, Sort},
    form::Forms,
};
use formwork_query::{
    Aggregate, AggregateQuery, Bucket, Dialect, Dimension, FormAccess, ListQuery, Measure, Page,
    Series, Statement, aggregate, cursor_token, ddl, get, insert, list,
};
use serde_json::json;

use crate::{
    database::{creation, row},
    fixture::{forms, grant, reader, system, values},
};

const DIALECTS: [(Dialect, &str); 2] =
    [(Dialect::Sqlite, "sqlite"), (Dialect::Postgres, "postgres")];

fn snapshot(name: &str, build: impl Fn(Dialect) -> String) {
    for (dialect, suffix) in DIALECTS {
        insta::assert_snapshot!(format!("{name}_{suffix}"), build(dialect));
    }
}

/// A statement broken into lines where its parts begin.
fn shown(statement: &Statement) -> String {
    let lines = [" from ", " where ", " order by ", " union all ", " || format(", " group by "]
        .into_iter()
        .fold(statement.sql.clone(), |sql, part| sql.replace(part, &format!("\n{part}")));
    let binds: Vec<String> = statement.binds.iter().map(|bind| format!("{bind:?}")).collect();
    format!("{lines}\n\n{}", binds.join("\n"))
}

#[test]
fn tables_of_a_form() {
    snapshot("ddl", |dialect| {
        let deal = forms().form("deal").unwrap();
        let changes = creation(&deal);
        changes.iter().map(|change| ddl(dialect, change)).collect::<Vec<_>>().join(";\n")
    });
}

#[test]
fn a_page_for_a_reader() {
    snapshot("list", |dialect| {
        let forms = forms();
        let deal = forms.form("deal").unwrap();
        let access = FormAccess::granted(
            reader(),
            vec![grant(Scope::DepartmentAndBelow, &["amount"]), grant(Scope::Own, &[])],
        );
        let query = ListQuery {
            filter: Some(Filter::All {
                all: vec![
                    Filter::condition("stage", Operator::In, json!(["new", "won"])),
                    Filter::condition("name", Operator::Contains, "50%"),
                    Filter::condition("tags", Operator::HasAny, json!(["a"])),
                    Filter::condition("signed_at", Operator::InPeriod, "this_week"),
                ],
            }),
            sort: vec![Sort { field: "close".to_owned(), descending: true }],
            limit: 50,
            page: Page::After(cursor_token("[\"2026-06-30\",\"id1\"]")),
            fields: Some(["name", "amount", "account"].map(|key| key.parse().unwrap()).to_vec()),
            ..Default::default()
        };
        shown(&list(dialect, &forms, &deal, &access, &query).unwrap())
    });
}

#[test]
fn one_record() {
    snapshot("get", |dialect| {
        let forms = forms();
        let deal = forms.form("deal").unwrap();
        shown(&get(dialect, &forms, &deal, &system(), "id1"))
    });
}

#[test]
fn a_new_record() {
    snapshot("insert", |dialect| {
        let deal = forms().form("deal").unwrap();
        let given = json!({"name": "x", "amount": "1.50", "tags": ["a"], "lines": [
            {"id": "l1", "price": "1"}, {"id": "l2"}]});
        let given = values(&deal, given);
        let statements = insert(dialect, &deal, &row("id1", "me", None), &given).unwrap();
        statements.iter().map(shown).collect::<Vec<_>>().join("\n\n")
    });
}

#[test]
fn sums_by_month() {
    snapshot("aggregate", |dialect| {
        let access = |_: &_| Some(system());
        let series = |how| Series {
            key: "s".to_owned(),
            form: "deal".parse().unwrap(),
            filter: None,
            dimensions: vec![Dimension {
                field: "signed_at".to_owned(),
                bucket: Some(Bucket::Month),
                shift: None,
            }],
            measure: Measure { aggregate: how, field: Some("amount".to_owned()) },
        };
        let query = AggregateQuery {
            series: vec![series(Aggregate::Sum), series(Aggregate::Average)],
            ..Default::default()
        };
        shown(&aggregate(dialect, &forms(), &access, &query).unwrap())
    });
}
