//! What taking part in a process lets a member see and do, whatever permission groups say.

use formwork_flow::FlowVersion;
use formwork_model::{
    FieldKey,
    document::{StepFields, StepKind},
};
use formwork_query::{FormAccess, Grant, Reader};
use formwork_store::{
    Connection,
    repo::{
        instance::instance_get,
        task::{TaskRow, task_get, task_steps_of_member},
    },
};

use crate::{
    Caller, Engine, EngineError, EngineResult,
    catalog::{Catalog, CompiledForm},
    work::Work,
};

/// What a step says of fields.
pub(super) fn step_fields<'flow>(
    version: &'flow FlowVersion,
    step: &str,
) -> Option<&'flow StepFields> {
    match &version.step(&step.parse().ok()?)?.kind {
        StepKind::Approve(assigned) | StepKind::Fill(assigned) => Some(&assigned.fields),
        _ => None,
    }
}

/// What the holder of a task may do with its record.
pub(super) fn step_access(
    work: &Work<'_>,
    caller: &Caller,
    version: &FlowVersion,
    step: &str,
    record: &str,
) -> FormAccess {
    let reader = caller.reader(&work.catalog, work.now);
    access_at_step(reader, version, step, record, true)
}

fn access_at_step(
    reader: Reader,
    version: &FlowVersion,
    step: &str,
    record: &str,
    is_open: bool,
) -> FormAccess {
    let fields = step_fields(version, step).cloned().unwrap_or_default();
    let editable = if is_open { fields.editable } else { Vec::new() };
    let hidden = fields.hidden.iter().map(ToString::to_string).collect();
    FormAccess::granted(reader, Vec::<Grant>::new())
        .only_record(record)
        .with_task_fields(editable, hidden)
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
    let reader = caller.reader(catalog, engine.now());
    let is_open = row.state == "open";
    Ok((access_at_step(reader, &version, &row.step, &row.record, is_open), row))
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
    if steps.is_empty() {
        return Err(EngineError::NotFound);
    }
    let mut hidden: Vec<FieldKey> = Vec::new();
    for step in &steps {
        let of = (step.form.as_str(), step.flow.as_str(), step.flow_version);
        let version = engine.flow_at(connection, catalog, of).await?;
        let fields = step_fields(&version, &step.step);
        hidden.extend(fields.map(|fields| fields.hidden.clone()).unwrap_or_default());
    }
    hidden.retain(|key| form.model.fields.contains_key(key));
    let reader = caller.reader(catalog, engine.now());
    Ok(FormAccess::granted(reader, Vec::<Grant>::new())
        .only_record(record)
        .with_task_fields(Vec::new(), hidden.iter().map(ToString::to_string).collect()))
}
