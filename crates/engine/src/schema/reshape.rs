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
        let (refused, lost) = held(connection, previous, before).await?;
        if refused > 0 {
            reports.push(report(key, refused, lost));
        }
    }
    Ok(reports)
}

/// How many records hold something in a field, and the first of them with what they hold: of a
/// subform, the number of rows.
async fn held(
    connection: &mut Connection,
    form: &FormModel,
    field: &FieldModel,
) -> EngineResult<(u64, Vec<LostValue>)> {
    let dialect = connection.dialect();
    let limit = i64::try_from(MOST_NAMED).unwrap_or(i64::MAX);
    let statement = match &field.subform {
        None => filled_values(dialect, &form.table(), (&field.column, field.storage()), limit),
        Some(rows) => filled_rows(&form.table(), &rows.table, limit),
    };
    let (mut all, mut lost) = (0, Vec::new());
    for row in connection.fetch(&statement).await? {
        all = u64::try_from(row.int(3)?).unwrap_or_default();
        lost.push(LostValue {
            record: row.text(0)?,
            row: None,
            title: row.text(1)?,
            value: parse(&row.text(2)?)?,
            becomes: Json::Null,
            problem: Some(Problem::new("kinds_do_not_convert")),
        });
    }
    Ok((all, lost))
}

fn report(key: &FieldKey, refused: u64, lost: Vec<LostValue>) -> ConversionReport {
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
