//! The version of its flow that an instance is on.

use std::sync::Arc;

use formwork_store::{Connection, repo::instance::InstanceRow};

pub(super) use crate::catalog::flow_version;
use crate::{
    Engine, EngineResult,
    catalog::{Catalog, CompiledFlow},
};

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
        (form, flow, version): (&str, &str, i64),
    ) -> EngineResult<Arc<CompiledFlow>> {
        flow_version(connection, catalog, form, flow, version).await
    }
}
