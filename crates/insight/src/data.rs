//! What a chart is drawn from: the answer of the server to the browser.
//!
//! ```json
//! { "kind": "plan_actual", "period": {"from": "2026-01-01", "to": "2026-12-31"},
//!   "running": "2026-06",
//!   "dimensions": [{"key": "month", "label": null, "bucket": "month"}],
//!   "categories": [[{"key": "2026-01", "label": null}], …],
//!   "series": [
//!     {"key": "actual", "role": "actual", "label": "签约额", "format": "money", "unit": null,
//!      "values": ["1240000.00", null, …], "total": "8880000.00",
//!      "drill": {"form": "contract", "filter": {"all": [ … ]},
//!                "dimensions": [{"field": "signed_on", "bucket": "month"}]}},
//!     {"key": "rate", "role": "rate", "of": "actual", "format": "percent", "values": […]}
//!   ] }
//! ```
//!
//! Numbers are decimal texts; null is "not computable" or "not yet", never zero. A
//! category has one part for each dimension, a part with the key null is "nothing filled
//! in". The records behind a point are those of `drill.form` that pass `drill.filter` and
//! for which each dimension's field equals (or, with a bucket, lies in) the category's part.
//! Series that are computed from others say so in `role` and carry no label: the browser
//! has the words for them.

use formwork_model::{Filter, FormKey, Localized};
use formwork_query::Bucket;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::{Attribution, Pace, Span, options::Format};

/// What a chart is drawn from.
#[derive(Debug, Clone, Serialize)]
pub struct ChartData {
    /// The chart kind.
    pub kind: &'static str,
    /// The picked period; none is all time.
    pub period: Option<Span>,
    /// The column that today lies in, when time runs along the chart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<String>,
    /// What the numbers are grouped by.
    pub dimensions: Vec<DimensionData>,
    /// The groups, in order: one part for each dimension.
    pub categories: Vec<Vec<Part>>,
    /// The numbers: one for each category.
    pub series: Vec<SeriesData>,
    /// Groups beyond the limit, which `rest` of each series adds up.
    #[serde(skip_serializing_if = "is_zero")]
    pub rest: usize,
    /// What only this kind has.
    #[serde(flatten)]
    pub detail: Detail,
}

/// What numbers are grouped by.
#[derive(Debug, Clone, Serialize)]
pub struct DimensionData {
    /// Key.
    pub key: String,
    /// Name; none is the name of its field.
    pub label: Option<String>,
    /// How time is cut.
    pub bucket: Option<Bucket>,
    /// The field whose options, members, departments or records the keys name.
    #[serde(skip)]
    pub source: Option<LabelSource>,
}

/// The field that says what the keys of a dimension mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSource {
    /// The form.
    pub form: FormKey,
    /// The field, or `link.field`.
    pub field: String,
}

/// One dimension's part of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What is stored, or the name of a bucket; none is "nothing filled in".
    pub key: Option<String>,
    /// What is shown; none is the key, or what the browser makes of a bucket.
    pub label: Option<String>,
}

/// What a series stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A number of its own.
    Value,
    /// What was planned.
    Plan,
    /// What was planned until today.
    PlanToDate,
    /// What the evidence promised.
    Baseline,
    /// What happened.
    Actual,
    /// One number divided by another: achievement, conversion.
    Rate,
    /// Actual minus plan, or one number minus another.
    Gap,
    /// The part of the total.
    Share,
    /// Change on the same days a year earlier.
    Yoy,
    /// Change on the column before.
    Mom,
    /// How much is under way against it.
    Response,
}

/// The numbers of one series.
#[derive(Debug, Clone, Serialize)]
pub struct SeriesData {
    /// Key.
    pub key: String,
    /// What it stands for.
    pub role: Role,
    /// The series that it is computed from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Name; none for computed series.
    pub label: Option<String>,
    /// How its numbers are written.
    pub format: Format,
    /// Behind each number.
    pub unit: Option<String>,
    /// One for each category.
    pub values: Vec<Option<Decimal>>,
    /// All categories together, those beyond the limit included; none where numbers do not
    /// add up.
    pub total: Option<Decimal>,
    /// The categories beyond the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Decimal>,
    /// How to list the records behind a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

/// How to list the records behind the points of a series.
#[derive(Debug, Clone, Serialize)]
pub struct Drill {
    /// The form.
    pub form: FormKey,
    /// Its records in the series, whatever the category.
    pub filter: Filter,
    /// The field behind each dimension.
    pub dimensions: Vec<DrillDimension>,
}

/// The field behind one dimension of a series.
#[derive(Debug, Clone, Serialize)]
pub struct DrillDimension {
    /// The field, or `link.field`.
    pub field: String,
    /// How time is cut.
    pub bucket: Option<Bucket>,
}

/// What only one kind has.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// Nothing.
    None {},
    /// Bars.
    Bar {
        /// One series on top of the other.
        stacked: bool,
        /// From left to right.
        horizontal: bool,
    },
    /// Lines.
    Line {
        /// Filled below.
        area: bool,
        /// Each point is the sum until then.
        cumulative: bool,
    },
    /// Key figures.
    Kpi {
        /// The figures, from left to right.
        figures: Vec<FigureData>,
    },
    /// Plan and actual.
    PlanActual {
        /// How far along the whole is; none when the period is not running.
        pace: Option<Pace>,
    },
    /// A gap and its causes.
    Gap(Box<GapData>),
}

/// One key figure.
#[derive(Debug, Clone, Serialize)]
pub struct FigureData {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// How its numbers are written.
    pub format: Format,
    /// Behind each number.
    pub unit: Option<String>,
    /// The number.
    pub value: Option<Decimal>,
    /// What it should be.
    pub target: Option<Decimal>,
    /// Value ÷ target.
    pub achievement: Option<Decimal>,
    /// How far along it is.
    pub pace: Option<Pace>,
    /// What it is compared with.
    pub changes: Vec<ChangeData>,
    /// Less is better.
    pub lower_is_better: bool,
    /// How to list the records behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

/// A figure compared with an earlier one.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeData {
    /// Yoy or Mom.
    pub role: Role,
    /// The growth; for percentages the difference in points.
    pub value: Option<Decimal>,
    /// Whether it is a difference in points.
    pub points: bool,
}

/// A gap and its causes.
#[derive(Debug, Clone, Serialize)]
pub struct GapData {
    /// The result as planned.
    pub plan: Decimal,
    /// The result that the evidence promised.
    pub baseline: Option<Decimal>,
    /// The result as it came.
    pub actual: Decimal,
    /// Actual minus plan.
    pub gap: Decimal,
    /// Actual ÷ plan.
    pub achievement: Option<Decimal>,
    /// Baseline minus plan.
    pub assumption: Option<Decimal>,
    /// Actual minus baseline.
    pub execution: Option<Decimal>,
    /// The parts of the gap, assumption first; none unless both have its sign.
    pub shares: Option<[Decimal; 2]>,
    /// The causes, in the order of the chain; none when the chain is no product.
    pub factors: Vec<GapFactor>,
    /// The main cause of each category; none when its chain is no product.
    pub causes: Vec<Option<GapCause>>,
    /// The groupings that are offered.
    pub groupings: Vec<GroupingData>,
    /// The grouping that is shown.
    pub grouping: Option<String>,
}

/// One factor of a gap.
#[derive(Debug, Clone, Serialize)]
pub struct GapFactor {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// How its values are written.
    pub format: Format,
    /// Behind each value.
    pub unit: Option<String>,
    /// The factor as planned.
    pub plan: Option<Decimal>,
    /// The factor by the evidence.
    pub baseline: Option<Decimal>,
    /// The factor as it came.
    pub actual: Option<Decimal>,
    /// What it did, from plan to actual in one leg.
    pub direct: Decimal,
    /// `direct` as a part of the gap.
    pub share: Option<Decimal>,
    /// What the plan assumed wrongly.
    pub assumption: Option<Decimal>,
    /// What execution did.
    pub execution: Option<Decimal>,
    /// Both together.
    pub total: Decimal,
}

/// The factor that did most to a category's gap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GapCause {
    /// The factor.
    pub factor: String,
    /// What it did.
    pub effect: Decimal,
}

/// A grouping of places that a chart offers.
#[derive(Debug, Clone, Serialize)]
pub struct GroupingData {
    /// Key; what the filter `@by` takes.
    pub key: String,
    /// Name.
    pub label: String,
}

impl ChartData {
    /// The keys of a dimension that have no label yet.
    pub fn unlabelled(&self, dimension: usize) -> Vec<&str> {
        let parts = self.categories.iter().filter_map(|category| category.get(dimension));
        parts.filter(|part| part.label.is_none()).filter_map(|part| part.key.as_deref()).collect()
    }

    /// Leaves out the key figures over forms that the reader cannot see: nothing of them can be
    /// counted, which is not the same as none.
    pub fn keep_figures(&mut self, can_view: impl Fn(&FormKey) -> bool) {
        if let Detail::Kpi { figures } = &mut self.detail {
            figures
                .retain(|figure| figure.drill.as_ref().is_none_or(|drill| can_view(&drill.form)));
        }
    }

    /// Gives keys their labels: options of choices, names of members and departments.
    pub fn label(&mut self, label: impl Fn(&LabelSource, &str) -> Option<String>) {
        for category in &mut self.categories {
            for (part, dimension) in category.iter_mut().zip(&self.dimensions) {
                let (None, Some(key), Some(source), None) =
                    (&part.label, &part.key, &dimension.source, dimension.bucket)
                else {
                    continue;
                };
                part.label = label(source, key);
            }
        }
    }
}

impl GapFactor {
    pub(crate) fn new(
        options: (&str, String, Format, Option<String>),
        attribution: &Attribution,
        index: usize,
    ) -> Option<Self> {
        let effect = attribution.factors.get(index)?;
        let (key, label, format, unit) = options;
        Some(Self {
            key: key.to_owned(),
            label,
            format,
            unit,
            plan: effect.plan,
            baseline: effect.baseline,
            actual: effect.actual,
            direct: effect.direct,
            share: crate::number::ratio(Some(effect.direct), Some(attribution.gap)),
            assumption: effect.assumption,
            execution: effect.execution,
            total: effect.total,
        })
    }
}

/// A text in the reader's language.
pub(crate) fn text(text: Option<&Localized>, locale: &formwork_model::Locale) -> Option<String> {
    text.map(|text| text.get(locale).to_owned())
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}
