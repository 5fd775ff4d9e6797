//! What publishing would do to the database, found out before anything is done.

use std::collections::HashMap;

use formwork_model::{
    FieldModel, FormModel, Locale, Problem, Problems, Storage, Value,
    kind::Shape,
    schema::{ExistingIndex, Index, Inventory, Outcome, SMALL_TABLE, Step, Wanted, When, plan},
};
use formwork_query::duplicates;
use formwork_store::Connection;
use serde_json::{Value as Json, json};

use super::{
    conversion::{CHUNK, TableWork, Totals, losses, tables_of},
    existing,
    past::Past,
    report::{ConversionReport, LostValue, MOST_NAMED},
    reshape::reshaped,
    wanted_of,
};
use crate::{EngineResult, catalog::Catalog, record::stored::parse};

/// What publishing a form would do to the database.
#[derive(Debug, Default)]
pub(crate) struct Foreseen {
    pub(crate) steps: Vec<Step>,
    pub(crate) conversions: Vec<ConversionReport>,
    /// What keeps it from being done.
    pub(crate) problems: Problems,
    /// Whether the conversions are prepared beside the running form.
    pub(crate) prepared: bool,
    /// How many rows were looked through.
    pub(crate) rows: u64,
}

impl Foreseen {
    /// Looks at a form that is about to be published. `deep` also looks through large tables,
    /// which nobody should wait for inside a change.
    pub(crate) async fn of(
        connection: &mut Connection,
        (catalog, locale): (&Catalog, &Locale),
        (previous, next): (Option<&FormModel>, &FormModel),
        deep: bool,
    ) -> EngineResult<Self> {
        let wanted = wanted_of(catalog, next);
        let there = existing(connection, next.key().as_str(), &wanted).await?;
        let past = Past::load(connection, next.key().as_str()).await?;
        let works = tables_of((previous, next), &next.conversions, &past);
        let large = |table: &str| there.table(table).is_some_and(|t| t.rows >= SMALL_TABLE);
        let prepared = works.iter().any(|work| {
            large(&work.table.table) || work.table.records.as_deref().is_some_and(large)
        });
        let mut foreseen = Self { steps: plan(&wanted, &there), prepared, ..Self::default() };
        if deep || !prepared {
            let when = if prepared { When::Deferred } else { When::Now };
            for work in &works {
                foreseen.look_through(connection, (catalog, locale), work, when).await?;
            }
        }
        if deep && let Some(previous) = previous {
            foreseen.conversions.extend(reshaped(connection, previous, next).await?);
        }
        for report in &mut foreseen.conversions {
            report.kinds = kinds_of(previous, next, &report.field);
        }
        foreseen.check_unique(connection, (next, &wanted), &there, deep).await?;
        foreseen.too_many_columns(&there);
        Ok(foreseen)
    }

    /// The refusal of values that would be left behind.
    pub(crate) fn losses(&self) -> Problems {
        let lost = self.conversions.iter().filter_map(|report| {
            let totals = Totals {
                converted: report.converted,
                rounded: report.rounded,
                refused: report.refused,
            };
            let records: Vec<Json> = report.lost.iter().take(20).map(LostValue::to_json).collect();
            Some(losses(&totals, &report.field)?.with("records", records))
        });
        lost.collect()
    }

    async fn look_through(
        &mut self,
        connection: &mut Connection,
        scene: (&Catalog, &Locale),
        work: &TableWork,
        when: When,
    ) -> EngineResult<()> {
        let mut totals = vec![Totals::default(); work.parts.len()];
        let mut lost: Vec<Vec<LostValue>> = vec![Vec::new(); work.parts.len()];
        let mut shared: Vec<Shared> = work.parts.iter().map(|_| Shared::default()).collect();
        let mut after = String::new();
        loop {
            let rows = work.chunk(connection, scene, (&after, CHUNK), None).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.id);
            self.rows += u64::try_from(rows.len()).unwrap_or_default();
            for row in rows.iter().filter(|row| row.live) {
                for (index, (before, outcome)) in row.cells.iter().enumerate() {
                    totals[index].count(before, outcome);
                    if work.parts[index].unique {
                        shared[index].add(outcome, &row.record, &row.title);
                    }
                    let rounds = matches!(outcome, Outcome::Rounded(_));
                    if (before.is_empty() && !rounds) || lost[index].len() >= MOST_NAMED {
                        continue;
                    }
                    if let Some((becomes, problem)) = loss(outcome) {
                        lost[index].push(LostValue {
                            record: row.record.clone(),
                            row: work.table.records.as_ref().map(|_| row.id.clone()),
                            title: row.title.clone(),
                            value: before.to_json(),
                            becomes,
                            problem,
                        });
                    }
                }
            }
        }
        for ((part, totals), (lost, shared)) in
            work.parts.iter().zip(totals).zip(lost.into_iter().zip(shared))
        {
            let field = part.conversion.path();
            self.problems.extend(shared.problem(&field));
            self.conversions.push(ConversionReport {
                field,
                kinds: (None, String::new()),
                when,
                converted: totals.converted,
                rounded: totals.rounded,
                refused: totals.refused,
                lost,
            });
        }
        Ok(())
    }

    /// A field that is to be unique and whose records share values, with their names.
    async fn check_unique(
        &mut self,
        connection: &mut Connection,
        (next, wanted): (&FormModel, &Wanted),
        there: &Inventory,
        deep: bool,
    ) -> EngineResult<()> {
        let table_name = next.table();
        let Some(table) = there.table(&table_name) else { return Ok(()) };
        if !deep && table.rows >= SMALL_TABLE {
            return Ok(());
        }
        let indexes: Vec<_> = wanted.indexes().filter(|index| index.unique).collect();
        for (key, field) in next.stored_fields().filter(|(_, field)| field.field.unique) {
            let own = indexes.iter().find(|index| index.columns[0].0 == field.column);
            let ready = own.is_some_and(|index| {
                table.indexes.get(&index.name()) == Some(&ExistingIndex::Ready)
            });
            if ready || !table.columns.contains(&field.column) {
                continue;
            }
            let column = (field.column.as_str(), field.storage());
            let of = (table_name.as_str(), column);
            self.problems.extend(shared_values(connection, key.as_str(), of).await?);
        }
        Ok(())
    }

    /// PostgreSQL counts columns that nobody uses any more, too, and ends at 1,600.
    fn too_many_columns(&mut self, there: &Inventory) {
        const MOST: usize = 1000;
        let most = there.tables.values().map(|table| table.columns.len()).max().unwrap_or(0);
        if most > MOST {
            self.problems.push(Problem::new("too_many_columns").with("max", MOST));
        }
    }
}

/// The records that share a value in a column that is to be unique.
async fn shared_values(
    connection: &mut Connection,
    field: &str,
    (table, column): (&str, (&str, Storage)),
) -> EngineResult<Option<Problem>> {
    let limit = i64::try_from(MOST_NAMED).unwrap_or(i64::MAX);
    let statement = duplicates(connection.dialect(), table, column, limit);
    let mut records = Vec::new();
    for row in connection.fetch(&statement).await? {
        let (id, title) = (row.text(0)?, row.text(1)?);
        records.push(json!({ "id": id, "title": title, "value": parse(&row.text(2)?)? }));
    }
    Ok((!records.is_empty()).then(|| not_unique(field, records)))
}

/// The records that keep a unique index of a form from being built.
pub(crate) async fn shared_in_index(
    connection: &mut Connection,
    form: &FormModel,
    index: &Index,
) -> EngineResult<Problems> {
    let column = index.columns.first().map(|(column, _)| column.as_str()).unwrap_or_default();
    let Some((key, field)) = form.stored_fields().find(|(_, field)| field.column == column) else {
        return Ok(Problems::new());
    };
    let of = (index.table.as_str(), (column, field.storage()));
    Ok(shared_values(connection, key.as_str(), of).await?.into_iter().collect())
}

fn loss(outcome: &Outcome) -> Option<(Json, Option<Problem>)> {
    match outcome {
        Outcome::Kept(_) => None,
        Outcome::Rounded(value) => Some((value.to_json(), None)),
        Outcome::Refused(problem) => Some((Json::Null, Some(problem.clone()))),
    }
}

fn not_unique(field: &str, records: Vec<Json>) -> Problem {
    let count = records.len();
    let titles: Vec<&str> = records
        .iter()
        .take(6)
        .filter_map(|record| record.get("title").and_then(Json::as_str))
        .collect();
    let titles = titles.join(", ");
    Problem::new("values_not_unique")
        .with("field", field)
        .with("count", count)
        .with("titles", titles)
        .with("records", records)
}

/// Who has which value, for a field that is to be unique.
#[derive(Default)]
struct Shared(HashMap<String, Vec<(String, String)>>);

impl Shared {
    fn add(&mut self, outcome: &Outcome, record: &str, title: &str) {
        let value = match outcome {
            Outcome::Kept(Value::Null) | Outcome::Refused(_) => return,
            Outcome::Kept(Value::Number(number)) | Outcome::Rounded(Value::Number(number)) => {
                number.normalize().to_string()
            }
            Outcome::Kept(value) | Outcome::Rounded(value) => value.to_json().to_string(),
        };
        self.0.entry(value).or_default().push((record.to_owned(), title.to_owned()));
    }

    fn problem(self, field: &str) -> Option<Problem> {
        let twice = self.0.into_iter().filter(|(_, records)| records.len() > 1);
        let records: Vec<Json> = twice
            .flat_map(|(value, records)| {
                records.into_iter().map(move |(id, title)| {
                    json!({ "id": id, "title": title, "value": value.trim_matches('"') })
                })
            })
            .take(MOST_NAMED)
            .collect();
        (!records.is_empty()).then(|| not_unique(field, records))
    }
}

fn kinds_of(
    previous: Option<&FormModel>,
    next: &FormModel,
    path: &str,
) -> (Option<String>, String) {
    let kind = |model: &FormModel| field_at(model, path).map(|field| field.field.kind.clone());
    (previous.and_then(kind), kind(next).unwrap_or_default())
}

fn field_at<'m>(model: &'m FormModel, path: &str) -> Option<&'m FieldModel> {
    match path.split_once('.') {
        None => model.fields.get(path),
        Some((subform, column)) => {
            let rows = model.fields.get(subform)?;
            matches!(rows.kind.shape(), Shape::Rows(_)).then_some(())?;
            rows.subform.as_ref()?.fields.get(column)
        }
    }
}
