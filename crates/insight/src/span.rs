//! Periods of a chart: the days, what they are compared with, and the columns that they
//! are cut into.

use formwork_query::{Bucket, Shift, read_period};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::Serialize;
use serde_json::{Value as Json, json};

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// The most columns that a period is cut into.
const MAX_BUCKETS: usize = 400;

impl Span {
    /// The days of a period as filters write it; none for one that is open or no period.
    pub fn of(period: &Json, today: Date) -> Option<Self> {
        let period = read_period(period, today).ok()?;
        let (from, to) = (period.from?, period.to?);
        (from <= to).then_some(Self { from, to })
    }

    /// The period as filters write it.
    pub fn to_period(self) -> Json {
        json!({ "from": self.from.to_string(), "to": self.to.to_string() })
    }

    /// Whether a day lies in it.
    pub fn holds(self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The part until a day, that day included; none when it all lies after.
    pub(crate) fn until(self, day: Date) -> Option<Self> {
        (self.from <= day).then(|| Self { from: self.from, to: self.to.min(day) })
    }

    /// The days that come to lie on these when they are moved forward.
    pub(crate) fn before(self, shift: Shift) -> Option<Self> {
        Some(Self { from: moved_back(self.from, shift)?, to: moved_back(self.to, shift)? })
    }

    /// From the beginning of the period before: whole months for whole months, else days.
    pub(crate) fn length(self) -> Shift {
        if self.from.day() == 1 && self.to == self.to.last_of_month() {
            let years = i32::from(self.to.year()) - i32::from(self.from.year());
            let months = i32::from(self.to.month()) - i32::from(self.from.month());
            return Shift { by: Bucket::Month, count: years * 12 + months + 1 };
        }
        let days = self.from.until(self.to).map_or(0, |span| span.get_days());
        Shift { by: Bucket::Day, count: days + 1 }
    }

    /// The names of the buckets that the period touches, from the first to the last.
    pub(crate) fn buckets(self, bucket: Bucket) -> Vec<String> {
        let mut names = Vec::new();
        let mut day = bucket_start(bucket, self.from);
        while day <= self.to && names.len() < MAX_BUCKETS {
            names.push(bucket_name(bucket, day));
            let Ok(next) = day.checked_add(length_of(Shift { by: bucket, count: 1 })) else {
                break;
            };
            day = next;
        }
        names
    }

    /// Working days (Monday to Friday) in the period. Public holidays are not known.
    pub(crate) fn working_days(self) -> u32 {
        let days = self.from.series(1.day()).take_while(|day| *day <= self.to);
        let working =
            days.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
        u32::try_from(working.count()).unwrap_or(u32::MAX)
    }
}

/// How far the same bucket of last year lies back: 52 weeks for weeks and days, so that
/// weekdays meet.
pub(crate) fn year_before(bucket: Option<Bucket>) -> Shift {
    match bucket {
        Some(Bucket::Week | Bucket::Day) => Shift { by: Bucket::Week, count: 52 },
        _ => Shift { by: Bucket::Year, count: 1 },
    }
}

/// The name of the bucket that a day lies in, as [`formwork_query::aggregate`] names it.
pub(crate) fn bucket_name(bucket: Bucket, day: Date) -> String {
    let day = bucket_start(bucket, day);
    let year = day.year();
    match bucket {
        Bucket::Day | Bucket::Week => day.to_string(),
        Bucket::Month => format!("{year:04}-{:02}", day.month()),
        Bucket::Quarter => format!("{year:04}-Q{}", (day.month() - 1) / 3 + 1),
        Bucket::Year => format!("{year:04}"),
    }
}

/// The first day of the bucket that a day lies in.
pub(crate) fn bucket_start(bucket: Bucket, day: Date) -> Date {
    let first = day.first_of_month();
    match bucket {
        Bucket::Year => day.first_of_year(),
        Bucket::Quarter => first.checked_sub(((first.month() - 1) % 3).months()).unwrap_or(first),
        Bucket::Month => first,
        Bucket::Week => {
            day.checked_sub(day.weekday().to_monday_zero_offset().days()).unwrap_or(day)
        }
        Bucket::Day => day,
    }
}

fn length_of(shift: Shift) -> jiff::Span {
    match shift.by {
        Bucket::Day => shift.count.days(),
        Bucket::Week => (7 * shift.count).days(),
        Bucket::Month => shift.count.months(),
        Bucket::Quarter => (3 * shift.count).months(),
        Bucket::Year => shift.count.years(),
    }
}

/// The day earlier; from the last of a month to the last of a month.
fn moved_back(day: Date, shift: Shift) -> Option<Date> {
    let moved = day.checked_sub(length_of(shift)).ok()?;
    let by_days = matches!(shift.by, Bucket::Day | Bucket::Week);
    let keeps_end = !by_days && day == day.last_of_month();
    Some(if keeps_end { moved.last_of_month() } else { moved })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_period_before_has_the_same_length() {
        let before = |from: Date, to: Date| {
            let span = Span { from, to };
            let before = span.before(span.length()).unwrap();
            (before.from.to_string(), before.to.to_string())
        };
        let quarter = before(date(2026, 4, 1), date(2026, 6, 30));
        assert_eq!(quarter, ("2026-01-01".into(), "2026-03-31".into()));
        let days = before(date(2026, 6, 11), date(2026, 6, 20));
        assert_eq!(days, ("2026-06-01".into(), "2026-06-10".into()));
    }

    #[test]
    fn last_year_keeps_weekdays_where_days_count() {
        let span = Span { from: date(2026, 6, 15), to: date(2026, 6, 18) };
        let weeks = span.before(year_before(Some(Bucket::Week))).unwrap();
        assert_eq!(weeks.from.weekday(), Weekday::Monday);
        let months = span.before(year_before(Some(Bucket::Month))).unwrap();
        assert_eq!(months.to, date(2025, 6, 18));
    }

    #[test]
    fn a_period_is_cut_into_buckets() {
        let span = Span { from: date(2026, 5, 20), to: date(2026, 7, 1) };
        assert_eq!(span.buckets(Bucket::Month), ["2026-05", "2026-06", "2026-07"]);
        assert_eq!(span.buckets(Bucket::Quarter), ["2026-Q2", "2026-Q3"]);
        assert_eq!(span.buckets(Bucket::Week).first().unwrap(), "2026-05-18");
        assert_eq!(span.working_days(), 31);
        assert_eq!(span.until(date(2026, 6, 1)).unwrap().to, date(2026, 6, 1));
        assert_eq!(span.until(date(2026, 5, 1)), None);
    }
}
