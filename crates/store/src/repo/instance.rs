//! Instances of flows and their events.

use formwork_query::{Bind, Dialect, Statement};

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
    /// Milliseconds; since when it cannot go on by itself.
    pub stuck_at: Option<i64>,
}

pub(super) const INSTANCE_COLUMNS: &str =
    "id, flow, flow_version, form, record, status, state, starter,
    started_at, ended_at, stuck_at";
const INSTANCE_INSERT: &str = "insert into instance (id, flow, flow_version, form, record,
    status, state, starter, started_at, ended_at, stuck_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const INSTANCE_UPDATE: &str =
    "update instance set status = $2, state = $3, ended_at = $4, starter = $5, stuck_at = $6,
    flow_version = $7 where id = $1";
const APPENDED: &str = "insert into instance_event (instance, position, event)
    select $1, (select coalesce(max(position) + 1, 0) from instance_event where instance = $1)
        + place, event from added";
const EVENTS_AT_ONCE: usize = 64;
const EVENT_LIST: &str = "select event from instance_event where instance = $1 order by position";

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

/// How many instances are under way on one version of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    /// The flow's key.
    pub flow: String,
    /// The version that they run on.
    pub version: i64,
    /// How many.
    pub instances: i64,
}

/// The versions of flows on which instances of a form are under way.
///
/// # Errors
/// When the database fails.
pub async fn instances_under_way(
    connection: &mut Connection,
    form: &str,
) -> Result<Vec<UnderWay>, StoreError> {
    let sql = "select flow, flow_version, count(*) as instances from instance
         where form = $1 and ended_at is null
         group by flow, flow_version order by flow, flow_version";
    let rows = connection.rows(sql, binds![form]).await?;
    let under_way = |row: &Row| {
        Ok(UnderWay {
            flow: row.text("flow")?,
            version: row.int("flow_version")?,
            instances: row.int("instances")?,
        })
    };
    rows.iter().map(under_way).collect()
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
    instance_at(row, 0)
}

/// The instance whose columns begin at a place in a row.
pub(super) fn instance_at(row: &Row, first: usize) -> Result<InstanceRow, StoreError> {
    Ok(InstanceRow {
        id: row.text(first)?,
        flow: row.text(first + 1)?,
        flow_version: row.int(first + 2)?,
        form: row.text(first + 3)?,
        record: row.text(first + 4)?,
        status: row.text(first + 5)?,
        state: row.text(first + 6)?,
        starter: row.text(first + 7)?,
        started_at: row.int(first + 8)?,
        ended_at: row.int_or_null(first + 9)?,
        stuck_at: row.int_or_null(first + 10)?,
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
        instance.stuck_at,
    ];
    connection.execute(INSTANCE_INSERT, values).await?;
    Ok(())
}

/// Saves an instance's state, and appends events to its own log.
///
/// # Errors
/// [`StoreError::NotUnique`] when somebody else appended at the same time.
pub async fn instance_update(
    connection: &mut Connection,
    instance: &InstanceRow,
    events: &[String],
) -> Result<(), StoreError> {
    let values = binds![
        &instance.id,
        &instance.status,
        &instance.state,
        instance.ended_at,
        &instance.starter,
        instance.stuck_at,
        instance.flow_version,
    ];
    // PostgreSQL does both in one statement.
    let together = connection.dialect() == Dialect::Postgres;
    let (first, rest) =
        events.split_at(if together { events.len().min(EVENTS_AT_ONCE) } else { 0 });
    if first.is_empty() {
        connection.execute(INSTANCE_UPDATE, values).await?;
    } else {
        let sql = format!(
            "with moved as ({INSTANCE_UPDATE}), {} {APPENDED}",
            added(first.len(), values.len())
        );
        connection.execute(&sql, &with_events(values, first)).await?;
    }
    instance_events_append(connection, &instance.id, rest).await
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
    for events in events.chunks(EVENTS_AT_ONCE) {
        let values = binds![instance];
        let sql = format!("with {} {APPENDED}", added(events.len(), values.len()));
        connection.execute(&sql, &with_events(values, events)).await?;
    }
    Ok(())
}

/// So many events, behind so many other binds.
fn added(events: usize, before: usize) -> String {
    let rows: Vec<String> =
        (0..events).map(|index| format!("({index}, ${})", before + index + 1)).collect();
    format!("added (place, event) as (values {})", rows.join(", "))
}

fn with_events(values: &[Bind], events: &[String]) -> Vec<Bind> {
    let events = events.iter().map(|event| Bind::Text(Some(event.clone())));
    values.iter().cloned().chain(events).collect()
}

/// An instance's events as JSON, in order.
///
/// # Errors
/// When the database fails.
pub async fn instance_events(
    connection: &mut Connection,
    instance: &str,
) -> Result<Vec<String>, StoreError> {
    connection
        .rows(EVENT_LIST, binds![instance])
        .await?
        .iter()
        .map(|row| row.text("event"))
        .collect()
}

/// An instance by id, held against others who act on it until the transaction ends. Before it
/// is, another statement is run that holds what comes before an instance.
///
/// # Errors
/// [`StoreError::Busy`] when somebody else holds it too long.
pub async fn instance_get_held(
    connection: &mut Connection,
    id: &str,
    before: Option<&Statement>,
) -> Result<Option<InstanceRow>, StoreError> {
    let lock = match connection.dialect() {
        Dialect::Postgres => " for update",
        Dialect::Sqlite => "",
    };
    let row = match before {
        None => {
            let sql = format!("select {INSTANCE_COLUMNS} from instance where id = $1{lock}");
            connection.row(&sql, binds![id]).await?
        }
        Some(before) => {
            let sql = format!(
                "with before as ({}) select {INSTANCE_COLUMNS} from instance
                 where (select count(*) from before) >= 0 and id = ${}{lock}",
                before.sql,
                before.binds.len() + 1
            );
            let values: Vec<Bind> = before.binds.iter().cloned().chain([Bind::from(id)]).collect();
            connection.row(&sql, &values).await?
        }
    };
    row.as_ref().map(instance).transpose()
}

/// The instances that wait for an admin: stuck ones, those with a task of somebody who has
/// left, and returned ones whose starter has. The oldest first.
///
/// # Errors
/// When the database fails.
pub async fn instance_list_in_need(
    connection: &mut Connection,
    limit: i64,
) -> Result<Vec<InstanceRow>, StoreError> {
    let sql = format!(
        "select {INSTANCE_COLUMNS} from instance i where i.stuck_at is not null
         or i.ended_at is null and (
           i.status = 'returned' and exists (select 1 from member m
             where m.id = i.starter and not m.active)
           or exists (select 1 from task t join member m on m.id = t.member
             where t.instance = i.id and t.state = 'open' and t.kind <> 'copy' and not m.active))
         order by coalesce(i.stuck_at, i.started_at), i.id limit $1"
    );
    connection.rows(&sql, binds![limit]).await?.iter().map(instance).collect()
}

/// The unfinished instances in which a member has something to do: an open task, a place in a
/// queue, or a record that came back.
///
/// # Errors
/// When the database fails.
pub async fn instance_list_waiting_for(
    connection: &mut Connection,
    member: &str,
) -> Result<Vec<InstanceRow>, StoreError> {
    // A place in a queue stands in the state alone.
    let queued = format!("%\"waiting\":%\"{member}\"%");
    let sql = format!(
        "select {INSTANCE_COLUMNS} from instance i where i.ended_at is null and (
           i.starter = $1 and i.status = 'returned' or i.state like $2
           or exists (select 1 from task t where t.instance = i.id and t.member = $1
             and t.state = 'open' and t.kind in ('approve', 'fill')))
         order by i.started_at, i.id"
    );
    connection.rows(&sql, binds![member, queued]).await?.iter().map(instance).collect()
}

/// Notes that an instance cannot go on by itself, for what is not in its state.
///
/// # Errors
/// When the database fails.
pub async fn instance_need(
    connection: &mut Connection,
    id: &str,
    since: i64,
) -> Result<(), StoreError> {
    let sql = "update instance set stuck_at = $2
        where id = $1 and stuck_at is null and ended_at is null";
    connection.execute(sql, binds![id, since]).await?;
    Ok(())
}
