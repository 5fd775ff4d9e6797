//! Dimensions and measures of one series as SQL expressions.

use formwork_model::{Problem, Storage, kind::Shape};

use super::{Aggregate, Bucket, Dimension, Measure, Shift};
use crate::{
    Dialect,
    clock::local_day,
    column::{Column, Columns},
    json::{decimal, instant},
    source::Source,
    statement::Fragment,
};

/// Most units of a move in time: further away, days fall out of what databases can hold.
const MAX_SHIFT: u32 = 1000;

/// A dimension's name as text, null for none.
pub(super) fn dimension(source: &Source<'_>, dimension: &Dimension) -> Result<Fragment, Problem> {
    let column = source.path(&dimension.field).map_err(|problem| problem.at("field"))?;
    let timed = matches!(column.storage, Storage::Date | Storage::Instant);
    if !timed && dimension.bucket.is_some() {
        return Err(Problem::new("not_a_time").at("bucket"));
    }
    if !timed && dimension.shift.is_some() {
        return Err(Problem::new("not_a_time").at("shift"));
    }
    if dimension.shift.is_some_and(|shift| shift.count.unsigned_abs() > MAX_SHIFT) {
        let range = Problem::new("out_of_range").with("min", -i64::from(MAX_SHIFT));
        return Err(range.with("max", MAX_SHIFT).at("count").at("shift"));
    }
    let expression = &column.expression;
    match column.storage {
        Storage::Text => Ok(expression.clone()),
        Storage::Scaled { places } => Ok(decimal(source.dialect, expression, places)),
        Storage::Boolean => Ok(Fragment::fill(
            "case when {} then 'true' when {} is null then null else 'false' end",
            [expression, expression],
        )),
        Storage::Date | Storage::Instant => Ok(bucket(source, &column, dimension)),
        Storage::Json | Storage::Rows => Err(Problem::new("not_a_dimension").at("field")),
    }
}

/// The name of the period that a day or moment falls into.
fn bucket(source: &Source<'_>, column: &Column, dimension: &Dimension) -> Fragment {
    let bucket = dimension.bucket.unwrap_or(Bucket::Day);
    match source.dialect {
        Dialect::Sqlite => sqlite_bucket(source, column, bucket, dimension.shift),
        Dialect::Postgres => postgres_bucket(source, column, bucket, dimension.shift),
    }
}

fn sqlite_bucket(
    source: &Source<'_>,
    column: &Column,
    bucket: Bucket,
    shift: Option<Shift>,
) -> Fragment {
    let mut day = match column.storage {
        Storage::Instant => local_day(source.dialect, source.reader, &column.expression),
        _ => column.expression.clone(),
    };
    // A label says less than the day; the start of the period matters when it is moved.
    if shift.is_some() || bucket == Bucket::Week {
        let start = match bucket {
            Bucket::Day => "{}",
            Bucket::Week => "date({}, 'weekday 0', '-6 days')",
            Bucket::Month => "date({}, 'start of month')",
            Bucket::Quarter => {
                "(substr({}, 1, 5) || \
                 substr('010101040404070707101010', substr({}, 6, 2) * 2 - 1, 2) || '-01')"
            }
            Bucket::Year => "date({}, 'start of year')",
        };
        day = Fragment::fill(start, [&day, &day]);
    }
    if let Some(shift) = shift {
        let (count, unit) = interval(shift);
        day = Fragment::fill(&format!("date({{}}, '{count:+} {unit}', 'floor')"), [&day]);
    }
    let label = match bucket {
        Bucket::Day | Bucket::Week => return day,
        Bucket::Month => "substr({}, 1, 7)",
        Bucket::Quarter => "(substr({}, 1, 4) || '-Q' || ((substr({}, 6, 2) + 2) / 3))",
        Bucket::Year => "substr({}, 1, 4)",
    };
    Fragment::fill(label, [&day, &day])
}

fn postgres_bucket(
    source: &Source<'_>,
    column: &Column,
    bucket: Bucket,
    shift: Option<Shift>,
) -> Fragment {
    let local = match column.storage {
        Storage::Instant => local_day(source.dialect, source.reader, &column.expression),
        _ => Fragment::fill("{}::timestamp", [&column.expression]),
    };
    let (unit, label) = match bucket {
        Bucket::Day => ("day", "YYYY-MM-DD"),
        Bucket::Week => ("week", "YYYY-MM-DD"),
        Bucket::Month => ("month", "YYYY-MM"),
        Bucket::Quarter => ("quarter", "YYYY-\"Q\"Q"),
        Bucket::Year => ("year", "YYYY"),
    };
    let shift = shift.map_or(String::new(), |shift| {
        let (count, unit) = interval(shift);
        format!(" + interval '{count} {unit}'")
    });
    let template = format!("to_char(date_trunc('{unit}', {{}}){shift}, '{label}')");
    Fragment::fill(&template, [&local])
}

/// A shift in days or months.
fn interval(shift: Shift) -> (i64, &'static str) {
    let count = i64::from(shift.count);
    match shift.by {
        Bucket::Day => (count, "days"),
        Bucket::Week => (count * 7, "days"),
        Bucket::Month => (count, "months"),
        Bucket::Quarter => (count * 3, "months"),
        Bucket::Year => (count * 12, "months"),
    }
}

/// What a series computes: the raw number, the count that divides it, or a text; and how
/// the answer is written.
pub(super) struct Measured {
    pub(super) number: Fragment,
    pub(super) count: Fragment,
    pub(super) text: Fragment,
    pub(super) output: Output,
}

/// How a measure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    /// A scaled number.
    Decimal(u32),
    /// A scaled number divided by the count.
    Average(u32),
    /// A day or moment.
    Text,
}

/// The ways to make one value of many that values stored like this allow.
pub fn aggregates_of(storage: Storage) -> &'static [Aggregate] {
    use Aggregate::{Average, Count, CountDistinct, Max, Min, Sum};
    match storage {
        Storage::Scaled { .. } => &[Count, CountDistinct, Sum, Average, Min, Max],
        Storage::Date | Storage::Instant => &[Count, CountDistinct, Min, Max],
        Storage::Rows => &[Count],
        Storage::Text | Storage::Boolean | Storage::Json => &[Count, CountDistinct],
    }
}

pub(super) fn measure(source: &Source<'_>, measure: &Measure) -> Result<Measured, Problem> {
    let number = |number: Fragment, output| {
        let number = match source.dialect {
            Dialect::Sqlite => number,
            Dialect::Postgres => Fragment::fill("cast({} as numeric)", [&number]),
        };
        Measured { number, count: no_number(source.dialect), text: no_text(), output }
    };
    let Some(field) = &measure.field else {
        return match measure.aggregate {
            Aggregate::Count => Ok(number(Fragment::raw("count(*)"), Output::Decimal(0))),
            _ => Err(Problem::new("required").at("field")),
        };
    };
    let column = source.path(field).map_err(|problem| problem.at("field"))?;
    let wrong = || Problem::new("wrong_aggregate").with("field", field.as_str()).at("aggregate");
    if !aggregates_of(column.storage).contains(&measure.aggregate) {
        return Err(wrong());
    }
    let call = |function: &str| Fragment::fill(&format!("{function}({{}})"), [&column.expression]);
    match (measure.aggregate, column.storage) {
        (Aggregate::Count, _) => Ok(number(call("count"), Output::Decimal(0))),
        (Aggregate::CountDistinct, _) => {
            let count = Fragment::fill("count(distinct {})", [&column.expression]);
            Ok(number(count, Output::Decimal(0)))
        }
        (Aggregate::Sum, Storage::Scaled { places }) => {
            Ok(number(call("sum"), Output::Decimal(places)))
        }
        (Aggregate::Average, Storage::Scaled { places }) => {
            let count = number(call("count"), Output::Decimal(0)).number;
            Ok(Measured { count, ..number(call("sum"), Output::Average(places)) })
        }
        (Aggregate::Min, Storage::Scaled { places }) => {
            Ok(number(call("min"), Output::Decimal(places)))
        }
        (Aggregate::Max, Storage::Scaled { places }) => {
            Ok(number(call("max"), Output::Decimal(places)))
        }
        (Aggregate::Min | Aggregate::Max, Storage::Date | Storage::Instant) => {
            let extreme = call(if measure.aggregate == Aggregate::Min { "min" } else { "max" });
            let text = match column.storage {
                Storage::Instant => instant(source.dialect, &extreme),
                _ => Fragment::fill("cast({} as text)", [&extreme]),
            };
            Ok(Measured { text, ..number(no_number(source.dialect), Output::Text) })
        }
        _ => Err(wrong()),
    }
}

pub(super) fn no_number(dialect: Dialect) -> Fragment {
    Fragment::raw(match dialect {
        Dialect::Sqlite => "cast(null as integer)",
        Dialect::Postgres => "cast(null as numeric)",
    })
}

pub(super) fn no_text() -> Fragment {
    Fragment::raw("cast(null as text)")
}

/// The list of options of a dimension's field, and the form that it links to.
pub(super) fn column_of(source: &Source<'_>, dimension: &Dimension) -> Option<Column> {
    source
        .path(&dimension.field)
        .ok()
        .filter(|column| matches!(column.kind.shape(), Shape::Choice(_) | Shape::Link(_)))
}

/// The mean of a sum and a count as decimal text with six places, half away from zero.
///
/// SQLite divides integers by hand, three digits at a time, since it has no decimals; that
/// is exact while count times `10^places` stays below `9 * 10^15`.
pub(super) fn average(dialect: Dialect, sum: &str, count: &str, places: u32) -> String {
    let one = format!("1{}", "0".repeat(usize::try_from(places).unwrap_or_default()));
    let by = format!("({count} * {one})");
    if dialect == Dialect::Postgres {
        return format!(
            "(sign({sum}) * div(abs({sum}) * 2000000 + {by}, 2 * {by}) * 0.000001)::text"
        );
    }
    let first = format!("(abs({sum}) % {by} * 1000)");
    let second = format!("({first} % {by} * 1000)");
    let millionths =
        format!("({first} / {by} * 1000 + {second} / {by} + ({second} % {by} * 2 >= {by}))");
    let whole = format!("abs({sum}) / {by} + {millionths} / 1000000");
    let sign = format!("case when {sum} < 0 and {whole} + {millionths} > 0 then '-' else '' end");
    format!(
        "case when {sum} is null then null else \
         format('%s%d.%06d', {sign}, {whole}, {millionths} % 1000000) end"
    )
}
