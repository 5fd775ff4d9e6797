//! Why a result differs from its plan: by factor, by plan or execution, and by place.

use formwork_model::{Localized, Problem, Problems};
use formwork_query::{Aggregate, AggregateQuery};
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChartKind, Scene};
use crate::{
    AggregateRow, Attribution, ChartData, ChartFilters, FactorEffect, MAX_FACTORS,
    answer::Group,
    attribution,
    data::{Detail, GapCause, GapData, GapFactor, GroupingData, Role, text},
    frame::Frame,
    number,
    options::{DimensionOptions, Format, Order, SeriesOptions, repeated_keys},
    question::Question,
};

/// A gap and its causes. The three chains are totals that follow from each other, such as
/// leads, opportunities, proposals, wins, revenue; each factor is a total divided by the
/// one before it, the first is the first total itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Gap {
    /// The factors, one for each total.
    #[schemars(length(min = 1, max = 8))]
    factors: Vec<FactorOptions>,
    /// The totals as planned. Sums or counts, as in all chains.
    plan: Vec<SeriesOptions>,
    /// The totals that the evidence promised; none asks only for factors, not whether plan
    /// or execution is the cause.
    #[serde(default)]
    baseline: Vec<SeriesOptions>,
    /// The totals as they came.
    actual: Vec<SeriesOptions>,
    /// How the gap can be laid out over places; the reader picks one.
    #[serde(default)]
    #[schemars(length(max = 4))]
    groupings: Vec<GroupingOptions>,
    /// What is under way against the gap, over the same places: a count.
    #[serde(default)]
    response: Option<SeriesOptions>,
    /// Most places; those beyond are added up.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    limit: Option<usize>,
}

/// One factor.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FactorOptions {
    /// Key, unique in the chart.
    key: String,
    /// Name.
    label: Localized,
    /// How its values are written.
    #[serde(default)]
    format: Format,
    /// Behind each value.
    #[serde(default)]
    unit: Option<Localized>,
}

/// How a gap is laid out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GroupingOptions {
    /// Key; what the filter `@by` takes.
    key: String,
    /// Name.
    label: Localized,
    /// What makes a place.
    #[schemars(length(min = 1, max = 3))]
    dimensions: Vec<DimensionOptions>,
}

impl ChartKind for Gap {
    fn series(&self) -> Vec<(String, &SeriesOptions)> {
        let mut series = super::listed("plan", &self.plan);
        series.extend(super::listed("baseline", &self.baseline));
        series.extend(super::listed("actual", &self.actual));
        series.extend(self.response.iter().map(|series| ("/response".to_owned(), series)));
        series
    }

    fn query(&self, filters: &ChartFilters, _today: Date) -> AggregateQuery {
        let mut question = Question::new(filters, self.dimensions(filters));
        for (_, series) in self.series() {
            question.ask(series);
        }
        question.finish()
    }

    fn shape(&self, rows: &[AggregateRow], scene: &Scene<'_>) -> ChartData {
        let mut frame = Frame::new(self, self.dimensions(scene.filters), rows, scene);
        let (Some(plan), Some(actual)) = (self.plan.last(), self.actual.last()) else {
            return frame.finish("gap", Detail::None {});
        };
        let gap = |frame: &Frame<'_>, group: &Group| {
            number::difference(frame.value(group, &actual.key), frame.value(group, &plan.key))
        };
        frame.arrange(Order::Ascending, self.limit, gap);
        frame.push(plan, Role::Plan);
        frame.push(actual, Role::Actual);
        let mut gaps = frame.derived("gap", Role::Gap, Some(&actual.key), actual.format, gap);
        gaps.total = number::difference(frame.total(&actual.key), frame.total(&plan.key));
        frame.push_derived(gaps);
        if let Some(response) = &self.response {
            frame.push(response, Role::Response);
        }
        let detail = Detail::Gap(Box::new(self.detail(&frame)));
        frame.finish("gap", detail)
    }

    fn check_options(&self) -> Problems {
        let mut problems = Problems::new();
        let count = self.factors.len();
        if count > MAX_FACTORS {
            problems.push(Problem::new("too_many_values").with("max", MAX_FACTORS).at("factors"));
        }
        let chains = [("plan", &self.plan), ("baseline", &self.baseline), ("actual", &self.actual)];
        for (at, chain) in chains {
            let absent = at == "baseline" && chain.is_empty();
            if chain.len() != count && !absent {
                problems.push(Problem::new("wrong_count").with("expected", count).at(at));
            }
            problems.extend(chain.iter().enumerate().filter(|(_, s)| !adds_up(s)).map(
                |(index, _)| {
                    let problem = Problem::new("measure_must_add_up");
                    problem.at("aggregate").at("measure").at(index).at(at)
                },
            ));
        }
        let all = self.plan.iter().chain(&self.baseline).chain(&self.actual);
        problems.extend(repeated_keys(all, "plan"));
        problems
    }
}

impl Gap {
    fn grouping(&self, filters: &ChartFilters) -> Option<&GroupingOptions> {
        let picked = filters.grouping.as_ref();
        let found = self.groupings.iter().find(|grouping| Some(&grouping.key) == picked);
        found.or(self.groupings.first())
    }

    fn dimensions(&self, filters: &ChartFilters) -> &[DimensionOptions] {
        self.grouping(filters).map_or(&[], |grouping| &grouping.dimensions)
    }

    /// Explains a gap by the value of each series.
    fn explain(&self, number: impl Fn(&str) -> Option<Decimal>) -> Option<Attribution> {
        let chain = |series: &[SeriesOptions]| -> Vec<Decimal> {
            series.iter().map(|series| number(&series.key).unwrap_or_default()).collect()
        };
        let baseline = (!self.baseline.is_empty()).then(|| chain(&self.baseline));
        attribution(&chain(&self.plan), baseline.as_deref(), &chain(&self.actual)).ok()
    }

    fn detail(&self, frame: &Frame<'_>) -> GapData {
        let sum = |series: Option<&SeriesOptions>| {
            series.map(|series| frame.answer.sum(&series.key)).unwrap_or_default()
        };
        let (plan, actual) = (sum(self.plan.last()), sum(self.actual.last()));
        let baseline = self.baseline.last().map(|series| sum(Some(series)));
        let gap = actual - plan;
        let assumption = baseline.map(|baseline| baseline - plan);
        let execution = baseline.map(|baseline| actual - baseline);
        let explained = self.explain(|key| Some(frame.answer.sum(key)));
        let cause = |group: &Group| self.cause(frame, group);
        let grouping = self.grouping(frame.scene.filters);
        let offered = |grouping: &GroupingOptions| GroupingData {
            key: grouping.key.clone(),
            label: grouping.label.get(frame.scene.locale).to_owned(),
        };
        GapData {
            plan,
            baseline,
            actual,
            gap,
            achievement: number::ratio(Some(actual), Some(plan)),
            assumption,
            execution,
            shares: shares(gap, assumption, execution),
            factors: explained.map(|found| self.factors(&found, frame)).unwrap_or_default(),
            causes: frame.groups().iter().map(cause).collect(),
            groupings: self.groupings.iter().map(offered).collect(),
            grouping: grouping.map(|grouping| grouping.key.clone()),
        }
    }

    fn factors(&self, found: &Attribution, frame: &Frame<'_>) -> Vec<GapFactor> {
        let locale = frame.scene.locale;
        let factor = |(index, options): (usize, &FactorOptions)| {
            let label = options.label.get(locale).to_owned();
            let unit = text(options.unit.as_ref(), locale);
            GapFactor::new((&options.key, label, options.format, unit), found, index)
        };
        self.factors.iter().enumerate().filter_map(factor).collect()
    }

    /// The factor that did most in the direction of a place's gap.
    fn cause(&self, frame: &Frame<'_>, group: &Group) -> Option<GapCause> {
        let found = self.explain(|key| frame.value(group, key))?;
        let size = |effect: &FactorEffect| {
            if found.gap.is_sign_negative() { -effect.total } else { effect.total }
        };
        let effects = self.factors.iter().zip(&found.factors);
        let (factor, effect) = effects.max_by_key(|(_, effect)| size(effect))?;
        let helps = size(effect) > Decimal::ZERO;
        helps.then(|| GapCause { factor: factor.key.clone(), effect: effect.total })
    }
}

/// The parts of the gap that are assumption and execution, when both go its way.
fn shares(
    gap: Decimal,
    assumption: Option<Decimal>,
    execution: Option<Decimal>,
) -> Option<[Decimal; 2]> {
    let parts = [number::ratio(assumption, Some(gap))?, number::ratio(execution, Some(gap))?];
    parts.iter().all(|part| !part.is_sign_negative()).then_some(parts)
}

fn adds_up(series: &SeriesOptions) -> bool {
    matches!(series.measure.aggregate, Aggregate::Sum | Aggregate::Count)
}
