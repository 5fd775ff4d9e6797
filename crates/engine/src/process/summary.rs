//! What a line of a to-do list tells of its record.

use std::collections::HashMap;

use formwork_model::{FieldKey, Locale, kind::Shape};
use formwork_query::get_fields;
use formwork_store::Connection;
use serde_json::Value as Json;

use super::task::TaskEntry;
use crate::{
    EngineResult,
    catalog::{Catalog, CompiledForm},
    record::stored::parse,
};

/// Fields that a line tells of beside the title.
const SUMMARY_FIELDS: usize = 3;

/// Adds titles and a few fields of the records: one query a form.
pub(super) async fn add_summaries(
    connection: &mut Connection,
    catalog: &Catalog,
    locale: &Locale,
    entries: &mut [TaskEntry],
) -> EngineResult<()> {
    let mut records: HashMap<String, Vec<String>> = HashMap::new();
    for entry in entries.iter() {
        records.entry(entry.form.clone()).or_default().push(entry.record.clone());
    }
    for (form, ids) in records {
        let Some(compiled) = catalog.compiled(&form) else { continue };
        let keys = summary_fields(compiled);
        let mut wanted = keys.clone();
        wanted.extend("title".parse::<FieldKey>().ok());
        let statement = get_fields(connection.dialect(), catalog, &compiled.model, &ids, &wanted);
        for row in connection.fetch(&statement).await? {
            let (id, json) = (row.text(0)?, parse(&row.text(1)?)?);
            for entry in entries.iter_mut().filter(|entry| entry.record == id) {
                entry.title =
                    json.get("title").and_then(Json::as_str).unwrap_or_default().to_owned();
                entry.summary = summary(compiled, &keys, &json, locale);
            }
        }
    }
    Ok(())
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
