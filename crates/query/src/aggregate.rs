//! Sums, counts and averages over groups of records.

mod expression;
mod query;

pub use expression::aggregates_of;

use formwork_model::{Filter, FormKey, Problem, Problems, form::Forms};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Dialect, FormAccess, Statement};

/// Several measures over the same dimensions, each of its own form if need be.
#[derive(Debug, Clone, Default)]
pub struct AggregateQuery {
    /// The measures. All have the same number of dimensions.
    pub series: Vec<Series>,
    /// In which order; none is by the dimensions, from left to right.
    pub order: Vec<AggregateOrder>,
    /// Most groups; none is [`MAX_GROUPS`].
    pub limit: Option<u32>,
}

/// Most groups of an answer.
pub const MAX_GROUPS: u32 = 10_000;
/// Most series of one statement.
const MAX_SERIES: usize = 40;
/// Most dimensions of a series.
const MAX_DIMENSIONS: usize = 4;

/// One measure with its records and dimensions.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name in problems.
    pub key: String,
    /// The form.
    pub form: FormKey,
    /// Which of its records.
    pub filter: Option<Filter>,
    /// What they are grouped by.
    pub dimensions: Vec<Dimension>,
    /// What is computed.
    pub measure: Measure,
}

/// What records are grouped by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// A field, or `link.field`.
    pub field: String,
    /// For days and moments: how they are cut. None is by day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<Bucket>,
    /// Moves the groups in time, to lay last year's beside this year's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
}

/// How time is cut. Groups are named `2026-06-30` (days, and weeks by their Monday),
/// `2026-06`, `2026-Q2` and `2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// By day.
    Day,
    /// By week, from Monday.
    Week,
    /// By month.
    Month,
    /// By quarter.
    Quarter,
    /// By year.
    Year,
}

/// A move in time: `{"by": "year", "count": 1}` names a group as the one a year later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The unit.
    pub by: Bucket,
    /// How many; negative moves back.
    pub count: i32,
}

/// What is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// How.
    pub aggregate: Aggregate,
    /// Over which field, or `link.field`; none counts records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A way to make one value of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The sum of a number, exact. On SQLite a sum beyond 64 bits is an error of the
    /// statement, never a wrong sum.
    Sum,
    /// How many records, or how many with the field filled in.
    Count,
    /// The mean of a number to six places, half away from zero.
    Average,
    /// The least number, day or moment.
    Min,
    /// The greatest number, day or moment.
    Max,
    /// How many different values.
    CountDistinct,
}

/// One level of an order of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AggregateOrder {
    /// By what.
    pub by: OrderBy,
    /// From the largest to the smallest; empty ones come last either way.
    pub descending: bool,
}

/// What groups are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderBy {
    /// A dimension, by number; choices in the order of their options.
    Dimension(usize),
    /// A series, by number.
    Series(usize),
}

/// All series in one statement: columns `d0`, `d1` … TEXT with the groups' names, then
/// `v0`, `v1` … TEXT with an exact decimal, day or moment for each series (null where the
/// series has no such group), then `t0`, `t1` … TEXT with the titles of linked records for
/// dimensions that are links (else null). Empty and masked values are one group, null.
/// Without dimensions there is exactly one row.
///
/// A form that `access` answers `None` for has no records.
///
/// # Errors
/// Problems under `/series/<number>` or `/order/<number>`.
pub fn aggregate(
    dialect: Dialect,
    forms: &dyn Forms,
    access: &dyn Fn(&FormKey) -> Option<FormAccess>,
    query: &AggregateQuery,
) -> Result<Statement, Problems> {
    if query.series.is_empty() || query.series.len() > MAX_SERIES {
        let problem = Problem::new("out_of_range").with("min", 1).with("max", MAX_SERIES);
        return Err(vec![problem.at("series")]);
    }
    query::build(dialect, forms, access, query)
}
