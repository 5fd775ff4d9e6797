//! Periods: spans of days, named from today.

use formwork_model::{Problem, value::instant_text};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde_json::Value as Json;

/// Longest `last_days` and `next_days`.
const MAX_DAYS: i64 = 36_600;

/// A span of days, both ends included; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

/// The span that a period of a filter names, seen from a day. Weeks begin on Monday;
/// `{"last_days": 30}` are the thirty days that end today, `{"next_days": 30}` the thirty
/// that begin today.
///
/// # Errors
/// `wrong_type` when it is not a period, `period_out_of_range` when it leaves the calendar.
pub fn read_period(value: &Json, today: Date) -> Result<Period, Problem> {
    match value {
        Json::String(name) => named(name, today),
        Json::Object(object) if object.len() == 1 && object.contains_key("last_days") => {
            let days = days(object.get("last_days"))?;
            Ok(span(moved(today, 1 - days)?, today))
        }
        Json::Object(object) if object.len() == 1 && object.contains_key("next_days") => {
            let days = days(object.get("next_days"))?;
            Ok(span(today, moved(today, days - 1)?))
        }
        Json::Object(object) if object.keys().all(|key| key == "from" || key == "to") => {
            Ok(Period { from: end(object.get("from"))?, to: end(object.get("to"))? })
        }
        _ => Err(not_a_period()),
    }
}

fn named(name: &str, today: Date) -> Result<Period, Problem> {
    match name {
        "today" => return Ok(span(today, today)),
        "yesterday" => return moved(today, -1).map(|day| span(day, day)),
        "tomorrow" => return moved(today, 1).map(|day| span(day, day)),
        _ => {}
    }
    let (which, unit) = name.split_once('_').ok_or_else(not_a_period)?;
    let step: i32 = match which {
        "last" => -1,
        "this" => 0,
        "next" => 1,
        _ => return Err(not_a_period()),
    };
    let (start, length) = match unit {
        "week" => {
            let monday = moved(today, -i64::from(today.weekday().to_monday_zero_offset()))?;
            (monday, 7.days())
        }
        "month" => (today.first_of_month(), 1.month()),
        "quarter" => {
            let month = (today.month() - 1) / 3 * 3 + 1;
            let first = Date::new(today.year(), month, 1).map_err(|_| out_of_range())?;
            (first, 3.months())
        }
        "year" => (today.first_of_year(), 1.year()),
        _ => return Err(not_a_period()),
    };
    let from = start.checked_add(length * i64::from(step)).map_err(|_| out_of_range())?;
    let after = from.checked_add(length).map_err(|_| out_of_range())?;
    Ok(span(from, moved(after, -1)?))
}

fn span(from: Date, to: Date) -> Period {
    Period { from: Some(from), to: Some(to) }
}

fn moved(day: Date, days: i64) -> Result<Date, Problem> {
    day.checked_add(days.days()).map_err(|_| out_of_range())
}

fn days(json: Option<&Json>) -> Result<i64, Problem> {
    let days = json.and_then(Json::as_i64).ok_or_else(not_a_period)?;
    if (1..=MAX_DAYS).contains(&days) {
        Ok(days)
    } else {
        Err(Problem::new("out_of_range").with("min", 1).with("max", MAX_DAYS))
    }
}

fn end(json: Option<&Json>) -> Result<Option<Date>, Problem> {
    match json {
        None | Some(Json::Null) => Ok(None),
        Some(json) => {
            let text = json.as_str().filter(|text| text.len() == 10);
            let day: Option<Date> = text.and_then(|text| text.parse().ok());
            day.filter(|day| day.year() >= 1).map(Some).ok_or_else(not_a_period)
        }
    }
}

/// The moment at which a day begins in a time zone.
pub(crate) fn day_start(day: Date, zone: &TimeZone) -> Result<String, Problem> {
    let start = zone.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| out_of_range())?;
    Ok(instant_text(start))
}

fn not_a_period() -> Problem {
    Problem::new("wrong_type").with("expected", "period")
}

fn out_of_range() -> Problem {
    Problem::new("period_out_of_range")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    #[test]
    fn periods_are_spans_of_days_around_today() {
        let today = date(2026, 1, 1); // a Thursday
        let cases = [
            (json!("today"), "2026-01-01", "2026-01-01"),
            (json!("yesterday"), "2025-12-31", "2025-12-31"),
            (json!("this_week"), "2025-12-29", "2026-01-04"),
            (json!("last_week"), "2025-12-22", "2025-12-28"),
            (json!("next_week"), "2026-01-05", "2026-01-11"),
            (json!("last_month"), "2025-12-01", "2025-12-31"),
            (json!("next_month"), "2026-02-01", "2026-02-28"),
            (json!("this_quarter"), "2026-01-01", "2026-03-31"),
            (json!("last_quarter"), "2025-10-01", "2025-12-31"),
            (json!("this_year"), "2026-01-01", "2026-12-31"),
            (json!({"last_days": 30}), "2025-12-03", "2026-01-01"),
            (json!({"next_days": 90}), "2026-01-01", "2026-03-31"),
            (json!({"from": "2026-02-01", "to": "2026-02-02"}), "2026-02-01", "2026-02-02"),
        ];
        for (json, from, to) in cases {
            let period = read_period(&json, today).unwrap();
            let found = (period.from.unwrap().to_string(), period.to.unwrap().to_string());
            assert_eq!(found, (from.to_owned(), to.to_owned()), "{json}");
        }
        for bad in [
            json!("this"),
            json!("this_day"),
            json!({"last_days": 0}),
            json!({"last_days": "3"}),
            json!({"from": "2026-2-1"}),
            json!(5),
        ] {
            assert!(read_period(&bad, today).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_begins_where_the_organisation_is() {
        for (zone, day, start) in [
            ("Asia/Shanghai", date(2026, 6, 18), "2026-06-17T16:00:00.000Z"),
            ("America/New_York", date(2026, 1, 18), "2026-01-18T05:00:00.000Z"),
            ("America/New_York", date(2026, 6, 18), "2026-06-18T04:00:00.000Z"),
            // The hour after midnight is left out on this day.
            ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00:00.000Z"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(day_start(day, &zone).unwrap(), start);
        }
    }
}
