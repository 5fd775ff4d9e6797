//! Days and moments. A moment counts as the day that it is in the organisation.

use jiff::{Span, Timestamp, civil::Date};
use rust_decimal::Decimal;

use super::{Arguments, Function, eager};
use crate::{
    failure::Failure,
    operator::{self, Operator, days_between, later_day},
    term::{Outcome, Term},
};

pub(super) const FUNCTIONS: &[Function] = &[
    eager("TODAY", "TODAY()", (0, 0), |args| Ok(Term::Date(args.context.today))),
    eager("NOW", "NOW()", (0, 0), |args| Ok(Term::Instant(args.context.now))),
    eager("DATE", "DATE(year, month, day)", (3, 3), date),
    eager("DATEONLY", "DATEONLY(moment)", (1, 1), |args| {
        Ok(args.day(0)?.map_or(Term::Null, Term::Date))
    }),
    eager("YEAR", "YEAR(date)", (1, 1), |args| part(args, |date| date.year().into())),
    eager("QUARTER", "QUARTER(date)", (1, 1), |args| {
        part(args, |date| (i64::from(date.month()) + 2) / 3)
    }),
    eager("MONTH", "MONTH(date)", (1, 1), |args| part(args, |date| date.month().into())),
    eager("DAY", "DAY(date)", (1, 1), |args| part(args, |date| date.day().into())),
    eager("WEEKDAY", "WEEKDAY(date)", (1, 1), |args| {
        part(args, |date| date.weekday().to_monday_one_offset().into())
    }),
    eager("ISOWEEKNUM", "ISOWEEKNUM(date)", (1, 1), |args| {
        part(args, |date| date.iso_week_date().week().into())
    }),
    eager("HOUR", "HOUR(moment)", (1, 1), |args| clock(args, |time| time.hour().into())),
    eager("MINUTE", "MINUTE(moment)", (1, 1), |args| clock(args, |time| time.minute().into())),
    eager("DAYS", "DAYS(end, start)", (2, 2), |args| {
        let days = args.day(0)?.zip(args.day(1)?);
        Ok(days.map_or(Term::Null, |(end, start)| days_between(start, end).into()))
    }),
    eager("DATEDELTA", "DATEDELTA(date, days)", (2, 2), |args| {
        let date = match args.get(0) {
            Term::Text(_) => args.day(0)?.map_or(Term::Null, Term::Date),
            Term::Null => Term::Null,
            date @ (Term::Date(_) | Term::Instant(_)) => date.clone(),
            _ => return Err(Failure::WrongType),
        };
        let days = args.number(1)?.map_or(Term::Null, Term::Number);
        Operator::Add.apply(&date, &days, args.context.time_zone)
    }),
    eager("EDATE", "EDATE(date, months)", (2, 2), |args| months_later(args, |date| date)),
    eager("EOMONTH", "EOMONTH(date, months)", (2, 2), |args| {
        months_later(args, |date| date.last_of_month())
    }),
    eager("NETWORKDAYS", "NETWORKDAYS(start, end[, holidays])", (2, 3), network_days),
];

fn part<'v>(args: Arguments<'_, 'v>, read: impl Fn(Date) -> i64) -> Outcome<'v> {
    Ok(args.day(0)?.map_or(Term::Null, |date| read(date).into()))
}

fn clock<'v>(args: Arguments<'_, 'v>, read: impl Fn(jiff::civil::Time) -> i64) -> Outcome<'v> {
    let moment: Timestamp = match args.get(0) {
        Term::Instant(instant) => *instant,
        Term::Date(_) => return Ok(0.into()),
        term if term.is_empty() => return Ok(Term::Null),
        _ => return Err(Failure::WrongType),
    };
    Ok(read(args.context.time_zone.to_datetime(moment).time()).into())
}

/// A day from numbers; months beyond twelve and days beyond the month run on.
fn date<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let (Some(year), Some(month), Some(day)) =
        (args.integer(0)?, args.integer(1)?, args.number(2)?)
    else {
        return Ok(Term::Null);
    };
    let year = i16::try_from(year).ok().filter(|year| *year >= 1).ok_or(Failure::OutOfRange)?;
    let start = Date::new(year, 1, 1).map_err(|_| Failure::OutOfRange)?;
    let month_start = add_months(start, month.saturating_sub(1))?;
    let days = day.trunc().checked_sub(Decimal::ONE).ok_or(Failure::OutOfRange)?;
    later_day(month_start, days).map(Term::Date)
}

fn add_months(date: Date, months: i64) -> Result<Date, Failure> {
    let span = Span::new().try_months(months).map_err(|_| Failure::OutOfRange)?;
    let later = date.checked_add(span).map_err(|_| Failure::OutOfRange)?;
    if later.year() < 1 { Err(Failure::OutOfRange) } else { Ok(later) }
}

fn months_later<'v>(args: Arguments<'_, 'v>, place: impl Fn(Date) -> Date) -> Outcome<'v> {
    let (Some(date), Some(months)) = (args.day(0)?, args.integer(1)?) else {
        return Ok(Term::Null);
    };
    add_months(date, months).map(|later| Term::Date(place(later)))
}

/// The days from Monday to Friday from one day to another, both included, without the
/// holidays; negative when the end comes first.
fn network_days<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let (Some(start), Some(end)) = (args.day(0)?, args.day(1)?) else {
        return Ok(Term::Null);
    };
    let (first, last, sign) = if start <= end { (start, end, 1) } else { (end, start, -1) };
    let mut working = working_days(first, last);
    let mut holidays = Vec::new();
    for holiday in args.items(2) {
        let day = operator::day_of(holiday, args.context.time_zone);
        holidays.push(day.ok_or(Failure::WrongType)?);
    }
    holidays.sort_unstable();
    holidays.dedup();
    for holiday in holidays {
        if (first..=last).contains(&holiday) {
            working -= working_days(holiday, holiday);
        }
    }
    Ok((sign * working).into())
}

fn working_days(first: Date, last: Date) -> i64 {
    let days = days_between(first, last) + 1;
    let first_weekday = i64::from(first.weekday().to_monday_zero_offset());
    let rest = (0..days % 7).filter(|day| (first_weekday + day) % 7 < 5).count();
    days / 7 * 5 + i64::try_from(rest).unwrap_or(0)
}
