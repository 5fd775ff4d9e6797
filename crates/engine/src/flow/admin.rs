//! How the admins of a flow step in, and what waits for them.

use std::sync::Arc;

use formwork_event::Detail;
use formwork_flow::{AdminAction, Command, State, Stuck};
use formwork_model::{FieldKey, Problem};
use formwork_store::repo::{
    event::event_changes_of_records,
    instance::{InstanceRow, instance_list_in_need, instance_of_record},
    task::TaskRow,
};
use jiff::Timestamp;

use super::{
    act::check_comment,
    drive::drive,
    entry::TaskEntry,
    facts::{admins_now, is_flow_admin},
    running::{Running, read_state, resume},
    summary::Sight,
    task::line_of,
    unreadable::{admins_of, end_unread, unreadable_line},
    versions::is_unreadable,
};
use crate::{Caller, Engine, EngineError, EngineResult, work::Work};

/// Most instances that a list of those in need names.
const MAX_IN_NEED: i64 = 200;

/// An instance that waits for an admin of its flow.
#[derive(Debug, Clone)]
pub struct InstanceInNeed {
    /// Its line: the step where it stands, and since when it is stuck.
    pub entry: TaskEntry,
    /// What failed; none when it only waits for somebody who has left.
    pub reason: Option<Problem>,
    /// Those who should do something and have left: member ids.
    pub absent: Vec<String>,
}

impl Engine {
    /// Steps into the instance of a record, as an admin of its flow; answers what stops it
    /// afterwards. One that cannot be read can be ended.
    ///
    /// # Errors
    /// `NotFound` for those who may not, or without an instance; `Refused` when it is not in a
    /// state for it, or cannot be read and is not to be ended; problems of the input.
    pub async fn record_administer(
        &self,
        caller: &Caller,
        form: &str,
        record: &str,
        action: AdminAction,
        comment: String,
    ) -> EngineResult<Option<Stuck>> {
        caller.key_must_administer()?;
        let (caller, form, record) = (caller.clone(), form.to_owned(), record.to_owned());
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                check_comment(Some(&comment))?;
                if let AdminAction::Reassign { to, .. } = &action
                    && !work.catalog.directory.is_active(to)
                {
                    let problem = Problem::new("unknown_member").at("member");
                    return Err(EngineError::problem(problem));
                }
                let instance = instance_of_record(work.connection, &record).await?;
                let instance = instance.filter(|instance| instance.form == form);
                let instance = instance.ok_or(EngineError::NotFound)?;
                let mut running = match resume(work, instance.clone()).await {
                    Ok(running) => running,
                    Err(error) if is_unreadable(&error) => {
                        let admins = admins_of(work, &instance).await?;
                        if !is_flow_admin(&work.catalog.directory, &admins, &caller.member) {
                            return Err(EngineError::NotFound);
                        }
                        let AdminAction::End(how) = action else { return Err(error) };
                        return end_unread(work, instance, how, comment).await.map(|()| None);
                    }
                    Err(error) => return Err(error),
                };
                // Who may step in, the version says that the instance has gone by so far.
                let admins = &running.version.flow.admins;
                if !is_flow_admin(&work.catalog.directory, admins, &caller.member) {
                    return Err(EngineError::NotFound);
                }
                let mut changed = Vec::new();
                if let (AdminAction::Resume, Some(stuck)) = (&action, &running.state.stuck) {
                    changed = changed_since(work, &record, stuck.at).await?;
                    adopt_published(work, &mut running);
                }
                let by = caller.member.clone();
                let command = Command::Administer { by, action, comment, changed };
                drive(work, &mut running, command).await?;
                Ok(running.state.stuck)
            })
        })
        .await
    }

    /// The instances that wait for the caller as an admin of their flow: stuck ones, and those
    /// that wait for somebody who has left. The oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn instances_in_need(&self, caller: &Caller) -> EngineResult<Vec<InstanceInNeed>> {
        let catalog = self.catalog();
        let mut connection = self.store().read().await?;
        let mut lines: Vec<(TaskEntry, Sight)> = Vec::new();
        let mut of: Vec<(Option<Problem>, Vec<String>)> = Vec::new();
        for instance in instance_list_in_need(&mut connection, MAX_IN_NEED).await? {
            let read = match self.version_of(&mut connection, &catalog, &instance).await {
                Ok(version) => read_state(&instance).map(|state| (version, state)),
                Err(error) => Err(error),
            };
            let (version, state) = match read {
                Ok(read) => read,
                Err(error) if is_unreadable(&error) => {
                    let admins = admins_now(&catalog, &instance);
                    if is_flow_admin(&catalog.directory, &admins, &caller.member) {
                        let line = unreadable_line(&catalog, caller, &instance);
                        lines.push((line, Sight::Granted));
                        of.push((Some(Problem::new("instance_unreadable")), Vec::new()));
                    }
                    continue;
                }
                Err(error) => return Err(error),
            };
            if !is_flow_admin(&catalog.directory, &version.flow.admins, &caller.member) {
                continue;
            }
            let row = row_in_need(caller, &instance, &state);
            let line = line_of(row, &instance);
            let (entry, _) = self.line(&mut connection, caller, &line).await?;
            lines.push((entry, Sight::Granted));
            let is_gone = |member: &str| !catalog.directory.is_active(member);
            let holders = state.open_tasks().map(|task| task.member.as_str());
            let starter = (instance.status == "returned").then_some(instance.starter.as_str());
            let mut absent: Vec<String> =
                holders.chain(starter).filter(|one| is_gone(one)).map(str::to_owned).collect();
            absent.dedup();
            // One that was noted from without could not follow the people.
            let noted = instance.stuck_at.map(|_| Problem::new("instance_unreadable"));
            of.push((state.stuck.map(|stuck| stuck.reason).or(noted), absent));
        }
        let entries = self.with_summaries(&mut connection, caller, lines).await?;
        let found = entries.into_iter().zip(of);
        Ok(found
            .map(|(entry, (reason, absent))| InstanceInNeed { entry, reason, absent })
            .collect())
    }
}

/// The fields of a record that were changed since a moment.
async fn changed_since(
    work: &mut Work<'_>,
    record: &str,
    since: Timestamp,
) -> EngineResult<Vec<FieldKey>> {
    work.append_noted().await?;
    let since = since.as_millisecond();
    let records = [record.to_owned()];
    let mut changed: Vec<FieldKey> = Vec::new();
    for stored in event_changes_of_records(work.connection, &records, 0, &[]).await? {
        if stored.at < since {
            continue;
        }
        if let Ok(Detail::RecordUpdated(updated)) = stored.read().map(|event| event.detail) {
            changed.extend(updated.changes.iter().filter_map(|change| change.field.parse().ok()));
        }
    }
    Ok(changed)
}

/// An instance that is tried again goes on with the version of its flow that is published by
/// now, which may be the one that mends it; unless it has been at steps that are gone there.
fn adopt_published(work: &Work<'_>, running: &mut Running) {
    let Some(flow) = work.catalog.flow_of(&running.row.form) else { return };
    if flow.flow.key.as_str() != running.row.flow || flow.version <= running.row.flow_version {
        return;
    }
    if flow.continues(&running.version, &running.state) {
        running.row.flow_version = flow.version;
        running.version = Arc::clone(flow);
    }
}

/// The instance as a line of a list.
fn row_in_need(caller: &Caller, instance: &InstanceRow, state: &State) -> TaskRow {
    TaskRow {
        id: instance.id.clone(),
        instance: instance.id.clone(),
        key: String::new(),
        step: state.current().map(|visit| visit.step.to_string()).unwrap_or_default(),
        kind: "stuck".to_owned(),
        member: caller.member.clone(),
        state: "open".to_owned(),
        action: Some(instance.status.clone()),
        form: instance.form.clone(),
        record: instance.record.clone(),
        opened_at: instance.stuck_at.unwrap_or(instance.started_at),
        closed_at: None,
        via: None,
    }
}
