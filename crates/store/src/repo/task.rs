//! Tasks: what instances ask of members.

use super::instance::{INSTANCE_COLUMNS, InstanceRow, instance_at};
use crate::{Connection, Row, StoreError, binds};

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
    /// `approve`, `fill`, `copy`, or `stuck` for admins of the flow.
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
    /// What it is held for, as JSON, when it goes on to whoever holds that next.
    pub via: Option<String>,
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

const TASK_COLUMNS: &str = "id, instance, key, step, kind, member, state, action, form, record,
    opened_at, closed_at, via";
const TASK_INSERT: &str = "insert into task (id, instance, key, step, kind, member, state, action,
    form, record, opened_at, closed_at, via)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const TASK_CLOSE: &str = "update task set state = $3, action = $4, closed_at = $5
    where instance = $1 and key = $2";
const TASK_COUNT: &str = "select count(*) as waiting from task
    where member = $1 and state = 'open' and kind <> 'copy'";
const TASK_OF_MEMBER_ON_RECORD: &str = "select id from task where record = $1 and member = $2
    and state = 'open' and kind <> 'copy' limit 1";
const STEPS_OF_MEMBER: &str = "select distinct i.form, i.flow, i.flow_version, t.step
    from task t join instance i on i.id = t.instance where t.record = $1 and t.member = $2";

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
        task.via.clone(),
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

/// Ends what the admins of a flow are told of a stuck instance.
///
/// # Errors
/// When the database fails.
pub async fn task_close_stuck(
    connection: &mut Connection,
    instance: &str,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "update task set state = 'void', closed_at = $2
        where instance = $1 and kind = 'stuck' and state = 'open'";
    connection.execute(sql, binds![instance, at]).await?;
    Ok(())
}

/// Ends all that an instance asks of members.
///
/// # Errors
/// When the database fails.
pub async fn task_void_all(
    connection: &mut Connection,
    instance: &str,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "update task set state = 'void', closed_at = $2
        where instance = $1 and state = 'open'";
    connection.execute(sql, binds![instance, at]).await?;
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

/// A task by id, with its instance.
///
/// # Errors
/// When the database fails.
pub async fn task_get_with_instance(
    connection: &mut Connection,
    id: &str,
) -> Result<Option<(TaskRow, InstanceRow)>, StoreError> {
    let sql = format!(
        "select {}, {} from task t join instance i on i.id = t.instance where t.id = $1",
        columns_of("t", TASK_COLUMNS),
        renamed(INSTANCE_COLUMNS)
    );
    let row = connection.row(&sql, binds![id]).await?;
    row.map(|row| Ok((task(&row)?, instance_at(&row, 13)?))).transpose()
}

/// The columns of an instance `i` beside those of a task, which have some names in common.
fn renamed(columns: &str) -> String {
    let named: Vec<String> = columns
        .split(',')
        .map(str::trim)
        .map(|column| format!("i.{column} as instance_{column}"))
        .collect();
    named.join(", ")
}

fn columns_of(table: &str, columns: &str) -> String {
    let named: Vec<String> =
        columns.split(',').map(|column| format!("{table}.{}", column.trim())).collect();
    named.join(", ")
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
    let sql = format!(
        "select {}, i.flow, i.flow_version, i.starter
         from (select {TASK_COLUMNS} from task where member = $1 and {which} and opened_at < $2
               order by opened_at desc, id desc limit $3) t
         join instance i on i.id = t.instance order by t.opened_at desc, t.id desc",
        columns_of("t", TASK_COLUMNS)
    );
    let rows = connection.rows(&sql, binds![member, before, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(TaskLineRow {
                task: task(row)?,
                flow: row.text("flow")?,
                flow_version: row.int("flow_version")?,
                starter: row.text("starter")?,
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
    row.map_or(Ok(0), |row| row.int("waiting"))
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
    row.map(|row| row.text("id")).transpose()
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
                form: row.text("form")?,
                flow: row.text("flow")?,
                flow_version: row.int("flow_version")?,
                step: row.text("step")?,
            })
        })
        .collect()
}

fn task(row: &Row) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        id: row.text("id")?,
        instance: row.text("instance")?,
        key: row.text("key")?,
        step: row.text("step")?,
        kind: row.text("kind")?,
        member: row.text("member")?,
        state: row.text("state")?,
        action: row.text_or_null("action")?,
        form: row.text("form")?,
        record: row.text("record")?,
        opened_at: row.int("opened_at")?,
        closed_at: row.int_or_null("closed_at")?,
        via: row.text_or_null("via")?,
    })
}

/// What open tasks are held for, each once, as JSON.
///
/// # Errors
/// When the database fails.
pub async fn task_vias(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    let sql = "select distinct via from task where state = 'open' and via is not null order by via";
    connection.rows(sql, binds![]).await?.iter().map(|row| row.text("via")).collect()
}

/// The open tasks that are held for one thing: instance and member.
///
/// # Errors
/// When the database fails.
pub async fn task_list_via(
    connection: &mut Connection,
    via: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "select distinct instance, member from task where state = 'open' and via = $1
        order by instance, member";
    let rows = connection.rows(sql, binds![via]).await?;
    rows.iter().map(|row| Ok((row.text("instance")?, row.text("member")?))).collect()
}
