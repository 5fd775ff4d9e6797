//! The contract of a chart kind, and the scene that a chart is drawn in.

use std::fmt;

use formwork_model::{Locale, Problems};
use formwork_query::AggregateQuery;
use jiff::civil::Date;

use crate::{AggregateRow, ChartData, ChartFilters, options::SeriesOptions};

/// For whom and when a chart is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What was picked.
    pub filters: &'a ChartFilters,
    /// The day in the organisation's time zone.
    pub today: Date,
    /// The reader's language.
    pub locale: &'a Locale,
}

/// The contract of a chart kind, made from the options of one chart.
pub trait ChartKind: fmt::Debug + Send + Sync {
    /// The measures, for checks: each with its pointer under the options.
    fn series(&self) -> Vec<(String, &SeriesOptions)>;

    /// What the chart reads, as one statement.
    fn query(&self, filters: &ChartFilters, today: Date) -> AggregateQuery;

    /// Makes of the rows what is drawn. The filters and the day must be those of the
    /// statement.
    fn shape(&self, rows: &[AggregateRow], scene: &Scene<'_>) -> ChartData;

    /// What is wrong with the options beyond their JSON Schema.
    fn check_options(&self) -> Problems {
        Problems::new()
    }
}
