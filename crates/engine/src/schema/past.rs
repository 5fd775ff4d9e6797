//! How the columns of a form came to hold what they hold: the conversions that were made, and
//! who has changed a value since.
//!
//! Converting a value once more and comparing does not tell: names, titles and options are
//! others by now. The log of events does.

use std::collections::{HashMap, HashSet};

use formwork_event::{Change, Detail};
use formwork_model::{
    FieldKey,
    kind::ChoiceOption,
    schema::{Conversion, ConversionSide},
};
use formwork_store::{
    Connection,
    repo::{event::event_changes_of_records, schema_step::conversion_list},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{EngineError, EngineResult};

/// A conversion as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    pub(super) conversion: Conversion,
    /// The place in the log when it was made: what came later is what people did. Programs
    /// before did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<i64>,
    /// The options that keys in the old column stand for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) options: Vec<ChoiceOption>,
}

/// A column of a form's table, or of a subform's.
type ColumnOf = (Option<FieldKey>, String);

/// The conversions that a form went through.
#[derive(Default)]
pub(crate) struct Past {
    events: HashMap<ColumnOf, i64>,
    options: HashMap<ColumnOf, Vec<ChoiceOption>>,
}

impl Past {
    /// Reads the conversions of a form.
    pub(crate) async fn load(connection: &mut Connection, form: &str) -> EngineResult<Self> {
        let mut past = Self::default();
        for row in conversion_list(connection, form).await? {
            let kept: Kept = serde_json::from_str(&row.body)
                .map_err(EngineError::unexpected_in("a conversion"))?;
            let Conversion { subform, from, to, .. } = kept.conversion;
            past.options.insert((subform.clone(), from.0), kept.options);
            if let Some(event) = kept.event {
                past.events.insert((subform, to.0), event);
            }
        }
        Ok(past)
    }

    /// The place in the log since which a column holds what people typed into it.
    pub(super) fn made_at(&self, subform: Option<&FieldKey>, column: &str) -> Option<i64> {
        self.events.get(&(subform.cloned(), column.to_owned())).copied()
    }

    /// A side with the options that its column had when it was left.
    pub(super) fn with_options(
        &self,
        mut side: ConversionSide,
        subform: Option<&FieldKey>,
        column: &str,
    ) -> ConversionSide {
        if side.options.is_empty()
            && let Some(options) = self.options.get(&(subform.cloned(), column.to_owned()))
        {
            side.options.clone_from(options);
        }
        side
    }
}

/// What people changed of some records after a place in the log.
#[derive(Default)]
pub(super) struct Touches {
    /// By record, row and field or column.
    values: HashMap<(String, Option<String>, String), Vec<i64>>,
    /// Records that were made since, or of which more changed than can be told.
    whole: HashMap<String, Vec<i64>>,
}

impl Touches {
    pub(super) async fn load(
        connection: &mut Connection,
        records: &HashSet<String>,
        after: i64,
        fields: &[&str],
    ) -> EngineResult<Self> {
        let mut touches = Self::default();
        let records: Vec<String> = records.iter().cloned().collect();
        for stored in event_changes_of_records(connection, &records, after, fields).await? {
            let (id, record) = (stored.id, stored.record.clone().unwrap_or_default());
            match stored.read().map(|event| event.detail) {
                Ok(Detail::RecordUpdated(updated)) => {
                    for change in &updated.changes {
                        touches.add(&record, id, change);
                    }
                }
                _ => touches.whole.entry(record).or_default().push(id),
            }
        }
        Ok(touches)
    }

    fn add(&mut self, record: &str, id: i64, change: &Change) {
        let Some(rows) = change.to.as_array().filter(|rows| rows.iter().all(Json::is_object))
        else {
            let of = (record.to_owned(), None, change.field.clone());
            self.values.entry(of).or_default().push(id);
            return;
        };
        let before = change.from.as_array().map_or(&[][..], Vec::as_slice);
        for row in rows.iter().filter_map(Json::as_object) {
            let own = row.get("id");
            let old = before.iter().find(|old| old.get("id") == own);
            let row_id = own.and_then(Json::as_str).map(str::to_owned);
            for (column, cell) in row {
                if old.and_then(|old| old.get(column)) != Some(cell) {
                    let path = format!("{}.{column}", change.field);
                    let of = (record.to_owned(), row_id.clone(), path);
                    self.values.entry(of).or_default().push(id);
                }
            }
        }
    }

    /// Whether a value was changed after one place in the log, and not after another.
    pub(super) fn between(
        &self,
        (record, row, path): (&str, Option<&str>, &str),
        (after, until): (i64, Option<i64>),
    ) -> bool {
        let lies = |id: &i64| *id > after && until.is_none_or(|until| *id <= until);
        let of = (record.to_owned(), row.map(str::to_owned), path.to_owned());
        self.values.get(&of).is_some_and(|ids| ids.iter().any(lies))
            || self.whole.get(record).is_some_and(|ids| ids.iter().any(lies))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_in_a_row_is_told_by_its_cells() {
        let mut touches = Touches::default();
        let change = |field: &str, from: Json, to: Json| Change { field: field.into(), from, to };
        touches.add("r", 5, &change("name", json!("a"), json!("b")));
        let (before, after) = (
            json!([{ "id": "1", "qty": "1", "note": "x" }]),
            json!([{ "id": "1", "qty": "2", "note": "x" }, { "id": "2", "qty": "3" }]),
        );
        touches.add("r", 7, &change("lines", before, after));
        let touched = |row: Option<&str>, path: &str, span| touches.between(("r", row, path), span);
        assert!(touched(None, "name", (4, None)) && touched(None, "name", (4, Some(5))));
        assert!(!touched(None, "name", (5, None)) && !touched(None, "name", (3, Some(4))));
        assert!(touched(Some("1"), "lines.qty", (0, None)));
        assert!(!touched(Some("1"), "lines.note", (0, None)));
        assert!(touched(Some("2"), "lines.qty", (0, None)));
    }
}
