//! What most charts share: groups in order, and series read from the answer.

use std::cmp::Ordering;

use formwork_query::AggregateQuery;
use rust_decimal::Decimal;

use crate::{
    AggregateRow, ChartData,
    answer::{Answer, Group},
    data::{Detail, DimensionData, LabelSource, Role, SeriesData, text},
    kind::{ChartKind, Scene},
    number,
    options::{Compare, DimensionOptions, Format, Order, SeriesOptions},
    question,
    span::bucket_name,
};

/// A chart while it is put together.
pub(crate) struct Frame<'a> {
    pub(crate) scene: &'a Scene<'a>,
    pub(crate) answer: Answer,
    query: AggregateQuery,
    dimensions: &'a [DimensionOptions],
    /// Whether the picked period bounds any of the series.
    is_timed: bool,
    groups: Vec<Group>,
    beyond: Vec<Group>,
    series: Vec<SeriesData>,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(
        chart: &dyn ChartKind,
        dimensions: &'a [DimensionOptions],
        rows: &[AggregateRow],
        scene: &'a Scene<'a>,
    ) -> Self {
        let query = chart.query(scene.filters, scene.today);
        let is_timed = chart.series().iter().any(|(_, series)| series.period.is_some());
        let answer = Answer::new(&query, rows);
        let mut groups: Vec<Group> = answer.groups().cloned().collect();
        if dimensions.is_empty() {
            groups = vec![Group::new()];
        }
        if let ([DimensionOptions { bucket: Some(bucket), .. }], Some(period)) =
            (dimensions, scene.filters.period)
        {
            groups = period.buckets(*bucket).into_iter().map(|name| vec![Some(name)]).collect();
        }
        Self {
            scene,
            answer,
            query,
            dimensions,
            is_timed,
            groups,
            beyond: Vec::new(),
            series: Vec::new(),
        }
    }

    /// The column that today lies in, when time runs along the chart.
    pub(crate) fn running(&self) -> Option<String> {
        let [DimensionOptions { bucket: Some(bucket), .. }] = self.dimensions else {
            return None;
        };
        Some(bucket_name(*bucket, self.scene.today))
    }

    /// Whether a group lies after today.
    pub(crate) fn is_ahead(&self, group: &Group) -> bool {
        match (self.running(), group.first()) {
            (Some(running), Some(Some(name))) => *name > running,
            _ => false,
        }
    }

    /// The value of a series in a group; none where time has not come yet.
    pub(crate) fn value(&self, group: &Group, key: &str) -> Option<Decimal> {
        let value = self.answer.value(group, key);
        if self.is_ahead(group) { value.filter(|value| !value.is_zero()) } else { value }
    }

    /// The value of a series of a chart without dimensions.
    pub(crate) fn only_value(&self, key: &str) -> Option<Decimal> {
        self.answer.value(&[], key)
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Puts the groups in order by a number of theirs, empty ones last, and keeps the first.
    pub(crate) fn arrange(
        &mut self,
        order: Order,
        limit: Option<usize>,
        number: impl Fn(&Self, &Group) -> Option<Decimal>,
    ) {
        let timed = self.dimensions.iter().any(|dimension| dimension.bucket.is_some());
        let descending = match order {
            Order::Natural if timed => None,
            Order::Natural | Order::Descending => Some(true),
            Order::Ascending => Some(false),
            Order::Dimension => None,
        };
        if let Some(descending) = descending {
            let mut numbered: Vec<(Option<Decimal>, Group)> =
                self.groups.iter().map(|group| (number(self, group), group.clone())).collect();
            numbered.sort_by(|(a, _), (b, _)| match (a, b) {
                (Some(a), Some(b)) if descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
            });
            self.groups = numbered.into_iter().map(|(_, group)| group).collect();
        }
        if let Some(limit) = limit.filter(|limit| *limit < self.groups.len()) {
            self.beyond = self.groups.split_off(limit);
        }
    }

    /// Adds a series of the answer.
    pub(crate) fn push(&mut self, options: &SeriesOptions, role: Role) {
        let key = &options.key;
        let drill = question::drill(options, self.scene.filters, self.dimensions);
        let mut series =
            self.derived(key, role, None, options.format, |frame, group| frame.value(group, key));
        series.label = Some(options.label.get(self.scene.locale).to_owned());
        series.unit = text(options.unit.as_ref(), self.scene.locale);
        series.drill = Some(drill);
        if Answer::adds_up(&self.query, key) {
            let sum = |groups: &[Group]| -> Decimal {
                groups.iter().filter_map(|group| self.answer.value(group, key)).sum()
            };
            let rest = sum(&self.beyond);
            series.total = Some(sum(&self.groups) + rest);
            series.rest = (!self.beyond.is_empty()).then_some(rest);
        }
        self.series.push(series);
    }

    /// Adds a series that is computed from others, with its total.
    pub(crate) fn push_derived(&mut self, series: SeriesData) {
        self.series.push(series);
    }

    /// A series that is computed group by group; it has no total yet.
    pub(crate) fn derived(
        &self,
        key: &str,
        role: Role,
        of: Option<&str>,
        format: Format,
        number: impl Fn(&Self, &Group) -> Option<Decimal>,
    ) -> SeriesData {
        SeriesData {
            key: key.to_owned(),
            role,
            of: of.map(str::to_owned),
            label: None,
            format,
            unit: None,
            values: self.groups.iter().map(|group| number(self, group)).collect(),
            total: None,
            rest: None,
            drill: None,
        }
    }

    /// Adds how a series changed on what it is compared with.
    pub(crate) fn push_changes(&mut self, options: &SeriesOptions, compare: &[Compare]) {
        for compare in compare {
            let before = compare_key(&options.key, *compare);
            let mut change = self.derived(
                &before,
                compare_role(*compare),
                Some(&options.key),
                Format::Percent,
                |frame, group| {
                    number::growth(frame.value(group, &options.key), frame.value(group, &before))
                },
            );
            if *compare == Compare::Yoy && Answer::adds_up(&self.query, &options.key) {
                let sum = |key: &str| Some(self.answer.sum(key));
                change.total = number::growth(sum(&options.key), sum(&before));
            }
            self.series.push(change);
        }
    }

    /// The total of a series that was added before.
    pub(crate) fn total(&self, key: &str) -> Option<Decimal> {
        self.series.iter().find(|series| series.key == key)?.total
    }

    pub(crate) fn finish(self, kind: &'static str, detail: Detail) -> ChartData {
        let locale = self.scene.locale;
        let first = self.query.series.first();
        let dimension = |(index, options): (usize, &DimensionOptions)| DimensionData {
            key: options.key.clone(),
            label: text(options.label.as_ref(), locale),
            bucket: options.bucket,
            source: first.and_then(|series| {
                let field = series.dimensions.get(index)?.field.clone();
                Some(LabelSource { form: series.form.clone(), field })
            }),
        };
        ChartData {
            kind,
            period: self.scene.filters.period.filter(|_| self.is_timed),
            running: self.running(),
            dimensions: self.dimensions.iter().enumerate().map(dimension).collect(),
            categories: self.groups.iter().map(|group| self.answer.parts(group)).collect(),
            rest: self.beyond.len(),
            series: self.series,
            detail,
        }
    }
}

/// The key of what a series is compared with.
pub(crate) fn compare_key(key: &str, compare: Compare) -> String {
    match compare {
        Compare::Yoy => format!("{key}__yoy"),
        Compare::Mom => format!("{key}__mom"),
    }
}

pub(crate) fn compare_role(compare: Compare) -> Role {
    match compare {
        Compare::Yoy => Role::Yoy,
        Compare::Mom => Role::Mom,
    }
}
