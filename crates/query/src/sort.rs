//! The order of a list, and the condition that continues it after a row.

use formwork_model::{Problem, Problems, Storage, document::Sort, kind::Shape};

use crate::{
    Dialect,
    column::{Columns, operand, option_position},
    source::Source,
    statement::{Bind, Fragment},
};

/// Most levels of an order.
const MAX_SORTS: usize = 4;

/// What a term's values are in a cursor and in a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TermKind {
    Text,
    Number,
    Boolean,
    Date,
    Instant,
}

/// One level of an order.
#[derive(Clone)]
pub(crate) struct Term {
    pub(crate) expression: Fragment,
    pub(crate) kind: TermKind,
    pub(crate) descending: bool,
    pub(crate) nullable: bool,
}

/// The terms of an order. The id comes last, in the direction of the last level, so that
/// an index over the same columns serves the whole order. No levels is newest first.
///
/// Choices sort by the place of their option, links by the title of the linked record.
pub(crate) fn terms(source: &Source<'_>, sorts: &[Sort]) -> Result<Vec<Term>, Problems> {
    if sorts.len() > MAX_SORTS {
        return Err(vec![Problem::new("too_many_sorts").with("max", MAX_SORTS).at("sort")]);
    }
    let mut problems = Problems::new();
    let mut terms = Vec::with_capacity(sorts.len() + 1);
    // No two records have the same id: what comes behind it orders nothing.
    let id = sorts.iter().position(|sort| sort.field == "id").unwrap_or(sorts.len());
    for (index, sort) in sorts.iter().enumerate().take(id) {
        match term(source, sort) {
            Ok(term) => terms.push(term),
            Err(problem) => problems.push(problem.at("field").at(index).at("sort")),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    terms.push(Term {
        expression: source.physical("id"),
        kind: TermKind::Text,
        descending: sorts.get(id).or(sorts.last()).is_none_or(|sort| sort.descending),
        nullable: false,
    });
    Ok(terms)
}

fn term(source: &Source<'_>, sort: &Sort) -> Result<Term, Problem> {
    let column = source.path(&sort.field)?;
    let refused = || Problem::new("not_sortable").with("field", sort.field.as_str());
    if !column.storage.is_sortable() {
        return Err(refused());
    }
    let (expression, kind) = match (column.kind.shape(), column.storage) {
        (Shape::Choice(options), _) => {
            let position = option_position(source.dialect, options, &column.expression);
            (position, TermKind::Number)
        }
        (Shape::Link(link), _) => (source.linked_title(link, &column.expression), TermKind::Text),
        (_, Storage::Text) => (column.expression, TermKind::Text),
        (_, Storage::Scaled { .. }) => (column.expression, TermKind::Number),
        (_, Storage::Boolean) => (column.expression, TermKind::Boolean),
        (_, Storage::Date) => (column.expression, TermKind::Date),
        (_, Storage::Instant) => (column.expression, TermKind::Instant),
        (_, Storage::Json | Storage::Rows) => return Err(refused()),
    };
    Ok(Term { expression, kind, descending: sort.descending, nullable: column.nullable })
}

/// The name of a term among the columns of a page; the last term is the id.
pub(crate) fn term_name(index: usize, count: usize) -> String {
    if index + 1 == count { "id".to_owned() } else { format!("s{index}") }
}

/// `order by` over the terms' names, each with a prefix such as `p.`.
///
/// Empty values come last. Where a database does that by itself nothing is said, so that
/// the order is the one of its indexes.
pub(crate) fn order_by(dialect: Dialect, terms: &[Term], prefix: &str) -> String {
    let levels: Vec<String> = terms
        .iter()
        .enumerate()
        .map(|(index, term)| {
            let name = term_name(index, terms.len());
            format!("{prefix}\"{name}\"{}", direction(dialect, term.descending, term.nullable))
        })
        .collect();
    format!("order by {}", levels.join(", "))
}

pub(crate) fn direction(dialect: Dialect, descending: bool, nullable: bool) -> &'static str {
    match (dialect, descending, nullable) {
        (Dialect::Sqlite, false, true) => " nulls last",
        (Dialect::Postgres, true, true) => " desc nulls last",
        (_, true, _) => " desc",
        (_, false, _) => "",
    }
}

/// The conditions of what follows a row, as parts whose rows follow one another: those
/// with a value in the first term, in a range that an index can find, then those without.
pub(crate) fn after(dialect: Dialect, terms: &[Term], row: &[Option<Bind>]) -> Vec<Fragment> {
    let (Some(first), Some(value)) = (terms.first(), row.first()) else {
        return Vec::new();
    };
    let rest =
        following(dialect, terms.get(1..).unwrap_or_default(), row.get(1..).unwrap_or_default());
    let empty = Fragment::fill("{} is null", [&first.expression]);
    let Some(value) = value else {
        return rest.into_iter().map(|rest| Fragment::fill("{} and {}", [&empty, &rest])).collect();
    };
    let bound = |operator| compared(dialect, first, operator, value);
    let strict = if first.descending { "<" } else { ">" };
    let mut parts = vec![match rest {
        None => bound(strict),
        Some(rest) => Fragment::fill(
            "{} and ({} or {})",
            [&bound(if first.descending { "<=" } else { ">=" }), &bound(strict), &rest],
        ),
    }];
    if first.nullable {
        parts.push(empty);
    }
    parts
}

/// What follows a row among rows that are equal so far; none when nothing can.
fn following(dialect: Dialect, terms: &[Term], row: &[Option<Bind>]) -> Option<Fragment> {
    let (term, value) = (terms.first()?, row.first()?);
    let rest = following(dialect, terms.get(1..)?, row.get(1..)?);
    let empty = Fragment::fill("{} is null", [&term.expression]);
    let Some(value) = value else {
        return rest.map(|rest| Fragment::fill("({} and {})", [&empty, &rest]));
    };
    let mut cases = vec![compared(dialect, term, if term.descending { "<" } else { ">" }, value)];
    if term.nullable {
        cases.push(empty);
    }
    if let Some(rest) = rest {
        let equal = compared(dialect, term, "=", value);
        cases.push(Fragment::fill("({} and {})", [&equal, &rest]));
    }
    Some(Fragment::fill("({})", [&Fragment::join(&cases, " or ")]))
}

fn compared(dialect: Dialect, term: &Term, operator: &str, value: &Bind) -> Fragment {
    let storage = match term.kind {
        TermKind::Text => Storage::Text,
        TermKind::Number => Storage::Scaled { places: 0 },
        TermKind::Boolean => Storage::Boolean,
        TermKind::Date => Storage::Date,
        TermKind::Instant => Storage::Instant,
    };
    let value = operand(dialect, storage, value.clone());
    Fragment::fill(&format!("{{}} {operator} {{}}"), [&term.expression, &value])
}
