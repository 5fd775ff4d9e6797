//! A table of numbers: up to three dimensions down, series and what is computed of them
//! across.

use formwork_model::{Localized, Problem, Problems};
use formwork_query::AggregateQuery;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChartKind, Scene};
use crate::{
    AggregateRow, ChartData, ChartFilters,
    data::{Detail, Role},
    frame::Frame,
    number,
    options::{DimensionOptions, Format, Order, SeriesOptions, repeated_keys},
    question::Question,
};

/// A table of numbers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// What each row stands for.
    #[schemars(length(min = 1, max = 3))]
    dimensions: Vec<DimensionOptions>,
    /// The measures.
    #[schemars(length(min = 1, max = 12))]
    series: Vec<SeriesOptions>,
    /// Columns that are computed from the measures.
    #[serde(default)]
    #[schemars(length(max = 12))]
    computed: Vec<Computed>,
    /// The order, by the first series.
    #[serde(default)]
    order: Order,
    /// Most rows; those beyond are added up.
    #[serde(default)]
    #[schemars(range(min = 1, max = 500))]
    limit: Option<usize>,
}

/// A column that is computed from the measures.
#[derive(Debug, Deserialize, JsonSchema)]
struct Computed {
    /// Key, unique in the chart.
    key: String,
    /// Name.
    label: Localized,
    /// How.
    #[serde(flatten)]
    formula: Formula,
    /// How it is written; a rate and a share are percentages unless this says otherwise.
    #[serde(default)]
    format: Option<Format>,
}

/// How a column is computed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Formula {
    /// The first series divided by the second.
    Ratio([String; 2]),
    /// The first series minus the second.
    Difference([String; 2]),
    /// The series divided by its total.
    Share(String),
}

impl ChartKind for Table {
    fn series(&self) -> Vec<(String, &SeriesOptions)> {
        super::listed("series", &self.series)
    }

    fn query(&self, filters: &ChartFilters, _today: Date) -> AggregateQuery {
        let mut question = Question::new(filters, &self.dimensions);
        for series in &self.series {
            question.ask(series);
        }
        question.finish()
    }

    fn shape(&self, rows: &[AggregateRow], scene: &Scene<'_>) -> ChartData {
        let mut frame = Frame::new(self, &self.dimensions, rows, scene);
        if let Some(first) = self.series.first() {
            frame.arrange(self.order, self.limit, |frame, group| frame.value(group, &first.key));
        }
        for series in &self.series {
            frame.push(series, Role::Value);
        }
        for column in &self.computed {
            column.push(&mut frame);
        }
        frame.finish("table", Detail::None {})
    }

    fn check_options(&self) -> Problems {
        let mut problems = repeated_keys(self.series.iter(), "series");
        for (index, column) in self.computed.iter().enumerate() {
            let known = |key: &&String| self.series.iter().any(|series| series.key == **key);
            for unknown in column.formula.keys().into_iter().filter(|key| !known(key)) {
                let problem = Problem::new("unknown_name").with("name", unknown.clone());
                problems.push(problem.at(index).at("computed"));
            }
        }
        problems
    }
}

impl Computed {
    fn push(&self, frame: &mut Frame<'_>) {
        let (role, usual) = match &self.formula {
            Formula::Ratio(_) => (Role::Rate, Format::Percent),
            Formula::Difference(_) => (Role::Gap, Format::Number),
            Formula::Share(_) => (Role::Share, Format::Percent),
        };
        let compute = |number: &dyn Fn(&str) -> Option<rust_decimal::Decimal>,
                       frame: &Frame<'_>| match &self.formula {
            Formula::Ratio([part, whole]) => number::ratio(number(part), number(whole)),
            Formula::Difference([one, other]) => number::difference(number(one), number(other)),
            Formula::Share(key) => number::ratio(number(key), frame.total(key)),
        };
        let format = self.format.unwrap_or(usual);
        let mut column = frame.derived(&self.key, role, None, format, |frame, group| {
            compute(&|key| frame.value(group, key), frame)
        });
        column.label = Some(self.label.get(frame.scene.locale).to_owned());
        column.total = compute(&|key| frame.total(key), frame);
        frame.push_derived(column);
    }
}

impl Formula {
    fn keys(&self) -> Vec<&String> {
        match self {
            Self::Ratio(pair) | Self::Difference(pair) => pair.iter().collect(),
            Self::Share(key) => vec![key],
        }
    }
}
