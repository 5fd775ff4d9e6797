//! What a record names must be there: members, departments, and records within reach.

use std::collections::HashSet;

use formwork_model::{
    FieldModel, FormKey, FormModel, Problem, Problems, Value, Values, kind::Shape,
};
use formwork_store::Connection;
use jiff::Timestamp;

use super::{links::LinkLoader, list::visible_ids};
use crate::{Caller, EngineResult, Proof, catalog::Catalog, directory::Directory, work::Work};

/// A record that a link names: its form, its id, and where the link stands.
pub(super) type Named = (FormKey, String, Vec<String>);

/// Finds members, departments and records that are named and are not there, in what differs
/// from the values before. Records beyond the member's reach are not there either, unless the
/// save is trusted.
pub(super) async fn check_references(
    work: &mut Work<'_>,
    form: &FormModel,
    trusted: bool,
    (old, values): (Option<&Values>, &Values),
) -> EngineResult<Problems> {
    let mut problems = check_people(&work.catalog.directory, form, (old, values));
    let named = named_records(form, (old, values));
    let missing = if trusted {
        missing_records(work, &named).await?
    } else {
        let is_admin = work.catalog.directory.member(work.by()).is_some_and(|m| m.is_admin);
        let locale = formwork_model::Locale::chinese();
        let caller =
            Caller { member: work.by().to_owned(), locale, is_admin, proof: Proof::default() };
        unseen_records(work.connection, &work.catalog, (&caller, work.now), &named).await?
    };
    problems.extend(missing.iter().map(|path| unknown_record(path)));
    Ok(problems)
}

/// The problem of a link whose record is not there, or not for this member.
pub(super) fn unknown_record(path: &[String]) -> Problem {
    place(Problem::new("unknown_record"), path)
}

fn place(problem: Problem, path: &[String]) -> Problem {
    path.iter().rev().fold(problem, |problem, step| problem.at(step))
}

/// Members and departments that are named and are not there.
fn check_people(
    directory: &Directory,
    form: &FormModel,
    values: (Option<&Values>, &Values),
) -> Problems {
    let mut problems = Problems::new();
    each_change(form, values, |field, value, path| {
        let code = match field.kind.shape() {
            Shape::Member => "unknown_member",
            Shape::Department => "unknown_department",
            _ => return,
        };
        let is_known = |id: &str| match code {
            "unknown_member" => directory.member(id).is_some(),
            _ => directory.department(id).is_some(),
        };
        for _ in ids(value).into_iter().filter(|id| !is_known(id)) {
            problems.push(place(Problem::new(code), path));
        }
    });
    problems
}

/// The records that links name, where they differ from the values before.
pub(super) fn named_records(form: &FormModel, values: (Option<&Values>, &Values)) -> Vec<Named> {
    let mut named = Vec::new();
    each_change(form, values, |field, value, path| {
        if let Shape::Link(link) = field.kind.shape() {
            let found = ids(value).into_iter();
            named.extend(found.map(|id| (link.form.clone(), id.to_owned(), path.to_vec())));
        }
    });
    named
}

fn ids(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(id) => vec![id.as_str()],
        Value::Texts(ids) => ids.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Goes through the fields and cells that differ from the values before; rows are matched by
/// their ids.
fn each_change(
    form: &FormModel,
    (old, values): (Option<&Values>, &Values),
    mut look: impl FnMut(&FieldModel, &Value, &[String]),
) {
    for (key, field) in &form.fields {
        let (Some(value), before) = (values.get(key), old.and_then(|old| old.get(key))) else {
            continue;
        };
        if before == Some(value) {
            continue;
        }
        let Some(subform) = &field.subform else {
            look(field, value, &[key.to_string()]);
            continue;
        };
        let before = before.map_or(&[][..], Value::rows);
        for (index, row) in value.rows().iter().enumerate() {
            let before = before.iter().find(|other| other.id.is_some() && other.id == row.id);
            for (column, cell) in &row.values {
                let is_new = before.and_then(|row| row.values.get(column)) != Some(cell);
                if let Some(field) = subform.fields.get(column).filter(|_| is_new) {
                    let path = [key.to_string(), index.to_string(), column.to_string()];
                    look(field, cell, &path);
                }
            }
        }
    }
}

/// The paths of links whose record is not there at all.
async fn missing_records(work: &mut Work<'_>, named: &[Named]) -> EngineResult<Vec<Vec<String>>> {
    let mut wanted = LinkLoader::default();
    for (form, id, _) in named {
        wanted.add(form, id, &[]);
    }
    let found = wanted.load(work.connection, &work.catalog).await?;
    let missing = named.iter().filter(|(_, id, _)| !found.contains_key(id));
    Ok(missing.map(|(.., path)| path.clone()).collect())
}

/// The paths of links whose record is not within a member's reach.
pub(super) async fn unseen_records(
    connection: &mut Connection,
    catalog: &Catalog,
    (caller, now): (&Caller, Timestamp),
    named: &[Named],
) -> EngineResult<Vec<Vec<String>>> {
    let forms: HashSet<&FormKey> = named.iter().map(|(form, ..)| form).collect();
    let mut visible: HashSet<(&FormKey, String)> = HashSet::new();
    for form in forms {
        let access = caller.access(catalog, form.as_str(), now);
        let ids = named.iter().filter(|(of, ..)| of == form).map(|(_, id, _)| id.clone());
        let ids = visible_ids(connection, catalog, (form.as_str(), &access), ids.collect()).await?;
        visible.extend(ids.into_iter().map(|id| (form, id)));
    }
    let unseen = named.iter().filter(|(form, id, _)| !visible.contains(&(form, id.clone())));
    Ok(unseen.map(|(.., path)| path.clone()).collect())
}
