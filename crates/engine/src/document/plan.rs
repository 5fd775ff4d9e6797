//! What publishing a document would do, said before it is done.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{
    FormModel, Problem, Problems,
    change::{Change, ChangeKind, changes},
    document::{Document, DocumentKind},
    form::Forms,
    schema::Step,
};
use formwork_store::repo::schema::schema_rows;
use jiff::civil::Date;
use serde_json::Value as Json;

use super::{
    check::{FormsToBe, build_model, check},
    retired,
};
use crate::{
    Caller, ConversionReport, Engine, EngineResult,
    catalog::{Catalog, stored_columns},
    schema::{Foreseen, columns_before},
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
    /// What happens to tables, and when.
    pub operations: Vec<Step>,
    /// Which values are converted, and which do not convert.
    pub conversions: Vec<ConversionReport>,
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
        let columns = stored_columns(stored.as_ref())?;
        let mut connection = self.store().read().await?;
        let columns = columns_before(&mut connection, &catalog, key, columns).await?;
        let today = catalog.settings.day_of(self.now());
        let document = match Document::read_new(kind, json) {
            Ok(document) => document,
            Err(problems) => return Ok(PublishPlan { problems, ..PublishPlan::default() }),
        };
        let (mut plan, model) = plan_of(&catalog, &document, columns.as_ref(), today);
        if let Some(model) = model.filter(|model| model.key().as_str() == key) {
            let previous = catalog.form(key);
            let scene = (&*catalog, &caller.locale);
            let models = (previous.as_deref(), &*model);
            let foreseen = Foreseen::of(&mut connection, scene, models, true).await?;
            plan.problems.extend(foreseen.problems);
            plan.operations = foreseen.steps;
            plan.conversions = foreseen.conversions;
            if let Some(previous) = previous {
                let named = retired::options_still_named(&catalog, &previous, &model, json);
                plan.warnings.extend(named);
                let needed =
                    retired::needed_by_instances(&mut connection, &catalog, &previous, &model);
                plan.warnings.extend(needed.await?);
                if schema_rows(&mut connection, &previous.table()).await? > 0 {
                    plan.warnings.extend(computed_on_saving(&plan.changes, &model));
                }
            }
        }
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

/// What is stored keeps the values that it was computed with until it is saved again.
fn computed_on_saving(changes: &[Change], model: &FormModel) -> Option<Problem> {
    let is_computed =
        |key: &str| model.field(key).is_some_and(|field| field.field.formula.is_some());
    let fields: Vec<&str> = changes
        .iter()
        .filter(|change| matches!(change.kind, ChangeKind::FormulaChanged | ChangeKind::FieldAdded))
        .map(|change| change.subject.as_str())
        .filter(|subject| is_computed(subject))
        .collect();
    let problem = Problem::new("computed_on_saving").with("severity", "warning");
    (!fields.is_empty()).then(|| problem.with("fields", fields))
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

/// What the change would break in other published documents that name the form: a formula
/// that reads a field which goes away, a flow, a dashboard, a permission group. What is wrong
/// with them already is not this change's matter.
fn broken_neighbours(catalog: &Catalog, forms: &FormsToBe<'_>, changed: &str) -> Problems {
    let as_is = FormsToBe { catalog, models: HashMap::new(), today: forms.today };
    let mut found = Problems::new();
    for neighbour in catalog.naming_form(changed) {
        let Some(document) = neighbour.source.document() else { continue };
        let mut after = check(&document, forms);
        if after.is_empty() {
            continue;
        }
        let mut before = check(&document, &as_is);
        after.retain(|problem| match before.iter().position(|known| known == problem) {
            Some(known) => {
                before.swap_remove(known);
                false
            }
            None => !is_warning(problem),
        });
        let (kind, key) = (neighbour.source.id.kind, &neighbour.source.id.key);
        found.extend(after.into_iter().map(|problem| breaks(kind, key, problem)));
    }
    found
}

fn breaks(kind: DocumentKind, key: &str, broken: Problem) -> Problem {
    let mut problem = Problem::new("breaks_document");
    // What the reason's own words need.
    problem.params = broken.params;
    problem
        .with("kind", kind.as_str())
        .with("key", key)
        .with("reason", broken.code.as_ref())
        .with("at", broken.pointer)
}

#[cfg(test)]
mod tests {
    use formwork_query::Dialect;
    use formwork_store::repo::document::DocumentRow;
    use serde_json::json;

    use super::*;
    use crate::catalog::Source;

    fn source(kind: DocumentKind, document: &Json) -> Arc<Source> {
        let row = DocumentRow {
            kind: kind.as_str().to_owned(),
            key: document["key"].as_str().unwrap_or_default().to_owned(),
            app: "test".to_owned(),
            revision: 1,
            package: None,
            format: formwork_model::format::FORMAT,
            body: document.to_string(),
            columns: None,
            updated_at: 0,
        };
        Arc::new(Source::of_row(&row).unwrap())
    }

    fn deal(fields: &[&str]) -> Json {
        let field = |key: &&str| json!({ "key": key, "kind": "text", "label": key });
        let fields: Vec<Json> = fields.iter().map(field).collect();
        json!({ "key": "deal", "app": "test", "label": "Deal", "fields": fields })
    }

    fn broken(group: &[&str], next: &[&str]) -> Vec<String> {
        let group = json!({
            "key": "sales", "app": "test", "label": "x", "members": { "everyone": true },
            "forms": { "deal": { "operations": ["view"], "scope": "all", "hidden": group } }
        });
        let sources = vec![
            source(DocumentKind::Form, &deal(&["name", "amount"])),
            source(DocumentKind::PermissionGroup, &group),
        ];
        let catalog = Catalog::default().with(Dialect::Sqlite, sources);
        let next = Document::read(DocumentKind::Form, &deal(next)).unwrap();
        let today = jiff::civil::date(2026, 6, 30);
        let (plan, _) = plan_of(&catalog, &next, None, today);
        plan.problems.iter().map(|p| format!("{} {}", p.params["key"], p.params["at"])).collect()
    }

    #[test]
    fn only_what_the_change_itself_breaks_is_told() {
        assert_eq!(broken(&["amount"], &["name"]), ["\"sales\" \"/forms/deal/hidden/0\""]);
        // Wrong before and after: not this change's matter.
        assert!(broken(&["gone"], &["name"]).is_empty());
        // As many problems as before, and yet another one.
        assert_eq!(
            broken(&["amount", "rank"], &["name", "rank"]),
            ["\"sales\" \"/forms/deal/hidden/0\""]
        );
    }
}
