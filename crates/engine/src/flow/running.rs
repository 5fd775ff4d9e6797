//! A stored instance, taken up to be changed, and the record that it is about.

use std::sync::Arc;

use formwork_flow::State;
use formwork_model::Values;
use formwork_query::{Dialect, lock};
use formwork_store::repo::instance::{InstanceRow, instance_get_held};

use super::versions::{flow_version, is_unreadable, unreadable};
use crate::{
    EngineError, EngineResult,
    catalog::{CompiledFlow, CompiledForm},
    record::{
        save::{Demand, Save, SystemFields, Writer, save},
        stored::{Stored, load},
    },
    work::Work,
};

/// An instance that is being changed.
pub(super) struct Running {
    pub(super) row: InstanceRow,
    pub(super) state: State,
    pub(super) version: Arc<CompiledFlow>,
    pub(super) form: Arc<CompiledForm>,
    /// Not stored yet.
    pub(super) is_new: bool,
    /// The record as it stands, read once and again when it was written.
    pub(super) record: Option<Stored>,
}

/// Takes up a stored instance. It and its record are held until the transaction ends; the
/// record first, as by whoever submits it.
pub(super) async fn resume(work: &mut Work<'_>, row: InstanceRow) -> EngineResult<Running> {
    // With one writer alone, the row is as it was read.
    let row = match work.connection.dialect() {
        Dialect::Sqlite => row,
        Dialect::Postgres => {
            let form = work.form(&row.form).ok();
            let record = form.and_then(|form| lock(Dialect::Postgres, &form.model, &row.record));
            let row = instance_get_held(work.connection, &row.id, record.as_ref()).await?;
            row.ok_or(EngineError::NotFound)?
        }
    };
    let catalog = Arc::clone(&work.catalog);
    let version =
        flow_version(work.connection, &catalog, (&row.form, &row.flow, row.flow_version)).await?;
    let form = work.form(&row.form).map_err(unreadable)?;
    Ok(Running { state: read_state(&row)?, row, version, form, is_new: false, record: None })
}

pub(super) fn read_state(row: &InstanceRow) -> EngineResult<State> {
    serde_json::from_str(&row.state)
        .map_err(EngineError::unexpected_in("the state of an instance"))
        .map_err(unreadable)
}

/// Whether a member may take a record back out of its flow; not out of one that cannot be read.
pub(crate) fn can_withdraw(instance: &InstanceRow, member: &str) -> EngineResult<bool> {
    if instance.starter != member || instance.ended_at.is_some() {
        return Ok(false);
    }
    match read_state(instance) {
        Ok(state) => Ok(state.can_withdraw()),
        Err(error) if is_unreadable(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The record of an instance as it is inside the transaction.
pub(super) async fn record_of<'r>(
    work: &mut Work<'_>,
    running: &'r mut Running,
) -> EngineResult<&'r Stored> {
    let record = match running.record.take() {
        Some(record) => record,
        None => read_record(work, running).await?,
    };
    Ok(running.record.insert(record))
}

async fn read_record(work: &mut Work<'_>, running: &Running) -> EngineResult<Stored> {
    let (catalog, access) = (Arc::clone(&work.catalog), work.system_access());
    let model = &running.form.model;
    load(work.connection, &catalog, model, &access, &running.row.record).await
}

/// Changes fields of an instance's record in the name of whoever makes the change.
pub(super) async fn change_record(
    work: &mut Work<'_>,
    running: &mut Running,
    set: Values,
    system: SystemFields,
) -> EngineResult<()> {
    let old = record_of(work, running).await?.clone();
    running.record = None;
    let is_state = system.flow_status.is_some();
    let form = Arc::clone(&running.form);
    let mut request = Save::set(form, Writer::Flow, Some(old), set).with_system(system);
    if is_state {
        // Whatever the record holds, an instance must be able to end.
        request.demand = Demand::Nothing;
    }
    save(work, request).await?;
    Ok(())
}
