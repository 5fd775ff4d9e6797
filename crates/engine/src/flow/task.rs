//! To-do lists, and a task as its page shows it.

use formwork_flow::{return_targets, task_actions};
use formwork_model::{
    FieldKey, Problem,
    document::{ReturnTarget, TaskAction},
    form::Forms,
};
use formwork_query::FieldAccess;
use formwork_store::{
    Connection,
    repo::{
        instance::{InstanceRow, instance_get, instance_list_started},
        task::{TaskLineRow, TaskList, TaskRow, task_count, task_list},
    },
};

use super::{
    access::{step_fields, task_access},
    entry::TaskEntry,
    running::read_state,
    summary::{Sight, add_summaries},
    unreadable::{unreadable_line, unreadable_task},
    versions::is_unreadable,
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    record::{shown_fields, stored::record_json},
};

/// Which list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// Waiting for the member.
    Open,
    /// Done by the member.
    Done,
    /// Processes that the member started.
    Started,
    /// Sent to the member for information.
    Copied,
}

/// A task as its page shows it.
#[derive(Debug, Clone)]
pub struct OpenTask {
    /// The task.
    pub entry: TaskEntry,
    /// `open`, `done` or `void`.
    pub state: String,
    /// The record as the JSON text that the database built, masked for this step.
    pub record: String,
    /// The fields that are shown, and whether they can be changed here.
    pub fields: Vec<(FieldKey, FieldAccess)>,
    /// Fields that must be filled in here.
    pub required: Vec<FieldKey>,
    /// What can be done.
    pub actions: Vec<TaskAction>,
    /// Where it can be returned to, with names; the starter has none.
    pub return_targets: Vec<(ReturnTarget, Option<String>)>,
}

impl Engine {
    /// A page of a member's tasks opened before a moment (milliseconds), the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_list(
        &self,
        caller: &Caller,
        kind: TaskKind,
        before: Option<i64>,
        limit: i64,
    ) -> EngineResult<Vec<TaskEntry>> {
        let before = before.unwrap_or(i64::MAX);
        let list = match kind {
            TaskKind::Open => TaskList::Open,
            TaskKind::Done => TaskList::Done,
            TaskKind::Copied => TaskList::Copied,
            TaskKind::Started => return self.started(caller, before, limit).await,
        };
        let mut connection = self.store().read().await?;
        let rows = task_list(&mut connection, &caller.member, list, before, limit).await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            lines.push(self.line(&mut connection, caller, &row).await?);
        }
        self.with_summaries(&mut connection, caller, lines).await
    }

    async fn started(
        &self,
        caller: &Caller,
        before: i64,
        limit: i64,
    ) -> EngineResult<Vec<TaskEntry>> {
        let mut connection = self.store().read().await?;
        let catalog = self.catalog();
        let rows = instance_list_started(&mut connection, &caller.member, before, limit).await?;
        let mut lines = Vec::with_capacity(rows.len());
        for instance in rows {
            let state = match read_state(&instance) {
                Ok(state) => state,
                Err(error) if is_unreadable(&error) => {
                    let mut line = unreadable_line(&catalog, caller, &instance);
                    "started".clone_into(&mut line.kind);
                    lines.push((line, Sight::Granted));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let step = state.current().map(|visit| visit.step.to_string()).unwrap_or_default();
            let row = TaskRow {
                id: instance.id.clone(),
                instance: instance.id.clone(),
                key: String::new(),
                step,
                kind: "started".to_owned(),
                member: caller.member.clone(),
                state: instance.status.clone(),
                action: Some(instance.status.clone()),
                form: instance.form.clone(),
                record: instance.record.clone(),
                opened_at: instance.started_at,
                closed_at: instance.ended_at,
                via: None,
            };
            // Who started an instance sees its record as permission groups say.
            let (entry, _) = self.line(&mut connection, caller, &line_of(row, &instance)).await?;
            lines.push((entry, Sight::Granted));
        }
        self.with_summaries(&mut connection, caller, lines).await
    }

    pub(super) async fn with_summaries(
        &self,
        connection: &mut Connection,
        caller: &Caller,
        mut lines: Vec<(TaskEntry, Sight)>,
    ) -> EngineResult<Vec<TaskEntry>> {
        let by = (caller, self.now());
        add_summaries(connection, &self.catalog(), by, &mut lines).await?;
        Ok(lines.into_iter().map(|(entry, _)| entry).collect())
    }

    /// A line without its summary, and what its task lets the member see.
    pub(super) async fn line(
        &self,
        connection: &mut Connection,
        caller: &Caller,
        line: &TaskLineRow,
    ) -> EngineResult<(TaskEntry, Sight)> {
        let catalog = self.catalog();
        let row = &line.task;
        let of = (row.form.as_str(), line.flow.as_str(), line.flow_version);
        let read = self.flow_at(connection, &catalog, of).await;
        let (version, form) = match (read, catalog.form(&row.form)) {
            (Ok(version), Some(form)) => (version, form),
            (Err(error), _) if !is_unreadable(&error) => return Err(error),
            _ => return Ok((unreadable_task(&catalog, caller, line), Sight::Granted)),
        };
        let fields = step_fields(&version, &row.step);
        let hidden = fields.map(|fields| fields.hidden.clone()).unwrap_or_default();
        let step = row.step.parse().ok().and_then(|key| version.step(&key));
        let locale = &caller.locale;
        let document = &form.document;
        let entry = TaskEntry {
            id: row.id.clone(),
            kind: row.kind.clone(),
            title: String::new(),
            app: document.app.to_string(),
            form: row.form.clone(),
            form_label: document.label.get(locale).to_owned(),
            record: row.record.clone(),
            step: row.step.clone(),
            step_label: step.map(|step| step.label.get(locale).to_owned()).unwrap_or_default(),
            flow_label: version.flow.label.get(locale).to_owned(),
            starter: line.starter.clone(),
            arrived_at: row.opened_at,
            done_at: row.closed_at,
            action: row.action.clone(),
            summary: Vec::new(),
            // Its name is known even while it is disabled: the list goes on without its records.
            problem: catalog
                .compiled(&row.form)
                .is_none()
                .then(|| Problem::new("instance_unreadable")),
        };
        Ok((entry, Sight::Step(hidden)))
    }

    /// How many tasks wait for a member.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_count(&self, caller: &Caller) -> EngineResult<i64> {
        let mut connection = self.store().read().await?;
        Ok(task_count(&mut connection, &caller.member).await?)
    }

    /// A task as its page shows it.
    ///
    /// # Errors
    /// `NotFound` for a task that is not the caller's.
    pub async fn task_open(&self, caller: &Caller, task: &str) -> EngineResult<OpenTask> {
        let catalog = self.catalog();
        let mut connection = self.store().read().await?;
        let (access, row) = task_access(self, &mut connection, &catalog, caller, task).await?;
        let instance = instance_get(&mut connection, &row.instance).await?;
        let instance = instance.ok_or(EngineError::NotFound)?;
        let version = self.version_of(&mut connection, &catalog, &instance).await?;
        let state = read_state(&instance)?;
        let form = catalog.compiled(&row.form).ok_or(EngineError::NotFound)?;
        let record =
            record_json(&mut connection, &catalog, &form.model, &access, &row.record).await?;
        let is_open = row.state == "open" && row.kind != "copy";
        let (actions, targets) = if is_open {
            (task_actions(&version, &state, &row.key), return_targets(&version, &state))
        } else {
            (Vec::new(), Vec::new())
        };
        let name = |target: &ReturnTarget| match target {
            ReturnTarget::Starter => None,
            ReturnTarget::Step(key) => {
                version.step(key).map(|step| step.label.get(&caller.locale).to_owned())
            }
        };
        let line = self.line(&mut connection, caller, &line_of(row.clone(), &instance)).await?;
        let entries = self.with_summaries(&mut connection, caller, vec![line]).await?;
        let entry = entries.into_iter().next().ok_or(EngineError::NotFound)?;
        Ok(OpenTask {
            entry,
            state: row.state.clone(),
            record,
            fields: shown_fields(form, &access, !is_open),
            required: step_fields(&version, &row.step)
                .map(|f| f.required.clone())
                .unwrap_or_default()
                .into_iter()
                .filter(|key| form.model.field(key.as_str()).is_some())
                .collect(),
            actions,
            return_targets: targets
                .into_iter()
                .map(|target| (target.clone(), name(&target)))
                .collect(),
        })
    }
}

/// A task with what its line tells of the instance.
pub(super) fn line_of(task: TaskRow, instance: &InstanceRow) -> TaskLineRow {
    TaskLineRow {
        task,
        flow: instance.flow.clone(),
        flow_version: instance.flow_version,
        starter: instance.starter.clone(),
    }
}
