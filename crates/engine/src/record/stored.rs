//! A record as the database holds it.

use std::sync::Arc;

use formwork_model::{FormModel, Values};
use formwork_query::{FormAccess, get, get_reached, lock};
use formwork_store::Connection;
use serde_json::Value as Json;

use crate::{
    EngineError, EngineResult,
    catalog::{Catalog, CompiledForm},
    work::Work,
};

/// A record with the system fields that the engine works with.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) title: String,
    pub(crate) owner: Option<String>,
    pub(crate) department: Option<String>,
    pub(crate) flow_status: Option<String>,
    /// The form's own fields, and the system fields too.
    pub(crate) values: Values,
}

impl Stored {
    /// Reads a record's JSON as `query::get` writes it.
    pub(crate) fn from_json(form: &FormModel, json: &Json) -> EngineResult<Self> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let id = text("id").ok_or_else(|| EngineError::unexpected("a record without id"))?;
        Ok(Self {
            version: json.get("version").and_then(Json::as_i64).unwrap_or_default(),
            title: text("title").unwrap_or_default(),
            owner: text("owner"),
            department: text("department"),
            flow_status: text("flow_status"),
            values: form.read_stored(json),
            id,
        })
    }
}

/// The JSON of a record within reach of an access.
pub(crate) async fn record_json(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &FormModel,
    access: &FormAccess,
    id: &str,
) -> EngineResult<String> {
    let statement = get(connection.dialect(), catalog, form, access, id);
    let rows = connection.fetch(&statement).await?;
    match rows.first() {
        Some(row) => Ok(row.text(0)?),
        None => Err(EngineError::NotFound),
    }
}

/// A record within reach of an access.
pub(crate) async fn load(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &Arc<FormModel>,
    access: &FormAccess,
    id: &str,
) -> EngineResult<Stored> {
    let json = record_json(connection, catalog, form, access, id).await?;
    Stored::from_json(form, &parse(&json)?)
}

/// Holds a record until the transaction ends: what is decided by its state holds until then.
pub(crate) async fn hold(
    connection: &mut Connection,
    form: &FormModel,
    id: &str,
) -> EngineResult<()> {
    if let Some(statement) = lock(connection.dialect(), form, id) {
        connection.fetch(&statement).await?;
    }
    Ok(())
}

/// A record that the platform itself is going to change: whole, and held.
pub(crate) async fn load_held(
    work: &mut Work<'_>,
    form: &Arc<FormModel>,
    id: &str,
) -> EngineResult<Stored> {
    hold(work.connection, form, id).await?;
    let (catalog, access) = (Arc::clone(&work.catalog), work.system_access());
    load(work.connection, &catalog, form, &access, id).await
}

/// A live record as it is, and how somebody reaches it.
pub(crate) struct Reached {
    /// The JSON without masks.
    pub(crate) json: String,
    /// The part of the access that reaches it.
    pub(crate) access: FormAccess,
    pub(crate) flow_status: Option<String>,
}

impl Reached {
    pub(crate) fn stored(&self, form: &FormModel) -> EngineResult<Stored> {
        Stored::from_json(form, &parse(&self.json)?)
    }
}

/// A live record without masks, and the part of an access that reaches it.
pub(crate) async fn reached(
    connection: &mut Connection,
    catalog: &Catalog,
    form: &CompiledForm,
    access: &FormAccess,
    id: &str,
) -> EngineResult<Option<Reached>> {
    let dialect = connection.dialect();
    let statement = get_reached(&form.whole, dialect, catalog, &form.model, access, id);
    let rows = connection.fetch(&statement).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Reached {
        json: row.text(0)?,
        access: access.narrowed_to(&read_grants(&row.text(1)?)?),
        flow_status: row.text_or_null(2)?,
    }))
}

/// Reads the numbers of the grants that reach a record.
pub(super) fn read_grants(json: &str) -> EngineResult<Vec<usize>> {
    serde_json::from_str(json).map_err(EngineError::unexpected_in("the grants that reach a record"))
}

/// Reads JSON that the database built.
pub(crate) fn parse(json: &str) -> EngineResult<Json> {
    serde_json::from_str(json).map_err(EngineError::unexpected_in("stored JSON"))
}
