//! Two people saved at once: what the other one changed.

use formwork_event::{Detail, Event};
use formwork_model::FormModel;
use formwork_query::FormAccess;
use formwork_store::repo::event::event_list_of_record;
use serde_json::{Value as Json, json};

use super::mask::shown_change;
use crate::{EngineError, EngineResult, work::Work};

/// The conflict with what happened since a version, as far as the reader may see it.
pub(super) async fn conflict(
    work: &mut Work<'_>,
    (form, access): (&FormModel, &FormAccess),
    record: &str,
    (version, stored): (i64, i64),
) -> EngineResult<EngineError> {
    work.append_noted().await?;
    let events = event_list_of_record(work.connection, record, i64::MAX, 50).await?;
    let mut changed: Vec<Json> = Vec::new();
    for event in events {
        // What cannot be read is not told; that there is a newer version is told all the same.
        let by = event.by.clone();
        let Ok(Event { detail: Detail::RecordUpdated(updated), .. }) = event.read() else {
            continue;
        };
        if updated.version <= version {
            continue;
        }
        for change in &updated.changes {
            let Some((field, from, to)) = shown_change(form, access, change) else { continue };
            let known = |known: &&mut Json| known.get("field") == Some(&json!(field));
            match changed.iter_mut().find(known) {
                Some(later) => later["from"] = from,
                None => changed.push(json!({ "field": field, "from": from, "to": to, "by": by })),
            }
        }
    }
    Ok(EngineError::VersionConflict { version: stored, changed })
}
