//! A moment.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{FieldKind, Storage, pattern, wrong_type};
use crate::{Problem, Value};

/// A moment with its time zone given, RFC 3339; kept to the millisecond.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DateTimeKind {}

impl FieldKind for DateTimeKind {
    fn storage(&self) -> Storage {
        Storage::Instant
    }

    fn read(&self, json: &Json) -> Result<Value, Problem> {
        let instant: Option<Timestamp> = json.as_str().and_then(|text| text.parse().ok());
        let instant = instant.and_then(|instant| {
            let to_millisecond =
                TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
            instant.round(to_millisecond).ok()
        });
        let in_range = |instant: &Timestamp| {
            (-62_135_596_800..=253_402_207_200).contains(&instant.as_second())
        };
        instant.filter(in_range).map(Value::Instant).ok_or_else(|| wrong_type("datetime"))
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "format": "date-time", "pattern": pattern::moment() })
    }
}
