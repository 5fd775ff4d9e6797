//! Filters as SQL conditions.
//!
//! A condition is true or not true. The text may yield SQL's null for "not true"; `not`
//! makes that two-valued again with `is not true`, and `and`/`or` keep it right.

mod condition;
mod operand;

use formwork_model::{
    Filter, Problem, Problems,
    filter::{MAX_FILTER_CONDITIONS, MAX_FILTER_DEPTH},
};

pub(crate) use operand::scaled;

use crate::{column::Columns, statement::Fragment};

/// The condition of a filter, or everything that is wrong with it, pointing into it.
pub(crate) fn compile(source: &dyn Columns, filter: &Filter) -> Result<Fragment, Problems> {
    // One level more than people may write: a view's filter and the reader's are joined.
    if filter.depth() > MAX_FILTER_DEPTH + 1 {
        return Err(vec![Problem::new("filter_too_deep").with("max", MAX_FILTER_DEPTH)]);
    }
    if filter.conditions().len() > MAX_FILTER_CONDITIONS {
        return Err(vec![Problem::new("too_many_conditions").with("max", MAX_FILTER_CONDITIONS)]);
    }
    part(source, filter)
}

fn part(source: &dyn Columns, filter: &Filter) -> Result<Fragment, Problems> {
    match filter {
        Filter::All { all } => group(source, "all", all),
        Filter::Any { any } => group(source, "any", any),
        Filter::Not { not } => {
            let inner = part(source, not).map_err(|problems| placed(problems, &["not"]))?;
            Ok(Fragment::fill("({}) is not true", [&inner]))
        }
        Filter::Condition(condition) => condition::compile(source, condition),
    }
}

fn group(source: &dyn Columns, name: &str, parts: &[Filter]) -> Result<Fragment, Problems> {
    let mut problems = Problems::new();
    let mut compiled = Vec::with_capacity(parts.len());
    for (index, filter) in parts.iter().enumerate() {
        match part(source, filter) {
            Ok(fragment) => compiled.push(fragment),
            Err(found) => problems.extend(placed(found, &[name, &index.to_string()])),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(match (name, compiled.as_slice()) {
        ("all", []) => Fragment::raw("true"),
        (_, []) => Fragment::raw("false"),
        (_, [single]) => single.clone(),
        ("all", _) => Fragment::fill("({})", [&Fragment::join(&compiled, " and ")]),
        _ => Fragment::fill("({})", [&Fragment::join(&compiled, " or ")]),
    })
}

/// Whether the title contains a text, letter case ignored.
pub(crate) fn search(source: &dyn Columns, text: &str) -> Result<Fragment, Problem> {
    let title = source.path("title")?;
    let text = operand::read_text(&text.into())?;
    Ok(condition::contains(source.dialect(), &title.expression, &text, "%", "%"))
}

/// Moves problems under a path.
pub(crate) fn placed(problems: Problems, path: &[&str]) -> Problems {
    let place =
        |problem: Problem| path.iter().rev().fold(problem, |problem, step| problem.at(step));
    problems.into_iter().map(place).collect()
}
