//! What is wrong with a dashboard before it is published.

use formwork_model::{
    Filter, FormKey, Operator, Problem, Problems,
    document::{Chart, Dashboard, DashboardFilterKind},
    form::Forms,
};
use formwork_query::{Dialect, FormAccess, Reader, aggregate, check_filter};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::Value as Json;

use crate::{ChartFilters, ChartKind, Span, chart, options::SeriesOptions};

/// Every problem of a dashboard, with pointers into the document.
///
/// `today` stands for any day; fields are looked up in the published `forms`.
pub fn check(dashboard: &Dashboard, forms: &dyn Forms, today: Date) -> Problems {
    let mut problems = check_filters(dashboard, forms, today);
    for (index, chart) in dashboard.charts.iter().enumerate() {
        let place = |problem: Problem| problem.at(index).at("charts");
        if dashboard.charts[..index].iter().any(|earlier| earlier.key == chart.key) {
            let problem = Problem::new("repeated_key").with("key", chart.key.to_string());
            problems.push(place(problem.at("key")));
        }
        problems.extend(check_size(chart).into_iter().map(place));
        match chart::parse(chart) {
            Ok(kind) => {
                let found = check_chart(kind.as_ref(), dashboard, forms, today);
                problems.extend(found.into_iter().map(|problem| place(problem.at("options"))));
            }
            Err(problem) => problems.push(place(problem)),
        }
    }
    problems
}

fn check_size(chart: &Chart) -> Problems {
    let mut problems = Problems::new();
    for (at, value, min) in [("columns", chart.size.columns, 2), ("rows", chart.size.rows, 1)] {
        if !(min..=12).contains(&value) {
            let problem = Problem::new("out_of_range").with("min", min).with("max", 12);
            problems.push(problem.at(at).at("size"));
        }
    }
    problems
}

fn check_filters(dashboard: &Dashboard, forms: &dyn Forms, today: Date) -> Problems {
    let mut problems = Problems::new();
    for (key, filter) in &dashboard.filters {
        let found = match &filter.kind {
            DashboardFilterKind::Period {} => {
                let known = filter.default.is_null() || Span::of(&filter.default, today).is_some();
                let wrong = Problem::new("wrong_type").with("expected", "period").at("default");
                (!known).then_some(wrong)
            }
            DashboardFilterKind::Field { form, field } => {
                let known = forms.form(form.as_str()).is_some_and(|f| f.field(field).is_some());
                let unknown = Problem::new("unknown_name").with("name", field.clone()).at("field");
                (!known).then_some(unknown)
            }
        };
        problems.extend(found.into_iter().map(|problem| problem.at(key).at("filters")));
    }
    problems
}

fn check_chart(
    kind: &dyn ChartKind,
    dashboard: &Dashboard,
    forms: &dyn Forms,
    today: Date,
) -> Problems {
    let mut problems = kind.check_options();
    let series = kind.series();
    for (pointer, series) in &series {
        let found = check_binds(series, dashboard, forms);
        problems.extend(found.into_iter().map(|problem| under(pointer, problem)));
    }
    let year = Span { from: today.first_of_year(), to: today.last_of_year() };
    let filters = ChartFilters { period: Some(year), ..ChartFilters::default() };
    let query = kind.query(&filters, today);
    let access = |_: &FormKey| Some(FormAccess::system(any_reader(today)));
    let found = aggregate(Dialect::Sqlite, forms, &access, &query).err().unwrap_or_default();
    for problem in found {
        let mut steps = problem.pointer.splitn(4, '/').skip(2);
        let asked = steps.next().and_then(|n| n.parse::<usize>().ok());
        let rest = steps.next().map(|rest| format!("/{rest}")).unwrap_or_default();
        let key = asked.and_then(|number| query.series.get(number)).map(|series| &*series.key);
        let own = key.map(|key| key.split("__").next().unwrap_or(key));
        let place = series.iter().find(|(_, series)| Some(&*series.key) == own);
        let pointer = place.map(|(pointer, _)| pointer.as_str()).unwrap_or_default();
        let problem = under(pointer, Problem { pointer: rest, ..problem });
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// Page filters that a series binds, and the fields that they bound.
fn check_binds(series: &SeriesOptions, dashboard: &Dashboard, forms: &dyn Forms) -> Problems {
    let mut problems = Problems::new();
    for (filter, field) in &series.bind {
        if !dashboard.filters.contains_key(filter) {
            let problem = Problem::new("unknown_name").with("name", filter.clone());
            problems.push(problem.at(filter).at("bind"));
        }
        let bounded = Filter::condition(field, Operator::NotEmpty, Json::Null);
        if let Some(form) = forms.form(series.form.as_str()) {
            let found = check_filter(forms, &form, &bounded);
            let place = |problem: Problem| {
                Problem { pointer: String::new(), ..problem }.at(filter).at("bind")
            };
            problems.extend(found.into_iter().map(place));
        }
    }
    problems
}

fn under(pointer: &str, problem: Problem) -> Problem {
    Problem { pointer: format!("{pointer}{}", problem.pointer), ..problem }
}

fn any_reader(today: Date) -> Reader {
    Reader {
        member: String::new(),
        departments: Vec::new(),
        departments_below: Vec::new(),
        today,
        time_zone: TimeZone::UTC,
    }
}

#[cfg(test)]
mod tests;
