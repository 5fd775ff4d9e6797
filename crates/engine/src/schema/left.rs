//! The conversions that a form went through, and the values that they left behind.

use formwork_model::{form::Forms, schema::Conversion};
use formwork_query::{ConversionTable, left_behind};
use formwork_store::repo::schema_step::conversion_list;
use serde_json::Value as Json;

use super::LostValue;
use crate::{Caller, Engine, EngineError, EngineResult, record::stored::parse};

/// Most values that are named for one conversion.
const MOST_LEFT: i64 = 1000;

/// A conversion that was made.
#[derive(Debug, Clone)]
pub struct ConversionEntry {
    /// The field, or `subform.column`.
    pub field: String,
    /// The revision that it came with.
    pub revision: i64,
    /// Milliseconds.
    pub at: i64,
    /// Member id.
    pub by: String,
    /// How many values came over whole, lost something, and did not convert.
    pub counts: (i64, i64, i64),
    /// What did not convert and has not been filled in since; the first thousand. Empty for
    /// fields that were converted again.
    pub left: Vec<LostValue>,
}

impl Engine {
    /// The conversions of a form, the newest first.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound` for a form that is not published.
    pub async fn conversion_list(
        &self,
        caller: &Caller,
        form: &str,
    ) -> EngineResult<Vec<ConversionEntry>> {
        caller.must_be_admin()?;
        let model = self.catalog().form(form).ok_or(EngineError::NotFound)?;
        let mut connection = self.store().read().await?;
        let mut entries = Vec::new();
        for row in conversion_list(&mut connection, form).await? {
            let conversion: Conversion = serde_json::from_str(&row.body)
                .map_err(EngineError::unexpected_in("a conversion"))?;
            let (fields, table) = match &conversion.subform {
                None => (Some(&model.fields), ConversionTable::of_records(model.table())),
                Some(key) => {
                    let rows = model.subform(key.as_str());
                    let table = rows.map(|rows| rows.table.clone()).unwrap_or_default();
                    (rows.map(|rows| &rows.fields), ConversionTable::of_rows(table, model.table()))
                }
            };
            let field = fields.and_then(|fields| fields.get(&conversion.field));
            let mut left = Vec::new();
            if row.refused > 0 && field.is_some_and(|field| field.column == conversion.to.0) {
                let from = (conversion.from.0.as_str(), conversion.from.1.storage);
                let dialect = connection.dialect();
                let to = conversion.to.0.as_str();
                let statement = left_behind(dialect, &table, from, to, MOST_LEFT);
                for found in connection.fetch(&statement).await? {
                    let own = found.text(0)?;
                    left.push(LostValue {
                        record: found.text(1)?,
                        row: conversion.subform.is_some().then_some(own),
                        title: found.text(2)?,
                        value: parse(&found.text(3)?)?,
                        becomes: Json::Null,
                        problem: None,
                    });
                }
            }
            entries.push(ConversionEntry {
                field: row.field,
                revision: row.revision,
                at: row.at,
                by: row.by,
                counts: (row.converted, row.rounded, row.refused),
                left,
            });
        }
        Ok(entries)
    }
}
