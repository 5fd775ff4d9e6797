//! What a record names must be there: members, departments, and records within reach.

use std::collections::HashSet;

use formwork_model::{
    FieldModel, FormKey, FormModel, Problem, Problems, Value, Values, kind::Shape,
};

use super::{links::LinkLoader, list::visible_ids};
use crate::{EngineResult, work::Work};

/// Finds members, departments and records that are named and are not there, in what differs
/// from the values before. Records beyond the member's reach are not there either, unless the
/// save is trusted.
pub(super) async fn check_references(
    work: &mut Work<'_>,
    form: &FormModel,
    trusted: bool,
    (old, values): (Option<&Values>, &Values),
) -> EngineResult<Problems> {
    let mut problems = Problems::new();
    let mut records: Vec<(FormKey, String, Vec<String>)> = Vec::new();
    let directory = &work.catalog.directory;
    let mut look = |field: &FieldModel, value: &Value, path: Vec<String>| {
        let ids: Vec<&str> = match value {
            Value::Text(id) => vec![id.as_str()],
            Value::Texts(ids) => ids.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        for id in ids {
            let problem = match field.kind.shape() {
                Shape::Member if directory.member(id).is_none() => Some("unknown_member"),
                Shape::Department if directory.department(id).is_none() => {
                    Some("unknown_department")
                }
                Shape::Link(link) => {
                    records.push((link.form.clone(), id.to_owned(), path.clone()));
                    None
                }
                _ => None,
            };
            problems.extend(problem.map(|code| place(Problem::new(code), &path)));
        }
    };
    for (key, field) in &form.fields {
        let (Some(value), before) = (values.get(key), old.and_then(|old| old.get(key))) else {
            continue;
        };
        if before == Some(value) {
            continue;
        }
        let Some(subform) = &field.subform else {
            look(field, value, vec![key.to_string()]);
            continue;
        };
        let before = before.map_or(&[][..], Value::rows);
        for (index, row) in value.rows().iter().enumerate() {
            let before = before.iter().find(|other| other.id.is_some() && other.id == row.id);
            for (column, cell) in &row.values {
                let is_new = before.and_then(|row| row.values.get(column)) != Some(cell);
                if let Some(field) = subform.fields.get(column).filter(|_| is_new) {
                    look(field, cell, vec![key.to_string(), index.to_string(), column.to_string()]);
                }
            }
        }
    }
    let missing = missing_records(work, trusted, &records).await?;
    problems.extend(missing.iter().map(|path| place(Problem::new("unknown_record"), path)));
    Ok(problems)
}

fn place(problem: Problem, path: &[String]) -> Problem {
    path.iter().rev().fold(problem, |problem, step| problem.at(step))
}

/// The paths of links whose record is not there, or not within the member's reach.
async fn missing_records(
    work: &mut Work<'_>,
    trusted: bool,
    records: &[(FormKey, String, Vec<String>)],
) -> EngineResult<Vec<Vec<String>>> {
    let mut forms: HashSet<&FormKey> = HashSet::new();
    let mut visible: HashSet<String> = HashSet::new();
    let mut wanted = LinkLoader::default();
    for (form, id, _) in records {
        forms.insert(form);
        wanted.add(form, id, &[]);
    }
    if trusted {
        let found = wanted.load(work.connection, &work.catalog).await?;
        visible.extend(found.into_keys());
    } else {
        for form in forms {
            let ids = records.iter().filter(|(of, ..)| of == form).map(|(_, id, _)| id.clone());
            visible.extend(visible_ids(work, form.as_str(), ids.collect()).await?);
        }
    }
    let missing = records.iter().filter(|(_, id, _)| !visible.contains(id));
    Ok(missing.map(|(.., path)| path.clone()).collect())
}
