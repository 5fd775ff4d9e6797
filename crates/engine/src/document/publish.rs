//! Publishing: metadata, tables and the new revision in one transaction.

use std::{collections::HashMap, sync::Arc};

use formwork_event::{Detail, DocumentName, DocumentPublished};
use formwork_model::{
    FormModel, Locale, Problem, Problems,
    document::{Document, DocumentKind},
    form::{Columns, Forms},
    format::FORMAT,
    schema::{SchemaChange, Step, When},
};
use formwork_store::{
    Connection, Hold,
    repo::document::{DocumentRow, document_get, document_publish, draft_finish},
};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::{
    check::{FormsToBe, check},
    plan::{is_warning, plan_of},
};
use crate::{
    Caller, Engine, EngineError, EngineResult,
    catalog::{Catalog, Source, stored_columns},
    error::no_problems,
    schema::{
        Foreseen, Preparation, apply, apply_for_dashboard, columns_before, convert_now, existing,
        prepare, record_conversions, shared_in_index, unfinished, wanted_of,
    },
    work::Work,
};

/// What came of a publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The new revision.
    pub revision: i64,
    /// Whether it is in force only once the form's values are converted.
    pub preparing: bool,
}

/// A publish, made ready before the writer is held: all of it that takes long.
struct Prepared {
    document: Document,
    json: Json,
    model: Option<Arc<FormModel>>,
    /// The definitions that it was made ready against.
    definitions: i64,
    manner: Manner,
}

/// How a publish deals with values.
#[derive(Debug, Clone)]
struct Manner {
    /// Whether the author knows that values do not convert.
    accept: bool,
    /// The author's language.
    locale: Locale,
    /// How many values lose something, by field.
    rounded: Vec<(String, u64)>,
    /// How many rows were looked through.
    rows: u64,
}

impl Prepared {
    /// Values are converted while nobody writes them.
    fn hold(&self) -> Hold {
        let converts = self.model.as_ref().is_some_and(|model| !model.conversions.is_empty());
        if converts { Hold::Everything } else { Hold::DocumentsAlone }
    }
}

impl Engine {
    /// Publishes a document; answers its new revision. `based_on` is the revision that the
    /// author saw: another one means that somebody else has published meanwhile.
    ///
    /// # Errors
    /// As [`Engine::document_publish_with`].
    pub async fn document_publish(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
        document: &Json,
        based_on: i64,
    ) -> EngineResult<i64> {
        let done = self.document_publish_with(caller, kind, key, document, based_on, false).await?;
        Ok(done.revision)
    }

    /// Publishes a document. Values that do not convert, or not whole, refuse it unless
    /// `accept` says that the author knows; they stay in the field's old column.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; every problem of the document; `VersionConflict`;
    /// `Busy` while somebody else publishes; `conversion_unfinished` while an earlier publish
    /// waits for its values.
    pub async fn document_publish_with(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
        document: &Json,
        based_on: i64,
        accept: bool,
    ) -> EngineResult<Published> {
        caller.must_be_admin()?;
        let locale = caller.locale.clone();
        let manner = Manner { accept, locale, rounded: Vec::new(), rows: 0 };
        let prepared = Arc::new(self.prepare(kind, key, (document, based_on), manner).await?);
        let key = key.to_owned();
        self.redefine(prepared.hold(), caller.clone(), move |work| {
            Box::pin(async move {
                let current = document_get(work.connection, kind.as_str(), &key).await?;
                must_be_revision(current.as_ref(), based_on)?;
                let done = publish(work, &prepared, current.as_ref()).await?;
                if !done.preparing {
                    let of = (kind.as_str(), key.as_str());
                    let (by, body) = (work.by().to_owned(), prepared.json.to_string());
                    draft_finish(work.connection, of, &by, &body).await?;
                }
                Ok(done)
            })
        })
        .await
    }

    /// Reads, checks and compiles a document outside of any transaction, and looks through the
    /// values that are to be converted.
    async fn prepare(
        &self,
        kind: DocumentKind,
        key: &str,
        (json, based_on): (&Json, i64),
        mut manner: Manner,
    ) -> EngineResult<Prepared> {
        self.refresh().await?;
        let catalog = self.catalog();
        let current = self.stored_document(kind, key).await?;
        must_be_revision(current.as_ref(), based_on)?;
        let document = Document::read_new(kind, json)?;
        if document.identity().0.as_str() != key {
            return Err(EngineError::problem(Problem::new("invalid_key").at("key")));
        }
        let mut connection = self.store().read().await?;
        let columns = columns_of(&mut connection, &catalog, &document, current.as_ref()).await?;
        let today = catalog.settings.day_of(self.now());
        let (plan, model) = plan_of(&catalog, &document, columns.as_ref(), today);
        no_problems(plan.problems)?;
        if let Some(model) = &model {
            let foreseen =
                foresee(&mut connection, (&catalog, &manner), (key, model), true).await?;
            let reports = foreseen.conversions.iter();
            manner.rounded = reports.map(|report| (report.field.clone(), report.rounded)).collect();
            manner.rows = foreseen.rows;
        }
        let row = row_of((&document, json), current.as_ref(), model.as_deref(), None)?;
        // Kept by value, so that taking notice of the publish finds all of it compiled.
        let source = Source::of_row(&row).map(Arc::new);
        catalog.with(self.store().dialect(), source.into_iter().collect());
        let definitions = catalog.generation.definitions;
        Ok(Prepared { document, json: json.clone(), model, definitions, manner })
    }
}

/// The columns that a document's form has before.
async fn columns_of(
    connection: &mut Connection,
    catalog: &Catalog,
    document: &Document,
    current: Option<&DocumentRow>,
) -> EngineResult<Option<Columns>> {
    let stored = stored_columns(current)?;
    match document {
        Document::Form(form) => {
            columns_before(connection, catalog, form.key.as_str(), stored).await
        }
        _ => Ok(None),
    }
}

/// What a publish would do to a form's tables; refused where values stand in its way.
async fn foresee(
    connection: &mut Connection,
    (catalog, manner): (&Catalog, &Manner),
    (key, model): (&str, &FormModel),
    deep: bool,
) -> EngineResult<Foreseen> {
    let previous = catalog.form(key);
    let scene = (catalog, &manner.locale);
    let foreseen = Foreseen::of(connection, scene, (previous.as_deref(), model), deep).await?;
    no_problems(foreseen.problems.clone())?;
    if !manner.accept {
        no_problems(foreseen.losses())?;
    }
    Ok(foreseen)
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
) -> EngineResult<Published> {
    let Prepared { document, json, model, definitions, manner, .. } = prepared;
    if *definitions == work.catalog.generation.definitions {
        return carry_out(work, (document, json, manner), model.as_deref(), current).await;
    }
    // Somebody else has published another document meanwhile: it is judged anew.
    let catalog = Arc::clone(&work.catalog);
    let columns = columns_of(work.connection, &catalog, document, current).await?;
    let (plan, model) = plan_of(&work.catalog, document, columns.as_ref(), work.today());
    no_problems(plan.problems)?;
    if model.as_ref().is_some_and(|model| !model.conversions.is_empty())
        && prepared.hold() != Hold::Everything
    {
        return Err(EngineError::Busy);
    }
    carry_out(work, (document, json, manner), model.as_deref(), current).await
}

async fn carry_out(
    work: &mut Work<'_>,
    (document, json, manner): (&Document, &Json, &Manner),
    model: Option<&FormModel>,
    current: Option<&DocumentRow>,
) -> EngineResult<Published> {
    let catalog = Arc::clone(&work.catalog);
    if let Some(model) = model {
        let key = model.key().as_str();
        unfinished(work, key).await?;
        let scene = (&*catalog, manner);
        let foreseen = foresee(work.connection, scene, (key, model), false).await?;
        let previous = catalog.form(key);
        let models = (previous.as_deref(), model);
        if foreseen.prepared {
            let preparation = Preparation {
                document: json.clone(),
                based_on: current.map_or(0, |row| row.revision),
                package: None,
                columns: model.columns.clone(),
                conversions: model.conversions.clone(),
                accept: manner.accept,
                rounded: manner.rounded.clone(),
                locale: manner.locale.clone(),
            };
            prepare(work, models, &foreseen.steps, (&preparation, manner.rows)).await?;
            let revision = preparation.based_on.saturating_add(1);
            return Ok(Published { revision, preparing: true });
        }
        change_tables(work, models, &foreseen.steps, &manner.locale).await?;
    }
    if let Document::Dashboard(page) = document {
        apply_for_dashboard(work, page).await?;
    }
    let revision = store(work, document, json, current, model, None).await?;
    Ok(Published { revision, preparing: false })
}

/// Brings the tables of a form to what it wants, its values included.
async fn change_tables(
    work: &mut Work<'_>,
    (previous, next): (Option<&FormModel>, &FormModel),
    steps: &[Step],
    locale: &Locale,
) -> EngineResult<()> {
    let key = next.key().as_str();
    if next.conversions.is_empty() {
        return apply(work, key, steps).await;
    }
    let (indexes, columns): (Vec<Step>, Vec<Step>) =
        steps.iter().cloned().partition(|step| matches!(step.change, SchemaChange::CreateIndex(_)));
    apply(work, key, &columns).await?;
    let catalog = Arc::clone(&work.catalog);
    let made = convert_now(work.connection, (&catalog, locale), (previous, next)).await?;
    record_conversions(work, key, next.revision, made).await?;
    apply(work, key, &indexes).await
}

/// Publishes a form whose values are converted already. It is judged once more: others may
/// have published meanwhile.
pub(crate) async fn publish_prepared(
    work: &mut Work<'_>,
    preparation: &Preparation,
    current: Option<DocumentRow>,
) -> EngineResult<i64> {
    let document = Document::read(DocumentKind::Form, &preparation.document)?;
    let key = document.identity().0.to_string();
    let columns = Some(&preparation.columns);
    let (plan, model) = plan_of(&work.catalog, &document, columns, work.today());
    no_problems(plan.problems)?;
    if let Some(model) = &model {
        let wanted = wanted_of(&work.catalog, model);
        let there = existing(work.connection, &key, &wanted).await?;
        let mut steps = formwork_model::schema::plan(&wanted, &there);
        for step in &mut steps {
            // What must be unique is so from the first moment.
            if let SchemaChange::CreateIndex(index) = &step.change
                && index.unique
            {
                no_problems(shared_in_index(work.connection, model, index).await?)?;
                step.when = When::Now;
            }
        }
        apply(work, &key, &steps).await?;
    }
    let json = &preparation.document;
    let package = preparation.package.as_deref();
    store(work, &document, json, current.as_ref(), model.as_deref(), package).await
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
    work.log(Detail::DocumentPublished(published));
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
        format: FORMAT,
        body: json.to_string(),
        columns: columns.map_err(EngineError::unexpected_in("the columns of a form"))?,
        updated_at: 0,
    })
}
