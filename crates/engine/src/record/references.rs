//! What a record names must be there: members, departments, and records within reach.

use formwork_model::{
    FieldModel, FormModel, Problem, Problems, Value, Values,
    kind::{Link, Shape},
};
use formwork_store::Connection;
use jiff::Timestamp;

use super::{links::LinkLoader, list::visible_ids, request::SystemFields, writer::Writer};
use crate::{Caller, EngineResult, Proof, catalog::Catalog, directory::Directory, work::Work};

/// A record that a link names.
pub(super) struct Named {
    /// The link.
    link: Link,
    /// The record's id.
    id: String,
    /// Where the link stands.
    path: Vec<String>,
}

/// Finds members, departments and records that are named and are not there, in what differs
/// from the values before. For a person, records that the person does not see are not there
/// either, and those that the link does not offer cannot be named.
pub(super) async fn check_references(
    work: &mut Work<'_>,
    form: &FormModel,
    writer: &Writer,
    (old, values): (Option<&Values>, &Values),
) -> EngineResult<Problems> {
    let mut problems = check_people(&work.catalog.directory, form, (old, values));
    let named = named_records(form, (old, values));
    if named.is_empty() {
        return Ok(problems);
    }
    problems.extend(match writer {
        Writer::Member(_) => {
            let is_admin = work.catalog.directory.member(work.by()).is_some_and(|m| m.is_admin);
            let locale = formwork_model::Locale::chinese();
            let caller =
                Caller { member: work.by().to_owned(), locale, is_admin, proof: Proof::default() };
            refused_records(work.connection, &work.catalog, (&caller, work.now), &named).await?
        }
        Writer::Flow | Writer::Script | Writer::Seed => missing_records(work, &named).await?,
    });
    Ok(problems)
}

/// The owner and the department that are set must be there.
pub(super) fn check_system(directory: &Directory, system: &SystemFields) -> Problems {
    let owner = system.owner.as_deref().filter(|id| directory.member(id).is_none());
    let department = system.department.as_deref();
    let department = department.filter(|id| directory.department(id).is_none());
    let owner = owner.map(|_| Problem::new("unknown_member").at("owner"));
    let department = department.map(|_| Problem::new("unknown_department").at("department"));
    owner.into_iter().chain(department).collect()
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
            named.extend(ids(value).into_iter().map(|id| Named {
                link: link.clone(),
                id: id.to_owned(),
                path: path.to_vec(),
            }));
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

/// Problems of links whose record is not there at all.
async fn missing_records(work: &mut Work<'_>, named: &[Named]) -> EngineResult<Problems> {
    let mut wanted = LinkLoader::default();
    for name in named {
        wanted.add(&name.link.form, &name.id, &[]);
    }
    let found = wanted.load(work.connection, &work.catalog).await?;
    let missing = named.iter().filter(|name| !found.contains_key(&name.id));
    Ok(missing.map(|name| place(Problem::new("unknown_record"), &name.path)).collect())
}

/// Problems of links whose record a member does not see, or that do not offer it.
pub(super) async fn refused_records(
    connection: &mut Connection,
    catalog: &Catalog,
    (caller, now): (&Caller, Timestamp),
    named: &[Named],
) -> EngineResult<Problems> {
    let mut problems = Problems::new();
    let mut left: Vec<&Named> = named.iter().collect();
    while let Some(first) = left.first().copied() {
        let alike = |name: &&Named| {
            name.link.form == first.link.form && name.link.filter == first.link.filter
        };
        let (group, rest): (Vec<&Named>, Vec<&Named>) = left.into_iter().partition(alike);
        left = rest;
        let form = first.link.form.as_str();
        let access = caller.access(catalog, form, now);
        let ids = |names: &[&Named]| names.iter().map(|name| name.id.clone()).collect();
        let filter = first.link.filter.as_ref();
        let offered =
            visible_ids(connection, catalog, (form, &access), filter, ids(&group)).await?;
        let refused: Vec<&Named> =
            group.into_iter().filter(|name| !offered.contains(&name.id)).collect();
        let seen = match filter {
            Some(_) if !refused.is_empty() => {
                visible_ids(connection, catalog, (form, &access), None, ids(&refused)).await?
            }
            _ => Vec::new(),
        };
        problems.extend(refused.into_iter().map(|name| {
            let code =
                if seen.contains(&name.id) { "record_not_offered" } else { "unknown_record" };
            place(Problem::new(code), &name.path)
        }));
    }
    Ok(problems)
}
