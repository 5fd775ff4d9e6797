//! The one door through which every record is written.
//!
//! Defaults, fills, formulas, stamps, checks, references, uniqueness, serial numbers, the
//! row and the event: in this order and in the caller's transaction.

use std::{collections::HashSet, sync::Arc};

use formwork_model::{
    FieldKey, Problem, Problems, Value, Values, kind::Shape, value::values_to_json,
};
use formwork_query::{Deletion, NewRow, RowChange, insert, soft_delete, unique_conflict, update};
use formwork_rules::Links;
use formwork_store::{
    StoreError,
    repo::{
        event::{NewEvent, event_append},
        serial::serial_draw,
    },
};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    fill::{self, Given, Picked},
    links::load_rule_links,
    references::check_references,
    stored::{Stored, load, with_system_values},
    submit::conflict,
};
use crate::{
    EngineError, EngineResult,
    catalog::CompiledForm,
    error::no_problems,
    work::{Work, rule_context},
};

/// What is to become of a record.
pub(crate) struct Save {
    pub(crate) form: Arc<CompiledForm>,
    /// The record before; none for a new one.
    pub(crate) old: Option<Stored>,
    /// The fields that are set; the others stay.
    pub(crate) set: Values,
    /// System fields that are set.
    pub(crate) system: SystemFields,
    /// Whether it must be complete; a draft need not be.
    pub(crate) complete: bool,
    /// Whether links may lead to records that the member does not see.
    pub(crate) trusted: bool,
}

/// System fields that a save sets; the others follow from who saves, or stay.
#[derive(Default)]
pub(crate) struct SystemFields {
    pub(crate) owner: Option<String>,
    pub(crate) department: Option<String>,
    pub(crate) flow_status: Option<String>,
    /// For records that tell of the past.
    pub(crate) created_at: Option<Timestamp>,
}

/// A record as it was saved.
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) title: String,
}

impl Save {
    /// A new, complete record.
    pub(crate) fn new(form: Arc<CompiledForm>, set: Values) -> Self {
        Self {
            form,
            old: None,
            set,
            system: SystemFields::default(),
            complete: true,
            trusted: false,
        }
    }

    /// A change of a stored record.
    pub(crate) fn change(form: Arc<CompiledForm>, old: Stored, set: Values) -> Self {
        Self { old: Some(old), ..Self::new(form, set) }
    }
}

/// Saves a record.
///
/// # Errors
/// Every problem with its place; a version conflict; a failure of the database.
pub(crate) async fn save(work: &mut Work<'_>, request: Save) -> EngineResult<Saved> {
    let form = Arc::clone(&request.form);
    let old_values = request.old.as_ref().map(|old| old.own_values(&form.model));
    let mut identity = identity(work, &request);
    let mut values = old_values.clone().unwrap_or_default();
    let given: HashSet<FieldKey> = request.set.keys().cloned().collect();
    values.extend(request.set.clone());
    keep_unsent_cells(old_values.as_ref(), &mut values);
    add_system_values(&mut values, &form, &identity);

    let links = derive(work, &request, old_values.as_ref(), &mut values, &given).await?;
    check(work, &request, old_values.as_ref(), &values, &links).await?;
    assign_row_ids(old_values.as_ref(), &mut values);
    if request.old.is_none() {
        draw_serials(work, &form, &mut values).await?;
    }
    let context = rule_context(&work.catalog, &work.by, work.now, &links);
    identity.title = form.rules.title(&values, &context);
    values.retain(|key, _| form.model.fields.contains_key(key));

    match &request.old {
        None => insert_record(work, &form, identity, values).await,
        Some(old) => update_record(work, &form, old, identity, values).await,
    }
}

/// Who and where a record is, beside its fields.
struct Identity {
    id: String,
    title: String,
    owner: Option<String>,
    department: Option<String>,
    flow_status: Option<String>,
    created_at: Timestamp,
}

fn identity(work: &Work<'_>, request: &Save) -> Identity {
    let directory = &work.catalog.directory;
    let old = request.old.as_ref();
    let owner = request
        .system
        .owner
        .clone()
        .or_else(|| old.map_or_else(|| Some(work.by.clone()), |old| old.owner.clone()));
    let owner_changes = old.is_none_or(|old| old.owner != owner);
    let department = request.system.department.clone().or_else(|| {
        if owner_changes {
            owner.as_deref().and_then(|id| directory.member(id)?.department.clone())
        } else {
            old.and_then(|old| old.department.clone())
        }
    });
    let flow_status = request.system.flow_status.clone();
    Identity {
        id: old.map_or_else(|| Uuid::now_v7().to_string(), |old| old.id.clone()),
        title: String::new(),
        owner,
        department,
        flow_status: flow_status.or_else(|| old.and_then(|old| old.flow_status.clone())),
        created_at: request.system.created_at.unwrap_or(work.now),
    }
}

fn add_system_values(values: &mut Values, form: &CompiledForm, identity: &Identity) {
    let system = [
        ("id", Some(identity.id.as_str())),
        ("owner", identity.owner.as_deref()),
        ("department", identity.department.as_deref()),
        ("flow_status", identity.flow_status.as_deref()),
    ];
    with_system_values(values, &form.model, &system);
}

/// Everything that follows from what is set: defaults, fills, formulas and stamps. Answers
/// the linked records that the rules read.
async fn derive(
    work: &mut Work<'_>,
    request: &Save,
    old: Option<&Values>,
    values: &mut Values,
    given: &HashSet<FieldKey>,
) -> EngineResult<Links> {
    let form = &request.form;
    if old.is_none() {
        let links = load_rule_links(work.connection, &work.catalog, &form.rules, values).await?;
        form.rules.defaults(values, &rule_context(&work.catalog, &work.by, work.now, &links));
    }
    let picked: Vec<Picked> = fill::picked(&form.model, old, values);
    if !picked.is_empty() {
        let given = Given::Fields(given);
        fill::fill(work.connection, &work.catalog, &form.model, values, &picked, given).await?;
        let rows_changed = picked.iter().any(|pick| matches!(pick, Picked::Field(_)));
        let nested = fill::picked(&form.model, old, values);
        let nested: Vec<Picked> =
            nested.into_iter().filter(|pick| rows_changed && !picked.contains(pick)).collect();
        if !nested.is_empty() {
            fill::fill(work.connection, &work.catalog, &form.model, values, &nested, given).await?;
        }
    }
    let links = load_rule_links(work.connection, &work.catalog, &form.rules, values).await?;
    let context = rule_context(&work.catalog, &work.by, work.now, &links);
    let mut problems = form.rules.compute(values, &context);
    // Once: a stamp that counts must not count its own change.
    if !form.rules.stamp(old, values, &context).is_empty() {
        problems = form.rules.compute(values, &context);
    }
    if request.trusted {
        // What a script or a process sets wins over what a stamp would say.
        let plain = request.set.iter().filter(|(_, value)| !matches!(value, Value::Rows(_)));
        values.extend(plain.map(|(key, value)| (key.clone(), value.clone())));
        problems = form.rules.compute(values, &context);
    }
    no_problems(problems)?;
    Ok(links)
}

async fn check(
    work: &mut Work<'_>,
    request: &Save,
    old: Option<&Values>,
    values: &Values,
    links: &Links,
) -> EngineResult<()> {
    let form = &request.form;
    let mut problems = Problems::new();
    if request.complete {
        let context = rule_context(&work.catalog, &work.by, work.now, links);
        problems.extend(form.rules.check(values, &context));
    }
    problems.extend(check_references(work, request, old, values).await?);
    let except = request.old.as_ref().map(|old| old.id.as_str());
    let dialect = work.connection.dialect();
    if let Some(statement) = unique_conflict(dialect, &form.model, values, except) {
        for row in work.connection.fetch(&statement).await? {
            problems.push(Problem::new("not_unique").at(row.text(0)?));
        }
    }
    no_problems(problems)
}

/// Cells of stored rows that were not handed in stay: whoever cannot see a column must not
/// empty it by saving.
fn keep_unsent_cells(old: Option<&Values>, values: &mut Values) {
    let Some(old) = old else { return };
    for (key, value) in values.iter_mut() {
        let (Value::Rows(rows), Some(Value::Rows(stored))) = (value, old.get(key)) else {
            continue;
        };
        for row in rows.iter_mut().filter(|row| row.id.is_some()) {
            let Some(before) = stored.iter().find(|before| before.id == row.id) else { continue };
            for (column, cell) in &before.values {
                row.values.entry(column.clone()).or_insert_with(|| cell.clone());
            }
        }
    }
}

/// Rows keep the ids that they have in this record; all others get new ones.
fn assign_row_ids(old: Option<&Values>, values: &mut Values) {
    for (key, value) in values.iter_mut() {
        let Value::Rows(rows) = value else { continue };
        let known: HashSet<&str> = old
            .and_then(|old| old.get(key))
            .map_or(&[][..], Value::rows)
            .iter()
            .filter_map(|row| row.id.as_deref())
            .collect();
        let mut taken: HashSet<String> = HashSet::new();
        for row in rows {
            let keeps = row.id.as_deref().is_some_and(|id| known.contains(id));
            if !keeps || !row.id.as_ref().is_some_and(|id| taken.insert(id.clone())) {
                row.id = Some(Uuid::now_v7().to_string());
            }
        }
    }
}

async fn draw_serials(
    work: &mut Work<'_>,
    form: &CompiledForm,
    values: &mut Values,
) -> EngineResult<()> {
    let today = work.today();
    for (key, field) in form.model.stored_fields() {
        let Shape::Serial(serial) = field.kind.shape() else { continue };
        if values.get(key).is_some_and(|value| !value.is_empty()) {
            continue;
        }
        let period = serial.counter_name(today);
        let form_key = form.model.key().as_str();
        let count = serial_draw(work.connection, form_key, key.as_str(), &period).await?;
        values.insert(key.clone(), Value::Text(serial.render(count, today)));
    }
    Ok(())
}

async fn insert_record(
    work: &mut Work<'_>,
    form: &CompiledForm,
    identity: Identity,
    values: Values,
) -> EngineResult<Saved> {
    let row = NewRow {
        id: identity.id,
        version: 1,
        revision: form.model.revision,
        title: identity.title,
        owner: identity.owner,
        department: identity.department,
        flow_status: identity.flow_status,
        created_at: identity.created_at,
        created_by: work.by.clone(),
    };
    let statements = insert(work.connection.dialect(), &form.model, &row, &values)?;
    for statement in &statements {
        work.connection.run(statement).await.map_err(|error| not_unique(form, error))?;
    }
    let filled: Values =
        values.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let detail = json!({ "version": 1, "values": values_to_json(&filled) });
    append_event(work, form, "record_created", &row.id, identity.created_at, &detail).await?;
    Ok(Saved { id: row.id, version: 1, title: row.title })
}

async fn update_record(
    work: &mut Work<'_>,
    form: &CompiledForm,
    old: &Stored,
    identity: Identity,
    values: Values,
) -> EngineResult<Saved> {
    let changed: Values = values
        .iter()
        .filter(|(key, value)| !same(old.values.get(*key), value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut differences = differences(old, &identity, &changed);
    if differences.is_empty() && old.title == identity.title {
        let (id, version, title) = (old.id.clone(), old.version, old.title.clone());
        return Ok(Saved { id, version, title });
    }
    let change = RowChange {
        id: identity.id,
        expected_version: old.version,
        new_version: old.version.saturating_add(1),
        revision: form.model.revision,
        title: identity.title,
        owner: identity.owner,
        department: identity.department,
        flow_status: identity.flow_status,
        updated_at: work.now,
        updated_by: work.by.clone(),
    };
    let statements = update(work.connection.dialect(), &form.model, &change, &changed)?;
    for (index, statement) in statements.iter().enumerate() {
        let touched =
            work.connection.run(statement).await.map_err(|error| not_unique(form, error))?;
        if index == 0 && touched == 0 {
            return Err(overtaken(work, form, old).await?);
        }
    }
    let detail = json!({ "version": change.new_version, "changes": differences.split_off(0) });
    append_event(work, form, "record_updated", &change.id, work.now, &detail).await?;
    Ok(Saved { id: change.id, version: change.new_version, title: change.title })
}

/// Somebody else was faster, between reading the record and writing it: what they did.
async fn overtaken(
    work: &mut Work<'_>,
    form: &CompiledForm,
    old: &Stored,
) -> EngineResult<EngineError> {
    let (catalog, access) = (Arc::clone(&work.catalog), work.system_access());
    let now = load(work.connection, &catalog, &form.model, &access, &old.id).await?;
    conflict(work, &old.id, old.version, now.version).await
}

/// Empty is empty, whether it was never set or taken away.
fn same(before: Option<&Value>, after: &Value) -> bool {
    match before {
        None => after.is_empty(),
        Some(before) => before == after || (before.is_empty() && after.is_empty()),
    }
}

fn differences(old: &Stored, identity: &Identity, changed: &Values) -> Vec<Json> {
    let mut found: Vec<Json> = changed
        .iter()
        .map(|(key, value)| {
            let before = old.values.get(key).map_or(Json::Null, Value::to_json);
            json!({ "field": key, "from": before, "to": value.to_json() })
        })
        .collect();
    let system = [
        ("owner", &old.owner, &identity.owner),
        ("department", &old.department, &identity.department),
        ("flow_status", &old.flow_status, &identity.flow_status),
    ];
    for (field, before, after) in system.into_iter().filter(|(_, before, after)| before != after) {
        found.push(json!({ "field": field, "from": before, "to": after }));
    }
    found
}

/// A unique index speaks of a column; the user thinks of a field.
fn not_unique(form: &CompiledForm, error: StoreError) -> EngineError {
    let StoreError::NotUnique { constraint, .. } = &error else { return error.into() };
    let unique = form.model.stored_fields().filter(|(_, field)| field.field.unique);
    let named = |column: &str| {
        let index = formwork_model::change::Index {
            table: form.model.table(),
            columns: vec![(column.to_owned(), false)],
            unique: true,
        };
        constraint.contains(&index.name()) || constraint.ends_with(&format!(".{column}"))
    };
    let field = unique.into_iter().find(|(_, field)| named(&field.column));
    match field {
        Some((key, _)) => EngineError::problem(Problem::new("not_unique").at(key)),
        None => error.into(),
    }
}

async fn append_event(
    work: &mut Work<'_>,
    form: &CompiledForm,
    kind: &'static str,
    record: &str,
    at: Timestamp,
    detail: &Json,
) -> EngineResult<()> {
    let event = NewEvent {
        at: at.as_millisecond(),
        by: work.by.clone(),
        kind,
        subject: form.model.key().to_string(),
        record: Some(record.to_owned()),
        detail: detail.to_string(),
    };
    Ok(event_append(work.connection, &event).await?)
}

/// Marks a record as deleted.
///
/// # Errors
/// A version conflict, or a failure of the database.
pub(crate) async fn delete(
    work: &mut Work<'_>,
    form: &CompiledForm,
    old: &Stored,
) -> EngineResult<()> {
    let deletion = Deletion {
        id: old.id.clone(),
        expected_version: old.version,
        new_version: old.version.saturating_add(1),
        at: work.now,
        by: work.by.clone(),
    };
    let statement = soft_delete(work.connection.dialect(), &form.model, &deletion);
    if work.connection.run(&statement).await? == 0 {
        return Err(overtaken(work, form, old).await?);
    }
    let detail = json!({ "version": deletion.new_version, "title": old.title });
    append_event(work, form, "record_deleted", &old.id, work.now, &detail).await
}
