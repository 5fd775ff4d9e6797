//! A funnel: steps that each let part of the one before through.

use formwork_model::{Problem, Problems};
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
    options::{Format, SeriesOptions, repeated_keys},
    question::Question,
};

/// A funnel. Each step is a series with one number; the conversions follow, as series of
/// the role `rate` and, where planned, `baseline`, each `of` the step that was reached.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Funnel {
    /// The steps, from wide to narrow.
    #[schemars(length(min = 2, max = 8))]
    steps: Vec<SeriesOptions>,
    /// What was planned for each step, if it was.
    #[serde(default)]
    plan: Vec<SeriesOptions>,
}

impl ChartKind for Funnel {
    fn series(&self) -> Vec<(String, &SeriesOptions)> {
        let mut series = super::listed("steps", &self.steps);
        series.extend(super::listed("plan", &self.plan));
        series
    }

    fn query(&self, filters: &ChartFilters, _today: Date) -> AggregateQuery {
        let mut question = Question::new(filters, &[]);
        for series in self.steps.iter().chain(&self.plan) {
            question.ask(series);
        }
        question.finish()
    }

    fn shape(&self, rows: &[AggregateRow], scene: &Scene<'_>) -> ChartData {
        let mut frame = Frame::new(self, &[], rows, scene);
        for step in &self.steps {
            frame.push(step, Role::Actual);
        }
        for step in &self.plan {
            frame.push(step, Role::Plan);
        }
        self.push_conversions(&mut frame, &self.steps, Role::Rate);
        self.push_conversions(&mut frame, &self.plan, Role::Baseline);
        frame.finish("funnel", Detail::None {})
    }

    fn check_options(&self) -> Problems {
        let mut problems = repeated_keys(self.steps.iter().chain(&self.plan), "steps");
        if !self.plan.is_empty() && self.plan.len() != self.steps.len() {
            let problem = Problem::new("wrong_count").with("expected", self.steps.len());
            problems.push(problem.at("plan"));
        }
        problems
    }
}

impl Funnel {
    /// How much of each step reached the next: of what came (`rate`), of the plan
    /// (`baseline`); always `of` the step that was reached.
    fn push_conversions(&self, frame: &mut Frame<'_>, steps: &[SeriesOptions], role: Role) {
        for ((before, step), reached) in
            steps.iter().zip(steps.iter().skip(1)).zip(self.steps.iter().skip(1))
        {
            let key = format!("{}__rate", step.key);
            let rate =
                frame.derived(&key, role, Some(&reached.key), Format::Percent, |f, group| {
                    number::ratio(f.value(group, &step.key), f.value(group, &before.key))
                });
            frame.push_derived(rate);
        }
    }
}
