//! What of a plan falls before today, asked of the database in two parts: the months that
//! are past, and the one that is running.

use formwork_query::Bucket;
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;

use crate::{ChartFilters, Span, options::SeriesOptions, pace, question::Question};

/// Asks for the parts of a plan. Asks nothing when the picked period is not running.
pub(crate) fn ask(
    question: &mut Question<'_>,
    plan: &SeriesOptions,
    filters: &ChartFilters,
    today: Date,
) {
    let Some((past, running)) = parts(filters, today) else {
        return;
    };
    if let Some(past) = past {
        question.ask_over(plan, &past_key(&plan.key), Some(past), None);
    }
    question.ask_over(plan, &running_key(&plan.key), Some(running), None);
}

/// What was planned until today, by the values of the parts that [`ask`] asked for.
pub(crate) fn plan_to_date(
    plan: &str,
    filters: &ChartFilters,
    today: Date,
    part: impl Fn(&str) -> Option<Decimal>,
) -> Option<Decimal> {
    let (_, running) = parts(filters, today)?;
    let past = part(&past_key(plan)).unwrap_or_default();
    let over = running.until(today)?;
    let part_of_running = part(&running_key(plan)).unwrap_or_default();
    Some(pace::plan_to_date(past, part_of_running, over.working_days(), running.working_days()))
}

/// The months of the picked period before today's, and today's.
pub(crate) fn parts(filters: &ChartFilters, today: Date) -> Option<(Option<Span>, Span)> {
    let period = filters.period.filter(|period| period.holds(today))?;
    let month = crate::span::bucket_start(Bucket::Month, today);
    let running = Span { from: month.max(period.from), to: today.last_of_month().min(period.to) };
    let past = month.checked_sub(1.day()).ok().and_then(|day| period.until(day));
    Some((past, running))
}

fn past_key(plan: &str) -> String {
    format!("{plan}__past")
}

fn running_key(plan: &str) -> String {
    format!("{plan}__running")
}
