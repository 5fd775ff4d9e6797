//! Whether a derived record may be saved: its own checks, what it names, and that it is alone
//! with what must be unique.

use std::collections::BTreeSet;

use formwork_model::{FieldKey, FormModel, Problem, Problems, Value, Values};
use formwork_query::unique_conflict;

use super::{
    before::Before,
    derive::{Derived, Draft, derive},
    held::{self, Held},
    moment::Moment,
    references::{check_people, check_references, check_system},
    request::Save,
    unshown,
    writer::Demand,
};
use crate::{EngineResult, error::no_problems, work::Work};

/// What of a change is judged.
pub(super) struct Change<'a> {
    /// What was typed, but for what is held.
    pub(super) typed: &'a Values,
    /// The fields that were typed.
    pub(super) named: &'a BTreeSet<FieldKey>,
    pub(super) held: &'a [Held],
    /// Problems that were found on the way.
    pub(super) found: Problems,
    /// The record before, where that matters.
    pub(super) before: Option<&'a Before>,
}

/// Judges a derived record; every problem at once.
///
/// # Errors
/// The problems; a failure of the database.
pub(super) async fn judge(
    work: &mut Work<'_>,
    request: &Save,
    (mut problems, derived): (Problems, &Derived),
) -> EngineResult<()> {
    let form = &request.form;
    let old = request.old.as_ref().map(|old| &old.values);
    let values = &derived.values;
    problems.extend(check_references(work, request, (old, values)).await?);
    let except = request.old.as_ref().map(|old| old.id.as_str());
    let dialect = work.connection.dialect();
    // What the record has already, it has alone.
    let is_new = |key: &FieldKey, value: &Value| {
        form.model.fields.get(key).is_some_and(|field| field.field.unique)
            && old.and_then(|old| old.get(key)) != Some(value)
    };
    let new = values.iter().filter(|(key, value)| is_new(key, value));
    let new = new.map(|(key, value)| (key.clone(), value.clone())).collect();
    if let Some(statement) = unique_conflict(dialect, &form.model, &new, except) {
        hold_unique(work, &form.model).await?;
        for row in work.connection.fetch(&statement).await? {
            problems.push(Problem::new("not_unique").at(row.text(0)?));
        }
    }
    no_problems(problems)
}

/// While the database does not keep unique values apart yet, those who write some take turns.
pub(super) async fn hold_unique(work: &mut Work<'_>, form: &FormModel) -> EngineResult<()> {
    if work.catalog.unique_waits.contains(form.key().as_str()) {
        work.connection.hold_names(&[form.table()]).await?;
    }
    Ok(())
}

/// What is wrong with a derived record by itself, whatever others there are.
pub(super) async fn own_problems(
    work: &mut Work<'_>,
    moment: Moment<'_>,
    request: &Save,
    change: Change<'_>,
    derived: &Derived,
) -> EngineResult<Problems> {
    let Change { typed, named, held, found: mut problems, before } = change;
    let form = &request.form;
    problems.extend(held::refused(&form.model, held, &derived.values));
    problems.extend(rule_problems(work, moment, request, (typed, before), derived).await?);
    let directory = &moment.catalog.directory;
    let owner = request.old.as_ref().and_then(|old| old.owner.as_deref());
    problems.extend(check_system(directory, (owner, &request.system)));
    let old = request.old.as_ref().map(|old| &old.values);
    let values = (old, &derived.values);
    problems.extend(check_people(directory, &form.model, named, values));
    Ok(problems)
}

/// What the form's rules say against the record.
async fn rule_problems(
    work: &mut Work<'_>,
    moment: Moment<'_>,
    request: &Save,
    (typed, before): (&Values, Option<&Before>),
    derived: &Derived,
) -> EngineResult<Problems> {
    let form = &request.form;
    let context = moment.context(&derived.links);
    let mut problems = Problems::new();
    if let Some(before) = before.filter(|_| form.rules.can_hide()) {
        let after = form.rules.states(&derived.values, &derived.failures, &context);
        problems.extend(unshown::refused(form, moment, before, (typed, &after)));
    }
    if request.demand == Demand::Nothing {
        return Ok(problems);
    }
    let old = request.old.as_ref().map(|old| &old.values);
    let changed = |key: &FieldKey| {
        let value = |values: Option<&Values>| values.and_then(|all| all.get(key)).cloned();
        value(old).unwrap_or(Value::Null) != value(Some(&derived.values)).unwrap_or(Value::Null)
    };
    // What may stay broken where it was.
    let (broken, mut lenient) = match request.demand {
        Demand::Touched => {
            form.rules.check_apart(&derived.values, &derived.failures, &context, changed)
        }
        Demand::NoWorse => {
            (Problems::new(), form.rules.check(&derived.values, &derived.failures, &context))
        }
        Demand::Whole | Demand::Nothing => {
            (form.rules.check(&derived.values, &derived.failures, &context), Problems::new())
        }
    };
    if !lenient.is_empty() {
        let known = broken_before(work, moment, request).await?;
        lenient.retain(|problem| !known.contains(problem));
    }
    problems.extend(broken);
    problems.extend(lenient);
    Ok(problems)
}

/// What was already wrong with the stored record.
async fn broken_before(
    work: &mut Work<'_>,
    moment: Moment<'_>,
    request: &Save,
) -> EngineResult<Problems> {
    let Some(old) = &request.old else { return Ok(Problems::new()) };
    let system = old.values.iter().filter(|(key, _)| request.form.model.system.contains_key(*key));
    let draft = Draft {
        form: &request.form,
        old: Some(&old.values),
        system: system.map(|(key, value): (_, &Value)| (key.clone(), value.clone())).collect(),
        set: Values::new(),
        picked: &[],
        unstamped: None,
    };
    let before = derive(work.connection, moment, draft).await?;
    let context = moment.context(&before.links);
    Ok(request.form.rules.check(&before.values, &before.failures, &context))
}
