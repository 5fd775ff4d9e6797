//! The one statement of an aggregate query: every series grouped on its own, laid over one
//! another by their groups' names.

use formwork_model::{FormKey, Problem, Problems, form::Forms, kind::Shape};

use super::{
    AggregateQuery, MAX_DIMENSIONS, MAX_GROUPS, OrderBy, Series,
    expression::{Measured, Output, average, column_of, dimension, measure, no_number, no_text},
};
use crate::{
    Dialect, FormAccess, Statement,
    access::nobody,
    column::option_position,
    filter::{self, placed},
    json::decimal,
    list::asks_for_drafts,
    sort::direction,
    source::Source,
    statement::Fragment,
};

pub(super) fn build(
    dialect: Dialect,
    forms: &dyn Forms,
    access: &dyn Fn(&FormKey) -> Option<FormAccess>,
    query: &AggregateQuery,
) -> Result<Statement, Problems> {
    let dimensions = query.series.first().map_or(0, |series| series.dimensions.len());
    let mut problems = Problems::new();
    let mut selects = Vec::with_capacity(query.series.len());
    let mut outputs = Vec::with_capacity(query.series.len());
    let mut looks = vec![Look::default(); dimensions];
    for (number, series) in query.series.iter().enumerate() {
        let one = One { dialect, forms, access: access(&series.form), series, number, dimensions };
        match one.build() {
            Ok(built) => {
                selects.push(built.select);
                outputs.push(built.output);
                if number == 0 {
                    looks = built.looks;
                }
            }
            Err(found) => problems.extend(placed(found, &["series", &number.to_string()])),
        }
    }
    for (number, order) in query.order.iter().enumerate() {
        let known = match order.by {
            OrderBy::Dimension(index) => index < dimensions,
            OrderBy::Series(index) => index < query.series.len(),
        };
        if !known {
            problems.push(Problem::new("out_of_range").at(number).at("order"));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let groups = Groups { dialect, selects, outputs, looks };
    Ok(groups.statement(query))
}

/// How a dimension's values are ordered and called, taken from the first series.
#[derive(Clone, Default)]
struct Look {
    /// The place of an option, over `g.d<n>`.
    position: Option<Fragment>,
    /// The title of a linked record, over `g.d<n>`.
    title: Option<Fragment>,
}

/// One series on its way to SQL.
struct One<'a> {
    dialect: Dialect,
    forms: &'a dyn Forms,
    access: Option<FormAccess>,
    series: &'a Series,
    number: usize,
    dimensions: usize,
}

struct Built {
    /// Rows of `d0` …, the series' number `k`, number `m`, count `c` and text `t`.
    select: Fragment,
    output: Output,
    looks: Vec<Look>,
}

impl One<'_> {
    fn build(&self) -> Result<Built, Problems> {
        let dimensions = &self.series.dimensions;
        if dimensions.len() != self.dimensions || dimensions.len() > MAX_DIMENSIONS {
            return Err(vec![Problem::new("wrong_dimensions").at("dimensions")]);
        }
        let form = self
            .forms
            .form(self.series.form.as_str())
            .ok_or_else(|| vec![Problem::new("unknown_form").at("form")])?;
        let Some(access) = &self.access else {
            return Ok(self.nothing());
        };
        let source = Source::seen(self.dialect, self.forms, &form, access);
        let mut problems = Problems::new();
        let mut names = Vec::new();
        let mut looks = Vec::new();
        for (index, asked) in dimensions.iter().enumerate() {
            match dimension(&source, asked) {
                Ok(name) => names.push(name),
                Err(problem) => problems.push(problem.at(index).at("dimensions")),
            }
            looks.push(look(&source, asked, index));
        }
        let measured = measure(&source, &self.series.measure)
            .map_err(|problem| problems.push(problem.at("measure")))
            .ok();
        let mut rows = source.reachable();
        if !asks_for_drafts(self.series.filter.as_ref()) {
            rows = Fragment::fill("{} and {}", [&rows, &source.no_draft()]);
        }
        if let Some(filter) = &self.series.filter {
            match filter::compile(&source, filter) {
                Ok(condition) => rows = Fragment::fill("{} and {}", [&rows, &condition]),
                Err(found) => problems.extend(placed(found, &["filter"])),
            }
        }
        let Some(measured) = measured.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let mut select = self.columns(&names, &measured);
        select.push(&format!(" from {} where ", source.table())).add(&rows);
        if !names.is_empty() {
            let ordinals: Vec<String> = (1..=names.len()).map(|n| n.to_string()).collect();
            select.push(&format!(" group by {}", ordinals.join(", ")));
        }
        Ok(Built { select, output: measured.output, looks })
    }

    fn columns(&self, names: &[Fragment], measured: &Measured) -> Fragment {
        let mut select = Fragment::raw("select ");
        for (index, name) in names.iter().enumerate() {
            select.add(name).push(&format!(" as d{index}, "));
        }
        select.push(&format!("{} as k, ", self.number));
        select.add(&measured.number).push(" as m, ");
        select.add(&measured.count).push(" as c, ");
        select.add(&measured.text).push(" as t");
        select
    }

    /// A series whose form the reader cannot see.
    fn nothing(&self) -> Built {
        let measured = Measured {
            number: no_number(self.dialect),
            count: no_number(self.dialect),
            text: no_text(),
            output: Output::Text,
        };
        let mut select = self.columns(&vec![no_text(); self.dimensions], &measured);
        select.push(" where false");
        Built { select, output: Output::Text, looks: vec![Look::default(); self.dimensions] }
    }
}

fn look(source: &Source<'_>, dimension: &super::Dimension, index: usize) -> Look {
    let Some(column) = column_of(source, dimension) else {
        return Look::default();
    };
    let reader = nobody();
    let outer = Source { alias: "g", access: None, reader: &reader, ..*source };
    let name = Fragment::raw(format!("g.d{index}"));
    match column.kind.shape() {
        Shape::Choice(options) => {
            Look { position: Some(option_position(source.dialect, options, &name)), title: None }
        }
        Shape::Link(link) => Look { position: None, title: Some(outer.linked_title(link, &name)) },
        _ => Look::default(),
    }
}

/// All series together.
struct Groups {
    dialect: Dialect,
    selects: Vec<Fragment>,
    outputs: Vec<Output>,
    looks: Vec<Look>,
}

impl Groups {
    fn statement(&self, query: &AggregateQuery) -> Statement {
        let names: Vec<String> = (0..self.looks.len()).map(|index| format!("d{index}")).collect();
        let mut statement = Fragment::raw("select ");
        for name in &names {
            statement.push(&format!("g.{name}, "));
        }
        let values: Vec<String> = (0..self.outputs.len())
            .map(|series| format!("{} as v{series}", self.value(series)))
            .collect();
        statement.push(&values.join(", "));
        for (index, look) in self.looks.iter().enumerate() {
            let title = look.title.clone().unwrap_or_else(no_text);
            statement.push(", ").add(&title).push(&format!(" as t{index}"));
        }
        statement.push(" from (select ");
        for name in &names {
            statement.push(&format!("u.{name}, "));
        }
        let pivots: Vec<String> = (0..self.outputs.len())
            .flat_map(|series| ["m", "c", "t"].map(|part| pivot(series, part)))
            .collect();
        statement.push(&pivots.join(", ")).push(" from (");
        statement.add(&Fragment::join(&self.selects, " union all ")).push(") u");
        if !names.is_empty() {
            statement.push(&format!(" group by {}", names.join(", ")));
        }
        statement.push(") g");
        self.order(query, &mut statement);
        let limit = query.limit.unwrap_or(MAX_GROUPS).min(MAX_GROUPS);
        statement.push(" limit ").add(&Fragment::bind(i64::from(limit)));
        statement.finish()
    }

    fn order(&self, query: &AggregateQuery, statement: &mut Fragment) {
        let asked = query.order.iter().map(|order| (order.by, order.descending));
        let rest = (0..self.looks.len()).map(|index| (OrderBy::Dimension(index), false));
        for (level, (by, descending)) in asked.chain(rest).enumerate() {
            statement.push(if level == 0 { " order by " } else { ", " });
            match by {
                OrderBy::Dimension(index) => {
                    let position = self.looks.get(index).and_then(|look| look.position.clone());
                    let collation = match self.dialect {
                        Dialect::Sqlite => "",
                        Dialect::Postgres => " collate \"C\"",
                    };
                    let name = Fragment::raw(format!("g.d{index}{collation}"));
                    statement.add(&position.unwrap_or(name));
                }
                OrderBy::Series(series) => {
                    statement.push(&self.rank(series));
                }
            }
            statement.push(direction(self.dialect, descending, true));
        }
    }

    /// A series' value as text.
    fn value(&self, series: usize) -> String {
        let number = format!("g.m{series}");
        match self.outputs.get(series) {
            Some(Output::Decimal(places)) => {
                decimal(self.dialect, &Fragment::raw(number), *places).finish().sql
            }
            Some(Output::Average(places)) => {
                average(self.dialect, &number, &format!("g.c{series}"), *places)
            }
            Some(Output::Text) | None => format!("g.t{series}"),
        }
    }

    /// What a series is ordered by.
    fn rank(&self, series: usize) -> String {
        match (self.outputs.get(series), self.dialect) {
            (Some(Output::Average(_)), Dialect::Sqlite) => {
                format!("cast(g.m{series} as real) / g.c{series}")
            }
            (Some(Output::Average(_)), Dialect::Postgres) => format!("g.m{series} / g.c{series}"),
            (Some(Output::Decimal(_)), _) => format!("g.m{series}"),
            (Some(Output::Text) | None, _) => format!("g.t{series}"),
        }
    }
}

/// A series' part of a group; it has at most one row there.
fn pivot(series: usize, part: &str) -> String {
    format!("max(case when u.k = {series} then u.{part} end) as {part}{series}")
}
