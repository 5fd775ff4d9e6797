//! Instances of processes, their events, and the tasks that they open.

use crate::{Connection, Row, StoreError, binds};

/// An instance as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceRow {
    /// Id.
    pub id: String,
    /// The flow's key.
    pub flow: String,
    /// The version that it runs on.
    pub flow_version: i64,
    /// The form of its record.
    pub form: String,
    /// Its record.
    pub record: String,
    /// The state's status, for lists.
    pub status: String,
    /// The fold of its events, as JSON.
    pub state: String,
    /// Member id.
    pub starter: String,
    /// Milliseconds.
    pub started_at: i64,
    /// Milliseconds.
    pub ended_at: Option<i64>,
}

/// A task as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Id.
    pub id: String,
    /// Its instance.
    pub instance: String,
    /// Its key within the instance.
    pub key: String,
    /// The step.
    pub step: String,
    /// `approve`, `fill` or `copy`.
    pub kind: String,
    /// Whose it is.
    pub member: String,
    /// `open`, `done` or `void`.
    pub state: String,
    /// What was done.
    pub action: Option<String>,
    /// The form of the record.
    pub form: String,
    /// The record.
    pub record: String,
    /// Milliseconds.
    pub opened_at: i64,
    /// Milliseconds.
    pub closed_at: Option<i64>,
}

/// Which tasks of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskList {
    /// Waiting for the member.
    Open,
    /// Done by the member.
    Done,
    /// Sent to the member for information.
    Copied,
}

const INSTANCE_COLUMNS: &str = "id, flow, flow_version, form, record, status, state, starter,
    started_at, ended_at";
const INSTANCE_INSERT: &str = "insert into instance (id, flow, flow_version, form, record,
    status, state, starter, started_at, ended_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSTANCE_UPDATE: &str =
    "update instance set status = $2, state = $3, ended_at = $4 where id = $1";
const EVENT_INSERT: &str =
    "insert into instance_event (instance, position, event) values ($1, $2, $3)";
const EVENT_COUNT: &str = "select count(*) from instance_event where instance = $1";
const EVENT_LIST: &str = "select event from instance_event where instance = $1 order by position";
const TASK_COLUMNS: &str = "id, instance, key, step, kind, member, state, action, form, record,
    opened_at, closed_at";
const TASK_INSERT: &str = "insert into task (id, instance, key, step, kind, member, state, action,
    form, record, opened_at, closed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const TASK_CLOSE: &str = "update task set state = $3, action = $4, closed_at = $5
    where instance = $1 and key = $2";
const TASK_COUNT: &str = "select count(*) from task
    where member = $1 and state = 'open' and kind <> 'copy'";
const TASK_OF_MEMBER_ON_RECORD: &str = "select id from task where record = $1 and member = $2
    and state = 'open' and kind <> 'copy' limit 1";
const STEPS_OF_MEMBER: &str = "select distinct i.form, i.flow, i.flow_version, t.step
    from task t join instance i on i.id = t.instance where t.record = $1 and t.member = $2";

/// An instance by id.
///
/// # Errors
/// When the database fails.
pub async fn instance_get(
    connection: &mut Connection,
    id: &str,
) -> Result<Option<InstanceRow>, StoreError> {
    let sql = format!("select {INSTANCE_COLUMNS} from instance where id = $1");
    connection.row(&sql, binds![id]).await?.as_ref().map(instance).transpose()
}

/// The latest instance of a record.
///
/// # Errors
/// When the database fails.
pub async fn instance_of_record(
    connection: &mut Connection,
    record: &str,
) -> Result<Option<InstanceRow>, StoreError> {
    let sql = format!(
        "select {INSTANCE_COLUMNS} from instance where record = $1
         order by started_at desc, id desc limit 1"
    );
    connection.row(&sql, binds![record]).await?.as_ref().map(instance).transpose()
}

/// The instances that a member started, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn instance_list_started(
    connection: &mut Connection,
    member: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<InstanceRow>, StoreError> {
    let sql = format!(
        "select {INSTANCE_COLUMNS} from instance where starter = $1 and started_at < $2
         order by started_at desc, id desc limit $3"
    );
    connection.rows(&sql, binds![member, before, limit]).await?.iter().map(instance).collect()
}

fn instance(row: &Row) -> Result<InstanceRow, StoreError> {
    Ok(InstanceRow {
        id: row.text(0)?,
        flow: row.text(1)?,
        flow_version: row.int(2)?,
        form: row.text(3)?,
        record: row.text(4)?,
        status: row.text(5)?,
        state: row.text(6)?,
        starter: row.text(7)?,
        started_at: row.int(8)?,
        ended_at: row.int_or_null(9)?,
    })
}

/// Adds an instance.
///
/// # Errors
/// When the database fails.
pub async fn instance_insert(
    connection: &mut Connection,
    instance: &InstanceRow,
) -> Result<(), StoreError> {
    let values = binds![
        &instance.id,
        &instance.flow,
        instance.flow_version,
        &instance.form,
        &instance.record,
        &instance.status,
        &instance.state,
        &instance.starter,
        instance.started_at,
        instance.ended_at,
    ];
    connection.execute(INSTANCE_INSERT, values).await?;
    Ok(())
}

/// Saves an instance's state.
///
/// # Errors
/// When the database fails.
pub async fn instance_update(
    connection: &mut Connection,
    instance: &InstanceRow,
) -> Result<(), StoreError> {
    let values = binds![&instance.id, &instance.status, &instance.state, instance.ended_at];
    connection.execute(INSTANCE_UPDATE, values).await?;
    Ok(())
}

/// Appends events to an instance's own log.
///
/// # Errors
/// [`StoreError::NotUnique`] when somebody else appended at the same time.
pub async fn instance_events_append(
    connection: &mut Connection,
    instance: &str,
    events: &[String],
) -> Result<(), StoreError> {
    let row = connection.row(EVENT_COUNT, binds![instance]).await?;
    let first = row.map(|row| row.int(0)).transpose()?.unwrap_or(0);
    for (position, event) in (first..).zip(events) {
        connection.execute(EVENT_INSERT, binds![instance, position, event]).await?;
    }
    Ok(())
}

/// An instance's events as JSON, in order.
///
/// # Errors
/// When the database fails.
pub async fn instance_events(
    connection: &mut Connection,
    instance: &str,
) -> Result<Vec<String>, StoreError> {
    connection.rows(EVENT_LIST, binds![instance]).await?.iter().map(|row| row.text(0)).collect()
}

/// Locks an instance against others who act on it, until the transaction ends.
///
/// # Errors
/// [`StoreError::Busy`] when somebody else holds it too long.
pub async fn instance_lock(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    if connection.dialect() == formwork_query::Dialect::Postgres {
        connection.rows("select id from instance where id = $1 for update", binds![id]).await?;
    }
    Ok(())
}

/// Opens a task.
///
/// # Errors
/// When the database fails.
pub async fn task_insert(connection: &mut Connection, task: &TaskRow) -> Result<(), StoreError> {
    let values = binds![
        &task.id,
        &task.instance,
        &task.key,
        &task.step,
        &task.kind,
        &task.member,
        &task.state,
        task.action.clone(),
        &task.form,
        &task.record,
        task.opened_at,
        task.closed_at,
    ];
    connection.execute(TASK_INSERT, values).await?;
    Ok(())
}

/// Closes a task of an instance, by its key there.
///
/// # Errors
/// When the database fails.
pub async fn task_close(
    connection: &mut Connection,
    instance: &str,
    key: &str,
    state: &str,
    action: Option<&str>,
    at: i64,
) -> Result<(), StoreError> {
    connection.execute(TASK_CLOSE, binds![instance, key, state, action, at]).await?;
    Ok(())
}

/// A task by id.
///
/// # Errors
/// When the database fails.
pub async fn task_get(
    connection: &mut Connection,
    id: &str,
) -> Result<Option<TaskRow>, StoreError> {
    let sql = format!("select {TASK_COLUMNS} from task where id = $1");
    connection.row(&sql, binds![id]).await?.as_ref().map(task).transpose()
}

/// A task with what its line in a list tells of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLineRow {
    /// The task.
    pub task: TaskRow,
    /// The flow's key.
    pub flow: String,
    /// The version that the instance runs on.
    pub flow_version: i64,
    /// Who started it: a member id.
    pub starter: String,
}

/// A member's tasks opened before a moment, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn task_list(
    connection: &mut Connection,
    member: &str,
    list: TaskList,
    before: i64,
    limit: i64,
) -> Result<Vec<TaskLineRow>, StoreError> {
    let which = match list {
        TaskList::Open => "state = 'open' and kind <> 'copy'",
        TaskList::Done => "state = 'done' and kind <> 'copy'",
        TaskList::Copied => "kind = 'copy'",
    };
    let own: Vec<String> =
        TASK_COLUMNS.split(',').map(|column| format!("t.{}", column.trim())).collect();
    let sql = format!(
        "select {}, i.flow, i.flow_version, i.starter
         from (select {TASK_COLUMNS} from task where member = $1 and {which} and opened_at < $2
               order by opened_at desc, id desc limit $3) t
         join instance i on i.id = t.instance order by t.opened_at desc, t.id desc",
        own.join(", ")
    );
    let rows = connection.rows(&sql, binds![member, before, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(TaskLineRow {
                task: task(row)?,
                flow: row.text(12)?,
                flow_version: row.int(13)?,
                starter: row.text(14)?,
            })
        })
        .collect()
}

/// How many tasks wait for a member.
///
/// # Errors
/// When the database fails.
pub async fn task_count(connection: &mut Connection, member: &str) -> Result<i64, StoreError> {
    let row = connection.row(TASK_COUNT, binds![member]).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// A member's open task on a record.
///
/// # Errors
/// When the database fails.
pub async fn task_of_member_on_record(
    connection: &mut Connection,
    record: &str,
    member: &str,
) -> Result<Option<String>, StoreError> {
    let row = connection.row(TASK_OF_MEMBER_ON_RECORD, binds![record, member]).await?;
    row.map(|row| row.text(0)).transpose()
}

/// A step of a version of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The form of the flow.
    pub form: String,
    /// The flow's key.
    pub flow: String,
    /// Its version.
    pub flow_version: i64,
    /// The step's key.
    pub step: String,
}

/// The steps at which a member has or had a task on a record, copies included: reason enough
/// to see it. Those of earlier instances are among them.
///
/// # Errors
/// When the database fails.
pub async fn task_steps_of_member(
    connection: &mut Connection,
    record: &str,
    member: &str,
) -> Result<Vec<StepRow>, StoreError> {
    let rows = connection.rows(STEPS_OF_MEMBER, binds![record, member]).await?;
    rows.iter()
        .map(|row| {
            Ok(StepRow {
                form: row.text(0)?,
                flow: row.text(1)?,
                flow_version: row.int(2)?,
                step: row.text(3)?,
            })
        })
        .collect()
}

fn task(row: &Row) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        id: row.text(0)?,
        instance: row.text(1)?,
        key: row.text(2)?,
        step: row.text(3)?,
        kind: row.text(4)?,
        member: row.text(5)?,
        state: row.text(6)?,
        action: row.text_or_null(7)?,
        form: row.text(8)?,
        record: row.text(9)?,
        opened_at: row.int(10)?,
        closed_at: row.int_or_null(11)?,
    })
}
