//! From options to the one statement of a chart.

use formwork_model::{Filter, Operator};
use formwork_query::{AggregateOrder, AggregateQuery, Dimension, OrderBy, Series, Shift};
use jiff::civil::Date;
use serde_json::Value as Json;

use crate::{
    ChartFilters, Drill, Span,
    data::DrillDimension,
    options::{DimensionOptions, SeriesOptions},
};

/// The statement of a chart while it is put together.
pub(crate) struct Question<'a> {
    filters: &'a ChartFilters,
    dimensions: &'a [DimensionOptions],
    query: AggregateQuery,
}

impl<'a> Question<'a> {
    pub(crate) fn new(filters: &'a ChartFilters, dimensions: &'a [DimensionOptions]) -> Self {
        let by_dimension =
            |index| AggregateOrder { by: OrderBy::Dimension(index), descending: false };
        let order = (0..dimensions.len()).map(by_dimension).collect();
        let query = AggregateQuery { series: Vec::new(), order, limit: None };
        Self { filters, dimensions, query }
    }

    /// Asks for a series over the picked period.
    pub(crate) fn ask(&mut self, series: &SeriesOptions) {
        self.ask_over(series, &series.key, self.filters.period, None);
    }

    /// Asks for a series over other days, under another key, its groups moved in time.
    pub(crate) fn ask_over(
        &mut self,
        series: &SeriesOptions,
        key: &str,
        period: Option<Span>,
        shift: Option<Shift>,
    ) {
        let dimension = |options: &DimensionOptions| Dimension {
            field: options.field_of(series).to_owned(),
            bucket: options.bucket,
            shift: shift.filter(|_| options.bucket.is_some()),
        };
        self.query.series.push(Series {
            key: key.to_owned(),
            form: series.form.clone(),
            filter: Some(filter_of(series, self.filters, period)),
            dimensions: self.dimensions.iter().map(dimension).collect(),
            measure: series.measure.clone(),
        });
    }

    /// Asks for what a series is compared with: over the days until today, moved back.
    pub(crate) fn ask_before(
        &mut self,
        series: &SeriesOptions,
        key: &str,
        today: Date,
        shift: Shift,
    ) {
        let over = self.filters.period.and_then(|period| period.until(today));
        match over.and_then(|over| over.before(shift)) {
            Some(before) => self.ask_over(series, key, Some(before), Some(shift)),
            // All time moved back is still all time; only the groups move.
            None => self.ask_over(series, key, self.filters.period, Some(shift)),
        }
    }

    pub(crate) fn finish(self) -> AggregateQuery {
        self.query
    }
}

/// What it takes to list the records behind the points of a series.
pub(crate) fn drill(
    series: &SeriesOptions,
    filters: &ChartFilters,
    dimensions: &[DimensionOptions],
) -> Drill {
    let dimension = |options: &DimensionOptions| DrillDimension {
        field: options.field_of(series).to_owned(),
        bucket: options.bucket,
    };
    Drill {
        form: series.form.clone(),
        filter: filter_of(series, filters, filters.period),
        dimensions: dimensions.iter().map(dimension).collect(),
    }
}

fn filter_of(series: &SeriesOptions, filters: &ChartFilters, period: Option<Span>) -> Filter {
    let mut all: Vec<Filter> = series.filter.iter().cloned().collect();
    for (filter, field) in &series.bind {
        match filters.values.get(filter).map(Vec::as_slice) {
            None | Some([]) => {}
            Some([value]) => all.push(Filter::condition(field, Operator::Eq, value.clone())),
            Some(values) => {
                all.push(Filter::condition(field, Operator::In, Json::Array(values.to_vec())));
            }
        }
    }
    if let (Some(field), Some(period)) = (&series.period, period) {
        all.push(Filter::condition(field, Operator::InPeriod, period.to_period()));
    }
    Filter::All { all }
}
