//! Versions of flows: immutable, so read and compiled once.

use std::{collections::HashMap, sync::Arc};

use formwork_flow::FlowVersion;
use formwork_model::{
    document::{Document, DocumentKind},
    mention::walk,
};
use formwork_store::{
    Connection,
    repo::{document::document_revision, instance::InstanceRow},
};
use parking_lot::Mutex;

use crate::{
    Engine, EngineError, EngineResult,
    catalog::{Catalog, CompiledFlow},
    record::stored::parse,
};

/// The versions that running instances are on.
#[derive(Default)]
pub(crate) struct Versions(Mutex<HashMap<(String, i64), Arc<CompiledFlow>>>);

/// A version of a flow: the current one, or the one that an instance began with.
pub(crate) async fn flow_version(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &str,
    flow: &str,
    version: i64,
) -> EngineResult<Arc<CompiledFlow>> {
    if let Some(current) = catalog.flow_of(form)
        && current.version == version
        && current.flow.key.as_str() == flow
    {
        return Ok(Arc::clone(current));
    }
    let key = (flow.to_owned(), version);
    let known = catalog.versions.0.lock().get(&key).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let stored = document_revision(connection, "flow", flow, version).await?;
    let (body, _) =
        stored.ok_or_else(|| EngineError::unexpected(format!("flow `{flow}` has no {version}")))?;
    let json = parse(&body)?;
    let Document::Flow(document) = Document::read(DocumentKind::Flow, &json)? else {
        return Err(EngineError::unexpected(format!("`{flow}` is not a flow")));
    };
    let walked = walk(DocumentKind::Flow, &json, catalog);
    let found = Arc::new(CompiledFlow::new(FlowVersion { version, flow: document }, &walked));
    catalog.versions.0.lock().insert(key, Arc::clone(&found));
    Ok(found)
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
        (form, flow, version): (&str, &str, i64),
    ) -> EngineResult<Arc<CompiledFlow>> {
        flow_version(connection, catalog, form, flow, version).await
    }
}
