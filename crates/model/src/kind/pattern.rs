//! Regular expressions of the JSON Schemas that kinds answer with.
//!
//! They keep to what ECMA-262 and other engines share: no look-around, no `\s`, `\d` or
//! `\p`, whose meaning differs between them.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

/// Characters that reading takes away at the ends.
const SPACE: &str =
    r"[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";
/// The same and control characters, as part of a set.
const SPACE_OR_CONTROL: &str =
    r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// Control characters, as part of a set.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";

/// A line of text.
pub(super) fn line() -> String {
    format!("^{SPACE}*[^{CONTROL}]*{SPACE}*$")
}

/// Lines of text.
pub(super) fn lines() -> String {
    format!(r"^(?:[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\u000d\u000a)*{SPACE}*$")
}

/// An empty line, or one that is a telephone number.
pub(super) fn phone() -> String {
    let between = r"[-+() #*]*";
    format!("^{SPACE}*(?:(?:{between}[0-9]){{3,20}}{between})?{SPACE}*$")
}

/// An empty line, or one that is a mail address.
pub(super) fn email() -> String {
    let any = format!("[^@{SPACE_OR_CONTROL}]");
    let no_dot = format!("[^.@{SPACE_OR_CONTROL}]");
    format!(r"^{SPACE}*(?:{any}+@{no_dot}{any}*[.]{any}*{no_dot})?{SPACE}*$")
}

/// An empty line, or one that is a web address.
pub(super) fn url() -> String {
    format!("^{SPACE}*(?:https?://[^{SPACE_OR_CONTROL}]+)?{SPACE}*$")
}

/// No control characters at all.
pub(super) fn no_controls() -> String {
    format!("^[^{CONTROL}]*$")
}

/// The id of a member, department or record: a text, or an object that has it as `id`.
pub(super) fn id_schema() -> Json {
    let id = json!({ "type": "string", "minLength": 1, "maxLength": 64, "pattern": no_controls() });
    json!({ "anyOf": [
        id,
        { "type": "object", "required": ["id"], "properties": { "id": id } }
    ]})
}

/// A number with so many places and digits, as a text or as a number.
pub(super) fn number_schema(
    places: u32,
    digits: u32,
    min: Option<Decimal>,
    max: Option<Decimal>,
) -> Json {
    let whole = digits.saturating_sub(places);
    let (after, only) = match places {
        0 => ("0*".to_owned(), "0+".to_owned()),
        _ => (format!("[0-9]{{0,{places}}}0*"), format!("[0-9]{{1,{places}}}0*")),
    };
    let text = format!("^{SPACE}*[-+]?(?:0*[0-9]{{1,{whole}}}(?:[.]{after})?|[.]{only}){SPACE}*$");
    let limit = format!("1e{whole}");
    let mut number = Map::new();
    number.insert("type".into(), json!("number"));
    let mut bound = |name: &str, text: String| {
        if let Ok(Json::Number(bound)) = text.parse() {
            number.insert(name.to_owned(), Json::Number(bound));
        }
    };
    bound("exclusiveMinimum", format!("-{limit}"));
    bound("exclusiveMaximum", limit);
    if let Some(min) = min {
        bound("minimum", min.to_string());
    }
    if let Some(max) = max {
        bound("maximum", max.to_string());
    }
    json!({ "anyOf": [{ "type": "string", "pattern": text }, number] })
}

/// A day from 0001 to 9999, its length in months checked by the format alone.
pub(super) fn date() -> String {
    format!("^{}$", day())
}

/// A moment as RFC 3339 writes it.
pub(super) fn moment() -> String {
    let clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
    format!("^{}T{clock}:[0-5][0-9](?:[.][0-9]{{1,9}})?(?:Z|[-+]{clock})$", day())
}

fn day() -> &'static str {
    "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})\
     -(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
}
