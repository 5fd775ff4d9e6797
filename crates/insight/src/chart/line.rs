//! Lines over time.

use formwork_model::{Problem, Problems};
use formwork_query::AggregateQuery;
use jiff::civil::Date;
use rust_decimal::Decimal;
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

/// Lines over time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// The measures.
    #[schemars(length(min = 1, max = 8))]
    series: Vec<SeriesOptions>,
    /// What was planned, drawn as the line to be measured by.
    #[serde(default)]
    plan: Option<SeriesOptions>,
    /// Time, along the axis: with a bucket.
    dimension: DimensionOptions,
    /// Changes to show for the first series.
    #[serde(default)]
    compare: Vec<Compare>,
    /// Each point is the sum until then.
    #[serde(default)]
    cumulative: bool,
    /// Filled below.
    #[serde(default)]
    area: bool,
}

impl ChartKind for Line {
    fn series(&self) -> Vec<(String, &SeriesOptions)> {
        let mut series = super::listed("series", &self.series);
        series.extend(self.plan.iter().map(|plan| ("/plan".to_owned(), plan)));
        series
    }

    fn query(&self, filters: &ChartFilters, today: Date) -> AggregateQuery {
        let mut question = Question::new(filters, std::slice::from_ref(&self.dimension));
        for series in self.series.iter().chain(&self.plan) {
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
        frame.arrange(Order::Dimension, None, |_, _| None);
        for series in &self.series {
            frame.push(series, Role::Value);
        }
        if let Some(plan) = &self.plan {
            frame.push(plan, Role::Plan);
        }
        if let Some(first) = self.series.first() {
            frame.push_changes(first, &self.compare);
        }
        let detail = Detail::Line { area: self.area, cumulative: self.cumulative };
        let mut data = frame.finish("line", detail);
        if self.cumulative {
            for series in data
                .series
                .iter_mut()
                .filter(|series| matches!(series.role, Role::Value | Role::Plan))
            {
                accumulate(&mut series.values);
            }
        }
        data
    }

    fn check_options(&self) -> Problems {
        let mut problems = repeated_keys(self.series.iter().chain(&self.plan), "series");
        if self.dimension.bucket.is_none() {
            problems.push(Problem::new("required").at("bucket").at("dimension"));
        }
        problems
    }
}

/// Each value plus all before it; none stays none.
fn accumulate(values: &mut [Option<Decimal>]) {
    let mut sum = Decimal::ZERO;
    for value in values.iter_mut().flatten() {
        sum += *value;
        *value = sum;
    }
}
