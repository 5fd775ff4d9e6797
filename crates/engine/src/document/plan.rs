//! What publishing a document would do, said before it is done.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{
    FormModel, Problem, Problems,
    change::{Change, ChangeKind, SchemaChange, changes, schema_changes},
    document::{Document, DocumentKind},
    form::Forms,
};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::check::{FormsToBe, build_model, check};
use crate::{
    Caller, Engine, EngineResult,
    catalog::{Catalog, stored_columns},
};

/// What a publish would do, and what keeps it from being done.
#[derive(Debug, Clone, Default)]
pub struct PublishPlan {
    /// What must be mended first. Empty: it can be published.
    pub problems: Problems,
    /// What is worth knowing and keeps nothing from being published.
    pub warnings: Problems,
    /// What differs from the published document.
    pub changes: Vec<Change>,
    /// What happens to tables.
    pub operations: Vec<SchemaChange>,
}

impl Engine {
    /// Checks a document and says what publishing it would change.
    ///
    /// # Errors
    /// `Forbidden` for all but admins.
    pub async fn document_check(
        &self,
        caller: &Caller,
        kind: DocumentKind,
        key: &str,
        json: &Json,
    ) -> EngineResult<PublishPlan> {
        caller.must_be_admin()?;
        let catalog = self.catalog();
        let stored = self.stored_document(kind, key).await?;
        let columns = stored_columns(stored.as_ref().and_then(|row| row.columns.as_deref()))?;
        let today = catalog.settings.day_of(self.now());
        let document = match Document::read(kind, json) {
            Ok(document) => document,
            Err(problems) => return Ok(PublishPlan { problems, ..PublishPlan::default() }),
        };
        let (mut plan, _) = plan_of(&catalog, &document, columns.as_ref(), today);
        if document.identity().0.as_str() != key {
            plan.problems.push(Problem::new("invalid_key").at("key"));
        }
        if let Some(row) = &stored
            && !matches!(document, Document::Form(_))
            && serde_json::from_str::<Json>(&row.body).ok().as_ref() != Some(json)
        {
            let change = Change { kind: ChangeKind::DocumentChanged, subject: key.to_owned() };
            plan.changes.push(change);
        }
        Ok(plan)
    }
}

/// The plan for a document, and for a form the model that it would have.
pub(super) fn plan_of(
    catalog: &Catalog,
    document: &Document,
    columns: Option<&formwork_model::form::Columns>,
    today: Date,
) -> (PublishPlan, Option<Arc<FormModel>>) {
    let mut forms = FormsToBe { catalog, models: HashMap::new(), today };
    let mut plan = PublishPlan::default();
    let mut model = None;
    if let Document::Form(form) = document {
        let previous = catalog.form(form.key.as_str());
        let revision = previous.as_ref().map_or(1, |previous| previous.revision.saturating_add(1));
        match build_model(form, revision, columns) {
            Ok(built) => {
                let built = Arc::new(built);
                plan.changes = changes(previous.as_deref(), &built);
                plan.operations = schema_changes(previous.as_deref(), &built);
                forms.models.insert(form.key.to_string(), Arc::clone(&built));
                plan.problems.extend(broken_neighbours(catalog, &forms, form.key.as_str()));
                model = Some(built);
            }
            Err(problems) => {
                plan.problems = problems;
                return (plan, None);
            }
        }
    }
    let (warnings, problems): (Problems, Problems) =
        check(document, &forms).into_iter().partition(is_warning);
    plan.problems.extend(problems);
    plan.warnings = warnings;
    (plan, model)
}

pub(super) fn is_warning(problem: &Problem) -> bool {
    problem.params.get("severity").and_then(Json::as_str) == Some("warning")
}

/// Other published documents that the change would break: a form whose formula reads a
/// field that goes away, a flow, a dashboard, a permission group.
fn broken_neighbours(catalog: &Catalog, forms: &FormsToBe<'_>, changed: &str) -> Problems {
    let mut found = Problems::new();
    let mut note = |kind: &str, key: &str, before: usize, problems: Problems| {
        let problems: Problems = problems.into_iter().filter(|p| !is_warning(p)).collect();
        if problems.len() > before
            && let Some(first) = problems.into_iter().next()
        {
            let mut problem = Problem::new("breaks_document");
            // What the reason's own words need.
            problem.params = first.params;
            let problem = problem
                .with("kind", kind)
                .with("key", key)
                .with("reason", first.code.as_ref())
                .with("at", first.pointer);
            found.push(problem);
        }
    };
    let as_is = FormsToBe { catalog, models: HashMap::new(), today: forms.today };
    let mut judge = |document: Document, kind: &str, key: &str| {
        let before = check(&document, &as_is).iter().filter(|p| !is_warning(p)).count();
        note(kind, key, before, check(&document, forms));
    };
    for form in catalog.forms().filter(|form| form.model.key().as_str() != changed) {
        let document = Document::Form(Box::new(form.model.document.clone()));
        judge(document, "form", form.model.key().as_str());
    }
    for flow in catalog.flows.values() {
        judge(Document::Flow(flow.flow.clone()), "flow", flow.flow.key.as_str());
    }
    for (key, page) in &catalog.dashboards {
        judge(Document::Dashboard(page.as_ref().clone()), "dashboard", key);
    }
    for group in catalog.groups() {
        let document = Document::PermissionGroup(group.as_ref().clone());
        judge(document, "permission_group", group.key.as_str());
    }
    found
}
