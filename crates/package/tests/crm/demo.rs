//! The example data: its size, and that every record of it could have been typed.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, LazyLock},
};

use formwork_model::{Value, Values, form::Forms};
use formwork_rules::{Context, FormRules, Links};
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::Offset,
};
use rust_decimal::Decimal;
use serde_json::{Map as Object, Value as Json};

use crate::{documents::PackageForms, host, template};

pub(crate) const ANCHOR: Date = date(2026, 6, 30);

/// What the engine adds to a record or reads apart from its fields.
const SYSTEM: [&str; 2] = ["created_at", "flow_status"];

/// The demo company of the published seed, with formulas computed.
pub(crate) static DEMO: LazyLock<Demo> = LazyLock::new(|| Demo::of(ANCHOR));

pub(crate) struct Demo {
    pub(crate) records: BTreeMap<String, Vec<Values>>,
    pub(crate) made: host::Made,
    /// What is wrong with records, at most a few of each form.
    problems: Vec<String>,
}

impl Demo {
    fn of(anchor: Date) -> Self {
        let package = template();
        let made = host::run(package.demo.as_deref().unwrap(), anchor);
        let forms = PackageForms::of(&package);
        let mut reader =
            Reader { forms: &forms, anchor, links: Links::new(), problems: Vec::new() };
        // Each form after those that its links lead to.
        let order = [
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
        assert_eq!(order.len(), made.records.len());
        let mut records = BTreeMap::new();
        for form in order {
            records.insert(form.to_owned(), reader.read(form, &made.records[form]));
        }
        for (form, row) in &made.submitted {
            reader.read(form, std::slice::from_ref(row));
        }
        let problems = reader.problems;
        Self { records, made, problems }
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
                utc_offset: Offset::constant(8),
                me: "installer",
                my_department: None,
                links: &links,
            };
            problems.extend(rules.compute(&mut values, &context));
            problems.extend(rules.check(&values, &context));
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
        ("activity", 5000, 7000),
        ("opportunity", 1350, 1420),
        ("quotation", 1000, 1080),
        ("contract", 290, 316),
        ("payment", 540, 640),
        ("metric_fact", 830, 960),
        ("plan_driver", 432, 432),
        ("target_item", 1496, 1496),
        ("product", 16, 16),
    ];
    for (form, least, most) in expected {
        let count = DEMO.rows(form).len();
        assert!((least..=most).contains(&count), "{form}: {count}");
    }
    assert_eq!((DEMO.made.members.len(), DEMO.made.departments.len()), (39, 10));
    let names: HashSet<_> = DEMO.rows("account").iter().map(|row| text(row, "name")).collect();
    assert_eq!(names.len(), DEMO.rows("account").len());
    for form in ["contract", "quotation", "payment"] {
        assert!(DEMO.made.submitted.iter().any(|(submitted, _)| submitted == form), "{form}");
    }
}

#[test]
fn targets_are_the_sums_of_their_parts() {
    let targets = DEMO.rows("target_item");
    let mut sums: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
    for row in targets.iter().filter(|row| !text(row, "parent").is_empty()) {
        *sums.entry((text(row, "parent"), text(row, "cut"))).or_default() += number(row, "value");
    }
    // A year has quarters and regions, a quarter months and regions, a month regions; each
    // region has people.
    assert_eq!(sums.len(), 4 * (5 + 17 + 3 * 17));
    for ((parent, cut), sum) in sums {
        let index: usize = parent.strip_prefix("target_item/").unwrap().parse().unwrap();
        let whole = number(&targets[index], "value") - number(&targets[index], "reserve");
        assert_eq!(sum, whole, "{parent} by {cut}");
    }
}

#[test]
fn sales_follow_each_other_in_time_and_in_money() {
    for row in DEMO.rows("opportunity") {
        let days = ["created_on", "proposed_at", "won_at"].map(|field| day(row, field));
        let reached: Vec<_> = days.into_iter().flatten().collect();
        assert!(reached.is_sorted(), "{row:?}");
        assert!(reached.iter().all(|day| *day <= ANCHOR));
        if let Some(lead) = linked(&DEMO, row, "lead") {
            assert!(day(lead, "created_on") <= day(lead, "converted_at"));
            assert_eq!(day(lead, "converted_at"), day(row, "created_on"));
        }
    }
    for row in DEMO.rows("contract") {
        let opportunity = linked(&DEMO, row, "opportunity").unwrap();
        let quotation = linked(&DEMO, row, "quotation").unwrap();
        assert_eq!(number(row, "amount"), number(opportunity, "amount"));
        assert_eq!(number(row, "amount"), number(quotation, "total"));
        assert_eq!(day(row, "effective_at"), day(opportunity, "won_at"));
        assert!(number(row, "paid") <= number(row, "amount"));
    }
    let sum = |form: &str, field: &str, metric: &str| -> Decimal {
        let counted = |row: &&Values| metric.is_empty() || text(row, "metric") == metric;
        DEMO.rows(form).iter().filter(counted).map(|row| number(row, field)).sum()
    };
    assert_eq!(sum("metric_fact", "amount", "revenue"), sum("contract", "amount", ""));
    assert_eq!(sum("metric_fact", "amount", "payment"), sum("payment", "amount", ""));
    assert_eq!(sum("payment", "amount", ""), sum("contract", "paid", ""));
    assert_eq!(sum("account", "won_amount", ""), sum("contract", "amount", ""));
    assert_eq!(sum("account", "paid_amount", ""), sum("contract", "paid", ""));
}

#[test]
fn nobody_works_on_a_weekend() {
    use jiff::civil::Weekday::{Saturday, Sunday};
    for row in DEMO.rows("activity") {
        let Some(Value::Instant(at)) = row.get("at") else { panic!("no time") };
        let weekday = Offset::constant(8).to_datetime(*at).date().weekday();
        assert!(!matches!(weekday, Saturday | Sunday), "{at}");
    }
}
