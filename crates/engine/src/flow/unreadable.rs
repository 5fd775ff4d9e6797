//! Instances whose form, flow or state cannot be read: how lists tell of them, and how an admin
//! gets their records out.

use formwork_event::{Detail, InstanceAdministered, Standing};
use formwork_flow::{Ending, Status};
use formwork_model::{Problem, Values, document::FlowAdmins, form::Forms as _};
use formwork_store::repo::{
    instance::{InstanceRow, instance_update},
    task::{TaskLineRow, task_void_all},
};

use super::{
    entry::TaskEntry,
    facts::admins_now,
    versions::{flow_version, is_unreadable},
};
use crate::{
    Caller, EngineError, EngineResult,
    catalog::Catalog,
    record::{
        save::{Demand, Save, SystemFields, Writer, save},
        stored::load_held,
    },
    work::Work,
};

/// The line of an instance of which not even the step can be told.
pub(super) fn unreadable_line(
    catalog: &Catalog,
    caller: &Caller,
    instance: &InstanceRow,
) -> TaskEntry {
    let form = catalog.form(&instance.form);
    let form = form.as_ref().map(|form| &form.document);
    TaskEntry {
        id: instance.id.clone(),
        kind: "stuck".to_owned(),
        title: String::new(),
        app: form.map(|form| form.app.to_string()).unwrap_or_default(),
        form_label: form.map(|form| form.label.get(&caller.locale).to_owned()).unwrap_or_default(),
        form: instance.form.clone(),
        record: instance.record.clone(),
        step: String::new(),
        step_label: String::new(),
        flow_label: instance.flow.clone(),
        starter: instance.starter.clone(),
        arrived_at: instance.stuck_at.unwrap_or(instance.started_at),
        done_at: None,
        action: Some(instance.status.clone()),
        summary: Vec::new(),
        problem: Some(Problem::new("instance_unreadable")),
    }
}

/// The line of a task whose step cannot be told.
pub(super) fn unreadable_task(catalog: &Catalog, caller: &Caller, line: &TaskLineRow) -> TaskEntry {
    let row = &line.task;
    let form = catalog.form(&row.form);
    let form = form.as_ref().map(|form| &form.document);
    TaskEntry {
        id: row.id.clone(),
        kind: row.kind.clone(),
        title: String::new(),
        app: form.map(|form| form.app.to_string()).unwrap_or_default(),
        form_label: form.map(|form| form.label.get(&caller.locale).to_owned()).unwrap_or_default(),
        form: row.form.clone(),
        record: row.record.clone(),
        step: row.step.clone(),
        step_label: String::new(),
        flow_label: line.flow.clone(),
        starter: line.starter.clone(),
        arrived_at: row.opened_at,
        done_at: row.closed_at,
        action: row.action.clone(),
        summary: Vec::new(),
        problem: Some(Problem::new("instance_unreadable")),
    }
}

/// The admins whom the flow of an instance names: by its own version, else by the one now.
pub(super) async fn admins_of(
    work: &mut Work<'_>,
    instance: &InstanceRow,
) -> EngineResult<FlowAdmins> {
    let catalog = std::sync::Arc::clone(&work.catalog);
    let of = (instance.form.as_str(), instance.flow.as_str(), instance.flow_version);
    match flow_version(work.connection, &catalog, of).await {
        Ok(version) => Ok(version.flow.admins.clone()),
        Err(error) if is_unreadable(&error) => Ok(admins_now(&catalog, instance)),
        Err(error) => Err(error),
    }
}

/// Ends an instance without reading it: its tasks are void, its record is free, and what its
/// state was stays as it is. Fields that go with the ending are not set.
pub(super) async fn end_unread(
    work: &mut Work<'_>,
    mut instance: InstanceRow,
    how: Ending,
    comment: String,
) -> EngineResult<()> {
    let (status, name) = match how {
        Ending::Approved => (Status::Completed, "completed"),
        Ending::Rejected => (Status::Rejected, "rejected"),
        Ending::Cancelled => (Status::Cancelled, "cancelled"),
    };
    if comment.trim().is_empty() {
        return Err(EngineError::problem(Problem::new("comment_required").at("comment")));
    }
    if instance.ended_at.is_some() {
        return Err(EngineError::refused("instance_not_running"));
    }
    let before = std::mem::replace(&mut instance.status, name.to_owned());
    let standing = |status: String| Standing { status: Some(status), ..Standing::default() };
    let detail = Detail::InstanceEnded(InstanceAdministered {
        step: None,
        label: None,
        comment,
        before: standing(before),
        after: standing(name.to_owned()),
    });
    let now = work.now;
    work.log_of_record((&instance.form, &instance.record), now, detail);
    if let Ok(form) = work.form(&instance.form) {
        let old = load_held(work, &form.model, &instance.record).await?;
        let flow_status = Some(Some(status.flow_status().to_owned()));
        let system = SystemFields { flow_status, ..SystemFields::default() };
        let mut request = Save::set(form, Writer::Flow, Some(old), Values::new());
        request.system = system;
        request.demand = Demand::Nothing;
        save(work, request).await?;
    }
    let at = work.now_ms();
    task_void_all(work.connection, &instance.id, at).await?;
    instance.ended_at = Some(at);
    instance.stuck_at = None;
    Ok(instance_update(work.connection, &instance, &[]).await?)
}
