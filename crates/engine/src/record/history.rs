//! What happened to a record, from the event log.

use formwork_event::{Detail, Stored, Unreadable};
use formwork_query::FormAccess;
use formwork_store::repo::event::event_list_of_record;
use serde_json::Value as Json;

use super::mask::{shown_change, shown_value};
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
    /// Why there is nothing more to say: `event_newer` when a newer version wrote it,
    /// `event_broken` when it is not what it should be.
    pub problem: Option<&'static str>,
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
    event: Stored,
    access: &FormAccess,
) -> EngineResult<HistoryEntry> {
    let (at, by) = (event.at, event.by.clone());
    let event = match event.read() {
        Ok(event) => event,
        Err(unreadable) => return Ok(untold(unreadable, at, by)),
    };
    let label = |field: &str| {
        let model = form.model.field(field);
        model.map_or_else(|| field.to_owned(), |m| m.field.label.get(&caller.locale).to_owned())
    };
    let changes = match &event.detail {
        Detail::RecordCreated(made) => {
            let values = made.values.iter().filter_map(|(field, value)| {
                let to = shown_value(&form.model, access, field, value.clone())?;
                Some(FieldChange {
                    label: label(field),
                    field: field.clone(),
                    from: Json::Null,
                    to,
                })
            });
            values.collect()
        }
        Detail::RecordUpdated(updated) => {
            let changes = updated.changes.iter().filter_map(|change| {
                let (field, from, to) = shown_change(&form.model, access, change)?;
                Some(FieldChange { label: label(&field), field, from, to })
            });
            changes.collect()
        }
        _ => Vec::new(),
    };
    let mut detail = event.detail.to_json();
    if let Some(detail) = detail.as_object_mut() {
        // They are told above, as far as they may be.
        detail.retain(|name, _| !matches!(name.as_str(), "changes" | "values"));
    }
    let kind = event.kind().as_str().to_owned();
    Ok(HistoryEntry { id: event.id, at, by, kind, changes, detail, problem: None })
}

/// What can be told of an event that cannot be read: that there is one. Nobody knows from
/// whom its contents are hidden.
fn untold(unreadable: Unreadable, at: i64, by: String) -> HistoryEntry {
    let (problem, id, kind) = match unreadable {
        Unreadable::Newer { id, kind, .. } => ("event_newer", id, kind),
        Unreadable::Broken { id, kind, format, reason } => {
            tracing::warn!(id, kind, format, reason, "an event cannot be read");
            ("event_broken", id, kind)
        }
    };
    let (changes, detail) = (Vec::new(), Json::Object(serde_json::Map::new()));
    HistoryEntry { id, at, by, kind, changes, detail, problem: Some(problem) }
}
