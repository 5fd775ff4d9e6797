//! The example data: its size, and that every record of it could have been typed.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, LazyLock},
};

use formwork_model::{Value, Values, form::Forms};
use formwork_rules::{Context, FormRules, Links};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
    tz::{Offset, TimeZone},
};
use rust_decimal::Decimal;
use serde_json::{Map as Object, Value as Json};

use crate::{documents::PackageForms, host, template};

static CHINA: TimeZone = TimeZone::fixed(Offset::constant(8));

pub(crate) const ANCHOR: Date = date(2026, 6, 30);

/// What the engine adds to a record or reads apart from its fields.
const SYSTEM: [&str; 2] = ["created_at", "flow_status"];

/// Each form after those that its links lead to.
const FORMS: [&str; 13] = [
    "product",
    "sales_plan",
    "plan_driver",
    "target_item",
    "account",
    "contact",
    "lead",
    "opportunity",
    "activity",
    "quotation",
    "contract",
    "payment",
    "metric_fact",
];
/// Those that the stories are about.
const STORY_FORMS: [&str; 7] =
    ["plan_driver", "lead", "opportunity", "quotation", "contract", "metric_fact", "target_item"];

/// The demo company of the published seed, with formulas computed.
pub(crate) static DEMO: LazyLock<Demo> = LazyLock::new(|| Demo::of(ANCHOR, &FORMS));
/// The same for days in the middle of a quarter and at the beginning of a year.
pub(crate) static LATER: LazyLock<[Demo; 2]> = LazyLock::new(|| {
    let make = |anchor| std::thread::spawn(move || Demo::of(anchor, &STORY_FORMS));
    [date(2026, 11, 22), date(2027, 2, 10)].map(make).map(|made| made.join().unwrap())
});

pub(crate) struct Demo {
    pub(crate) anchor: Date,
    pub(crate) records: BTreeMap<String, Vec<Values>>,
    pub(crate) made: host::Made,
    /// What is wrong with records, at most a few of each form.
    problems: Vec<String>,
}

impl Demo {
    fn of(anchor: Date, forms: &[&str]) -> Self {
        let package = template();
        let made = host::run(package.demo.as_deref().unwrap(), anchor);
        assert_eq!(FORMS.len(), made.records.len());
        let package = PackageForms::of(&package);
        let mut reader =
            Reader { forms: &package, anchor, links: Links::new(), problems: Vec::new() };
        let mut records = BTreeMap::new();
        for form in forms {
            records.insert((*form).to_owned(), reader.read(form, &made.records[*form]));
        }
        if forms.len() == FORMS.len() {
            for (form, row) in &made.submitted {
                reader.read(form, std::slice::from_ref(row));
            }
        }
        let problems = reader.problems;
        Self { anchor, records, made, problems }
    }

    /// The last complete quarter on the anchor, which the stories are told of.
    pub(crate) fn story(&self) -> (Date, Date) {
        let running = self.anchor.first_of_month();
        let running = running - ((running.month() - 1) % 3).months();
        let end = running + 3.months() - 1.day();
        if end == self.anchor { (running, end) } else { (running - 3.months(), running - 1.day()) }
    }

    pub(crate) fn rows(&self, form: &str) -> &[Values] {
        &self.records[form]
    }
}

struct Reader<'f> {
    forms: &'f PackageForms,
    anchor: Date,
    links: Links,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn read(&mut self, form: &str, rows: &[Object<String, Json>]) -> Vec<Values> {
        let model = self.forms.form(form).unwrap();
        let rules = FormRules::compile(&model, self.forms).unwrap();
        let mut found = Vec::new();
        let mut read = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let mut row = row.clone();
            for name in SYSTEM {
                row.remove(name);
            }
            let (mut values, mut problems) = model.read_values(&Json::Object(row));
            let links = std::mem::take(&mut self.links);
            let context = Context {
                now: Timestamp::UNIX_EPOCH,
                today: self.anchor,
                time_zone: &CHINA,
                me: "installer",
                my_department: None,
                links: &links,
            };
            let failures = rules.compute(&mut values, &context);
            problems.extend(failures.problems());
            problems.extend(rules.check(&values, &failures, &context));
            let given = values.clone();
            rules.stamp(None, &mut values, &context);
            let overwritten = given.iter().find(|(key, value)| values[*key] != **value);
            if let Some((key, _)) = overwritten {
                found.push(format!("{form}/{index}: the stamp of {key} overwrites"));
            }
            found.extend(problems.iter().map(|problem| format!("{form}/{index}: {problem:?}")));
            self.links = links;
            self.links.insert(format!("{form}/{index}"), Arc::new(given.clone()));
            read.push(given);
        }
        found.truncate(5);
        self.problems.extend(found);
        read
    }
}

pub(crate) fn number(row: &Values, field: &str) -> Decimal {
    match row.get(field) {
        Some(Value::Number(number)) => *number,
        _ => Decimal::ZERO,
    }
}

pub(crate) fn day(row: &Values, field: &str) -> Option<Date> {
    match row.get(field) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    }
}

pub(crate) fn text<'r>(row: &'r Values, field: &str) -> &'r str {
    row.get(field).and_then(Value::as_text).unwrap_or_default()
}

/// The record that a link leads to.
pub(crate) fn linked<'d>(demo: &'d Demo, row: &Values, field: &str) -> Option<&'d Values> {
    let (form, index) = text(row, field).split_once('/')?;
    demo.rows(form).get(index.parse::<usize>().ok()?)
}

#[test]
fn every_record_passes_the_checks_of_its_form() {
    assert!(DEMO.problems.is_empty(), "{:#?}", DEMO.problems);
}

#[test]
fn the_company_has_the_expected_size() {
    let expected = [
        ("lead", 5000, 5100),
        ("account", 1230, 1310),
        ("contact", 2100, 2300),
        ("activity", 20900, 22100),
        ("opportunity", 1350, 1420),
        ("quotation", 1000, 1080),
        ("contract", 295, 322),
        ("payment", 540, 640),
        ("metric_fact", 830, 960),
        ("plan_driver", 432, 432),
        ("target_item", 9520, 9520),
        ("sales_plan", 5, 5),
        ("product", 16, 16),
    ];
    for (form, least, most) in expected {
        let count = DEMO.rows(form).len();
        println!("{form}: {count}");
        assert!((least..=most).contains(&count), "{form}: {count}");
    }
    let by_motion = [
        ("opportunity", "new", 1210, 1260),
        ("opportunity", "exist", 145, 175),
        ("contract", "new", 215, 232),
        ("contract", "exist", 80, 96),
    ];
    for (form, motion, least, most) in by_motion {
        let count = DEMO.rows(form).iter().filter(|row| text(row, "motion") == motion).count();
        println!("{form} {motion}: {count}");
        assert!((least..=most).contains(&count), "{form} {motion}: {count}");
    }
    assert_eq!((DEMO.made.members.len(), DEMO.made.departments.len()), (39, 10));
    let names: HashSet<_> = DEMO.rows("account").iter().map(|row| text(row, "name")).collect();
    assert_eq!(names.len(), DEMO.rows("account").len());
    for form in ["contract", "quotation", "payment"] {
        assert!(DEMO.made.submitted.iter().any(|(submitted, _)| submitted == form), "{form}");
    }
}

#[test]
fn the_same_day_gives_the_same_company() {
    let again = host::run(template().demo.as_deref().unwrap(), ANCHOR);
    assert!(again.records == DEMO.made.records && again.submitted == DEMO.made.submitted);
}
