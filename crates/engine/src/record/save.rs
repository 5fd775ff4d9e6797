//! The one door through which every record is written.
//!
//! What was typed is measured by the record before, the rest is derived, the result judged
//! and written, and where it then lies is looked at: in this order and in the caller's
//! transaction.

use std::{collections::BTreeSet, sync::Arc};

use formwork_model::{FieldKey, Problems, Value, Values, kind::Shape};
use formwork_store::repo::serial::serial_draw;

use super::{
    before::Before,
    derive::{Derived, Draft, derive},
    held::{Held, hold},
    judge::{Change, judge, own_problems},
    moment::Moment,
    request::{take_system, unsettable},
    rows::assign_row_ids,
    scope::{Whereabouts, must_stay},
    write::{Identity, insert_record, update_record},
};
pub(crate) use super::{
    request::{Save, SystemFields},
    write::{Saved, delete},
    writer::{Demand, Writer},
};
use crate::{EngineResult, catalog::CompiledForm, work::Work};

/// Saves a record.
///
/// # Errors
/// Every problem with its place; a version conflict; a failure of the database.
pub(crate) async fn save(work: &mut Work<'_>, mut request: Save) -> EngineResult<Saved> {
    let form = Arc::clone(&request.form);
    let catalog = Arc::clone(&work.catalog);
    let by = work.by().to_owned();
    let moment = Moment::new(&catalog, &by, work.now);
    let (mut identity, derived, problems) = derived(work, moment, &mut request).await?;
    judge(work, &request, (problems, &derived)).await?;
    let Derived { mut values, links, .. } = derived;
    assign_row_ids(request.old.as_ref().map(|old| &old.values), &mut values);
    if request.old.is_none() {
        draw_serials(work, &form, &mut [&mut values]).await?;
    }
    identity.title = form.rules.title(&values, &moment.context(&links));
    values.retain(|key, _| form.model.fields.contains_key(key));

    let now = Whereabouts::of(&request, &identity, &values);
    let saved = match &request.old {
        None => insert_record(work, &form, identity, values).await?,
        Some(old) => {
            let seen = request.writer.access();
            update_record(work, (&form, seen), old, identity, values).await?
        }
    };
    if let Some(now) = now {
        must_stay(work, &request, &saved, &now).await?;
    }
    Ok(saved)
}

/// Derives the record, and finds what is wrong with it by itself; what was typed of system
/// fields moves to their place.
pub(super) async fn derived(
    work: &mut Work<'_>,
    moment: Moment<'_>,
    request: &mut Save,
) -> EngineResult<(Identity, Derived, Problems)> {
    let mut typed = std::mem::take(&mut request.typed);
    let named: BTreeSet<FieldKey> = typed.keys().cloned().collect();
    let mut set = std::mem::take(&mut request.set);
    request.named = named.iter().chain(set.keys()).cloned().collect();
    let (held, mut found, before) = measure(work, moment, request, &mut typed).await?;
    let model = &request.form.model;
    found.extend(unsettable(model, &request.writer, &set));
    found.extend(take_system(model, &mut typed, &mut request.system));
    found.extend(take_system(model, &mut set, &mut request.system));
    let identity = Identity::of(moment, request.old.as_ref(), &request.system);

    let old = request.old.as_ref().map(|old| &old.values);
    let unstamped = request.writer.outranks_stamps().then(|| set.clone());
    let shown = if before.is_some() { typed.clone() } else { Values::new() };
    typed.extend(set);
    let draft = Draft {
        form: &request.form,
        old,
        system: identity.system_values(model),
        set: typed,
        picked: &[],
        unstamped: unstamped.as_ref(),
    };
    let derived = derive(work.connection, moment, draft).await?;
    let change =
        Change { typed: &shown, named: &named, held: &held, found, before: before.as_ref() };
    let problems = own_problems(work, moment, request, change, &derived).await?;
    Ok((identity, derived, problems))
}

/// Takes what was typed at places that the record, as it was, lets nobody change out of it.
async fn measure(
    work: &mut Work<'_>,
    moment: Moment<'_>,
    request: &Save,
    typed: &mut Values,
) -> EngineResult<(Vec<Held>, Problems, Option<Before>)> {
    let rules = &request.form.rules;
    if typed.is_empty() || !(rules.can_lock() || rules.can_hide()) {
        return Ok((Vec::new(), Problems::new(), None));
    }
    let old = request.old.as_ref();
    let system = Identity::of(moment, old, &request.system).system_values(&request.form.model);
    let old = old.map(|old| &old.values);
    let before = Before::load(work.connection, moment, &request.form, (old, &system)).await?;
    let locks = before.locks(moment, &request.form);
    let (held, found) = hold(&request.form.model, &locks, old, typed);
    Ok((held, found, Some(before)))
}

/// Draws the serial numbers of new records, in their order.
pub(super) async fn draw_serials(
    work: &mut Work<'_>,
    form: &CompiledForm,
    records: &mut [&mut Values],
) -> EngineResult<()> {
    let today = work.today();
    for (key, field) in form.model.stored_fields() {
        let Shape::Serial(serial) = field.kind.shape() else { continue };
        let is_without = |values: &&mut &mut Values| values.get(key).is_none_or(Value::is_empty);
        let without: Vec<_> = records.iter_mut().filter(is_without).collect();
        if without.is_empty() {
            continue;
        }
        let period = serial.counter_name(today);
        let form_key = form.model.key().as_str();
        let wanted = i64::try_from(without.len()).unwrap_or(i64::MAX);
        let of = (form_key, key.as_str(), period.as_str());
        let last = serial_draw(work.connection, of, wanted).await?;
        for (values, count) in without.into_iter().zip(last - wanted + 1..) {
            values.insert(key.clone(), Value::Text(serial.render(count, today)));
        }
    }
    Ok(())
}
