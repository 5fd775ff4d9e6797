//! Two people saved at once: what the other one changed.

use formwork_store::repo::event::event_list_of_record;
use serde_json::{Value as Json, json};

use super::stored::parse;
use crate::{EngineError, EngineResult, work::Work};

/// The conflict with what happened since a version.
pub(super) async fn conflict(
    work: &mut Work<'_>,
    record: &str,
    version: i64,
    stored: i64,
) -> EngineResult<EngineError> {
    let events = event_list_of_record(work.connection, record, i64::MAX, 50).await?;
    let mut changed: Vec<Json> = Vec::new();
    for event in events {
        let detail = parse(&event.detail)?;
        if detail.get("version").and_then(Json::as_i64).is_none_or(|after| after <= version) {
            continue;
        }
        for change in detail.get("changes").and_then(Json::as_array).into_iter().flatten() {
            let known = |known: &&mut Json| known.get("field") == change.get("field");
            match changed.iter_mut().find(known) {
                Some(later) => later["from"] = change.get("from").cloned().unwrap_or_default(),
                None => {
                    let mut change = change.clone();
                    change["by"] = json!(event.by);
                    changed.push(change);
                }
            }
        }
    }
    Ok(EngineError::VersionConflict { version: stored, changed })
}
