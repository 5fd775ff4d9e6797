//! Plan and actual: by period, by person, by region.

use formwork_model::{Problem, Problems};
use formwork_query::{AggregateQuery, Bucket};
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChartKind, Scene, ask_comparisons};
use crate::{
    AggregateRow, ChartData, ChartFilters, Pace,
    answer::Group,
    data::{Detail, Role},
    frame::Frame,
    number,
    options::{Compare, DimensionOptions, Format, Order, SeriesOptions, repeated_keys},
    progress,
    question::Question,
};

/// Plan and actual over one dimension, with the achievement and the gap.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanActual {
    /// What was planned.
    plan: SeriesOptions,
    /// What happened.
    actual: SeriesOptions,
    /// A period, a person, a region.
    dimension: DimensionOptions,
    /// Measures the achievement by the plan until today instead of the whole one. The plan
    /// must be a sum over records that are dated by month or finer.
    #[serde(default)]
    to_date: bool,
    /// Changes to show for what happened.
    #[serde(default)]
    compare: Vec<Compare>,
    /// The order, by the achievement.
    #[serde(default)]
    order: Order,
    /// Most groups; those beyond are added up.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    limit: Option<usize>,
}

impl ChartKind for PlanActual {
    fn series(&self) -> Vec<(String, &SeriesOptions)> {
        vec![("/plan".to_owned(), &self.plan), ("/actual".to_owned(), &self.actual)]
    }

    fn query(&self, filters: &ChartFilters, today: Date) -> AggregateQuery {
        let mut question = Question::new(filters, std::slice::from_ref(&self.dimension));
        question.ask(&self.plan);
        question.ask(&self.actual);
        let dimension = Some(&self.dimension);
        ask_comparisons(&mut question, &self.actual, dimension, &self.compare, (filters, today));
        if self.to_date {
            progress::ask(&mut question, &self.plan, filters, today);
        }
        question.finish()
    }

    fn shape(&self, rows: &[AggregateRow], scene: &Scene<'_>) -> ChartData {
        let mut frame = Frame::new(self, std::slice::from_ref(&self.dimension), rows, scene);
        frame.arrange(self.order, self.limit, |frame, group| self.rate(frame, group));
        frame.push(&self.plan, Role::Plan);
        frame.push(&self.actual, Role::Actual);
        let (plan, actual) = (frame.total(&self.plan.key), frame.total(&self.actual.key));
        let to_date = self.total_to_date(&frame);

        let mut rate =
            frame.derived("rate", Role::Rate, Some(&self.actual.key), Format::Percent, |f, g| {
                self.rate(f, g)
            });
        rate.total = number::ratio(actual, to_date.or(plan));
        let of = Some(self.actual.key.as_str());
        let mut gap = frame.derived("gap", Role::Gap, of, self.actual.format, |frame, group| {
            number::difference(frame.value(group, &self.actual.key), self.planned(frame, group))
        });
        gap.total = number::difference(actual, to_date.or(plan));
        if self.to_date {
            let of = Some(self.plan.key.as_str());
            let mut until = frame.derived(
                "plan_to_date",
                Role::PlanToDate,
                of,
                self.plan.format,
                |frame, group| self.planned(frame, group),
            );
            until.total = to_date.map(|to_date| to_date.round_dp(2));
            frame.push_derived(until);
        }
        frame.push_derived(rate);
        frame.push_derived(gap);
        frame.push_changes(&self.actual, &self.compare);
        let pace = self.pace(plan, to_date, actual);
        frame.finish("plan_actual", Detail::PlanActual { pace })
    }

    fn check_options(&self) -> Problems {
        let mut problems = Problems::new();
        if !repeated_keys([&self.plan, &self.actual].into_iter(), "").is_empty() {
            let key = self.actual.key.clone();
            problems.push(Problem::new("repeated_key").with("key", key).at("key").at("actual"));
        }
        let coarse = matches!(self.dimension.bucket, Some(Bucket::Quarter | Bucket::Year));
        if self.to_date && self.plan.period.is_none() {
            problems.push(Problem::new("required").at("period").at("plan"));
        }
        if self.to_date && coarse {
            problems.push(Problem::new("not_an_option").with("value", true).at("to_date"));
        }
        problems
    }
}

impl PlanActual {
    /// What a group is measured by: its plan, or the part until today where that is asked.
    fn planned(&self, frame: &Frame<'_>, group: &Group) -> Option<Decimal> {
        let whole = frame.value(group, &self.plan.key);
        if !self.to_date {
            return whole;
        }
        if frame.is_ahead(group) {
            return None;
        }
        let scene = frame.scene;
        let part = |key: &str| frame.answer.value(group, key);
        let until = progress::plan_to_date(&self.plan.key, scene.filters, scene.today, part);
        until.map(|until| until.round_dp(2)).or(whole)
    }

    fn rate(&self, frame: &Frame<'_>, group: &Group) -> Option<Decimal> {
        let actual = frame.value(group, &self.actual.key);
        number::ratio(actual, self.planned(frame, group))
    }

    fn total_to_date(&self, frame: &Frame<'_>) -> Option<Decimal> {
        if !self.to_date {
            return None;
        }
        let scene = frame.scene;
        let part = |key: &str| Some(frame.answer.sum(key));
        progress::plan_to_date(&self.plan.key, scene.filters, scene.today, part)
    }

    fn pace(
        &self,
        plan: Option<Decimal>,
        to_date: Option<Decimal>,
        actual: Option<Decimal>,
    ) -> Option<Pace> {
        Some(crate::pace(plan?, to_date?, actual?))
    }
}
