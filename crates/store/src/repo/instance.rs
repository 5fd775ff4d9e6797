//! Instances of flows and their events.

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
    let sql = "select flow, flow_version, count(*) from instance
         where form = $1 and ended_at is null
         group by flow, flow_version order by flow, flow_version";
    let rows = connection.rows(sql, binds![form]).await?;
    let under_way = |row: &Row| {
        Ok(UnderWay { flow: row.text(0)?, version: row.int(1)?, instances: row.int(2)? })
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
