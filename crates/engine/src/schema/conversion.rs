//! Converting the values of a form's columns, a part of a table at a time.

use formwork_model::{
    FieldModel, FormModel, Locale, Problem, Storage, Value,
    form::read_stored,
    schema::{Conversion, ConversionSide, Outcome, convert, restore},
    value::instant_text,
};
use formwork_query::{ConversionTable, Dialect, Statement, conversion_chunk, conversion_write};
use formwork_store::Connection;
use serde_json::{Value as Json, json};

use super::names::RowNames;
use crate::{EngineResult, catalog::Catalog, record::stored::parse};

/// Rows that are converted together.
pub(super) const CHUNK: i64 = 1000;

/// The conversions of one table.
pub(crate) struct TableWork {
    pub(super) table: ConversionTable,
    pub(super) parts: Vec<Part>,
}

/// One conversion with what both sides mean.
pub(super) struct Part {
    pub(super) conversion: Conversion,
    pub(super) from: ConversionSide,
    pub(super) to: ConversionSide,
    /// Whether no two records may share a value afterwards.
    pub(super) unique: bool,
}

/// A row with what becomes of its values, one for each part.
pub(super) struct ConvertedRow {
    pub(super) id: String,
    pub(super) record: String,
    pub(super) version: i64,
    pub(super) title: String,
    pub(super) live: bool,
    pub(super) cells: Vec<(Value, Outcome)>,
}

/// What became of the values of a conversion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) converted: u64,
    pub(crate) rounded: u64,
    pub(crate) refused: u64,
}

impl Totals {
    pub(super) fn count(&mut self, before: &Value, outcome: &Outcome) {
        if before.is_empty() {
            return;
        }
        match outcome {
            Outcome::Kept(_) => self.converted += 1,
            Outcome::Rounded(_) => self.rounded += 1,
            Outcome::Refused(_) => self.refused += 1,
        }
    }
}

/// The conversions of a model, by table.
pub(super) fn tables_of(
    previous: Option<&FormModel>,
    next: &FormModel,
    conversions: &[Conversion],
) -> Vec<TableWork> {
    let mut tables: Vec<TableWork> = Vec::new();
    for conversion in conversions {
        let Some(to) = field_of(next, conversion) else { continue };
        let before = previous.and_then(|previous| field_of(previous, conversion));
        let known = before.filter(|field| field.column == conversion.from.0);
        let part = Part {
            from: known.map_or_else(
                || ConversionSide::bare(conversion.from.1.clone()),
                |field| ConversionSide::of(&*field.kind),
            ),
            to: ConversionSide::of(&*to.kind),
            unique: conversion.subform.is_none() && to.field.unique,
            conversion: conversion.clone(),
        };
        let rows = conversion.subform.as_ref().and_then(|key| next.subform(key.as_str()));
        let table = match rows {
            None => ConversionTable { table: next.table(), records: None },
            Some(rows) => {
                ConversionTable { table: rows.table.clone(), records: Some(next.table()) }
            }
        };
        match tables.iter_mut().find(|known| known.table == table) {
            Some(known) => known.parts.push(part),
            None => tables.push(TableWork { table, parts: vec![part] }),
        }
    }
    tables
}

fn field_of<'m>(model: &'m FormModel, conversion: &Conversion) -> Option<&'m FieldModel> {
    match &conversion.subform {
        None => model.fields.get(&conversion.field),
        Some(subform) => model.subform(subform.as_str())?.fields.get(&conversion.field),
    }
}

impl TableWork {
    /// The next rows after an id, converted. With a marker only those that it is not on.
    pub(super) async fn chunk(
        &self,
        connection: &mut Connection,
        (catalog, locale): (&Catalog, &Locale),
        (after, limit): (&str, i64),
        marker: Option<&str>,
    ) -> EngineResult<Vec<ConvertedRow>> {
        let statement = conversion_chunk(
            connection.dialect(),
            &self.table,
            &self.read_columns(),
            (after, limit),
            marker,
        );
        let mut rows = Vec::new();
        let mut values: Vec<Vec<(Value, Value)>> = Vec::new();
        for row in connection.fetch(&statement).await? {
            let mut index = 5;
            let mut cells = Vec::with_capacity(self.parts.len());
            for part in &self.parts {
                let value = read_stored(part.from.content.storage, &parse(&row.text(index)?)?);
                index += 1;
                let mut origin = Value::Null;
                if part.conversion.origin.is_some() {
                    origin = read_stored(part.to.content.storage, &parse(&row.text(index)?)?);
                    index += 1;
                }
                cells.push((value, origin));
            }
            values.push(cells);
            rows.push(ConvertedRow {
                id: row.text(0)?,
                record: row.text(1)?,
                version: row.int(2)?,
                title: row.text(3)?,
                live: row.bool(4)?,
                cells: Vec::new(),
            });
        }
        let mut names = RowNames::new(catalog, locale);
        names.load(connection, &self.parts, &values).await?;
        let others = [Locale::chinese(), Locale::english()].map(|other| names.in_locale(other));
        for (row, values) in rows.iter_mut().zip(values) {
            for (part, (value, origin)) in self.parts.iter().zip(values) {
                let back = || {
                    let restores = |names: &RowNames<'_>| {
                        restore((&origin, &part.to), (&value, &part.from), names)
                    };
                    restores(&names) || others.iter().any(restores)
                };
                let outcome = if !origin.is_empty() && back() {
                    Outcome::Kept(origin.clone())
                } else {
                    convert(&value, &part.from, &part.to, &names)
                };
                row.cells.push((value, outcome));
            }
        }
        Ok(rows)
    }

    fn read_columns(&self) -> Vec<(String, Storage)> {
        let mut columns = Vec::new();
        for part in &self.parts {
            columns.push((part.conversion.from.0.clone(), part.from.content.storage));
            if let Some(origin) = &part.conversion.origin {
                columns.push((origin.clone(), part.to.content.storage));
            }
        }
        columns
    }

    /// Writes converted rows.
    pub(super) async fn write(
        &self,
        connection: &mut Connection,
        rows: &[ConvertedRow],
        marker: Option<&str>,
    ) -> EngineResult<()> {
        if !rows.is_empty() {
            let statement = self.write_statement(connection.dialect(), rows, marker);
            connection.run(&statement).await?;
        }
        Ok(())
    }

    /// The statement that writes converted rows.
    pub(super) fn write_statement(
        &self,
        dialect: Dialect,
        rows: &[ConvertedRow],
        marker: Option<&str>,
    ) -> Statement {
        let columns: Vec<(String, Storage)> = self
            .parts
            .iter()
            .map(|part| (part.conversion.to.0.clone(), part.to.content.storage))
            .collect();
        let values: Vec<Json> = rows
            .iter()
            .map(|row| {
                let mut list = vec![json!(row.id), json!(row.version)];
                for ((_, storage), (_, outcome)) in columns.iter().zip(&row.cells) {
                    list.push(stored_json(*storage, outcome));
                }
                Json::Array(list)
            })
            .collect();
        let rows = Json::Array(values).to_string();
        conversion_write(dialect, &self.table, &columns, rows, marker)
    }
}

/// A converted value as its column keeps it.
fn stored_json(storage: Storage, outcome: &Outcome) -> Json {
    let value = match outcome {
        Outcome::Kept(value) | Outcome::Rounded(value) => value,
        Outcome::Refused(_) => return Json::Null,
    };
    match (storage, value) {
        (Storage::Scaled { places }, Value::Number(number)) => {
            let mut scaled = *number;
            scaled.rescale(places);
            i64::try_from(scaled.mantissa()).map_or(Json::Null, |whole| json!(whole))
        }
        (Storage::Instant, Value::Instant(instant)) => json!(instant_text(*instant)),
        (_, value) => value.to_json(),
    }
}

/// Converts everything at once, inside a change that nobody else writes beside.
pub(crate) async fn convert_now(
    connection: &mut Connection,
    (catalog, locale): (&Catalog, &Locale),
    (previous, next): (Option<&FormModel>, &FormModel),
) -> EngineResult<Vec<(Conversion, Totals)>> {
    let mut made = Vec::new();
    for work in tables_of(previous, next, &next.conversions) {
        let mut totals = vec![Totals::default(); work.parts.len()];
        let mut after = String::new();
        loop {
            let rows = work.chunk(connection, (catalog, locale), (&after, CHUNK), None).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.id);
            for row in &rows {
                for (totals, (before, outcome)) in totals.iter_mut().zip(&row.cells) {
                    totals.count(before, outcome);
                }
            }
            work.write(connection, &rows, None).await?;
        }
        made.extend(work.parts.into_iter().map(|part| part.conversion).zip(totals));
    }
    Ok(made)
}

/// The refusal of a publish that would leave values behind without anybody having agreed.
pub(crate) fn losses(totals: &Totals, path: &str) -> Option<Problem> {
    (totals.refused + totals.rounded > 0).then(|| {
        Problem::new("values_do_not_convert")
            .with("field", path)
            .with("refused", totals.refused)
            .with("rounded", totals.rounded)
    })
}
