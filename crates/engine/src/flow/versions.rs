//! The version of its flow that an instance is on.

use std::sync::Arc;

use formwork_store::{Connection, repo::instance::InstanceRow};

use crate::{
    Engine, EngineError, EngineResult,
    catalog::{self, Catalog, CompiledFlow},
};

/// A version of a flow: of a form, the flow's key, and its number.
///
/// # Errors
/// `instance_unreadable` when it cannot be read.
pub(super) async fn flow_version(
    connection: &mut Connection,
    catalog: &Catalog,
    (form, flow, version): (&str, &str, i64),
) -> EngineResult<Arc<CompiledFlow>> {
    catalog::flow_version(connection, catalog, form, flow, version).await.map_err(unreadable)
}

/// What of an instance cannot be read, as an answer to whoever asked for more than a list.
pub(super) fn unreadable(error: EngineError) -> EngineError {
    if !(error.is_refusal() || error.is_unreadable()) {
        return error;
    }
    tracing::error!(error = &error as &dyn std::error::Error, "an instance cannot be read");
    EngineError::refused("instance_unreadable")
}

/// Whether something failed only because an instance cannot be read.
pub(super) fn is_unreadable(error: &EngineError) -> bool {
    matches!(error, EngineError::Refused(problem) if problem.code == "instance_unreadable")
}

impl Engine {
    /// The version that an instance is on.
    pub(super) async fn version_of(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        instance: &InstanceRow,
    ) -> EngineResult<Arc<CompiledFlow>> {
        let of = (instance.form.as_str(), instance.flow.as_str(), instance.flow_version);
        self.flow_at(connection, catalog, of).await
    }

    /// A version of a flow: of a form, the flow's key, and its number.
    pub(super) async fn flow_at(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        of: (&str, &str, i64),
    ) -> EngineResult<Arc<CompiledFlow>> {
        flow_version(connection, catalog, of).await
    }
}
