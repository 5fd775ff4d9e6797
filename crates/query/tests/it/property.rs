//! What SQL answers equals what a plain reading of the filter answers, for random records,
//! filters and orders; and pages laid end to end are the whole list.

use std::cmp::Ordering;

use formwork_model::{
    Condition, Filter, FormModel, Operator, Problems, Value, Values, document::Sort, form::Forms,
};
use formwork_query::{ListQuery, Page, count, cursor_token, list, read_period};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::{
    database::{Database, row},
    fixture::{self, forms, reader, system, values},
};

/// A record of the test: its id and values.
type Stored = (String, Values);

fn matches(filter: &Filter, values: &Values) -> bool {
    match filter {
        Filter::All { all } => all.iter().all(|part| matches(part, values)),
        Filter::Any { any } => any.iter().any(|part| matches(part, values)),
        Filter::Not { not } => !matches(not, values),
        Filter::Condition(condition) => holds(condition, values),
    }
}

fn holds(condition: &Condition, values: &Values) -> bool {
    let value = values.get(condition.field.as_str()).unwrap_or(&Value::Null);
    let operand = |json: &Json| read_like(value, json);
    let ordered = |wanted: fn(Ordering) -> bool, json: &Json| {
        compare(value, &operand(json)).is_some_and(wanted)
    };
    let list = || condition.value.as_array().cloned().unwrap_or_default();
    let text = || condition.value.as_str().unwrap_or_default().to_ascii_lowercase();
    let own = || value.as_text().map(str::to_ascii_lowercase);
    match condition.op {
        Operator::Eq => ordered(Ordering::is_eq, &condition.value),
        Operator::Ne => !ordered(Ordering::is_eq, &condition.value),
        Operator::Lt => ordered(Ordering::is_lt, &condition.value),
        Operator::Lte => ordered(Ordering::is_le, &condition.value),
        Operator::Gt => ordered(Ordering::is_gt, &condition.value),
        Operator::Gte => ordered(Ordering::is_ge, &condition.value),
        Operator::Between => {
            !value.is_empty()
                && (condition.value[0].is_null() || ordered(Ordering::is_ge, &condition.value[0]))
                && (condition.value[1].is_null() || ordered(Ordering::is_le, &condition.value[1]))
        }
        Operator::In => list().iter().any(|item| ordered(Ordering::is_eq, item)),
        Operator::NotIn => !list().iter().any(|item| ordered(Ordering::is_eq, item)),
        Operator::Contains => own().is_some_and(|own| own.contains(&text())),
        Operator::NotContains => !own().is_some_and(|own| own.contains(&text())),
        Operator::StartsWith => own().is_some_and(|own| own.starts_with(&text())),
        Operator::HasAny => list().iter().any(|item| texts(value).contains(item)),
        Operator::HasAll => {
            !value.is_empty() && list().iter().all(|item| texts(value).contains(item))
        }
        Operator::InPeriod => in_period(value, &condition.value),
        Operator::Empty => value.is_empty(),
        Operator::NotEmpty => !value.is_empty(),
    }
}

fn read_like(value: &Value, json: &Json) -> Value {
    match value {
        Value::Number(_) => {
            json.as_str().map_or(Value::Null, |text| Value::Number(text.parse().unwrap()))
        }
        Value::Date(_) => Value::Date(json.as_str().unwrap().parse().unwrap()),
        Value::Instant(_) => Value::Instant(json.as_str().unwrap().parse().unwrap()),
        Value::Bool(_) => Value::Bool(json.as_bool().unwrap()),
        _ => json.as_str().map_or(Value::Null, |text| Value::Text(text.to_owned())),
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Instant(left), Value::Instant(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn texts(value: &Value) -> Vec<Json> {
    match value {
        Value::Texts(texts) => texts.iter().map(|text| json!(text)).collect(),
        _ => Vec::new(),
    }
}

fn in_period(value: &Value, json: &Json) -> bool {
    let reader = reader();
    let period = read_period(json, reader.today).unwrap();
    let day = match value {
        Value::Date(day) => *day,
        Value::Instant(instant) => reader.time_zone.to_datetime(*instant).date(),
        _ => return false,
    };
    period.from.is_none_or(|from| day >= from) && period.to.is_none_or(|to| day <= to)
}

/// The order of a list as its documentation says it.
fn order(sorts: &[Sort], left: &Stored, right: &Stored) -> Ordering {
    for sort in sorts {
        let key = |stored: &Stored| {
            let value = stored.1.get(sort.field.as_str()).cloned().unwrap_or_default();
            match (sort.field.as_str(), value) {
                ("stage", Value::Text(stage)) => {
                    let place = ["won", "new", "lost"].iter().position(|key| *key == stage);
                    Value::Number(place.unwrap().into())
                }
                (_, value) => value,
            }
        };
        let (left, right) = (key(left), key(right));
        let ordering = match (left.is_empty(), right.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => compare(&left, &right).unwrap(),
        };
        let ordering = if sort.descending { ordering.reverse() } else { ordering };
        if ordering.is_ne() {
            return ordering;
        }
    }
    let ordering = left.0.cmp(&right.0);
    if sorts.last().is_none_or(|sort| sort.descending) { ordering.reverse() } else { ordering }
}

fn record() -> impl Strategy<Value = Json> {
    (
        (
            proptest::option::of(name()),
            proptest::option::of(prop::sample::select(vec!["won", "new", "lost"])),
            proptest::option::of(amount()),
            proptest::option::of(any::<bool>()),
        ),
        (
            proptest::option::of(day()),
            proptest::option::of(moment()),
            prop::sample::subsequence(vec!["a", "b", "c"], 0..=3),
        ),
    )
        .prop_map(|((name, stage, amount, hot), (close, signed_at, tags))| {
            json!({"name": name, "stage": stage, "amount": amount, "hot": hot,
                "close": close, "signed_at": signed_at, "tags": tags})
        })
}

/// Short texts over few letters, so that they meet; with what LIKE and JSON must escape.
fn name() -> impl Strategy<Value = String> {
    "[aAB%_\\\\'\"中😀é]{1,3}"
}

fn amount() -> impl Strategy<Value = String> {
    (-30_i64..30).prop_map(|cents| {
        let sign = if cents < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", cents.abs() / 10, cents.abs() % 10)
    })
}

fn day() -> impl Strategy<Value = String> {
    (5_u8..8, 1_u8..30).prop_map(|(month, day)| format!("2026-{month:02}-{day:02}"))
}

fn moment() -> impl Strategy<Value = String> {
    (16_u8..20, 0_u8..24, 0_u32..1000)
        .prop_map(|(day, hour, milli)| format!("2026-06-{day}T{hour:02}:59:59.{milli:03}Z"))
}

fn leaf(field: &'static str, op: Operator, value: Json) -> Filter {
    Filter::condition(field, op, value)
}

fn condition() -> impl Strategy<Value = Filter> {
    use Operator::{
        Between, Contains, Empty, Eq, Gt, Gte, HasAll, HasAny, In, InPeriod, Lt, Lte, Ne,
        NotContains, NotEmpty, NotIn, StartsWith,
    };
    let of = |ops: Vec<Operator>| prop::sample::select(ops);
    let comparing = || of(vec![Eq, Ne, Lt, Lte, Gt, Gte]);
    let fields = vec!["name", "stage", "amount", "hot", "close", "signed_at", "tags"];
    let periods = ["today", "yesterday", "this_week", "last_month", "this_quarter"];
    prop_oneof![
        (of(vec![Eq, Ne, Contains, NotContains, StartsWith]), name()).prop_map(|(op, text)| leaf(
            "name",
            op,
            json!(text)
        )),
        (of(vec![In, NotIn]), prop::collection::vec(name(), 0..4)).prop_map(|(op, texts)| leaf(
            "name",
            op,
            json!(texts)
        )),
        (of(vec![In, NotIn]), prop::sample::subsequence(vec!["won", "new", "lost"], 0..=3))
            .prop_map(|(op, keys)| leaf("stage", op, json!(keys))),
        (comparing(), amount()).prop_map(|(op, amount)| leaf("amount", op, json!(amount))),
        (of(vec![In, NotIn]), prop::collection::vec(amount(), 0..6))
            .prop_map(|(op, amounts)| leaf("amount", op, json!(amounts))),
        (proptest::option::of(amount()), proptest::option::of(amount()))
            .prop_map(|(from, to)| leaf("amount", Between, json!([from, to]))),
        (of(vec![Eq, Ne]), any::<bool>()).prop_map(|(op, hot)| leaf("hot", op, json!(hot))),
        (comparing(), day()).prop_map(|(op, day)| leaf("close", op, json!(day))),
        (comparing(), moment()).prop_map(|(op, moment)| leaf("signed_at", op, json!(moment))),
        (of(vec![HasAny, HasAll]), prop::sample::subsequence(vec!["a", "b", "c"], 0..=3))
            .prop_map(|(op, keys)| leaf("tags", op, json!(keys))),
        (prop::sample::select(vec!["close", "signed_at"]), prop::sample::select(periods.to_vec()))
            .prop_map(|(field, period)| leaf(field, InPeriod, json!(period))),
        (prop::sample::select(vec!["close", "signed_at"]), 1..40).prop_map(|(field, days)| leaf(
            field,
            InPeriod,
            json!({"last_days": days})
        )),
        (prop::sample::select(fields), of(vec![Empty, NotEmpty])).prop_map(|(field, op)| leaf(
            field,
            op,
            Json::Null
        )),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    condition().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|all| Filter::All { all }),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|any| Filter::Any { any }),
            inner.prop_map(|not| Filter::Not { not: Box::new(not) }),
        ]
    })
}

fn sorts() -> impl Strategy<Value = Vec<Sort>> {
    let fields = vec!["name", "stage", "amount", "hot", "close", "signed_at", "title"];
    let sort = (prop::sample::select(fields), any::<bool>())
        .prop_map(|(field, descending)| Sort { field: field.to_owned(), descending });
    prop::collection::vec(sort, 0..4)
}

fn store(database: &mut Database, form: &FormModel, records: &[Json]) -> Vec<Stored> {
    let stored: Vec<Stored> = records
        .iter()
        .enumerate()
        .map(|(index, json)| {
            let mut values = values(form, json.clone());
            let id = format!("id{index:03}");
            let system = row(&id, "me", None);
            database.add(form, system.clone(), &values);
            values.insert("title".parse().unwrap(), Value::Text(system.title));
            (id, values)
        })
        .collect();
    stored
}

fn pages(database: &mut Database, query: &ListQuery) -> Vec<String> {
    let mut query = query.clone();
    let mut found = Vec::new();
    for _ in 0..100 {
        let page = fixture::list(database, &system(), &query);
        found.extend(page.iter().map(|(record, _)| record["id"].as_str().unwrap().to_owned()));
        match page.last() {
            Some((_, cursor)) => query.page = Page::After(cursor_token(cursor)),
            None => return found,
        }
    }
    panic!("a list without an end: {found:?}");
}

/// Runs the body on each database for random input.
fn run<S: Strategy>(
    cases: u32,
    strategy: &S,
    mut body: impl FnMut(&mut Database, S::Value) -> Result<(), TestCaseError>,
) {
    for database in Database::each() {
        let database = std::cell::RefCell::new(database);
        let body = std::cell::RefCell::new(&mut body);
        let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
        let mut runner = proptest::test_runner::TestRunner::new(config);
        let outcome = runner.run(strategy, |input| {
            let mut database = database.borrow_mut();
            database.clear();
            (body.borrow_mut())(&mut database, input)
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn sql_means_what_the_filter_means() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let input = (
        prop::collection::vec(record(), 1..25),
        prop::collection::vec((filter(), sorts()), 1..8),
        1_u32..6,
    );
    run(64, &input, |database, (records, queries, limit)| {
        let stored = store(database, &deal, &records);
        for (filter, sort) in queries {
            let mut expected: Vec<&Stored> =
                stored.iter().filter(|(_, values)| matches(&filter, values)).collect();
            expected.sort_by(|left, right| order(&sort, left, right));
            let expected: Vec<String> = expected.into_iter().map(|(id, _)| id.clone()).collect();
            let whole =
                ListQuery { filter: Some(filter.clone()), sort, limit: 200, ..Default::default() };
            prop_assert_eq!(&fixture::ids(database, &system(), &whole), &expected);
            let paged = ListQuery { limit, ..whole.clone() };
            prop_assert_eq!(&pages(database, &paged), &expected);
            let number = ListQuery { page: Page::Number(2), ..paged };
            let second: Vec<String> = expected
                .iter()
                .skip(usize::try_from(limit).unwrap())
                .take(usize::try_from(limit).unwrap())
                .cloned()
                .collect();
            prop_assert_eq!(fixture::ids(database, &system(), &number), second);
            let count = count(database.dialect(), &forms, &deal, &system(), &whole).unwrap();
            let counted = database.rows(&count).remove(0).remove(0).unwrap();
            prop_assert_eq!(counted, expected.len().to_string());
        }
        Ok(())
    });
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("' or 1=1 --".to_owned()),
        Just("\"; drop table r_deal; --".to_owned()),
        Just("%_\\".to_owned()),
        Just("\u{1}$1\u{1f}".to_owned()),
        Just("a\0b".to_owned()),
        Just("😀\u{202e}".repeat(50)),
        Just("x'".repeat(5_000)),
        Just("%".repeat(10_000)),
        any::<String>(),
    ]
}

#[test]
fn hostile_texts_are_only_values() {
    let forms = forms();
    let deal = forms.form("deal").unwrap();
    let ops = prop::sample::select(vec![
        Operator::Eq,
        Operator::Ne,
        Operator::Contains,
        Operator::NotContains,
        Operator::StartsWith,
    ]);
    run(64, &(hostile(), ops), |database, (text, op)| {
        let mut given = values(&deal, json!({"name": "plain"}));
        let name = text.replace('\0', "");
        let name = if name.is_empty() { Value::Null } else { Value::Text(name) };
        given.insert("name".parse().unwrap(), name);
        database.add(&deal, row("same", "me", None), &given);
        let query = ListQuery {
            filter: Some(Filter::All {
                all: vec![
                    Filter::condition("name", op, text.clone()),
                    Filter::condition("name", Operator::NotIn, json!(["x", "y"])),
                ],
            }),
            search: Some(text.clone()).filter(|_| op == Operator::Contains),
            limit: 10,
            ..Default::default()
        };
        let built: Result<_, Problems> = list(database.dialect(), &forms, &deal, &system(), &query);
        if text.contains('\0') {
            let problems = built.unwrap_err();
            prop_assert_eq!(problems[0].code.as_ref(), "control_character");
            return Ok(());
        }
        let query = ListQuery { search: None, ..query };
        let found = fixture::ids(database, &system(), &query);
        let means = matches(&query.filter.unwrap(), &given);
        prop_assert_eq!(!found.is_empty(), means, "{:?}", op);
        let records =
            fixture::list(database, &system(), &ListQuery { limit: 1, ..Default::default() });
        let stored = given["name"].as_text().filter(|text| !text.is_empty());
        prop_assert_eq!(records[0].0["name"].as_str(), stored);
        Ok(())
    });
}
