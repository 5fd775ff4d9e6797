//! Events of a change, appended in its transaction.

use formwork_event::{Detail, NewEvent};
use formwork_store::repo::event::event_append;
use jiff::Timestamp;

use super::Work;
use crate::EngineResult;

/// Appends what happened to no record in particular; answers the event's id.
pub(crate) async fn log(work: &mut Work<'_>, detail: Detail) -> EngineResult<i64> {
    let now = work.now;
    append(work, None, now, detail).await
}

/// Appends what happened to a record of a form; answers the event's id.
pub(crate) async fn log_of_record(
    work: &mut Work<'_>,
    of: (&str, &str),
    at: Timestamp,
    detail: Detail,
) -> EngineResult<i64> {
    append(work, Some(of), at, detail).await
}

async fn append(
    work: &mut Work<'_>,
    of: Option<(&str, &str)>,
    at: Timestamp,
    detail: Detail,
) -> EngineResult<i64> {
    let event = NewEvent {
        at: at.as_millisecond(),
        principal: work.principal.clone(),
        cause: work.cause.map(|cause| cause.event),
        depth: work.cause.map_or(0, |cause| cause.depth.saturating_add(1)),
        form: of.map(|(form, _)| form.to_owned()),
        record: of.map(|(_, record)| record.to_owned()),
        detail,
    };
    work.after_commit.events();
    Ok(event_append(work.connection, &event).await?)
}
