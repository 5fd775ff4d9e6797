//! A publish that waits until its values are converted, beside the running form.

use std::collections::BTreeSet;

use formwork_model::{
    FormModel, Locale, Problem,
    form::Columns,
    schema::{Conversion, SchemaChange, Step, When},
};
use formwork_query::{PREPARED, add_marker};
use formwork_store::{
    Connection,
    repo::{
        schema::schema_real,
        schema_step::{StepRow, step_add, step_delete, step_list},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{apply, conversion::tables_of, past::Past};
use crate::{
    EngineError, EngineResult,
    job::{NewJob, enqueue},
    work::Work,
};

/// What is published once the values are converted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Preparation {
    /// The document.
    pub(crate) document: Json,
    /// The revision that is in force until then.
    pub(crate) based_on: i64,
    /// The package that brings it.
    pub(crate) package: Option<String>,
    /// The physical names that it was given.
    pub(crate) columns: Columns,
    /// What is converted.
    pub(crate) conversions: Vec<Conversion>,
    /// Whether the author knows that values are left behind.
    pub(crate) accept: bool,
    /// How many lose something, by field, as it was foreseen.
    pub(crate) rounded: Vec<(String, u64)>,
    /// The author's language.
    pub(crate) locale: Locale,
}

/// The subject of a form's conversion among the deferred work.
pub(super) fn subject(form: &str) -> String {
    format!("form/{form}")
}

/// Refuses while a publish of the form waits for its conversion; one that has failed makes
/// room for the next.
pub(crate) async fn unfinished(work: &mut Work<'_>, form: &str) -> EngineResult<()> {
    for step in step_list(work.connection, Some(form)).await? {
        if step.kind != "conversion" {
            continue;
        }
        if step.state == "failed" {
            step_delete(work.connection, &step.id).await?;
        } else {
            let problem = Problem::new("conversion_unfinished")
                .with("done", step.done)
                .with("total", step.total);
            return Err(EngineError::Refused(problem));
        }
    }
    Ok(())
}

/// Makes the columns that values are converted into, and notes the work: as many rows as were
/// looked through.
pub(crate) async fn prepare(
    work: &mut Work<'_>,
    (previous, next): (Option<&FormModel>, &FormModel),
    steps: &[Step],
    (preparation, rows): (&Preparation, u64),
) -> EngineResult<()> {
    let form = next.key().to_string();
    let into: BTreeSet<&str> =
        preparation.conversions.iter().map(|conversion| conversion.to.0.as_str()).collect();
    let columns: Vec<Step> = steps
        .iter()
        .filter(|step| match &step.change {
            SchemaChange::AddColumn { column, .. } => into.contains(column.as_str()),
            _ => false,
        })
        .map(|step| Step { change: step.change.clone(), when: When::Now })
        .collect();
    apply(work, &form, &columns).await?;
    let past = Past::default();
    for table in tables_of((previous, next), &preparation.conversions, &past) {
        mark(work.connection, &table.table.table).await?;
    }
    let body =
        serde_json::to_string(preparation).map_err(EngineError::unexpected_in("deferred work"))?;
    let step = StepRow {
        id: Uuid::now_v7().to_string(),
        subject: subject(&form),
        form,
        kind: "conversion".to_owned(),
        body,
        state: "waiting".to_owned(),
        done: 0,
        total: i64::try_from(rows).unwrap_or(i64::MAX),
        problem: None,
        created_at: work.now_ms(),
        created_by: work.by().to_owned(),
    };
    step_add(work.connection, &step).await?;
    enqueue(work, NewJob::tables()).await?;
    Ok(())
}

async fn mark(connection: &mut Connection, table: &str) -> EngineResult<()> {
    let real = schema_real(connection, Some(&[table.to_owned()])).await?;
    if real.get(table).is_none_or(|table| !table.columns.contains_key(PREPARED)) {
        connection.run(&add_marker(connection.dialect(), table)).await?;
    }
    Ok(())
}
