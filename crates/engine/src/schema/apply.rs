//! Doing what a plan says: now, or noting it for later.

use std::{collections::BTreeSet, sync::Arc};

use formwork_model::{
    FormKey, Problem,
    document::Dashboard,
    schema::{SchemaChange, Step, When, plan, storage_name},
};
use formwork_query::ddl;
use formwork_store::{
    StoreError,
    repo::{
        schema::{
            TableRow, schema_column_save, schema_index_delete, schema_index_save, schema_table_save,
        },
        schema_step::{StepRow, step_add, step_delete, step_list},
        setting::setting_count_up,
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{existing, wanted_of};
use crate::{
    EngineError, EngineResult,
    catalog::is_unique_index,
    job::{NewJob, enqueue},
    settings::DEFINITIONS,
    work::Work,
};

/// Carries out the steps of a plan for one form.
pub(crate) async fn apply(work: &mut Work<'_>, form: &str, steps: &[Step]) -> EngineResult<()> {
    for step in steps {
        match step.when {
            When::Now => {
                let sql = ddl(work.connection.dialect(), &step.change);
                work.connection.execute(&sql, &[]).await.map_err(index_refused)?;
                note(work, form, &step.change).await?;
            }
            When::Deferred => defer(work, form, &step.change).await?,
        }
    }
    Ok(())
}

/// A unique index over values that are not unique cannot be made.
pub(super) fn index_refused(error: StoreError) -> EngineError {
    match error {
        StoreError::NotUnique { .. } => EngineError::problem(Problem::new("values_not_unique")),
        other => other.into(),
    }
}

/// Keeps the inventory in step.
async fn note(work: &mut Work<'_>, form: &str, change: &SchemaChange) -> EngineResult<()> {
    match change {
        SchemaChange::CreateRecordTable { table } | SchemaChange::CreateRowTable { table } => {
            let rows = format!("s_{form}__");
            let subform = table.strip_prefix(&rows).map(str::to_owned);
            let row = TableRow { name: table.clone(), form: form.to_owned(), subform };
            schema_table_save(work.connection, &row).await?;
        }
        SchemaChange::AddColumn { table, column, storage } => {
            let storage = storage_name(*storage);
            schema_column_save(work.connection, table, column, &storage).await?;
        }
        SchemaChange::CreateIndex(index) => schema_index_save(work.connection, index).await?,
        SchemaChange::DropIndex { name, .. } => {
            schema_index_delete(work.connection, name).await?;
            forget_work_on(work, form, name).await?;
        }
    }
    Ok(())
}

async fn forget_work_on(work: &mut Work<'_>, form: &str, subject: &str) -> EngineResult<()> {
    let steps = step_list(work.connection, Some(form)).await?;
    if let Some(step) = steps.iter().find(|step| step.subject == subject) {
        step_delete(work.connection, &step.id).await?;
    }
    Ok(())
}

async fn defer(work: &mut Work<'_>, form: &str, change: &SchemaChange) -> EngineResult<()> {
    let (kind, subject, body) = match change {
        SchemaChange::CreateIndex(index) => ("index_build", index.name(), json!(index)),
        SchemaChange::DropIndex { table, name } => {
            ("index_drop", name.clone(), json!({ "table": table, "name": name }))
        }
        SchemaChange::CreateRecordTable { .. }
        | SchemaChange::CreateRowTable { .. }
        | SchemaChange::AddColumn { .. } => return Ok(()),
    };
    let step = StepRow {
        id: Uuid::now_v7().to_string(),
        form: form.to_owned(),
        kind: kind.to_owned(),
        subject,
        body: body.to_string(),
        state: "waiting".to_owned(),
        done: 0,
        total: 0,
        problem: None,
        created_at: work.now_ms(),
        created_by: work.by().to_owned(),
    };
    step_add(work.connection, &step).await?;
    if is_unique_index(&step) {
        // Until it is there, those who write unique values wait for each other.
        setting_count_up(work.connection, DEFINITIONS, work.now_ms()).await?;
    }
    enqueue(work, NewJob::tables()).await?;
    Ok(())
}

/// Brings the indexes of the forms that a dashboard reads, and read before, to what its
/// charts want.
pub(crate) async fn apply_for_dashboard(work: &mut Work<'_>, page: &Dashboard) -> EngineResult<()> {
    let mut catalog = (*work.catalog).clone();
    let before = catalog.put_dashboard(&Arc::new(page.clone()));
    let forms: BTreeSet<FormKey> = std::iter::once(page)
        .chain(before.as_deref())
        .flat_map(formwork_insight::index_wishes)
        .map(|wish| wish.form)
        .collect();
    for form in forms {
        let Some(compiled) = catalog.compiled(form.as_str()).cloned() else { continue };
        let wanted = wanted_of(&catalog, &compiled.model);
        let there = existing(work.connection, form.as_str(), &wanted).await?;
        apply(work, form.as_str(), &plan(&wanted, &there)).await?;
    }
    Ok(())
}
