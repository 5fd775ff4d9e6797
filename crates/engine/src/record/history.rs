//! What happened to a record, from the event log.

use formwork_query::FormAccess;
use formwork_store::repo::event::{EventRow, event_list_of_record};
use serde_json::Value as Json;

use super::{
    mask::{shown_change, shown_value},
    stored::parse,
};
use crate::{Caller, Engine, EngineError, EngineResult, catalog::CompiledForm};

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// Its place in the log.
    pub id: i64,
    /// Milliseconds.
    pub at: i64,
    /// Member id.
    pub by: String,
    /// `record_created`, `record_updated`, `record_deleted` or `process_…`.
    pub kind: String,
    /// The fields that changed, as far as the reader may see them.
    pub changes: Vec<FieldChange>,
    /// What else there is to say, as the event has it.
    pub detail: Json,
}

/// A field before and after.
#[derive(Debug, Clone)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// Its name.
    pub label: String,
    /// The value before.
    pub from: Json,
    /// The value after.
    pub to: Json,
}

impl Engine {
    /// A record's history before an entry, the newest first.
    ///
    /// # Errors
    /// `NotFound` when the record is out of reach.
    pub async fn record_history(
        &self,
        caller: &Caller,
        form: &str,
        record: &str,
        before: Option<i64>,
        limit: i64,
    ) -> EngineResult<Vec<HistoryEntry>> {
        let access = self.must_see(caller, form, record).await?;
        let catalog = self.catalog();
        let compiled = catalog.compiled(form).ok_or(EngineError::NotFound)?;
        let mut connection = self.store().read().await?;
        let before = before.unwrap_or(i64::MAX);
        let events = event_list_of_record(&mut connection, record, before, limit).await?;
        events.into_iter().map(|event| entry(caller, compiled, event, &access)).collect()
    }
}

fn entry(
    caller: &Caller,
    form: &CompiledForm,
    event: EventRow,
    access: &FormAccess,
) -> EngineResult<HistoryEntry> {
    let mut detail = parse(&event.detail)?;
    let changes = detail.as_object_mut().and_then(|detail| detail.remove("changes"));
    let values = detail.as_object_mut().and_then(|detail| detail.remove("values"));
    let label = |field: &str| {
        let model = form.model.field(field);
        model.map_or_else(|| field.to_owned(), |m| m.field.label.get(&caller.locale).to_owned())
    };
    let mut found: Vec<FieldChange> = Vec::new();
    for change in changes.as_ref().and_then(Json::as_array).into_iter().flatten() {
        if let Some((field, from, to)) = shown_change(&form.model, access, change) {
            found.push(FieldChange { label: label(&field), field, from, to });
        }
    }
    for (field, value) in values.as_ref().and_then(Json::as_object).into_iter().flatten() {
        if let Some(to) = shown_value(&form.model, access, field, value.clone()) {
            let (field, label) = (field.clone(), label(field));
            found.push(FieldChange { field, label, from: Json::Null, to });
        }
    }
    Ok(HistoryEntry {
        id: event.id,
        at: event.at,
        by: event.by,
        kind: event.kind,
        changes: found,
        detail,
    })
}
