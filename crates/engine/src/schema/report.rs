//! What becomes of values, told before it is done.

use formwork_model::{Problem, schema::When};
use serde_json::{Value as Json, json};

/// Most records that a report names one by one.
pub(super) const MOST_NAMED: usize = 200;

/// A conversion as it would come out.
#[derive(Debug, Clone)]
pub struct ConversionReport {
    /// The field, or `subform.column`.
    pub field: String,
    /// The kind before, where it is known, and after.
    pub kinds: (Option<String>, String),
    /// Whether it is done with the publish or prepared by a job.
    pub when: When,
    /// Values that convert whole.
    pub converted: u64,
    /// Values that lose something: decimal places, a time of day.
    pub rounded: u64,
    /// Values that do not convert. They stay in the old column.
    pub refused: u64,
    /// The first of those that are rounded or refused.
    pub lost: Vec<LostValue>,
}

/// A value that does not come over whole.
#[derive(Debug, Clone)]
pub struct LostValue {
    /// The record.
    pub record: String,
    /// The row of a subform.
    pub row: Option<String>,
    /// The record's title.
    pub title: String,
    /// The value before.
    pub value: Json,
    /// What becomes of it; null when it is refused.
    pub becomes: Json,
    /// Why it is refused.
    pub problem: Option<Problem>,
}

impl LostValue {
    pub(super) fn to_json(&self) -> Json {
        json!({
            "id": self.record, "row": self.row, "title": self.title, "value": self.value,
            "becomes": self.becomes
        })
    }
}
