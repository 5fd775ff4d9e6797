//! Chart kinds: from the options of a chart to one statement, and from its rows to what is
//! drawn.
//!
//! A kind is one file here, one line in [`REGISTRY`], one drawing in `web/src/insight/chart` and
//! its words in `locales`; `docs/how-to/add-a-chart.md` goes through it.

mod bar;
mod funnel;
mod gap;
mod kpi;
mod line;
mod plan_actual;
mod table;

use std::sync::Arc;

use formwork_model::{Problem, document::Chart, registered, registry::Registration};
use formwork_query::Shift;
use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use crate::{
    ChartFilters,
    frame::compare_key,
    kind::{ChartKind, Scene},
    options::{Compare, DimensionOptions, SeriesOptions},
    question::Question,
    span::year_before,
};

/// Every chart kind, in alphabetical order.
pub const REGISTRY: &[Registration<dyn ChartKind>] = &[
    registered!("bar", bar::Bar),
    registered!("funnel", funnel::Funnel),
    registered!("gap", gap::Gap),
    registered!("kpi", kpi::Kpi),
    registered!("line", line::Line),
    registered!("plan_actual", plan_actual::PlanActual),
    registered!("table", table::Table),
];

/// Makes the kind of a chart from its document.
///
/// # Errors
/// `unknown_chart_kind` or `invalid_options`, placed under the chart.
pub fn parse(chart: &Chart) -> Result<Arc<dyn ChartKind>, Problem> {
    let Some(registration) = REGISTRY.iter().find(|kind| kind.key == chart.kind) else {
        return Err(Problem::new("unknown_chart_kind").with("kind", chart.kind.clone()).at("kind"));
    };
    let empty = Json::Object(Map::new());
    let options = if chart.options.is_null() { &empty } else { &chart.options };
    registration.parse(options).map_err(|error| {
        Problem::new("invalid_options").with("reason", error.to_string()).at("options")
    })
}

/// Series with their pointers.
fn listed<'s>(at: &str, series: &'s [SeriesOptions]) -> Vec<(String, &'s SeriesOptions)> {
    series.iter().enumerate().map(|(index, series)| (format!("/{at}/{index}"), series)).collect()
}

/// Asks for what a series over one dimension is compared with.
fn ask_comparisons(
    question: &mut Question<'_>,
    series: &SeriesOptions,
    dimension: Option<&DimensionOptions>,
    compare: &[Compare],
    (filters, today): (&ChartFilters, Date),
) {
    let bucket = dimension.and_then(|dimension| dimension.bucket);
    if bucket.is_none() && series.period.is_none() {
        // Not bound by time, it has no earlier value.
        return;
    }
    for compare in compare {
        let shift = match (compare, bucket, filters.period) {
            (Compare::Yoy, bucket, _) => year_before(bucket),
            (Compare::Mom, Some(bucket), _) => Shift { by: bucket, count: 1 },
            (Compare::Mom, None, Some(period)) => period.length(),
            (Compare::Mom, None, None) => continue,
        };
        question.ask_before(series, &compare_key(&series.key, *compare), today, shift);
    }
}

#[cfg(test)]
mod tests;
