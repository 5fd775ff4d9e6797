//! What is planted in the example data shows in its analysis. Signs and ranks are asserted,
//! not yuan.

use std::collections::HashSet;

use formwork_insight::{Attribution, attribution};
use formwork_model::Values;
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;

use crate::demo::{DEMO, Demo, LATER, day, linked, number, text};

/// Leads, opportunities, proposals, wins and bookings.
type Levels = [Decimal; 5];

const FACTORS: [&str; 5] = ["L", "c1", "c2", "w", "s"];

/// Field and value of a part of new business: a region, a line; none is all of it.
type Scope<'s> = Option<(&'s str, &'s str)>;

/// The company on each of the days that it is told for.
fn companies() -> impl Iterator<Item = &'static Demo> {
    std::iter::once(&*DEMO).chain(&*LATER)
}

fn counts(demo: &Demo, row: &Values, scope: Scope<'_>, date_field: &str) -> bool {
    let (first, last) = demo.story();
    day(row, date_field).is_some_and(|day| (first..=last).contains(&day))
        && scope.is_none_or(|(field, value)| text(row, field) == value)
        && matches!(text(row, "motion"), "" | "new")
}

fn actual(demo: &Demo, scope: Scope<'_>) -> Levels {
    let count = |form: &str, date_field: &str| {
        let rows = demo.rows(form).iter().filter(|row| counts(demo, row, scope, date_field));
        Decimal::from(rows.count())
    };
    let facts = demo.rows("metric_fact").iter();
    let booked =
        facts.filter(|row| counts(demo, row, scope, "date") && text(row, "metric") == "revenue");
    [
        count("lead", "created_on"),
        count("opportunity", "created_on"),
        count("opportunity", "proposed_at"),
        count("opportunity", "won_at"),
        booked.map(|row| number(row, "amount")).sum(),
    ]
}

fn planned(demo: &Demo, scope: Scope<'_>, fields: [&str; 5]) -> Levels {
    let rows = demo.rows("plan_driver").iter();
    let rows: Vec<_> = rows.filter(|row| counts(demo, row, scope, "period")).collect();
    fields.map(|field| rows.iter().map(|row| number(row, field)).sum())
}

fn explain(demo: &Demo, scope: Scope<'_>) -> Attribution {
    let plan = planned(demo, scope, ["base_qty", "opps", "props", "wins", "implied"]);
    let evidence =
        planned(demo, scope, ["bl_base_qty", "bl_opps", "bl_props", "bl_wins", "bl_implied"]);
    let result = attribution(&plan, Some(&evidence), &actual(demo, scope)).unwrap();
    let effects = result.factors.iter().zip(FACTORS);
    let shown: Vec<_> =
        effects.map(|(factor, name)| format!("{name} {:+}", factor.direct.round())).collect();
    println!("{} {scope:?}: gap {:+} = {}", demo.anchor, result.gap.round(), shown.join(", "));
    result
}

/// The factors by their direct effect, the worst first.
fn worst_first(result: &Attribution) -> Vec<&'static str> {
    let mut ranked: Vec<_> = result.factors.iter().map(|f| f.direct).zip(FACTORS).collect();
    ranked.sort();
    ranked.into_iter().map(|(_, name)| name).collect()
}

fn effect(result: &Attribution, name: &str) -> Decimal {
    let index = FACTORS.iter().position(|factor| *factor == name).unwrap();
    result.factors[index].direct
}

#[test]
fn poor_trade_fair_leads_are_the_main_cause_in_the_east() {
    for demo in companies() {
        let east = explain(demo, Some(("region", "east")));
        assert!(east.gap < Decimal::ZERO);
        assert_eq!(worst_first(&east)[0], "c1");
        assert!(effect(&east, "L") > Decimal::ZERO);
    }
}

#[test]
fn vacancies_in_the_north_come_second_to_the_common_cause() {
    for demo in companies() {
        let north = explain(demo, Some(("region", "north")));
        assert!(north.gap < Decimal::ZERO);
        assert_eq!(worst_first(&north)[..2], ["w", "L"]);
    }
}

#[test]
fn larger_industry_deals_help_the_south() {
    for demo in companies() {
        assert!(effect(&explain(demo, Some(("region", "south"))), "s") > Decimal::ZERO);
        assert!(effect(&explain(demo, Some(("product_line", "ind"))), "s") > Decimal::ZERO);
    }
}

#[test]
fn a_rival_hits_the_standard_line() {
    for demo in companies() {
        let standard = explain(demo, Some(("product_line", "std")));
        assert_eq!(worst_first(&standard)[0], "w");
        let discount = |from: Date, to: Date| -> Decimal {
            let quotations = demo.rows("quotation").iter().filter(|row| {
                let standard = linked(demo, row, "opportunity")
                    .is_some_and(|opportunity| text(opportunity, "product_line") == "std");
                standard && day(row, "quoted_on").is_some_and(|day| (from..to).contains(&day))
            });
            let rates: Vec<_> = quotations.map(|row| number(row, "disc_rate")).collect();
            rates.iter().sum::<Decimal>() / Decimal::from(rates.len())
        };
        let (story, end) = demo.story();
        let before = discount(story - 15.months(), story - 2.months());
        let after = discount(story, end);
        assert!(before < Decimal::new(9, 2) && after > Decimal::new(12, 2), "{before} {after}");
    }
}

#[test]
fn the_optimistic_win_rate_falls_to_the_plan() {
    for demo in companies() {
        let all = explain(demo, None);
        let assumed: Vec<_> = all.factors.iter().map(|f| f.assumption.unwrap()).collect();
        assert!(assumed[3] < Decimal::ZERO);
        assert!(assumed[3] * Decimal::from(10) < all.assumption.unwrap() * Decimal::from(9));
    }
}

#[test]
fn a_key_account_owes_and_three_deals_are_pushed() {
    for demo in companies() {
        let late = demo.anchor - 90.days();
        let owing: Vec<_> = demo
            .rows("contract")
            .iter()
            .filter(|row| day(row, "due_date").is_some_and(|due| due < late))
            .map(|row| number(row, "ar"))
            .collect();
        assert!(owing.contains(&Decimal::from(1_200_000)), "{owing:?}");
        let pushed = demo.rows("opportunity").iter().filter(|row| {
            number(row, "pushes") >= Decimal::from(3) && text(row, "forecast_class") == "commit"
        });
        let owners: HashSet<_> = pushed.map(|row| text(row, "owner")).collect();
        assert_eq!(owners.len(), 3);
    }
}

/// A year is compared with the whole year before it, wherever in the year the day lies.
#[test]
fn data_begin_a_year_before_the_year_of_the_story() {
    for demo in companies() {
        let (story, _) = demo.story();
        let first = demo.rows("lead").iter().filter_map(|row| day(row, "created_on")).min();
        let year = story.first_of_year() - 1.year();
        assert!(first.is_some_and(|first| first >= year && first < year + 10.days()));
    }
}
