//! Sums, averages and groups.

use formwork_model::{Filter, Operator, form::Forms};
use formwork_query::{
    Aggregate, AggregateOrder, AggregateQuery, Bucket, Dimension, Measure, OrderBy, Series, Shift,
    aggregate,
};
use serde_json::json;

use crate::{
    database::{Database, TextRow, row},
    fixture::{forms, system, values},
};

fn stored() -> Vec<Database> {
    let forms = forms();
    let (account, deal) = (forms.form("account").unwrap(), forms.form("deal").unwrap());
    let mut databases = Database::each();
    for database in &mut databases {
        let given = json!({"region": "south", "credit": "5"});
        database.add(&account, row("acc1", "me", None), &values(&account, given));
        let records = [
            (
                "r1",
                json!({"stage": "new", "amount": "0.10", "close": "2025-06-30", "hot": true,
                "account": "acc1", "rate": "0.0001", "signed_at": "2026-06-30T16:00:00Z"}),
            ),
            (
                "r2",
                json!({"stage": "new", "amount": "0.20", "close": "2026-06-01", "hot": true,
                "account": "acc1", "rate": "-0.0002", "signed_at": "2026-06-30T15:59:59.999Z"}),
            ),
            ("r3", json!({"stage": "won", "amount": "9999999999999.99", "close": "2026-01-01"})),
            ("r4", json!({"stage": "won", "amount": "0.02", "close": "2026-03-31"})),
            ("r5", json!({"amount": null, "hot": false})),
        ];
        for (id, given) in records {
            database.add(&deal, row(id, "me", None), &values(&deal, given));
        }
    }
    databases
}

fn by(field: &str, bucket: Option<Bucket>) -> Dimension {
    Dimension { field: field.to_owned(), bucket, shift: None }
}

fn series(form: &str, dimensions: Vec<Dimension>, how: Aggregate, field: Option<&str>) -> Series {
    Series {
        key: "s".to_owned(),
        form: form.parse().unwrap(),
        filter: None,
        dimensions,
        measure: Measure { aggregate: how, field: field.map(str::to_owned) },
    }
}

fn run(database: &mut Database, query: &AggregateQuery) -> Vec<TextRow> {
    let access = |_: &_| Some(system());
    let statement = aggregate(database.dialect(), &forms(), &access, query)
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    database.rows(&statement)
}

fn rows(rows: &[&[Option<&str>]]) -> Vec<TextRow> {
    rows.iter().map(|row| row.iter().map(|text| text.map(str::to_owned)).collect()).collect()
}

#[test]
fn several_measures_share_their_groups() {
    for mut database in stored() {
        let stage = || vec![by("stage", None)];
        let query = AggregateQuery {
            series: vec![
                series("deal", stage(), Aggregate::Sum, Some("amount")),
                series("deal", stage(), Aggregate::Average, Some("amount")),
                series("deal", stage(), Aggregate::Count, None),
                series("deal", stage(), Aggregate::Max, Some("close")),
                series("deal", stage(), Aggregate::CountDistinct, Some("account")),
            ],
            ..Default::default()
        };
        let (won, new) = (Some("won"), Some("new"));
        assert_eq!(
            run(&mut database, &query),
            rows(&[
                &[
                    won,
                    Some("10000000000000.01"),
                    Some("5000000000000.005000"),
                    Some("2"),
                    Some("2026-03-31"),
                    Some("0"),
                    None
                ],
                &[
                    new,
                    Some("0.30"),
                    Some("0.150000"),
                    Some("2"),
                    Some("2026-06-01"),
                    Some("1"),
                    None
                ],
                &[None, None, None, Some("1"), None, Some("0"), None],
            ])
        );
        let order = vec![AggregateOrder { by: OrderBy::Series(1), descending: false }];
        let query = AggregateQuery { order, limit: Some(1), ..query };
        assert_eq!(run(&mut database, &query)[0][0].as_deref(), new);
    }
}

#[test]
fn averages_are_rounded_half_away_from_zero() {
    for mut database in stored() {
        let average = series("deal", Vec::new(), Aggregate::Average, Some("rate"));
        let extremes = series("deal", Vec::new(), Aggregate::Min, Some("signed_at"));
        let count = Series {
            filter: Some(Filter::condition("stage", Operator::Eq, "lost")),
            ..series("deal", Vec::new(), Aggregate::Count, None)
        };
        let query = AggregateQuery { series: vec![average, extremes, count], ..Default::default() };
        let expected = rows(&[&[Some("-0.000050"), Some("2026-06-30T15:59:59.999Z"), Some("0")]]);
        assert_eq!(run(&mut database, &query), expected);
    }
}

#[test]
fn time_is_cut_where_the_organisation_is() {
    let cases = [
        (Bucket::Day, "2026-06-30", "2026-07-01"),
        (Bucket::Week, "2026-06-29", "2026-06-29"),
        (Bucket::Month, "2026-06", "2026-07"),
        (Bucket::Quarter, "2026-Q2", "2026-Q3"),
        (Bucket::Year, "2026", "2026"),
    ];
    for mut database in stored() {
        for (bucket, first, second) in cases {
            let filled = Series {
                filter: Some(Filter::condition("signed_at", Operator::NotEmpty, json!(null))),
                ..series("deal", vec![by("signed_at", Some(bucket))], Aggregate::Count, None)
            };
            let query = AggregateQuery { series: vec![filled], ..Default::default() };
            let found = run(&mut database, &query);
            let names: Vec<_> = found.iter().map(|row| row[0].as_deref().unwrap()).collect();
            assert_eq!(names, if first == second { vec![first] } else { vec![first, second] });
        }
    }
}

#[test]
fn last_year_lies_beside_this_year() {
    for mut database in stored() {
        let month = by("close", Some(Bucket::Month));
        let shift = Some(Shift { by: Bucket::Year, count: 1 });
        let query = AggregateQuery {
            series: vec![
                series("deal", vec![month.clone()], Aggregate::Sum, Some("amount")),
                series("deal", vec![Dimension { shift, ..month }], Aggregate::Sum, Some("amount")),
            ],
            ..Default::default()
        };
        let june =
            run(&mut database, &query).into_iter().find(|row| row[0].as_deref() == Some("2026-06"));
        assert_eq!(june.unwrap()[1..3], [Some("0.20".to_owned()), Some("0.10".to_owned())]);
    }
}

#[test]
fn shifts_end_with_their_month_in_every_unit() {
    for mut database in stored() {
        for (by, count, expected) in [
            (Bucket::Month, -1, "2026-02-28"),
            (Bucket::Quarter, 1, "2026-06-30"),
            (Bucket::Week, 1, "2026-04-07"),
            (Bucket::Day, -31, "2026-02-28"),
        ] {
            let shifted = Dimension {
                field: "close".to_owned(),
                bucket: None,
                shift: Some(Shift { by, count }),
            };
            let only = Series {
                filter: Some(Filter::condition("close", Operator::Eq, "2026-03-31")),
                ..series("deal", vec![shifted], Aggregate::Count, None)
            };
            let query = AggregateQuery { series: vec![only], ..Default::default() };
            assert_eq!(run(&mut database, &query)[0][0].as_deref(), Some(expected), "{by:?}");
        }
    }
}

#[test]
fn groups_reach_through_links_and_have_titles() {
    for mut database in stored() {
        let dimensions = || vec![by("account", None), by("account.region", None), by("hot", None)];
        let query = AggregateQuery {
            series: vec![
                series("deal", dimensions(), Aggregate::Count, None),
                series("deal", dimensions(), Aggregate::Sum, Some("account.credit")),
            ],
            ..Default::default()
        };
        let found = run(&mut database, &query);
        let expected = rows(&[
            &[
                Some("acc1"),
                Some("south"),
                Some("true"),
                Some("2"),
                Some("10.00"),
                Some("title of acc1"),
                None,
                None,
            ],
            &[None, None, Some("false"), Some("1"), None, None, None, None],
            &[None, None, None, Some("2"), None, None, None, None],
        ]);
        assert_eq!(found, expected);
    }
}

#[test]
fn a_form_out_of_reach_has_no_records() {
    for mut database in stored() {
        let query = AggregateQuery {
            series: vec![
                series("deal", vec![by("stage", None)], Aggregate::Count, None),
                series("account", vec![by("region", None)], Aggregate::Count, None),
            ],
            ..Default::default()
        };
        let access = |form: &formwork_model::FormKey| (form.as_str() == "account").then(system);
        let statement = aggregate(database.dialect(), &forms(), &access, &query).unwrap();
        let expected = rows(&[&[Some("south"), None, Some("1"), None]]);
        assert_eq!(database.rows(&statement), expected);
    }
}

#[test]
fn what_cannot_be_computed_is_a_problem() {
    let access = |_: &_| Some(system());
    let build = |series: Vec<Series>| {
        let query = AggregateQuery { series, ..Default::default() };
        let problems =
            aggregate(formwork_query::Dialect::Sqlite, &forms(), &access, &query).unwrap_err();
        (problems[0].code.to_string(), problems[0].pointer.clone())
    };
    let count = |dimensions| series("deal", dimensions, Aggregate::Count, None);
    let cases = [
        (vec![count(vec![by("tags", None)])], "not_a_dimension", "/series/0/dimensions/0/field"),
        (
            vec![count(vec![by("stage", Some(Bucket::Day))])],
            "not_a_time",
            "/series/0/dimensions/0/bucket",
        ),
        (
            vec![count(vec![]), count(vec![by("stage", None)])],
            "wrong_dimensions",
            "/series/1/dimensions",
        ),
        (
            vec![series("deal", vec![], Aggregate::Sum, Some("name"))],
            "wrong_aggregate",
            "/series/0/measure/aggregate",
        ),
        (vec![series("gone", vec![], Aggregate::Count, None)], "unknown_form", "/series/0/form"),
        (vec![], "out_of_range", "/series"),
    ];
    for (series, code, pointer) in cases {
        assert_eq!(build(series), (code.to_owned(), pointer.to_owned()));
    }
}

#[test]
fn a_sum_beyond_64_bits_is_never_wrong() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    for mut database in Database::each() {
        let statement = formwork_query::Statement {
            sql: "update r_deal set f_amount = 9223372036854775807".to_owned(),
            binds: Vec::new(),
        };
        for id in ["a", "b"] {
            database.add(&deal, row(id, "me", None), &values(&deal, json!({})));
        }
        database.execute(&statement).unwrap();
        let query = AggregateQuery {
            series: vec![series("deal", vec![], Aggregate::Sum, Some("amount"))],
            ..Default::default()
        };
        let access = |_: &_| Some(system());
        let statement = aggregate(database.dialect(), &forms, &access, &query).unwrap();
        match database.try_rows(&statement) {
            Ok(found) => assert_eq!(found[0][0].as_deref(), Some("184467440737095516.14")),
            Err(error) => assert!(error.to_string().contains("overflow"), "{error}"),
        }
    }
}
