//! What the options of every chart kind are made of.

use formwork_model::{Filter, FormKey, Localized, Problem, Problems};
use formwork_query::{Bucket, Measure};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One measure of a chart: which records, what is computed, how it is written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesOptions {
    /// Key, unique in the chart.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]{0,39}$"))]
    pub key: String,
    /// Name.
    pub label: Localized,
    /// The form.
    pub form: FormKey,
    /// Which of its records; none is all.
    #[serde(default)]
    pub filter: Option<Filter>,
    /// What is computed.
    pub measure: Measure,
    /// The field behind a dimension of the chart, where it is another one than the
    /// dimension says: a field, or `link.field`.
    #[serde(default)]
    pub dimensions: IndexMap<String, String>,
    /// The day that the page's period filter bounds; none leaves the series unbounded.
    #[serde(default)]
    pub period: Option<String>,
    /// Filter of the page, and the field that it bounds.
    #[serde(default)]
    pub bind: IndexMap<String, String>,
    /// How the number is written.
    #[serde(default)]
    pub format: Format,
    /// Behind the number: 家, deals.
    #[serde(default)]
    pub unit: Option<Localized>,
}

/// What the numbers of a chart are grouped by.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DimensionOptions {
    /// Key, unique in the chart; the field, unless `field` or a series says otherwise.
    pub key: String,
    /// Name.
    #[serde(default)]
    pub label: Option<Localized>,
    /// A field, or `link.field`.
    #[serde(default)]
    pub field: Option<String>,
    /// For days and moments: how they are cut.
    #[serde(default)]
    pub bucket: Option<Bucket>,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Large amounts shortened, the exact one on hover.
    Money,
    /// As it is.
    #[default]
    Number,
    /// A fraction, times a hundred.
    Percent,
}

/// What a number is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// The same days a year earlier (同比).
    Yoy,
    /// The column or the period before (环比).
    Mom,
}

/// The order of columns and bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Time as it passes, anything else from the largest to the smallest.
    #[default]
    Natural,
    /// From the largest to the smallest.
    Descending,
    /// From the smallest to the largest.
    Ascending,
    /// As the field offers its options, or by name.
    Dimension,
}

impl DimensionOptions {
    /// The field of a series behind this dimension.
    pub(crate) fn field_of<'o>(&'o self, series: &'o SeriesOptions) -> &'o str {
        let own = series.dimensions.get(&self.key);
        own.or(self.field.as_ref()).unwrap_or(&self.key)
    }
}

/// Keys that stand twice among the series, placed under `options/<at>`.
pub(crate) fn repeated_keys<'s>(
    series: impl Iterator<Item = &'s SeriesOptions>,
    at: &str,
) -> Problems {
    let mut seen: Vec<&str> = Vec::new();
    let mut problems = Problems::new();
    for (index, series) in series.enumerate() {
        if seen.contains(&series.key.as_str()) {
            let problem = Problem::new("repeated_key").with("key", series.key.clone());
            problems.push(problem.at("key").at(index).at(at));
        }
        seen.push(&series.key);
    }
    problems
}
