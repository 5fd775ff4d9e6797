//! The rows of a statement, as a table of groups and series.

use formwork_query::{Aggregate, AggregateQuery};
use indexmap::IndexMap;
use rust_decimal::Decimal;

use crate::data::Part;

/// One row of the answer to an [`AggregateQuery`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AggregateRow {
    /// The names of the group, one a dimension (`d0`, `d1` …).
    pub dimensions: Vec<Option<String>>,
    /// The values, one a series (`v0`, `v1` …).
    pub values: Vec<Option<String>>,
    /// The titles of linked records, one a dimension (`t0`, `t1` …).
    pub titles: Vec<Option<String>>,
}

/// The names of a group, one a dimension.
pub(crate) type Group = Vec<Option<String>>;

/// The answer to the statement of a chart.
pub(crate) struct Answer {
    /// Series by key; whether one that has no such group counts zero there.
    series: IndexMap<String, bool>,
    groups: IndexMap<Group, Vec<Option<Decimal>>>,
    titles: IndexMap<(usize, String), String>,
}

impl Answer {
    pub(crate) fn new(query: &AggregateQuery, rows: &[AggregateRow]) -> Self {
        let counts = |aggregate| {
            matches!(aggregate, Aggregate::Sum | Aggregate::Count | Aggregate::CountDistinct)
        };
        let series = query.series.iter();
        let mut answer = Self {
            series: series.map(|s| (s.key.clone(), counts(s.measure.aggregate))).collect(),
            groups: IndexMap::new(),
            titles: IndexMap::new(),
        };
        for row in rows {
            let number = |value: &Option<String>| value.as_ref().and_then(|text| text.parse().ok());
            let values = row.values.iter().map(number).collect();
            for (index, title) in row.titles.iter().enumerate() {
                let name = row.dimensions.get(index).cloned().flatten();
                if let (Some(name), Some(title)) = (name, title) {
                    answer.titles.insert((index, name), title.clone());
                }
            }
            answer.groups.insert(row.dimensions.clone(), values);
        }
        answer
    }

    /// The groups, as the statement ordered them.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.keys()
    }

    /// The value of a series in a group. A sum or a count over no record is zero, any
    /// other value none.
    pub(crate) fn value(&self, group: &[Option<String>], series: &str) -> Option<Decimal> {
        let (index, _, counts) = self.series.get_full(series)?;
        let found = self.groups.get(group).and_then(|values| values.get(index).copied().flatten());
        found.or(counts.then_some(Decimal::ZERO))
    }

    /// Whether the values of a series add up over groups.
    pub(crate) fn adds_up(query: &AggregateQuery, series: &str) -> bool {
        let found = query.series.iter().find(|candidate| candidate.key == series);
        found.is_some_and(|s| matches!(s.measure.aggregate, Aggregate::Sum | Aggregate::Count))
    }

    /// The sum of a series over all groups.
    pub(crate) fn sum(&self, series: &str) -> Decimal {
        self.groups().filter_map(|group| self.value(group, series)).sum()
    }

    /// A group as the parts of a category, linked records with their titles.
    pub(crate) fn parts(&self, group: &[Option<String>]) -> Vec<Part> {
        let part = |(index, key): (usize, &Option<String>)| {
            let title = key.clone().and_then(|key| self.titles.get(&(index, key)));
            Part { key: key.clone(), label: title.cloned() }
        };
        group.iter().enumerate().map(part).collect()
    }
}
