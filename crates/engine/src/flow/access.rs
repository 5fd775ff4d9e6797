//! What taking part in an instance lets a member see and do, whatever permission groups say.

use formwork_flow::FlowVersion;
use formwork_model::{
    FieldKey,
    document::{AssignedStep, Operation, StepFields},
};
use formwork_query::{FieldAccess, FormAccess, Grant};
use formwork_store::{
    Connection,
    repo::{
        instance::{instance_get, instance_of_record},
        task::{TaskRow, task_get, task_steps_of_member},
    },
};
use jiff::Timestamp;

use super::{
    facts::{admins_now, is_flow_admin},
    versions::is_unreadable,
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    catalog::{Catalog, CompiledForm},
    work::Work,
};

/// A step with tasks.
pub(super) fn assigned_step<'flow>(
    version: &'flow FlowVersion,
    step: &str,
) -> Option<&'flow AssignedStep> {
    version.step(&step.parse().ok()?)?.kind.assigned()
}

/// What a step says of fields.
pub(super) fn step_fields<'flow>(
    version: &'flow FlowVersion,
    step: &str,
) -> Option<&'flow StepFields> {
    assigned_step(version, step).map(|assigned| &assigned.fields)
}

/// What the holder of a task may do with its record.
pub(super) fn step_access(
    work: &Work<'_>,
    caller: &Caller,
    version: &FlowVersion,
    step: &str,
    record: &str,
) -> FormAccess {
    access_at_step((&work.catalog, caller, work.now), version, step, record, true)
}

/// What a step shows, without what the member's permission groups hide and the step does not
/// mean to show.
fn access_at_step(
    (catalog, caller, now): (&Catalog, &Caller, Timestamp),
    version: &FlowVersion,
    step: &str,
    record: &str,
    is_open: bool,
) -> FormAccess {
    let fields = step_fields(version, step).cloned().unwrap_or_default();
    let mut hidden = hidden_by_groups(catalog, caller, version.flow.form.as_str(), now);
    hidden.retain(|path| !is_meant(&fields, path));
    hidden.extend(fields.hidden.iter().map(ToString::to_string));
    let editable = if is_open { fields.editable } else { Vec::new() };
    let reader = caller.reader(catalog, now);
    FormAccess::granted(reader, Vec::<Grant>::new())
        .only_record(record)
        .with_task_fields(editable, hidden)
}

/// The fields, or `subform.column`, that every permission group of a member hides who sees
/// records of the form by one. Who sees none by a group sees what the step shows.
fn hidden_by_groups(catalog: &Catalog, caller: &Caller, form: &str, now: Timestamp) -> Vec<String> {
    let access = caller.access(catalog, form, now).of_stored();
    let Some(form) = catalog.compiled(form) else { return Vec::new() };
    if !access.may(Operation::View) || access.shows_all() {
        return Vec::new();
    }
    let mut hidden = Vec::new();
    for (key, field) in form.model.fields.iter().chain(&form.model.system) {
        if access.field(key) == FieldAccess::Hidden {
            hidden.push(key.to_string());
        }
        let columns = field.subform.iter().flat_map(|subform| subform.fields.keys());
        let columns = columns.filter(|column| access.column(key, column) == FieldAccess::Hidden);
        hidden.extend(columns.map(|column| format!("{key}.{column}")));
    }
    hidden
}

/// Whether a step means a field to be seen: it says so, or has it filled in.
fn is_meant(fields: &StepFields, path: &str) -> bool {
    let typed = fields.editable.iter().chain(&fields.required);
    fields.reveals.iter().any(|shown| shown == path)
        || typed.map(FieldKey::as_str).any(|field| field == path)
}

/// The access that a task gives its member, and the task.
pub(crate) async fn task_access(
    engine: &Engine,
    connection: &mut Connection,
    catalog: &Catalog,
    caller: &Caller,
    task: &str,
) -> EngineResult<(FormAccess, TaskRow)> {
    let row = task_get(connection, task).await?;
    let row = row.filter(|row| row.member == caller.member).ok_or(EngineError::NotFound)?;
    let instance = instance_get(connection, &row.instance).await?;
    let instance = instance.ok_or(EngineError::NotFound)?;
    let version = engine.version_of(connection, catalog, &instance).await?;
    let is_open = row.state == "open";
    let by = (catalog, caller, engine.now());
    Ok((access_at_step(by, &version, &row.step, &row.record, is_open), row))
}

/// The access of a member who has or had a task on a record: to read it as the steps did.
pub(crate) async fn participant_access(
    engine: &Engine,
    connection: &mut Connection,
    catalog: &Catalog,
    caller: &Caller,
    form: &CompiledForm,
    record: &str,
) -> EngineResult<FormAccess> {
    let steps = task_steps_of_member(connection, record, &caller.member).await?;
    if steps.is_empty() && !administers(engine, connection, catalog, caller, record).await? {
        return Err(EngineError::NotFound);
    }
    let now = engine.now();
    let mut meant: Vec<StepFields> = Vec::new();
    for step in &steps {
        let of = (step.form.as_str(), step.flow.as_str(), step.flow_version);
        let version = match engine.flow_at(connection, catalog, of).await {
            Ok(version) => version,
            // What its step showed is not known.
            Err(error) if is_unreadable(&error) => continue,
            Err(error) => return Err(error),
        };
        meant.extend(step_fields(&version, &step.step).cloned());
    }
    let mut hidden = hidden_by_groups(catalog, caller, form.model.key().as_str(), now);
    hidden.retain(|path| !meant.iter().any(|fields| is_meant(fields, path)));
    let by_steps = meant.iter().flat_map(|fields| &fields.hidden);
    let by_steps = by_steps.filter(|key| form.model.fields.contains_key(*key));
    hidden.extend(by_steps.map(ToString::to_string));
    let reader = caller.reader(catalog, now);
    Ok(FormAccess::granted(reader, Vec::<Grant>::new())
        .only_record(record)
        .with_task_fields(Vec::new(), hidden))
}

impl Engine {
    /// What a task lets its member see and do with the fields of its form, and the form.
    ///
    /// # Errors
    /// `NotFound` for a task that is not the caller's.
    pub async fn task_form_access(
        &self,
        caller: &Caller,
        task: &str,
    ) -> EngineResult<(FormAccess, String)> {
        let catalog = self.catalog();
        let mut connection = self.store().read().await?;
        let (access, row) = task_access(self, &mut connection, &catalog, caller, task).await?;
        Ok((access, row.form))
    }
}

/// Whether a member is an admin of the flow that a record runs through.
async fn administers(
    engine: &Engine,
    connection: &mut Connection,
    catalog: &Catalog,
    caller: &Caller,
    record: &str,
) -> EngineResult<bool> {
    let Some(instance) = instance_of_record(connection, record).await? else { return Ok(false) };
    let admins = match engine.version_of(connection, catalog, &instance).await {
        Ok(version) => version.flow.admins.clone(),
        Err(error) if is_unreadable(&error) => admins_now(catalog, &instance),
        Err(error) => return Err(error),
    };
    Ok(is_flow_admin(&catalog.directory, &admins, &caller.member))
}
