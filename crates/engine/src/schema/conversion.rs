//! Converting the values of a form's columns, a part of a table at a time.

use std::collections::HashSet;

use formwork_model::{
    FieldModel, FormModel, Locale, Problem, Storage, Value,
    form::read_stored,
    kind::ChoiceOption,
    schema::{Conversion, ConversionSide, Names, Outcome, convert_again},
    value::instant_text,
};
use formwork_query::{ConversionTable, Dialect, Statement, conversion_chunk, conversion_write};
use formwork_store::Connection;
use serde_json::{Value as Json, json};

use super::{
    names::RowNames,
    past::{Past, Touches},
};
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
    /// The sides of the columns that held the values, the oldest first, the present one last.
    hops: Vec<ConversionSide>,
    /// For each of them but the first, since when people have typed into it.
    made_at: Vec<Option<i64>>,
    to: ConversionSide,
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

/// A conversion that was made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(super) conversion: Conversion,
    /// The options that keys in the old column stand for.
    pub(super) options: Vec<ChoiceOption>,
    pub(super) totals: Totals,
}

impl Made {
    pub(super) fn of(part: &Part, totals: Totals) -> Self {
        Self { conversion: part.conversion.clone(), options: part.options(), totals }
    }
}

impl Totals {
    pub(super) fn count(&mut self, before: &Value, outcome: &Outcome) {
        if before.is_empty() && !matches!(outcome, Outcome::Rounded(_)) {
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
    (previous, next): (Option<&FormModel>, &FormModel),
    conversions: &[Conversion],
    past: &Past,
) -> Vec<TableWork> {
    let mut tables: Vec<TableWork> = Vec::new();
    for conversion in conversions {
        let Some(field) = field_of(next, conversion) else { continue };
        let before = previous.and_then(|previous| field_of(previous, conversion));
        let known = before.filter(|field| field.column == conversion.from.0);
        let from = known.map_or_else(
            || ConversionSide::bare(conversion.from.1.clone()),
            |field| ConversionSide::of(&*field.kind),
        );
        let to = ConversionSide::of(&*field.kind);
        let subform = conversion.subform.as_ref();
        let older = conversion.older.iter().map(|(column, content)| {
            let known = [&to, &from].into_iter().find(|side| side.content == *content);
            let side = known.cloned().unwrap_or_else(|| ConversionSide::bare(content.clone()));
            past.with_options(side, subform, column)
        });
        let columns = conversion.older.iter().chain([&conversion.from]).skip(1);
        let part = Part {
            hops: older.chain([from.clone()]).collect(),
            made_at: columns.map(|(column, _)| past.made_at(subform, column)).collect(),
            to,
            unique: conversion.subform.is_none() && field.field.unique,
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

impl Part {
    fn convert(
        &self,
        hops: &[Value],
        (touches, record, row): (&Touches, &str, Option<&str>),
        names: &[&dyn Names],
    ) -> Outcome {
        let hops: Vec<(&Value, &ConversionSide)> = hops.iter().zip(&self.hops).collect();
        let path = self.conversion.path();
        let touched: Vec<Option<bool>> = (0..self.made_at.len())
            .map(|index| {
                let until = self.made_at.get(index + 1).copied().flatten();
                let after = self.made_at[index]?;
                Some(touches.between((record, row, &path), (after, until)))
            })
            .collect();
        convert_again(&hops, &touched, &self.to, names)
    }

    /// The options that the values' keys stand for.
    fn options(&self) -> Vec<ChoiceOption> {
        self.hops.last().map(|side| side.options.clone()).unwrap_or_default()
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
        let mut values: Vec<Vec<Vec<Value>>> = vec![Vec::new(); self.parts.len()];
        for row in connection.fetch(&statement).await? {
            let mut index = 5;
            for (part, values) in self.parts.iter().zip(&mut values) {
                let mut hops = Vec::with_capacity(part.hops.len());
                for side in &part.hops {
                    hops.push(read_stored(side.content.storage, &parse(&row.text(index)?)?));
                    index += 1;
                }
                values.push(hops);
            }
            rows.push(ConvertedRow {
                id: row.text(0)?,
                record: row.text(1)?,
                version: row.int(2)?,
                title: row.text(3)?,
                live: row.bool(4)?,
                cells: Vec::new(),
            });
        }
        let touches = self.touches(connection, &rows).await?;
        let mut names = RowNames::new(catalog, locale);
        for (part, values) in self.parts.iter().zip(&values) {
            names.load(connection, (&part.hops, &part.to), values).await?;
        }
        let others = [Locale::chinese(), Locale::english()].map(|other| names.in_locale(other));
        let names: Vec<&dyn Names> =
            std::iter::once(&names).chain(&others).map(|names| names as &dyn Names).collect();
        for (part, values) in self.parts.iter().zip(values) {
            for (row, mut hops) in rows.iter_mut().zip(values) {
                let own = self.table.records.is_some().then_some(row.id.as_str());
                let outcome = part.convert(&hops, (&touches, &row.record, own), &names);
                row.cells.push((hops.pop().unwrap_or(Value::Null), outcome));
            }
        }
        Ok(rows)
    }

    /// What people have changed of the rows since their values were converted before.
    async fn touches(
        &self,
        connection: &mut Connection,
        rows: &[ConvertedRow],
    ) -> EngineResult<Touches> {
        let made_at = self.parts.iter().flat_map(|part| part.made_at.iter().flatten());
        let Some(first) = made_at.min() else { return Ok(Touches::default()) };
        let records: HashSet<String> = rows.iter().map(|row| row.record.clone()).collect();
        let fields: Vec<&str> = self
            .parts
            .iter()
            .map(|part| part.conversion.subform.as_ref().unwrap_or(&part.conversion.field).as_str())
            .collect();
        Touches::load(connection, &records, *first, &fields).await
    }

    fn read_columns(&self) -> Vec<(String, Storage)> {
        let columns = self.parts.iter().flat_map(|part| {
            let conversion = &part.conversion;
            conversion.older.iter().chain([&conversion.from])
        });
        columns.map(|(column, content)| (column.clone(), content.storage)).collect()
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
) -> EngineResult<Vec<Made>> {
    let mut made = Vec::new();
    let past = Past::load(connection, next.key().as_str()).await?;
    for work in tables_of((previous, next), &next.conversions, &past) {
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
        made.extend(work.parts.iter().zip(totals).map(|(part, totals)| Made::of(part, totals)));
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
