//! Many new records through the one door: derived and judged one by one, as each would be by
//! itself, with what they read of others read for all at once, and written together.

use std::{collections::HashSet, sync::Arc};

use formwork_model::{FieldKey, FormModel, Problem, Problems, Value, Values};
use formwork_query::unique_conflicts;

use super::{
    derive::Derived,
    fill::add_sources,
    judge::hold_unique,
    known::Known,
    links::LinkLoader,
    moment::Moment,
    references::check_references_of_many,
    rows::assign_row_ids,
    save::{Save, Saved, derived, draw_serials},
    scope::{Whereabouts, may_have_left, stay},
    write::{Identity, insert_records},
};
use crate::{EngineError, EngineResult, catalog::CompiledForm, error::no_problems, work::Work};

/// A record that is ready to be judged beside the others.
struct Candidate {
    request: Save,
    identity: Identity,
    derived: Derived,
    problems: Problems,
}

/// Saves new records of one form and one writer together, as if each came alone after those
/// before it: what became of each, in their order. Nothing is written and there is no answer
/// when only the database can tell which of them must be refused; then they are saved one by
/// one.
///
/// # Errors
/// A failure of the database.
pub(crate) async fn save_many(
    work: &mut Work<'_>,
    form: &Arc<CompiledForm>,
    requests: Vec<Save>,
) -> EngineResult<Option<Vec<EngineResult<Saved>>>> {
    let catalog = Arc::clone(&work.catalog);
    let by = work.by().to_owned();
    let known = read_ahead(work, form, &requests).await?;
    let moment = Moment { known: Some(&known), ..Moment::new(&catalog, &by, work.now) };
    let mut candidates = Vec::with_capacity(requests.len());
    for mut request in requests {
        let (identity, derived, problems) = derived(work, moment, &mut request).await?;
        candidates.push(Candidate { request, identity, derived, problems });
    }
    judge_among_others(work, form, &mut candidates).await?;
    write(work, moment, form, candidates).await
}

/// Reads the records that the new ones link to, as far as they are named in what is typed.
async fn read_ahead(
    work: &mut Work<'_>,
    form: &CompiledForm,
    requests: &[Save],
) -> EngineResult<Known> {
    let mut wanted = LinkLoader::default();
    for values in requests.iter().flat_map(|request| [&request.typed, &request.set]) {
        add_sources(&mut wanted, &form.model, values);
        wanted.add_rules(&form.rules, values);
        wanted.add_needs(form.rules.lock_links_needed(), values);
    }
    wanted.known(work.connection, &work.catalog).await
}

/// Adds what is wrong with records because of others: those that they name, and those that
/// have what must be unique, among them the ones before.
async fn judge_among_others(
    work: &mut Work<'_>,
    form: &CompiledForm,
    candidates: &mut [Candidate],
) -> EngineResult<()> {
    let Some(first) = candidates.first() else { return Ok(()) };
    let values: Vec<&Values> = candidates.iter().map(|one| &one.derived.values).collect();
    let named: Vec<(&Save, &Values)> =
        candidates.iter().map(|one| (&one.request, &one.derived.values)).collect();
    let missing = check_references_of_many(work, &first.request.writer, &named).await?;
    let mut taken: HashSet<(usize, String)> = HashSet::new();
    let statements = unique_conflicts(work.connection.dialect(), &form.model, &values);
    if !statements.is_empty() {
        hold_unique(work, &form.model).await?;
    }
    for statement in statements {
        for row in work.connection.fetch(&statement).await? {
            taken.insert((usize::try_from(row.int(1)?).unwrap_or(usize::MAX), row.text(0)?));
        }
    }
    let mut seen: HashSet<(FieldKey, String)> = HashSet::new();
    for (place, (candidate, missing)) in candidates.iter_mut().zip(missing).enumerate() {
        candidate.problems.extend(missing);
        let own = unique_values(&form.model, &candidate.derived.values);
        for (key, value) in &own {
            let is_taken = taken.contains(&(place, key.to_string()));
            if is_taken || seen.contains(&(key.clone(), value.clone())) {
                candidate.problems.push(Problem::new("not_unique").at(key));
            }
        }
        if candidate.problems.is_empty() {
            seen.extend(own);
        }
    }
    Ok(())
}

/// The values of unique fields, in a form in which equal ones are the same.
fn unique_values(form: &FormModel, values: &Values) -> Vec<(FieldKey, String)> {
    let unique = form.stored_fields().filter(|(_, field)| field.field.unique);
    let filled = unique.filter_map(|(key, _)| {
        let text = match values.get(key)? {
            value if value.is_empty() => return None,
            Value::Number(number) => number.normalize().to_string(),
            value => value.to_json().to_string(),
        };
        Some((key.clone(), text))
    });
    filled.collect()
}

/// Writes those that have no problems.
async fn write(
    work: &mut Work<'_>,
    moment: Moment<'_>,
    form: &Arc<CompiledForm>,
    candidates: Vec<Candidate>,
) -> EngineResult<Option<Vec<EngineResult<Saved>>>> {
    let mut outcomes: Vec<EngineResult<()>> = Vec::with_capacity(candidates.len());
    let mut accepted = Vec::with_capacity(candidates.len());
    for mut candidate in candidates {
        let problems = std::mem::take(&mut candidate.problems);
        if problems.is_empty() {
            accepted.push(candidate);
        }
        outcomes.push(no_problems(problems));
    }
    let Some(saved) = write_accepted(work, moment, form, accepted).await? else {
        return Ok(None);
    };
    let mut saved = saved.into_iter();
    let lost = || EngineError::unexpected("a record that was not written");
    let outcomes =
        outcomes.into_iter().map(|done| done.and_then(|()| saved.next().ok_or_else(lost)));
    Ok(Some(outcomes.collect()))
}

async fn write_accepted(
    work: &mut Work<'_>,
    moment: Moment<'_>,
    form: &Arc<CompiledForm>,
    mut accepted: Vec<Candidate>,
) -> EngineResult<Option<Vec<Saved>>> {
    for candidate in &mut accepted {
        assign_row_ids(None, &mut candidate.derived.values);
    }
    let mut values: Vec<&mut Values> =
        accepted.iter_mut().map(|candidate| &mut candidate.derived.values).collect();
    draw_serials(work, form, &mut values).await?;
    let (mut records, mut to_look_at) = (Vec::with_capacity(accepted.len()), Vec::new());
    let mut example = None;
    for Candidate { request, mut identity, derived, .. } in accepted {
        let Derived { mut values, links, .. } = derived;
        identity.title = form.rules.title(&values, &moment.context(&links));
        values.retain(|key, _| form.model.fields.contains_key(key));
        let now = Whereabouts::of(&request, &identity, &values);
        if now.is_some_and(|now| may_have_left(&request, &now).is_some()) {
            to_look_at.push(identity.id.clone());
        }
        records.push((identity, values));
        example.get_or_insert(request);
    }
    if records.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let saved = insert_records(work, form, records).await?;
    if let Some(request) = example.filter(|_| !to_look_at.is_empty())
        && !stay(work, &request, &to_look_at).await?
    {
        return Ok(None);
    }
    Ok(Some(saved))
}
