//! Bars or columns: a few series side by side or stacked, over one dimension.

use formwork_model::Problems;
use formwork_query::AggregateQuery;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChartKind, Scene, ask_comparisons};
use crate::{
    AggregateRow, ChartData, ChartFilters,
    data::{Detail, Role},
    frame::Frame,
    options::{Compare, DimensionOptions, Order, SeriesOptions, repeated_keys},
    question::Question,
};

/// Bars or columns.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bar {
    /// The measures.
    #[schemars(length(min = 1, max = 8))]
    series: Vec<SeriesOptions>,
    /// Along the axis.
    dimension: DimensionOptions,
    /// Changes to show for the first series.
    #[serde(default)]
    compare: Vec<Compare>,
    /// The order, by the first series.
    #[serde(default)]
    order: Order,
    /// Most groups; those beyond are added up.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    limit: Option<usize>,
    /// One series on top of the other.
    #[serde(default)]
    stacked: bool,
    /// From left to right instead of upwards.
    #[serde(default)]
    horizontal: bool,
}

impl ChartKind for Bar {
    fn series(&self) -> Vec<(String, &SeriesOptions)> {
        super::listed("series", &self.series)
    }

    fn query(&self, filters: &ChartFilters, today: Date) -> AggregateQuery {
        let mut question = Question::new(filters, std::slice::from_ref(&self.dimension));
        for series in &self.series {
            question.ask(series);
        }
        if let Some(first) = self.series.first() {
            let dimension = Some(&self.dimension);
            ask_comparisons(&mut question, first, dimension, &self.compare, (filters, today));
        }
        question.finish()
    }

    fn shape(&self, rows: &[AggregateRow], scene: &Scene<'_>) -> ChartData {
        let mut frame = Frame::new(self, std::slice::from_ref(&self.dimension), rows, scene);
        if let Some(first) = self.series.first() {
            frame.arrange(self.order, self.limit, |frame, group| frame.value(group, &first.key));
        }
        for series in &self.series {
            frame.push(series, Role::Value);
        }
        if let Some(first) = self.series.first() {
            frame.push_changes(first, &self.compare);
        }
        frame.finish("bar", Detail::Bar { stacked: self.stacked, horizontal: self.horizontal })
    }

    fn check_options(&self) -> Problems {
        repeated_keys(self.series.iter(), "series")
    }
}
