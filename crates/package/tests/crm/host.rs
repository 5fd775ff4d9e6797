//! A host that runs the demo script and keeps what it makes in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use formwork_insight::split::split_exact;
use formwork_package::chance;
use formwork_rules::{Context, Links, script};
use jiff::{
    Span, Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};
use rhai::{Array, Dynamic, Engine, Map, Scope};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Map as Object, Value as Json};

static CHINA: TimeZone = TimeZone::fixed(Offset::constant(8));

const SEED: u64 = 42;

/// What the script made: records by form as JSON, in order.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) records: BTreeMap<String, Vec<Object<String, Json>>>,
    /// Records that were submitted by a member: form, values.
    pub(crate) submitted: Vec<(String, Object<String, Json>)>,
    pub(crate) departments: Vec<String>,
    pub(crate) members: Vec<String>,
}

type Shared = Arc<Mutex<Made>>;

/// Runs the demo script for data that end on a day.
pub(crate) fn run(source: &str, anchor: Date) -> Made {
    run_with(source, anchor, &mut Scope::new())
}

/// Runs the script of a button.
pub(crate) fn run_button(source: &str, record: Dynamic) -> Made {
    run_with(source, jiff::civil::date(2026, 6, 30), &mut Scope::from_iter([("record", record)]))
}

fn run_with(source: &str, anchor: Date, scope: &mut Scope<'_>) -> Made {
    let links = Links::new();
    let context = Context {
        now: Timestamp::UNIX_EPOCH,
        today: anchor,
        time_zone: &CHINA,
        me: "installer",
        my_department: None,
        links: &links,
    };
    let made = Shared::default();
    let mut engine = script::engine(&context, 100_000_000);
    // The history of a company is one large value.
    engine.set_max_array_size(0).set_max_map_size(0).set_max_string_size(0);
    register_records(&mut engine, &made);
    register_directory(&mut engine, &made);
    register_numbers(&mut engine);
    register_dates(&mut engine, anchor);
    engine.run_with_scope(scope, source).unwrap_or_else(|error| panic!("{error}"));
    drop(engine);
    Arc::into_inner(made).unwrap().into_inner().unwrap()
}

fn save(made: &Shared, form: &str, row: Map) -> String {
    let Json::Object(row) = script::from_dynamic(row.into()) else { panic!("not a record") };
    let mut made = made.lock().unwrap();
    let rows = made.records.entry(form.to_owned()).or_default();
    rows.push(row);
    format!("{form}/{}", rows.len() - 1)
}

fn register_records(engine: &mut Engine, made: &Shared) {
    let shared = Arc::clone(made);
    engine.register_fn("create", move |form: &str, row: Map| save(&shared, form, row));
    let shared = Arc::clone(made);
    engine.register_fn("create_many", move |form: &str, rows: Array| -> Array {
        rows.into_iter().map(|row| save(&shared, form, row.cast::<Map>()).into()).collect()
    });
    engine.register_fn("find", |_form: &str, _filter: Map| Array::new());
    engine.register_fn("remove", |_form: &str, _id: &str| ());
    engine.register_fn("update", |_form: &str, _id: &str, _values: Map| ());
    let shared = Arc::clone(made);
    engine.register_fn("submit", move |form: &str, row: Map, member: &str| {
        let Json::Object(row) = script::from_dynamic(row.into()) else { panic!("not a record") };
        let mut made = shared.lock().unwrap();
        assert!(made.members.iter().any(|id| id == member), "{member}");
        made.submitted.push((form.to_owned(), row));
        format!("submitted/{}", made.submitted.len())
    });
}

fn register_directory(engine: &mut Engine, made: &Shared) {
    let shared = Arc::clone(made);
    engine.register_fn("department", move |key: &str, _zh: &str, _en: &str, parent: &str| {
        let mut made = shared.lock().unwrap();
        assert!(parent.is_empty() || made.departments.contains(&format!("department/{parent}")));
        made.departments.push(format!("department/{key}"));
        format!("department/{key}")
    });
    let shared = Arc::clone(made);
    engine.register_fn(
        "member",
        move |account: &str, _name: &str, department: &str, _roles: Array, _head: bool| {
            let mut made = shared.lock().unwrap();
            assert!(made.departments.contains(&format!("department/{department}")));
            made.members.push(format!("member/{account}"));
            format!("member/{account}")
        },
    );
}

fn number(value: &Dynamic) -> Decimal {
    value.as_decimal().or_else(|_| value.as_int().map(Decimal::from)).unwrap()
}

fn register_numbers(engine: &mut Engine) {
    engine.register_fn("uniform", |key: &str| chance::uniform(SEED, key));
    engine.register_fn("hash", |key: &str| i64::try_from(chance::hash(SEED, key) >> 1).unwrap());
    engine.register_fn("lognormal", |median: Dynamic, deviation: Dynamic, u: Dynamic| {
        chance::lognormal_quantile(number(&median), number(&deviation), number(&u))
    });
    engine.register_fn("split_exact", |total: Dynamic, weights: Array| -> Array {
        let units = (number(&total) * Decimal::ONE_HUNDRED).round().to_i64().unwrap();
        let weights: Vec<Decimal> = weights.iter().map(number).collect();
        let parts = split_exact(units, &weights, &[], &[]).unwrap();
        parts.into_iter().map(|part| Dynamic::from(Decimal::new(part, 2))).collect()
    });
}

fn register_dates(engine: &mut Engine, anchor: Date) {
    engine.register_fn("param", move |name: &str| {
        assert_eq!(name, "anchor");
        anchor
    });
    engine.register_fn("date_add", |day: Date, days: i64| {
        day.checked_add(Span::new().days(days)).unwrap()
    });
    engine.register_fn("instant", |day: Date, hour: i64, minute: i64| -> Timestamp {
        let time =
            jiff::civil::time(i8::try_from(hour).unwrap(), i8::try_from(minute).unwrap(), 0, 0);
        Offset::constant(8).to_timestamp(day.to_datetime(time)).unwrap()
    });
}
