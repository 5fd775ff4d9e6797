//! Publishing: metadata, tables and the new revision in one transaction.

use std::{collections::HashMap, sync::Arc};

use formwork_event::{Detail, DocumentName, DocumentPublished};
use formwork_model::{
    FormModel, Problem, Problems,
    document::{Document, DocumentKind},
};
use formwork_query::ddl;
use formwork_store::{
    Hold, StoreError,
    repo::document::{DocumentRow, document_get, document_publish, draft_finish},
};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::{
    check::{FormsToBe, check},
    plan::{PublishPlan, is_warning, plan_of},
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    catalog::{Catalog, Source, stored_columns},
    error::no_problems,
    work::{Work, log},
};

/// A publish, made ready before the writer is held: all of it that takes long.
struct Prepared {
    document: Document,
    json: Json,
    plan: PublishPlan,
    model: Option<Arc<FormModel>>,
    /// The definitions that it was made ready against.
    definitions: i64,
}

impl Engine {
    /// Publishes a document; answers its new revision. `based_on` is the revision that the
    /// author saw: another one means that somebody else has published meanwhile.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; every problem of the document; `VersionConflict`;
    /// `Busy` while somebody else publishes.
    pub async fn document_publish(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
        document: &Json,
        based_on: i64,
    ) -> EngineResult<i64> {
        caller.must_be_admin()?;
        let prepared = Arc::new(self.prepare(kind, key, document, based_on).await?);
        let key = key.to_owned();
        self.redefine(Hold::DocumentsAlone, caller.clone(), move |work| {
            Box::pin(async move {
                let current = document_get(work.connection, kind.as_str(), &key).await?;
                must_be_revision(current.as_ref(), based_on)?;
                let revision = publish(work, &prepared, current.as_ref()).await?;
                let of = (kind.as_str(), key.as_str());
                let (by, body) = (work.by().to_owned(), prepared.json.to_string());
                draft_finish(work.connection, of, &by, &body).await?;
                Ok(revision)
            })
        })
        .await
    }

    /// Reads, checks and compiles a document outside of any transaction.
    async fn prepare(
        &self,
        kind: DocumentKind,
        key: &str,
        json: &Json,
        based_on: i64,
    ) -> EngineResult<Prepared> {
        self.refresh().await?;
        let catalog = self.catalog();
        let current = self.stored_document(kind, key).await?;
        must_be_revision(current.as_ref(), based_on)?;
        let document = Document::read(kind, json)?;
        if document.identity().0.as_str() != key {
            return Err(EngineError::problem(Problem::new("invalid_key").at("key")));
        }
        let columns = stored_columns(current.as_ref())?;
        let today = catalog.settings.day_of(self.now());
        let (plan, model) = plan_of(&catalog, &document, columns.as_ref(), today);
        no_problems(plan.problems.clone())?;
        let row = row_of((&document, json), current.as_ref(), model.as_deref(), None)?;
        // Kept by value, so that taking notice of the publish finds all of it compiled.
        let source = Source::of_row(&row).map(Arc::new);
        catalog.with(self.store().dialect(), source.into_iter().collect());
        let definitions = catalog.generation.definitions;
        Ok(Prepared { document, json: json.clone(), plan, model, definitions })
    }
}

fn must_be_revision(current: Option<&DocumentRow>, based_on: i64) -> EngineResult<()> {
    let version = current.map_or(0, |row| row.revision);
    if version == based_on {
        return Ok(());
    }
    Err(EngineError::VersionConflict { version, changed: Vec::new() })
}

/// Publishes what was made ready, inside a change of definitions. The catalog of the change
/// does not know it yet.
async fn publish(
    work: &mut Work<'_>,
    prepared: &Prepared,
    current: Option<&DocumentRow>,
) -> EngineResult<i64> {
    let Prepared { document, json, plan, model, definitions } = prepared;
    if *definitions == work.catalog.generation.definitions {
        return carry_out(work, (document, json), (plan, model.as_deref()), current).await;
    }
    // Somebody else has published another document meanwhile: it is judged anew.
    let columns = stored_columns(current)?;
    let (plan, model) = plan_of(&work.catalog, document, columns.as_ref(), work.today());
    no_problems(plan.problems.clone())?;
    carry_out(work, (document, json), (&plan, model.as_deref()), current).await
}

async fn carry_out(
    work: &mut Work<'_>,
    (document, json): (&Document, &Json),
    (plan, model): (&PublishPlan, Option<&FormModel>),
    current: Option<&DocumentRow>,
) -> EngineResult<i64> {
    for change in &plan.operations {
        for sql in ddl(work.connection.dialect(), change) {
            work.connection.execute(&sql, &[]).await.map_err(index_refused)?;
        }
    }
    store(work, document, json, current, model, None).await
}

/// Checks a document that is published together with these forms.
pub(crate) fn check_as_part(
    catalog: &Catalog,
    models: HashMap<String, Arc<FormModel>>,
    document: &Document,
    today: Date,
) -> Problems {
    let found = check(document, &FormsToBe { catalog, models, today });
    found.into_iter().filter(|problem| !is_warning(problem)).collect()
}

/// Stores the new revision and points the document at it.
pub(crate) async fn store(
    work: &mut Work<'_>,
    document: &Document,
    json: &Json,
    current: Option<&DocumentRow>,
    model: Option<&FormModel>,
    package: Option<&str>,
) -> EngineResult<i64> {
    let mut row = row_of((document, json), current, model, package)?;
    row.updated_at = work.now_ms();
    let by = work.by().to_owned();
    document_publish(work.connection, &row, &by).await?;
    let published = DocumentPublished {
        document: DocumentName { kind: document.kind(), key: row.key },
        revision: row.revision,
        label: document.identity().2.clone(),
    };
    log(work, Detail::DocumentPublished(published)).await?;
    Ok(row.revision)
}

/// The next revision of a document as it is stored.
fn row_of(
    (document, json): (&Document, &Json),
    current: Option<&DocumentRow>,
    model: Option<&FormModel>,
    package: Option<&str>,
) -> EngineResult<DocumentRow> {
    let (key, app, _) = document.identity();
    let columns = model.map(|model| serde_json::to_string(&model.columns)).transpose();
    Ok(DocumentRow {
        kind: document.kind().as_str().to_owned(),
        key: key.to_string(),
        app: app.to_string(),
        revision: current.map_or(1, |row| row.revision.saturating_add(1)),
        package: package.map(str::to_owned),
        body: json.to_string(),
        columns: columns.map_err(EngineError::unexpected_in("the columns of a form"))?,
        updated_at: 0,
    })
}

/// A unique index over values that are not unique cannot be made.
fn index_refused(error: StoreError) -> EngineError {
    match error {
        StoreError::NotUnique { .. } => EngineError::problem(Problem::new("values_not_unique")),
        other => other.into(),
    }
}
