//! From any earlier format to the current one, one file each step.

mod from_1;

use serde_json::Value as Json;

use crate::EventKind;

/// Brings an event's detail from its format up to the current one.
///
/// # Errors
/// Says what is not as the format had it.
pub(crate) fn upgrade(
    format: i64,
    kind: EventKind,
    subject: &str,
    detail: Json,
) -> Result<Json, String> {
    match format {
        1 => from_1::upgrade(kind, subject, detail),
        crate::FORMAT => Ok(detail),
        other => Err(format!("there never was a format {other}")),
    }
}
