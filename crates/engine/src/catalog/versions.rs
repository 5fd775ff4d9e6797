//! Versions of flows: immutable, so read and compiled once.

use std::{collections::HashMap, sync::Arc};

use formwork_flow::FlowVersion;
use formwork_model::{
    document::{Document, DocumentKind},
    format::read_stored,
    mention::walk,
};
use formwork_store::{Connection, repo::document::document_revision};
use parking_lot::Mutex;

use super::{Catalog, CompiledFlow};
use crate::{EngineError, EngineResult};

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
    let stored =
        stored.ok_or_else(|| EngineError::unexpected(format!("flow `{flow}` has no {version}")))?;
    let json = read_stored(DocumentKind::Flow, stored.format, &stored.body)
        .map_err(EngineError::Refused)?;
    let Document::Flow(document) = Document::read(DocumentKind::Flow, &json)? else {
        return Err(EngineError::unexpected(format!("`{flow}` is not a flow")));
    };
    let walked = walk(DocumentKind::Flow, &json, catalog);
    let found = Arc::new(CompiledFlow::new(FlowVersion { version, flow: document }, &walked));
    catalog.versions.0.lock().insert(key, Arc::clone(&found));
    Ok(found)
}
