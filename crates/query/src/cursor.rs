//! Cursors: where a page ended, as a token that is opaque to its holder.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use formwork_model::{Problem, value::instant_text};
use jiff::{Timestamp, civil::Date};
use serde_json::Value as Json;

use crate::{
    sort::{Term, TermKind},
    statement::Bind,
};

/// Longest token, in bytes.
const MAX_TOKEN: usize = 20_000;

/// The token for a page after a row, from the row's `cursor` column.
pub fn cursor_token(cursor: &str) -> String {
    URL_SAFE_NO_PAD.encode(cursor)
}

/// The values of a row in the order of the terms; `None` for an empty one.
pub(crate) fn read_token(token: &str, terms: &[Term]) -> Result<Vec<Option<Bind>>, Problem> {
    values(token, terms).ok_or_else(|| Problem::new("invalid_cursor").at("cursor"))
}

fn values(token: &str, terms: &[Term]) -> Option<Vec<Option<Bind>>> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() <= MAX_TOKEN)?;
    let values: Vec<Json> = serde_json::from_slice(&bytes).ok()?;
    if values.len() != terms.len() {
        return None;
    }
    values.iter().zip(terms).map(|(value, term)| read(value, term)).collect()
}

/// `None` when the value does not fit the term, `Some(None)` when it is empty.
#[allow(clippy::option_option, reason = "the outer one ends the reading, the inner is a value")]
fn read(value: &Json, term: &Term) -> Option<Option<Bind>> {
    if value.is_null() {
        return term.nullable.then_some(None);
    }
    let bind = match term.kind {
        TermKind::Text => Bind::from(value.as_str().filter(|text| !text.contains('\0'))?),
        TermKind::Number => Bind::from(value.as_i64()?),
        TermKind::Boolean => {
            let number = value.as_i64().map(|number| number != 0);
            Bind::Bool(Some(value.as_bool().or(number)?))
        }
        TermKind::Date => Bind::from(value.as_str()?.parse::<Date>().ok()?.to_string()),
        TermKind::Instant => Bind::from(instant_text(value.as_str()?.parse::<Timestamp>().ok()?)),
    };
    Some(Some(bind))
}
