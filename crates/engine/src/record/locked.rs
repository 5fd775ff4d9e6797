//! What the screens of stored records need to know beside their values: where a rule lets
//! nobody type now, and why a formula has no value.

use std::{collections::BTreeMap, sync::Arc};

use formwork_model::{FieldKey, Problems, Value, Values};
use formwork_query::{FieldAccess, FormAccess, RowLock, get_fields, reaching_grants_of};
use formwork_rules::{Failures, Locks};
use formwork_store::Connection;

use super::{
    before::Before,
    links::{LinkLoader, load_rule_links},
    moment::Moment,
    stored::{Stored, parse, read_grants},
};
use crate::{EngineResult, catalog::CompiledForm, work::Work};

/// What people cannot change in a stored record; asks nothing where no rule locks.
pub(super) async fn locks_of(
    connection: &mut Connection,
    moment: Moment<'_>,
    form: &CompiledForm,
    record: &Stored,
) -> EngineResult<Locks> {
    if !form.rules.can_lock() {
        return Ok(Locks::default());
    }
    let old = Some(&record.values);
    let before = Before::load(connection, moment, form, (old, &record.values)).await?;
    Ok(before.locks(moment, form))
}

/// The locked fields of those of the records that have some, by id, as far as the access would
/// let them be changed: of any other field a lock would tell what it depends on. At most three
/// queries for a form with `read_only` rules, none for any other.
pub(super) async fn locked_fields(
    connection: &mut Connection,
    moment: Moment<'_>,
    (form, access): (&CompiledForm, &FormAccess),
    ids: &[String],
) -> EngineResult<BTreeMap<String, Vec<FieldKey>>> {
    let mut locked = BTreeMap::new();
    if !form.rules.can_lock() || ids.is_empty() {
        return Ok(locked);
    }
    let mut reads = form.rules.lock_reads();
    reads.extend(form.rules.lock_links_needed().iter().map(|need| need.link.clone()));
    let statement =
        get_fields(connection.dialect(), moment.catalog, &form.model, ids, &reads, RowLock::None);
    let mut records = Vec::with_capacity(ids.len());
    let mut wanted = LinkLoader::default();
    for row in connection.fetch(&statement).await? {
        let values = form.model.read_stored(&parse(&row.text(1)?)?);
        wanted.add_needs(form.rules.lock_links_needed(), &values);
        records.push((row.text(0)?, values));
    }
    let links = wanted.load(connection, moment.catalog).await?;
    let context = moment.context(&links);
    let everywhere = access.clone().of_stored();
    let narrowed = narrowed_each(connection, moment, (form, access), ids).await?;
    for (id, values) in records {
        let locks = form.rules.locks(&values, &context);
        let access = narrowed.get(&id).unwrap_or(&everywhere);
        let open = locks.fields().filter(|key| access.field(key) == FieldAccess::Edit);
        let mut fields: Vec<FieldKey> = open.cloned().collect();
        fields.sort();
        if !fields.is_empty() {
            locked.insert(id, fields);
        }
    }
    Ok(locked)
}

/// Why formulas that a page of records shows have no value, by id. `empty` are the records on
/// which some have none; nothing is asked where there are no such records.
pub(super) async fn failures_on_page(
    connection: &mut Connection,
    moment: Moment<'_>,
    (form, access): (&CompiledForm, &FormAccess),
    empty: &[String],
) -> EngineResult<BTreeMap<String, Problems>> {
    let mut failures = BTreeMap::new();
    if empty.is_empty() {
        return Ok(failures);
    }
    let all: Vec<FieldKey> =
        form.model.fields.keys().chain(form.model.system.keys()).cloned().collect();
    let statement =
        get_fields(connection.dialect(), moment.catalog, &form.model, empty, &all, RowLock::None);
    let mut records = Vec::with_capacity(empty.len());
    let mut wanted = LinkLoader::default();
    for row in connection.fetch(&statement).await? {
        let values = form.model.read_stored(&parse(&row.text(1)?)?);
        wanted.add_rules(&form.rules, &values);
        records.push((row.text(0)?, values));
    }
    let links = wanted.load(connection, moment.catalog).await?;
    let everywhere = access.clone().of_stored();
    let narrowed = narrowed_each(connection, moment, (form, access), empty).await?;
    for (id, mut values) in records {
        let access = narrowed.get(&id).unwrap_or(&everywhere);
        let mut found = form.rules.settle(&mut values, &moment.context(&links)).problems();
        found.retain(|problem| shows(access, &problem.pointer));
        if !found.is_empty() {
            failures.insert(id, found);
        }
    }
    Ok(failures)
}

/// Whether what stands at a pointer, `/field` or `/subform/row/column`, is shown.
pub(super) fn shows(access: &FormAccess, pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let open = match steps.as_slice() {
        [field] => field.parse().map(|field| access.field(&field)),
        [subform, _, column] => match (subform.parse(), column.parse()) {
            (Ok(subform), Ok(column)) => Ok(access.column(&subform, &column)),
            _ => return false,
        },
        _ => return false,
    };
    open.is_ok_and(|open| open != FieldAccess::Hidden)
}

/// What is left of an access on each of the records, where it is not the same on all.
async fn narrowed_each(
    connection: &mut Connection,
    moment: Moment<'_>,
    (form, access): (&CompiledForm, &FormAccess),
    ids: &[String],
) -> EngineResult<BTreeMap<String, FormAccess>> {
    if !access.differs_by_record() {
        return Ok(BTreeMap::new());
    }
    let dialect = connection.dialect();
    let statement = reaching_grants_of(dialect, moment.catalog, &form.model, access, ids);
    let rows = connection.fetch(&statement).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, access.narrowed_to(&read_grants(&row.text(1)?)?))))
        .collect()
}

/// Why formulas of a record have no value, as they would fail now. Asks nothing where all have
/// one.
pub(super) async fn failures_of(
    connection: &mut Connection,
    moment: Moment<'_>,
    form: &CompiledForm,
    values: &Values,
) -> EngineResult<Failures> {
    let is_empty = |key: &FieldKey| values.get(key).is_none_or(Value::is_empty);
    let formulas = form.model.fields.iter().filter(|(_, field)| field.field.formula.is_some());
    let mut may_fail = formulas.map(|(key, _)| key).any(is_empty);
    for (key, subform) in form.model.subforms() {
        let rows = values.get(key).map_or(&[][..], Value::rows);
        may_fail |= subform.fields.iter().any(|(column, field)| {
            let is_empty = |cell: Option<&Value>| cell.is_none_or(Value::is_empty);
            field.field.formula.is_some() && rows.iter().any(|row| is_empty(row.values.get(column)))
        });
    }
    if !may_fail {
        return Ok(Failures::default());
    }
    let mut values = values.clone();
    let links = load_rule_links(connection, moment, &form.rules, &values).await?;
    Ok(form.rules.settle(&mut values, &moment.context(&links)))
}

/// The same of a record that a change reads.
pub(crate) async fn failed_formulas(
    work: &mut Work<'_>,
    form: &CompiledForm,
    values: &Values,
) -> EngineResult<Failures> {
    let (catalog, by) = (Arc::clone(&work.catalog), work.by().to_owned());
    let moment = Moment::new(&catalog, &by, work.now);
    failures_of(work.connection, moment, form, values).await
}
