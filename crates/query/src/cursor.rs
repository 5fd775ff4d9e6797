//! Cursors: where a page ended.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The token for a page after a row, from the row's `cursor` column.
pub fn cursor_token(cursor: &str) -> String {
    URL_SAFE_NO_PAD.encode(cursor)
}
