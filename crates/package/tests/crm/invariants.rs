//! What must hold between the records of the example company: each rule names those that
//! break it, and there are none.

use std::collections::{BTreeMap, BTreeSet};

use formwork_model::{Value, Values};
use jiff::{
    civil::{Date, Weekday, date},
    tz::Offset,
};
use rust_decimal::Decimal;

use crate::demo::{DEMO, Demo, LATER, day, linked, number, text};

/// Days of 2025 and 2026 on which nobody works, though they are no weekends.
const HOLIDAYS: [Date; 6] = [
    date(2025, 1, 29),
    date(2025, 5, 1),
    date(2025, 10, 1),
    date(2026, 2, 17),
    date(2026, 5, 1),
    date(2026, 6, 19),
];

fn moment_day(row: &Values, field: &str) -> Option<Date> {
    match row.get(field) {
        Some(Value::Instant(at)) => Some(Offset::constant(8).to_datetime(*at).date()),
        _ => None,
    }
}

/// The rows of a form that break a rule, by their place.
fn broken(demo: &Demo, form: &str, breaks: impl Fn(&Values) -> bool) -> Vec<String> {
    let rows = demo.rows(form).iter().enumerate();
    rows.filter(|(_, row)| breaks(row)).map(|(index, _)| format!("{form}/{index}")).collect()
}

/// Sums by the record that a link leads to.
fn sums<'d>(demo: &'d Demo, form: &str, link: &str, field: &str) -> BTreeMap<&'d str, Decimal> {
    let mut sums = BTreeMap::new();
    for row in demo.rows(form) {
        *sums.entry(text(row, link)).or_default() += number(row, field);
    }
    sums
}

fn assert_none(rule: &str, found: &[String]) {
    let shown: Vec<_> = found.iter().take(5).collect();
    assert!(found.is_empty(), "{rule}: {} break it, such as {shown:?}", found.len());
}

/// Whether days that are there follow each other.
fn in_order<const N: usize>(days: [Option<Date>; N]) -> bool {
    days.into_iter().flatten().is_sorted()
}

fn targets_add_up(demo: &Demo) {
    let targets = demo.rows("target_item");
    let mut parts: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
    for row in targets.iter().filter(|row| !text(row, "parent").is_empty()) {
        *parts.entry((text(row, "parent"), text(row, "cut"))).or_default() += number(row, "value");
    }
    assert!(parts.len() > 1000);
    let uneven: Vec<_> = parts
        .iter()
        .filter(|((parent, _), sum)| {
            let index: usize = parent.trim_start_matches("target_item/").parse().unwrap();
            **sum + number(&targets[index], "reserve") != number(&targets[index], "value")
        })
        .map(|(parent, _)| format!("{parent:?}"))
        .collect();
    assert_none("parts and reserve are the whole", &uneven);
    let mut seen = BTreeSet::new();
    let rows = targets.iter().enumerate();
    let twice: Vec<_> = rows
        .filter(|(_, row)| {
            let cell =
                ["plan", "metric", "period_type", "level", "person", "region", "product_line"]
                    .map(|field| text(row, field));
            !seen.insert((cell, day(row, "period"), number(row, "plan_version")))
        })
        .map(|(index, _)| format!("target_item/{index}"))
        .collect();
    assert_none("each cell is there once", &twice);
}

#[test]
fn every_cut_of_a_target_adds_up_to_it() {
    for demo in std::iter::once(&*DEMO).chain(&*LATER) {
        targets_add_up(demo);
    }
}

#[test]
fn one_version_of_a_plan_is_in_force() {
    let mut versions: BTreeMap<(&str, &str), BTreeSet<Decimal>> = BTreeMap::new();
    for row in DEMO.rows("target_item").iter().filter(|row| text(row, "state") == "locked") {
        let of = (text(row, "plan"), text(row, "metric"));
        versions.entry(of).or_default().insert(number(row, "plan_version"));
    }
    assert_eq!(versions.len(), 2 * 6);
    assert!(versions.values().all(|versions| versions.len() == 1), "{versions:?}");
}

#[test]
fn weights_of_a_plan_are_the_whole() {
    let found = broken(&DEMO, "sales_plan", |row| {
        let Some(Value::Rows(rows)) = row.get("metrics") else { return true };
        let weights = rows.iter().map(|row| number(&row.values, "weight"));
        weights.sum::<Decimal>() != Decimal::ONE
    });
    assert_none("weights of metrics are 100%", &found);
}

#[test]
fn a_lead_becomes_one_opportunity_at_most() {
    let mut opened: BTreeMap<&str, usize> = BTreeMap::new();
    for row in DEMO.rows("opportunity").iter().filter(|row| !text(row, "lead").is_empty()) {
        *opened.entry(text(row, "lead")).or_default() += 1;
    }
    let leads = DEMO.rows("lead").iter().enumerate();
    let found: Vec<_> = leads
        .filter(|(index, row)| {
            let count = opened.get(format!("lead/{index}").as_str()).copied().unwrap_or_default();
            count != usize::from(text(row, "state") == "converted")
        })
        .map(|(index, _)| format!("lead/{index}"))
        .collect();
    assert_none("a lead that is converted has one opportunity, others none", &found);
}

#[test]
fn sales_follow_each_other_in_time() {
    let found = broken(&DEMO, "lead", |row| {
        !in_order([
            day(row, "created_on"),
            moment_day(row, "claimed_at"),
            moment_day(row, "first_response_at"),
            day(row, "converted_at"),
        ])
    });
    assert_none("a lead is claimed, answered, converted", &found);
    let found = broken(&DEMO, "opportunity", |row| {
        let days = ["created_on", "proposed_at", "won_at"].map(|field| day(row, field));
        let lost = ["created_on", "proposed_at", "lost_at"].map(|field| day(row, field));
        let late = days.iter().chain(&lost).flatten().any(|day| *day > DEMO.anchor);
        let lead = linked(&DEMO, row, "lead");
        let apart = lead.is_some_and(|lead| day(lead, "converted_at") != days[0]);
        !in_order(days) || !in_order(lost) || late || apart
    });
    assert_none("an opportunity is opened with its lead, proposed, decided", &found);
    let found = broken(&DEMO, "contract", |row| {
        let opportunity = linked(&DEMO, row, "opportunity").unwrap();
        day(row, "effective_at") != day(opportunity, "won_at")
    });
    assert_none("a contract takes effect when its deal is won", &found);
}

#[test]
fn a_quotation_comes_before_the_proposal() {
    let mut quoted: BTreeMap<&str, Date> = BTreeMap::new();
    for row in DEMO.rows("quotation").iter().filter(|row| text(row, "state") != "draft") {
        let on = day(row, "quoted_on").unwrap();
        let first = quoted.entry(text(row, "opportunity")).or_insert(on);
        *first = on.min(*first);
    }
    let rows = DEMO.rows("opportunity").iter().enumerate();
    let found: Vec<_> = rows
        .map(|(index, row)| (format!("opportunity/{index}"), day(row, "proposed_at")))
        .filter(|(id, proposed)| {
            let first = quoted.get(id.as_str());
            proposed.is_some_and(|proposed| first.is_none_or(|first| *first > proposed))
        })
        .map(|(id, _)| id)
        .collect();
    assert_none("who proposes has quoted", &found);
}

#[test]
fn money_is_the_same_wherever_it_stands() {
    let found = broken(&DEMO, "contract", |row| {
        let Some(Value::Rows(lines)) = row.get("lines") else { return true };
        let sum: Decimal = lines.iter().map(|line| number(&line.values, "amount")).sum();
        let opportunity = linked(&DEMO, row, "opportunity").unwrap();
        let quotation = linked(&DEMO, row, "quotation").unwrap();
        let amount = number(row, "amount");
        [sum, number(opportunity, "amount"), number(quotation, "total")] != [amount; 3]
            || number(row, "paid") > amount
    });
    assert_none("a contract is its lines, its deal and its quotation", &found);
    let paid = sums(&DEMO, "payment", "contract", "amount");
    let booked = {
        let mut booked: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
        for row in DEMO.rows("metric_fact") {
            let of = (text(row, "contract"), text(row, "metric"));
            *booked.entry(of).or_default() += number(row, "amount");
        }
        booked
    };
    let rows = DEMO.rows("contract").iter().enumerate();
    let found: Vec<_> = rows
        .map(|(index, row)| (format!("contract/{index}"), row))
        .filter(|(id, row)| {
            let paid = paid.get(id.as_str()).copied().unwrap_or_default();
            let fact = |metric| booked.get(&(id.as_str(), metric)).copied().unwrap_or_default();
            paid != number(row, "paid")
                || fact("payment") != paid
                || fact("revenue") != number(row, "amount")
        })
        .map(|(id, _)| id)
        .collect();
    assert_none("payments and facts are those of the contract", &found);
    let won = sums(&DEMO, "contract", "account", "amount");
    let rows = DEMO.rows("account").iter().enumerate();
    let found: Vec<_> = rows
        .map(|(index, row)| (format!("account/{index}"), row))
        .filter(|(id, row)| {
            won.get(id.as_str()).copied().unwrap_or_default() != number(row, "won_amount")
        })
        .map(|(id, _)| id)
        .collect();
    assert_none("an account has what its contracts say", &found);
}

#[test]
fn nobody_works_when_all_are_free() {
    let found = broken(&DEMO, "activity", |row| {
        let at = moment_day(row, "at").unwrap();
        let weekend = matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday);
        (weekend || HOLIDAYS.contains(&at)) && text(row, "kind") != "care"
    });
    assert_none("nobody works on weekends and holidays", &found);
}

#[test]
fn work_is_done_while_there_is_something_to_do() {
    let found = broken(&DEMO, "activity", |row| {
        let at = moment_day(row, "at");
        let lead = linked(&DEMO, row, "lead");
        let opportunity = linked(&DEMO, row, "opportunity");
        let early = lead.is_some_and(|lead| at < day(lead, "created_on"))
            || opportunity.is_some_and(|opportunity| at < day(opportunity, "created_on"));
        let decided = opportunity.and_then(|opportunity| {
            day(opportunity, "won_at").or_else(|| day(opportunity, "lost_at"))
        });
        let late = text(row, "contract").is_empty() && decided.is_some_and(|day| at > Some(day));
        let is_ahead = at >= Some(DEMO.anchor);
        early || late || is_ahead != (text(row, "state") == "plan")
    });
    assert_none("leads and deals are worked on from their first day to their last", &found);
    let mut first: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in DEMO.rows("activity").iter().filter(|row| !text(row, "lead").is_empty()) {
        first.entry(text(row, "lead")).or_default().push(row.get("at").unwrap());
    }
    let rows = DEMO.rows("lead").iter().enumerate();
    let unheard: Vec<_> = rows
        .map(|(index, row)| (format!("lead/{index}"), row.get("first_response_at")))
        .filter(|(id, answered)| {
            let noted = first.get(id.as_str());
            answered.is_some_and(|at| noted.is_none_or(|noted| !noted.contains(&at)))
        })
        .map(|(id, _)| id)
        .collect();
    // Of a lead that came in while the post was vacant the answer is not noted.
    let most = DEMO.rows("lead").len() / 50;
    assert!(unheard.len() < most, "{} first answers are not noted", unheard.len());
}
