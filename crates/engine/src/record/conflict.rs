//! Two people saved at once: what the other one changed.

use formwork_model::FormModel;
use formwork_query::FormAccess;
use formwork_store::repo::event::event_list_of_record;
use serde_json::{Value as Json, json};

use super::{mask::shown_change, stored::parse};
use crate::{EngineError, EngineResult, work::Work};

/// The conflict with what happened since a version, as far as the reader may see it.
pub(super) async fn conflict(
    work: &mut Work<'_>,
    (form, access): (&FormModel, &FormAccess),
    record: &str,
    (version, stored): (i64, i64),
) -> EngineResult<EngineError> {
    let events = event_list_of_record(work.connection, record, i64::MAX, 50).await?;
    let mut changed: Vec<Json> = Vec::new();
    for event in events {
        let detail = parse(&event.detail)?;
        if detail.get("version").and_then(Json::as_i64).is_none_or(|after| after <= version) {
            continue;
        }
        for change in detail.get("changes").and_then(Json::as_array).into_iter().flatten() {
            let Some((field, from, to)) = shown_change(form, access, change) else { continue };
            let known = |known: &&mut Json| known.get("field") == Some(&json!(field));
            match changed.iter_mut().find(known) {
                Some(later) => later["from"] = from,
                None => {
                    changed.push(json!({ "field": field, "from": from, "to": to, "by": event.by }))
                }
            }
        }
    }
    Ok(EngineError::VersionConflict { version: stored, changed })
}
