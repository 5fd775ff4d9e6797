//! The one door through which every record is written.
//!
//! Defaults, fills, formulas, stamps, checks, references, uniqueness, serial numbers, the
//! row and the event: in this order and in the caller's transaction.

use std::{collections::HashSet, sync::Arc};

use formwork_model::{FieldKey, Problem, Problems, Value, Values, kind::Shape};
use formwork_query::{FormAccess, unique_conflict};
use formwork_rules::Links;
use formwork_store::repo::serial::serial_draw;
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use super::write::{Saved, delete};
use super::{
    fill::{self, Given, Picked},
    links::load_rule_links,
    references::check_references,
    rows::{assign_row_ids, keep_unsent_cells},
    stored::{Stored, with_system_values},
    write::{Identity, insert_record, update_record},
};
use crate::{
    EngineResult,
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
    /// What the member sees of the record, should somebody else be faster; none tells nothing.
    pub(crate) seen: Option<FormAccess>,
}

/// System fields that a save sets; the others follow from who saves, or stay.
#[derive(Default)]
pub(crate) struct SystemFields {
    pub(crate) owner: Option<String>,
    pub(crate) department: Option<String>,
    /// The state of its process; an inner none takes it away.
    pub(crate) flow_status: Option<Option<String>>,
    /// For records that tell of the past.
    pub(crate) created_at: Option<Timestamp>,
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
            seen: None,
        }
    }

    /// A change of a stored record.
    pub(crate) fn change(form: Arc<CompiledForm>, old: Stored, set: Values) -> Self {
        Self { old: Some(old), ..Self::new(form, set) }
    }

    /// The same for a member who sees the record with this access.
    pub(crate) fn seen_with(self, access: FormAccess) -> Self {
        Self { seen: Some(access), ..self }
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
    let context = rule_context(&work.catalog, work.principal.by(), work.now, &links);
    identity.title = form.rules.title(&values, &context);
    values.retain(|key, _| form.model.fields.contains_key(key));

    match &request.old {
        None => insert_record(work, &form, identity, values).await,
        Some(old) => {
            let seen = request.seen.as_ref();
            update_record(work, (&form, seen), old, identity, values).await
        }
    }
}

fn identity(work: &Work<'_>, request: &Save) -> Identity {
    let directory = &work.catalog.directory;
    let old = request.old.as_ref();
    let owner = request
        .system
        .owner
        .clone()
        .or_else(|| old.map_or_else(|| Some(work.by().to_owned()), |old| old.owner.clone()));
    let owner_changes = old.is_none_or(|old| old.owner != owner);
    let department = request.system.department.clone().or_else(|| {
        if owner_changes {
            owner.as_deref().and_then(|id| directory.member(id)?.department.clone())
        } else {
            old.and_then(|old| old.department.clone())
        }
    });
    let before = || old.and_then(|old| old.flow_status.clone());
    let flow_status = request.system.flow_status.clone().unwrap_or_else(before);
    Identity {
        id: old.map_or_else(|| Uuid::now_v7().to_string(), |old| old.id.clone()),
        title: String::new(),
        owner,
        department,
        flow_status,
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
        form.rules
            .defaults(values, &rule_context(&work.catalog, work.principal.by(), work.now, &links));
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
    let context = rule_context(&work.catalog, work.principal.by(), work.now, &links);
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
        let context = rule_context(&work.catalog, work.principal.by(), work.now, links);
        problems.extend(form.rules.check(values, &context));
    }
    problems.extend(check_references(work, &form.model, request.trusted, (old, values)).await?);
    let except = request.old.as_ref().map(|old| old.id.as_str());
    let dialect = work.connection.dialect();
    if let Some(statement) = unique_conflict(dialect, &form.model, values, except) {
        for row in work.connection.fetch(&statement).await? {
            problems.push(Problem::new("not_unique").at(row.text(0)?));
        }
    }
    no_problems(problems)
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
