//! A publish that waits for its values: they are converted beside the running form, which is
//! then switched over in one short change.

use std::sync::Arc;

use formwork_model::{
    FormModel, Locale,
    document::{Document, DocumentKind},
    schema::{Conversion, SchemaChange, When, plan},
};
use formwork_store::{
    Connection, Hold,
    repo::{
        document::{document_get, draft_finish},
        event::event_newest,
        schema::schema_index_save,
        schema_step::{ConversionRow, StepRow, conversion_add, step_delete, step_move},
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{
    conversion::{CHUNK, Made, TableWork, Totals, losses, tables_of},
    existing,
    index::build_index,
    past::{Kept, Past},
    prepare::Preparation,
    wanted_of,
    work::Came,
};
use crate::{
    Engine, EngineError, EngineResult, document::publish::publish_prepared, principal::Principal,
    work::Work,
};

/// Rows that may be left for the moment in which a form is switched over.
const LEFT_FOR_SWITCH: i64 = 500;
/// How often a table is gone through before the form is switched over all the same.
const MOST_PASSES: usize = 50;

impl Engine {
    /// Converts a form's values beside it, then switches it over.
    pub(super) async fn convert(
        &self,
        step: &StepRow,
        mut alone: Option<&mut Connection>,
    ) -> EngineResult<Came> {
        let preparation: Preparation = serde_json::from_str(&step.body)
            .map_err(EngineError::unexpected_in("deferred work"))?;
        self.refresh().await?;
        let catalog = self.catalog();
        let previous = catalog.compiled(&step.form).map(|form| Arc::clone(&form.model));
        let next = prepared_model(&preparation)?;
        let past = Past::load(&mut self.store().read().await?, &step.form).await?;
        let models = (previous.as_deref(), &next);
        let works = tables_of(models, &preparation.conversions, &past);
        let mut totals = Vec::new();
        for pass in 0..MOST_PASSES {
            totals.clear();
            let mut left = 0;
            for work in &works {
                let Some((seen, counted)) =
                    self.pass(step, &preparation.locale, work, pass == 0).await?
                else {
                    return Ok(Came::Done);
                };
                left += seen;
                totals.extend(counted);
            }
            if pass == 0 {
                self.refuse_losses(&preparation, &works, &totals)?;
                self.build_indexes(&catalog, &next, alone.as_deref_mut()).await?;
            }
            if left <= LEFT_FOR_SWITCH {
                break;
            }
        }
        let made = self.count_made(&preparation, &works).await?;
        match self.switch(step, &preparation, made).await {
            Err(EngineError::Busy) => Ok(Came::Later),
            Err(error) => Err(error),
            Ok(()) => Ok(Came::Done),
        }
    }

    fn refuse_losses(
        &self,
        preparation: &Preparation,
        works: &[TableWork],
        totals: &[Totals],
    ) -> EngineResult<()> {
        let parts = works.iter().flat_map(|work| &work.parts);
        let lost =
            parts.zip(totals).find_map(|(part, totals)| losses(totals, &part.conversion.path()));
        match lost {
            Some(problem) if !preparation.accept => Err(EngineError::problem(problem)),
            _ => Ok(()),
        }
    }

    /// Goes once through a table; answers how many rows were not converted yet, and what
    /// became of them. None when the work was given up.
    async fn pass(
        &self,
        step: &StepRow,
        locale: &Locale,
        work: &TableWork,
        shows_progress: bool,
    ) -> EngineResult<Option<(i64, Vec<Totals>)>> {
        let mut totals = vec![Totals::default(); work.parts.len()];
        let (mut after, mut seen) = (String::new(), 0_i64);
        loop {
            let catalog = self.catalog();
            let mut reader = self.store().read().await?;
            let scene = (&*catalog, locale);
            let marker = Some(step.id.as_str());
            let rows = work.chunk(&mut reader, scene, (&after, CHUNK), marker).await?;
            drop(reader);
            let Some(last) = rows.last() else { return Ok(Some((seen, totals))) };
            after.clone_from(&last.id);
            seen += i64::try_from(rows.len()).unwrap_or(i64::MAX);
            for row in &rows {
                for (totals, (before, outcome)) in totals.iter_mut().zip(&row.cells) {
                    totals.count(before, outcome);
                }
            }
            let statement = work.write_statement(self.store().dialect(), &rows, marker);
            let (id, done) = (step.id.clone(), if shows_progress { seen } else { step.total });
            let goes_on = self
                .store()
                .write(Hold::Nothing, move |connection| {
                    Box::pin(async move {
                        connection.run(&statement).await?;
                        Ok::<_, EngineError>(
                            step_move(connection, &id, "running", done, None).await?,
                        )
                    })
                })
                .await?;
            if !goes_on {
                return Ok(None);
            }
        }
    }

    /// The indexes over the new columns, before anybody reads them; unique ones come last, when
    /// the values are final.
    async fn build_indexes(
        &self,
        catalog: &crate::Catalog,
        next: &FormModel,
        mut alone: Option<&mut Connection>,
    ) -> EngineResult<()> {
        let wanted = wanted_of(catalog, next);
        let mut reader = self.store().read().await?;
        let there = existing(&mut reader, next.key().as_str(), &wanted).await?;
        drop(reader);
        for step in plan(&wanted, &there) {
            let (SchemaChange::CreateIndex(index), When::Deferred) = (step.change, step.when)
            else {
                continue;
            };
            let has_columns = index.columns.iter().all(|(column, _)| {
                there.table(&index.table).is_some_and(|table| table.columns.contains(column))
            });
            if !index.unique && has_columns {
                build_index(self.store(), alone.as_deref_mut(), &index).await?;
                let store = self.store().clone();
                store
                    .write(Hold::Nothing, move |connection| {
                        Box::pin(async move { schema_index_save(connection, &index).await })
                    })
                    .await?;
            }
        }
        Ok(())
    }

    /// What has become of the values so far, for the record of the conversions: the few that
    /// are converted while nobody writes make no difference worth holding others up.
    async fn count_made(
        &self,
        preparation: &Preparation,
        works: &[TableWork],
    ) -> EngineResult<Vec<Made>> {
        let mut reader = self.store().read().await?;
        let mut made = Vec::new();
        for work in works {
            for part in &work.parts {
                let conversion = &part.conversion;
                let path = conversion.path();
                let counted = count_converted(&mut reader, &work.table.table, conversion).await?;
                let rounded = preparation.rounded.iter().find(|(field, _)| *field == path);
                let rounded = rounded.map_or(0, |(_, rounded)| *rounded);
                let converted = counted.converted.saturating_sub(rounded);
                made.push(Made::of(part, Totals { converted, rounded, ..counted }));
            }
        }
        Ok(made)
    }

    /// Converts what was written meanwhile and publishes, while nobody writes.
    async fn switch(
        &self,
        step: &StepRow,
        preparation: &Preparation,
        made: Vec<Made>,
    ) -> EngineResult<()> {
        let author = Principal::of_member(&step.created_by);
        let (step, preparation) = (step.clone(), preparation.clone());
        self.redefine(Hold::Everything, author, move |work| {
            Box::pin(async move {
                let previous =
                    work.catalog.compiled(&step.form).map(|form| Arc::clone(&form.model));
                let next = prepared_model(&preparation)?;
                let past = Past::load(work.connection, &step.form).await?;
                let models = (previous.as_deref(), &next);
                for table in tables_of(models, &preparation.conversions, &past) {
                    convert_rest(work, &table, &step, &preparation.locale).await?;
                }
                step_delete(work.connection, &step.id).await?;
                publish_waiting(work, &step, &preparation, made).await
            })
        })
        .await?;
        Ok(())
    }
}

fn prepared_model(preparation: &Preparation) -> EngineResult<FormModel> {
    match Document::read(DocumentKind::Form, &preparation.document)? {
        Document::Form(form) => {
            let revision = preparation.based_on.saturating_add(1);
            Ok(FormModel::build(*form, revision, Some(&preparation.columns))?)
        }
        _ => Err(EngineError::unexpected("a prepared document that is no form")),
    }
}

async fn convert_rest(
    work: &mut Work<'_>,
    table: &TableWork,
    step: &StepRow,
    locale: &Locale,
) -> EngineResult<()> {
    let catalog = Arc::clone(&work.catalog);
    let marker = Some(step.id.as_str());
    let limit = LEFT_FOR_SWITCH.saturating_mul(2);
    let rows = table.chunk(work.connection, (&catalog, locale), ("", limit), marker).await?;
    if i64::try_from(rows.len()).is_ok_and(|count| count == limit) {
        return Err(EngineError::Busy);
    }
    table.write(work.connection, &rows, marker).await
}

async fn publish_waiting(
    work: &mut Work<'_>,
    step: &StepRow,
    preparation: &Preparation,
    made: Vec<Made>,
) -> EngineResult<()> {
    let current = document_get(work.connection, "form", &step.form).await?;
    let revision = current.as_ref().map_or(0, |row| row.revision);
    if revision != preparation.based_on {
        return Err(EngineError::VersionConflict { version: revision, changed: Vec::new() });
    }
    publish_prepared(work, preparation, current).await?;
    record_conversions(work, &step.form, preparation.based_on + 1, made).await?;
    let of = ("form", step.form.as_str());
    let (by, body) = (work.by().to_owned(), preparation.document.to_string());
    draft_finish(work.connection, of, &by, &body).await?;
    Ok(())
}

async fn count_converted(
    connection: &mut Connection,
    table: &str,
    conversion: &Conversion,
) -> EngineResult<Totals> {
    let (from, to) = (&conversion.from.0, &conversion.to.0);
    let query = format!(
        "select count(case when \"{to}\" is not null then 1 end), \
         count(case when \"{to}\" is null then 1 end) from \"{table}\" where \"{from}\" is not null"
    );
    let Some(row) = connection.row(&query, &[]).await? else { return Ok(Totals::default()) };
    let whole = |number: i64| u64::try_from(number).unwrap_or_default();
    Ok(Totals { converted: whole(row.int(0)?), rounded: 0, refused: whole(row.int(1)?) })
}

/// Notes what was converted, so that what did not convert can be found again.
pub(crate) async fn record_conversions(
    work: &mut Work<'_>,
    form: &str,
    revision: i64,
    made: Vec<Made>,
) -> EngineResult<()> {
    if made.is_empty() {
        return Ok(());
    }
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    // Nobody writes meanwhile: what comes after is what people did with the values since.
    work.append_noted().await?;
    let event = Some(event_newest(work.connection).await?);
    for Made { conversion, options, totals } in made {
        let row = ConversionRow {
            id: Uuid::now_v7().to_string(),
            form: form.to_owned(),
            revision,
            field: conversion.path(),
            body: json!(Kept { conversion, event, options }).to_string(),
            converted: whole(totals.converted),
            rounded: whole(totals.rounded),
            refused: whole(totals.refused),
            at: work.now_ms(),
            by: work.by().to_owned(),
        };
        conversion_add(work.connection, &row).await?;
    }
    Ok(())
}
