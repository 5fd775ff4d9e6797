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
    repo::document::{DocumentRow, document_get, document_publish, draft_delete},
};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::{
    check::{FormsToBe, check},
    plan::{is_warning, plan_of},
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    catalog::{Catalog, stored_columns},
    error::no_problems,
    work::{Work, log},
};

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
        let (json, key) = (document.clone(), key.to_owned());
        self.redefine(Hold::DocumentsAlone, caller.clone(), move |work| {
            Box::pin(async move {
                let current = document_get(work.connection, kind.as_str(), &key).await?;
                let revision = current.as_ref().map_or(0, |row| row.revision);
                if revision != based_on {
                    let changed = Vec::new();
                    return Err(EngineError::VersionConflict { version: revision, changed });
                }
                let document = Document::read(kind, &json)?;
                if document.identity().0.as_str() != key {
                    return Err(EngineError::problem(Problem::new("invalid_key").at("key")));
                }
                let revision = publish(work, &document, &json, current, None).await?;
                draft_delete(work.connection, kind.as_str(), &key).await?;
                Ok(revision)
            })
        })
        .await
    }
}

/// Publishes a checked document inside a change of definitions. The catalog of the change
/// does not know it yet.
pub(crate) async fn publish(
    work: &mut Work<'_>,
    document: &Document,
    json: &Json,
    current: Option<DocumentRow>,
    package: Option<&str>,
) -> EngineResult<i64> {
    let columns = stored_columns(current.as_ref().and_then(|row| row.columns.as_deref()))?;
    let (plan, model) = plan_of(&work.catalog, document, columns.as_ref(), work.today());
    no_problems(plan.problems)?;
    for change in &plan.operations {
        for sql in ddl(work.connection.dialect(), change) {
            work.connection.execute(&sql, &[]).await.map_err(index_refused)?;
        }
    }
    store(work, document, json, current.as_ref(), model.as_deref(), package).await
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
    let (key, app, label) = document.identity();
    let revision = current.map_or(1, |row| row.revision.saturating_add(1));
    let columns = model
        .map(|model| serde_json::to_string(&model.columns))
        .transpose()
        .map_err(EngineError::unexpected_in("the columns of a form"))?;
    let row = DocumentRow {
        kind: document.kind().as_str().to_owned(),
        key: key.to_string(),
        app: app.to_string(),
        revision,
        package: package.map(str::to_owned),
        body: json.to_string(),
        columns,
        updated_at: work.now_ms(),
    };
    let by = work.by().to_owned();
    document_publish(work.connection, &row, &by).await?;
    let published = DocumentPublished {
        document: DocumentName { kind: document.kind(), key: row.key },
        revision,
        label: label.clone(),
    };
    log(work, Detail::DocumentPublished(published)).await?;
    Ok(revision)
}

/// A unique index over values that are not unique cannot be made.
fn index_refused(error: StoreError) -> EngineError {
    match error {
        StoreError::NotUnique { .. } => EngineError::problem(Problem::new("values_not_unique")),
        other => other.into(),
    }
}
