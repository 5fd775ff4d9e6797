//! What a line of a to-do list tells of its record.

use std::collections::HashMap;

use formwork_model::{FieldKey, Locale, kind::Shape};
use formwork_query::{FieldAccess, RowLock, get_fields};
use formwork_store::Connection;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::entry::TaskEntry;
use crate::{
    Caller, EngineResult,
    catalog::{Catalog, CompiledForm},
    record::{stored::parse, visible_records},
};

/// Fields that a line tells of beside the title.
const SUMMARY_FIELDS: usize = 3;

/// What the reader of a line may see of its record.
pub(super) enum Sight {
    /// What a step shows: all but these fields.
    Step(Vec<FieldKey>),
    /// What permission groups grant.
    Granted,
}

/// Adds titles and a few fields of the records: one query a form, and another one for lines
/// that show what permission groups grant.
pub(super) async fn add_summaries(
    connection: &mut Connection,
    catalog: &Catalog,
    (caller, now): (&Caller, Timestamp),
    lines: &mut [(TaskEntry, Sight)],
) -> EngineResult<()> {
    let mut records: HashMap<String, Vec<String>> = HashMap::new();
    for (entry, _) in lines.iter() {
        records.entry(entry.form.clone()).or_default().push(entry.record.clone());
    }
    for (form, ids) in records {
        let Some(compiled) = catalog.compiled(&form) else { continue };
        let keys = summary_fields(compiled);
        let mut wanted = keys.clone();
        wanted.extend("title".parse::<FieldKey>().ok());
        let statement = get_fields(
            connection.dialect(),
            catalog,
            &compiled.model,
            &ids,
            &wanted,
            RowLock::None,
        );
        let mut stored: HashMap<String, Json> = HashMap::new();
        for row in connection.fetch(&statement).await? {
            stored.insert(row.text(0)?, parse(&row.text(1)?)?);
        }
        let granted = if lines.iter().any(|(line, sight)| line.form == form && sight.is_granted()) {
            granted(connection, catalog, (caller, now), compiled, &ids, &keys).await?
        } else {
            HashMap::new()
        };
        for (entry, sight) in lines.iter_mut().filter(|(entry, _)| entry.form == form) {
            let Some(json) = stored.get(&entry.record) else { continue };
            entry.title = json.get("title").and_then(Json::as_str).unwrap_or_default().to_owned();
            entry.summary = match sight {
                Sight::Step(hidden) => {
                    let shown: Vec<_> =
                        keys.iter().filter(|key| !hidden.contains(key)).cloned().collect();
                    summary(compiled, &shown, json, &caller.locale)
                }
                Sight::Granted => granted
                    .get(&entry.record)
                    .map(|json| summary(compiled, &keys, json, &caller.locale))
                    .unwrap_or_default(),
            };
        }
    }
    Ok(())
}

impl Sight {
    fn is_granted(&self) -> bool {
        matches!(self, Self::Granted)
    }
}

/// The fields of the records that permission groups let the caller see, by record.
async fn granted(
    connection: &mut Connection,
    catalog: &Catalog,
    (caller, now): (&Caller, Timestamp),
    form: &CompiledForm,
    ids: &[String],
    keys: &[FieldKey],
) -> EngineResult<HashMap<String, Json>> {
    let key = form.model.key().as_str();
    let access = caller.access(catalog, key, now).of_stored();
    let open: Vec<FieldKey> =
        keys.iter().filter(|key| access.field(key) != FieldAccess::Hidden).cloned().collect();
    let records = visible_records(connection, catalog, (key, &access), ids, &open).await?;
    Ok(records.into_iter().collect())
}

fn summary_fields(form: &CompiledForm) -> Vec<FieldKey> {
    let view = form.model.document.views.first();
    let columns = view.map_or(&[][..], |view| view.columns.as_slice()).iter();
    let shown = columns.filter_map(|column| {
        let (key, field) = form.model.fields.get_key_value(column.as_str())?;
        let plain = field.subform.is_none()
            && !matches!(field.kind.shape(), Shape::Member | Shape::Department | Shape::Serial(_));
        (plain && field.field.kind != "text").then(|| key.clone())
    });
    shown.take(SUMMARY_FIELDS).collect()
}

fn summary(
    form: &CompiledForm,
    keys: &[FieldKey],
    json: &Json,
    locale: &Locale,
) -> Vec<(String, String)> {
    let shown = keys.iter().filter_map(|key| {
        let field = form.model.fields.get(key)?;
        let json = json.get(key.as_str())?;
        let linked = json.get("title").and_then(Json::as_str).map(str::to_owned);
        let text = linked.unwrap_or_else(|| field.kind.display(&field.read_stored(json), locale));
        (!text.is_empty()).then(|| (field.field.label.get(locale).to_owned(), text))
    });
    shown.collect()
}
