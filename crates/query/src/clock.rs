//! The organisation's wall clock in SQL: on which day a moment falls.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{Dialect, Reader, statement::Fragment};

/// Changes of the clock are known this many years back from today, and as many ahead; before
/// and after, the clock stays as it is at the ends. Zones change theirs twice a year.
const YEARS_BACK: i64 = 20;
const YEARS_AHEAD: i64 = 5;

/// The day of a moment on the wall clock of a reader's zone: TEXT `YYYY-MM-DD` on SQLite, the
/// `timestamp` on that clock on PostgreSQL.
pub(crate) fn local_day(dialect: Dialect, reader: &Reader, moment: &Fragment) -> Fragment {
    let minutes = minutes_ahead(dialect, reader, moment);
    match dialect {
        Dialect::Sqlite => Fragment::fill("date({}, ({}) || ' minutes')", [moment, &minutes]),
        Dialect::Postgres => Fragment::fill(
            "({} at time zone 'UTC' + ({}) * interval '1 minute')",
            [moment, &minutes],
        ),
    }
}

/// How many minutes the clock is ahead of UTC at a moment, as SQL: one number, or a `case`
/// over the moments at which it changes, the latest first.
fn minutes_ahead(dialect: Dialect, reader: &Reader, moment: &Fragment) -> Fragment {
    let changes = changes(&reader.time_zone, reader.today);
    let Some(((_, first), later)) = changes.split_first() else { return Fragment::raw("0") };
    if later.is_empty() {
        return Fragment::raw(first.to_string());
    }
    let cast = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "::timestamptz",
    };
    let mut minutes = Fragment::raw("case");
    for (at, ahead) in later.iter().rev() {
        let at = formwork_model::value::instant_text(*at);
        minutes.add(&Fragment::fill(&format!(" when {{}} >= '{at}'{cast} then {ahead}"), [moment]));
    }
    minutes.push(&format!(" else {first} end"));
    minutes
}

/// The moments around today at which the clock changes, and what it is ahead of UTC from then
/// on, in minutes; the first stands for all that was before.
fn changes(zone: &TimeZone, today: Date) -> Vec<(Timestamp, i32)> {
    let at = |day: Date| day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    let begin = at(today.saturating_sub(YEARS_BACK.years())).unwrap_or(Timestamp::MIN);
    let end = at(today.saturating_add(YEARS_AHEAD.years())).unwrap_or(Timestamp::MAX);
    let ahead = |at| zone.to_offset(at).seconds() / 60;
    let mut changes = vec![(begin, ahead(begin))];
    for transition in zone.following(begin).take_while(|found| found.timestamp() < end) {
        let (at, ahead) = (transition.timestamp(), ahead(transition.timestamp()));
        if changes.last().is_none_or(|(_, before)| *before != ahead) {
            changes.push((at, ahead));
        }
    }
    changes
}
