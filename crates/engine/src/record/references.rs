//! What a record names must be there: members, departments, and records within reach.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use formwork_model::{
    FieldKey, FieldModel, FormModel, Problem, Problems, Value, Values,
    kind::{Link, Shape},
};
use formwork_store::Connection;
use jiff::Timestamp;

use super::{
    links::LinkLoader,
    list::visible_ids,
    request::{Save, SystemFields},
    writer::Writer,
};
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

/// Finds records that are named and are not there, in what differs from the values before.
/// For a person, records that the person does not see are not there either, and those that
/// the link does not offer cannot be named.
pub(super) async fn check_references(
    work: &mut Work<'_>,
    request: &Save,
    values: (Option<&Values>, &Values),
) -> EngineResult<Problems> {
    let named = named_by(request, values);
    Ok(check_named(work, &request.writer, &named)
        .await?
        .into_iter()
        .map(|(_, problem)| problem)
        .collect())
}

/// The records that a save itself names.
fn named_by(request: &Save, values: (Option<&Values>, &Values)) -> Vec<Named> {
    let mut named = named_records(&request.form.model, values);
    named.retain(|one| one.path.first().is_some_and(|key| request.named.contains(key.as_str())));
    named
}

/// Finds records that are named and are not there, for a person or for the platform: a problem
/// for each with its place among the named.
async fn check_named(
    work: &mut Work<'_>,
    writer: &Writer,
    named: &[Named],
) -> EngineResult<Vec<(usize, Problem)>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    match writer {
        Writer::Member(_) => {
            let is_admin = work.catalog.directory.member(work.by()).is_some_and(|m| m.is_admin);
            let locale = formwork_model::Locale::chinese();
            let caller =
                Caller { member: work.by().to_owned(), locale, is_admin, proof: Proof::default() };
            let catalog = Arc::clone(&work.catalog);
            refused_named(work.connection, &catalog, (&caller, work.now), named).await
        }
        Writer::Flow | Writer::Script | Writer::Seed => missing_records(work, named).await,
    }
}

/// The same for many new records at once: the problems of each.
pub(super) async fn check_references_of_many(
    work: &mut Work<'_>,
    writer: &Writer,
    records: &[(&Save, &Values)],
) -> EngineResult<Vec<Problems>> {
    let (mut named, mut owners) = (Vec::new(), Vec::new());
    for (place, (request, values)) in records.iter().enumerate() {
        named.extend(named_by(request, (None, values)));
        owners.resize(named.len(), place);
    }
    let mut problems = vec![Problems::new(); records.len()];
    for (at, problem) in check_named(work, writer, &named).await? {
        if let Some(of_owner) = owners.get(at).and_then(|place| problems.get_mut(*place)) {
            of_owner.push(problem);
        }
    }
    Ok(problems)
}

/// The owner and the department that are set must be there.
pub(super) fn check_system(
    directory: &Directory,
    (old, system): (Option<&str>, &SystemFields),
) -> Problems {
    let is_new = |id: &str| old != Some(id);
    let owner = system.owner.as_deref().and_then(|id| member_problem(directory, id, is_new(id)));
    let department = system.department.as_deref();
    let department = department.filter(|id| directory.department(id).is_none());
    let owner = owner.map(|problem| problem.at("owner"));
    let department = department.map(|_| Problem::new("unknown_department").at("department"));
    owner.into_iter().chain(department).collect()
}

/// What is wrong with naming a member. People pick those who are active; what was there before,
/// or is carried over from elsewhere, may name somebody who has left meanwhile.
fn member_problem(directory: &Directory, id: &str, is_picked: bool) -> Option<Problem> {
    match directory.member(id) {
        None => Some(Problem::new("unknown_member")),
        Some(member) if is_picked && !member.active => {
            Some(Problem::new("member_inactive").with("name", member.name.as_str()))
        }
        Some(_) => None,
    }
}

fn place(problem: Problem, path: &[String]) -> Problem {
    path.iter().rev().fold(problem, |problem, step| problem.at(step))
}

/// Members and departments that are named and are not there, in what differs from the values
/// before; and members who have left among those that a person has `typed`.
pub(super) fn check_people(
    directory: &Directory,
    form: &FormModel,
    typed: &BTreeSet<FieldKey>,
    values: (Option<&Values>, &Values),
) -> Problems {
    let mut problems = Problems::new();
    each_change(form, values, |field, value, path| {
        let before = path.first().filter(|_| path.len() == 1);
        let before = before.and_then(|key| values.0?.get(key.as_str())).map(ids);
        let is_typed = path.first().is_some_and(|key| typed.contains(key.as_str()));
        let is_picked =
            |id: &str| is_typed && before.as_ref().is_none_or(|before| !before.contains(&id));
        let problem = |id: &str| match field.kind.shape() {
            Shape::Member => member_problem(directory, id, is_picked(id)),
            Shape::Department if directory.department(id).is_none() => {
                Some(Problem::new("unknown_department"))
            }
            _ => None,
        };
        problems.extend(ids(value).into_iter().filter_map(problem).map(|p| place(p, path)));
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
        // What a formula names nobody can mend here: a link to what is gone leads nowhere.
        if before == Some(value) || field.field.formula.is_some() {
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
                let typed = |field: &&FieldModel| field.field.formula.is_none();
                if let Some(field) = subform.fields.get(column).filter(|_| is_new).filter(typed) {
                    let path = [key.to_string(), index.to_string(), column.to_string()];
                    look(field, cell, &path);
                }
            }
        }
    }
}

/// Problems of links whose record is not there at all.
async fn missing_records(
    work: &mut Work<'_>,
    named: &[Named],
) -> EngineResult<Vec<(usize, Problem)>> {
    let mut wanted = LinkLoader::default();
    for name in named {
        wanted.add(&name.link.form, &name.id, &[]);
    }
    let found = wanted.load(work.connection, &work.catalog).await?;
    let missing = named.iter().enumerate().filter(|(_, name)| !found.contains_key(&name.id));
    let problem = |name: &Named| place(Problem::new("unknown_record"), &name.path);
    Ok(missing.map(|(at, name)| (at, problem(name))).collect())
}

/// Problems of links whose record a member does not see, or that do not offer it.
pub(super) async fn refused_records(
    connection: &mut Connection,
    catalog: &Catalog,
    by: (&Caller, Timestamp),
    named: &[Named],
) -> EngineResult<Problems> {
    let refused = refused_named(connection, catalog, by, named).await?;
    Ok(refused.into_iter().map(|(_, problem)| problem).collect())
}

async fn refused_named(
    connection: &mut Connection,
    catalog: &Catalog,
    (caller, now): (&Caller, Timestamp),
    named: &[Named],
) -> EngineResult<Vec<(usize, Problem)>> {
    let mut problems = Vec::new();
    let mut left: Vec<(usize, &Named)> = named.iter().enumerate().collect();
    while let Some((_, first)) = left.first().copied() {
        let alike = |(_, name): &(usize, &Named)| {
            name.link.form == first.link.form && name.link.filter == first.link.filter
        };
        let (group, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(alike);
        left = rest;
        let form = first.link.form.as_str();
        let access = caller.access(catalog, form, now);
        let ids = |names: &[(usize, &Named)]| {
            let ids: BTreeSet<&String> = names.iter().map(|(_, name)| &name.id).collect();
            ids.into_iter().cloned().collect()
        };
        let filter = first.link.filter.as_ref();
        let offered = visible_ids(connection, catalog, (form, &access), filter, ids(&group));
        let offered: HashSet<String> = offered.await?.into_iter().collect();
        let refused: Vec<_> =
            group.into_iter().filter(|(_, name)| !offered.contains(&name.id)).collect();
        let seen = match filter {
            Some(_) if !refused.is_empty() => {
                visible_ids(connection, catalog, (form, &access), None, ids(&refused)).await?
            }
            _ => Vec::new(),
        };
        problems.extend(refused.into_iter().map(|(at, name)| {
            let code =
                if seen.contains(&name.id) { "record_not_offered" } else { "unknown_record" };
            (at, place(Problem::new(code), &name.path))
        }));
    }
    Ok(problems)
}
