//! Fields that become a subform, or were one: nothing of what they hold comes over. It stays
//! where it was, and is there again when the field becomes what it was.

use formwork_model::{FieldKey, FieldModel, FormModel, Problem, schema::When};
use formwork_query::{filled_rows, filled_values};
use formwork_store::Connection;
use serde_json::Value as Json;

use super::report::{ConversionReport, LostValue, MOST_NAMED};
use crate::{EngineResult, record::stored::parse};

/// What the live records hold in such fields.
pub(super) async fn reshaped(
    connection: &mut Connection,
    previous: &FormModel,
    next: &FormModel,
) -> EngineResult<Vec<ConversionReport>> {
    let mut reports = Vec::new();
    for (key, after) in &next.fields {
        let before = previous.fields.get(key);
        let Some(before) = before.filter(|old| old.subform.is_some() != after.subform.is_some())
        else {
            continue;
        };
        let lost = held(connection, previous, before).await?;
        if !lost.is_empty() {
            reports.push(report(key, lost));
        }
    }
    Ok(reports)
}

/// The records that hold something in a field, with what they hold: of a subform, the number
/// of rows.
async fn held(
    connection: &mut Connection,
    form: &FormModel,
    field: &FieldModel,
) -> EngineResult<Vec<LostValue>> {
    let dialect = connection.dialect();
    let statement = match &field.subform {
        None => filled_values(dialect, &form.table(), (&field.column, field.storage())),
        Some(rows) => filled_rows(&form.table(), &rows.table),
    };
    let mut lost = Vec::new();
    for row in connection.fetch(&statement).await? {
        lost.push(LostValue {
            record: row.text(0)?,
            row: None,
            title: row.text(1)?,
            value: parse(&row.text(2)?)?,
            becomes: Json::Null,
            problem: Some(Problem::new("kinds_do_not_convert")),
        });
    }
    Ok(lost)
}

fn report(key: &FieldKey, mut lost: Vec<LostValue>) -> ConversionReport {
    let refused = u64::try_from(lost.len()).unwrap_or(u64::MAX);
    lost.truncate(MOST_NAMED);
    ConversionReport {
        field: key.to_string(),
        kinds: (None, String::new()),
        when: When::Now,
        converted: 0,
        rounded: 0,
        refused,
        lost,
    }
}
