//! Key figures: one number each, with what it should be and how it changed.

use formwork_model::{Localized, Problem, Problems};
use formwork_query::AggregateQuery;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ChartKind, Scene, ask_comparisons};
use crate::{
    AggregateRow, ChartData, ChartFilters, Pace,
    data::{ChangeData, Detail, FigureData, text},
    frame::{Frame, compare_key, compare_role},
    number,
    options::{Compare, Format, SeriesOptions, repeated_keys},
    progress,
    question::{Question, drill},
};

/// Key figures.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Kpi {
    /// The measures that the figures are made of.
    #[schemars(length(min = 1, max = 24))]
    series: Vec<SeriesOptions>,
    /// The figures, from left to right.
    #[schemars(length(min = 1, max = 8))]
    figures: Vec<Figure>,
    /// What each figure is compared with.
    #[serde(default)]
    compare: Vec<Compare>,
}

/// One key figure.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Figure {
    /// Key, unique in the chart.
    key: String,
    /// Name.
    label: Localized,
    /// The number.
    value: Measured,
    /// What it should be.
    #[serde(default)]
    target: Option<Measured>,
    /// Whether to say how far along it is for today. The target must be a sum over records
    /// that are dated within the period, by month or finer.
    #[serde(default)]
    pace: bool,
    /// How it is written.
    #[serde(default)]
    format: Format,
    /// Behind the number.
    #[serde(default)]
    unit: Option<Localized>,
    /// Less is better.
    #[serde(default)]
    lower_is_better: bool,
}

/// A series, or one divided by another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
enum Measured {
    /// The key of a series.
    Series(String),
    /// One series divided by another.
    Ratio {
        /// The keys of both.
        ratio: [String; 2],
    },
}

impl ChartKind for Kpi {
    fn series(&self) -> Vec<(String, &SeriesOptions)> {
        super::listed("series", &self.series)
    }

    fn query(&self, filters: &ChartFilters, today: Date) -> AggregateQuery {
        let mut question = Question::new(filters, &[]);
        for series in &self.series {
            question.ask(series);
            if self.figures.iter().any(|figure| figure.values_need(&series.key)) {
                ask_comparisons(&mut question, series, None, &self.compare, (filters, today));
            }
            if self.figures.iter().any(|figure| figure.paced_by(&series.key)) {
                progress::ask(&mut question, series, filters, today);
            }
        }
        question.finish()
    }

    fn shape(&self, rows: &[AggregateRow], scene: &Scene<'_>) -> ChartData {
        let frame = Frame::new(self, &[], rows, scene);
        let figures = self.figures.iter().map(|figure| self.figure(figure, &frame)).collect();
        frame.finish("kpi", Detail::Kpi { figures })
    }

    fn check_options(&self) -> Problems {
        let mut problems = repeated_keys(self.series.iter(), "series");
        let known = |key: &&String| self.series.iter().any(|series| series.key == **key);
        for (index, figure) in self.figures.iter().enumerate() {
            let named = [("value", Some(&figure.value)), ("target", figure.target.as_ref())];
            for (at, measured) in named {
                let keys = measured.map(Measured::keys).unwrap_or_default();
                for unknown in keys.into_iter().filter(|key| !known(key)) {
                    let problem = Problem::new("unknown_name").with("name", unknown.clone());
                    problems.push(problem.at(at).at(index).at("figures"));
                }
            }
            if figure.pace && !matches!(figure.target, Some(Measured::Series(_))) {
                problems.push(Problem::new("required").at("target").at(index).at("figures"));
            }
        }
        problems
    }
}

impl Kpi {
    fn figure(&self, figure: &Figure, frame: &Frame<'_>) -> FigureData {
        let scene = frame.scene;
        let number = |measured: &Measured| measured.value(|key| frame.only_value(key));
        let value = number(&figure.value);
        let target = figure.target.as_ref().and_then(number);
        let of = figure.value.keys().into_iter().next();
        let series = of.and_then(|key| self.series.iter().find(|series| series.key == *key));
        FigureData {
            key: figure.key.clone(),
            label: figure.label.get(scene.locale).to_owned(),
            format: figure.format,
            unit: text(figure.unit.as_ref(), scene.locale),
            value,
            target,
            achievement: number::ratio(value, target),
            pace: figure.pace(frame, value, target),
            changes: self.compare.iter().map(|c| figure.change(frame, value, *c)).collect(),
            lower_is_better: figure.lower_is_better,
            drill: series.map(|series| drill(series, scene.filters, &[])),
        }
    }
}

impl Figure {
    fn values_need(&self, series: &str) -> bool {
        self.value.keys().into_iter().any(|key| key == series)
    }

    fn paced_by(&self, series: &str) -> bool {
        self.pace && matches!(&self.target, Some(Measured::Series(key)) if key == series)
    }

    fn pace(
        &self,
        frame: &Frame<'_>,
        value: Option<Decimal>,
        target: Option<Decimal>,
    ) -> Option<Pace> {
        let Some(Measured::Series(key)) = self.target.as_ref().filter(|_| self.pace) else {
            return None;
        };
        let scene = frame.scene;
        let part = |key: &str| frame.only_value(key);
        let to_date = progress::plan_to_date(key, scene.filters, scene.today, part)?;
        Some(crate::pace(target?, to_date, value?))
    }

    fn change(&self, frame: &Frame<'_>, now: Option<Decimal>, compare: Compare) -> ChangeData {
        let before = self.value.value(|key| frame.only_value(&compare_key(key, compare)));
        let points = self.format == Format::Percent;
        let change =
            if points { number::difference(now, before) } else { number::growth(now, before) };
        ChangeData { role: compare_role(compare), value: change, points }
    }
}

impl Measured {
    fn keys(&self) -> Vec<&String> {
        match self {
            Self::Series(key) => vec![key],
            Self::Ratio { ratio } => ratio.iter().collect(),
        }
    }

    fn value(&self, number: impl Fn(&str) -> Option<Decimal>) -> Option<Decimal> {
        match self {
            Self::Series(key) => number(key),
            Self::Ratio { ratio: [part, whole] } => number::ratio(number(part), number(whole)),
        }
    }
}
