//! The format of stored documents.
//!
//! Every stored revision and draft has the number of the format that it was written in. What
//! an earlier program wrote is brought up to the current format when it is read, one file for
//! each step; what a later program wrote is told apart from what is broken. A change that
//! older documents do not bear (a member renamed, a rule of reading tightened) is a new
//! format: a number, an upgrade, and golden files under `tests/format`.

use serde_json::Value as Json;

use crate::{Problem, document::DocumentKind};

/// The format that documents are written in.
pub const FORMAT: i64 = 1;

/// The JSON of a stored document, in the current format.
///
/// # Errors
/// `document_newer` when a later program wrote it; `document_broken` when it is no JSON, or
/// not what its format says.
pub fn read_stored(kind: DocumentKind, format: i64, text: &str) -> Result<Json, Problem> {
    if format > FORMAT {
        return Err(Problem::new("document_newer").with("format", format).with("known", FORMAT));
    }
    let json = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
    upgrade(kind, format, json)
}

/// From any earlier format to the current one.
fn upgrade(_kind: DocumentKind, format: i64, json: Json) -> Result<Json, Problem> {
    match format {
        FORMAT => Ok(json),
        other => Err(broken(format!("there never was a format {other}"))),
    }
}

fn broken(reason: String) -> Problem {
    Problem::new("document_broken").with("reason", reason)
}
