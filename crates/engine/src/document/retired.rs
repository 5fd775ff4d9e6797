//! What still needs a field or an option that the next revision of a form retires.

use std::collections::BTreeSet;

use formwork_model::{
    FormModel, Problem, Problems,
    document::DocumentKind,
    form::Forms,
    kind::{ChoiceOption, Shape},
    mention::{FieldName, Named},
};
use formwork_rules::mention::mentions;
use formwork_store::{Connection, repo::instance::instances_under_way};
use serde_json::Value as Json;

use crate::{
    EngineResult,
    catalog::{Catalog, flow_version},
};

/// Fields and columns, as other documents name them.
fn fields(model: &FormModel) -> BTreeSet<FieldName> {
    let form = model.key().as_str();
    let own = model.fields.keys().map(|key| FieldName::of(form, key.as_str()));
    let columns = model.subforms().flat_map(|(subform, rows)| {
        let columns = rows.fields.keys();
        columns.map(|column| FieldName::column(form, subform.as_str(), column.as_str()))
    });
    own.chain(columns).collect()
}

/// The fields that steps, conditions and effects of instances under way name, with how many
/// instances do. They go on without: what such a field is required for is void.
pub(super) async fn needed_by_instances(
    connection: &mut Connection,
    catalog: &Catalog,
    previous: &FormModel,
    next: &FormModel,
) -> EngineResult<Problems> {
    let (before, after) = (fields(previous), fields(next));
    let retired: BTreeSet<Named> = before.difference(&after).cloned().map(Named::Field).collect();
    if retired.is_empty() {
        return Ok(Problems::new());
    }
    let form = previous.key().as_str();
    let mut warnings = Problems::new();
    for running in instances_under_way(connection, form).await? {
        let version = flow_version(connection, catalog, form, &running.flow, running.version);
        let document = serde_json::to_value(&version.await?.flow).unwrap_or(Json::Null);
        let found = mentions(DocumentKind::Flow, &document, catalog);
        let named: BTreeSet<Named> = found.into_iter().map(|mention| mention.named).collect();
        for field in named.intersection(&retired) {
            let Named::Field(field) = field else { continue };
            let warning = warning("instances_need_field").with("field", path(field));
            let warning = warning.with("flow", running.flow.as_str());
            warnings.push(warning.with("instances", running.instances));
        }
    }
    Ok(warnings)
}

/// Options that are no longer offered, or gone, and that published documents or the next
/// revision itself name in conditions and values.
pub(super) fn options_still_named(
    catalog: &Catalog,
    previous: &FormModel,
    next: &FormModel,
    json: &Json,
) -> Problems {
    let retired = retired_options(previous, next);
    if retired.is_empty() {
        return Problems::new();
    }
    let form = next.key().as_str();
    let forms = AsItWillBe { catalog, next };
    let mut own = mentions(DocumentKind::Form, json, &forms);
    own.retain(|mention| !mention.is_own);
    let mut warnings = Problems::new();
    for named in &retired {
        let Named::Option(field, option) = named else { continue };
        let mut tell = |kind: DocumentKind, key: &str, pointer: String| {
            let warning = warning("option_still_named").with("field", path(field));
            let warning = warning.with("option", option.as_str()).with("kind", kind.as_str());
            warnings.push(warning.with("key", key).with("at", pointer));
        };
        for mention in own.iter().filter(|mention| mention.named == *named) {
            tell(DocumentKind::Form, form, mention.pointer.clone());
        }
        for found in catalog.uses(named) {
            let document = &found.document;
            if document.kind != DocumentKind::Form || document.key != form {
                tell(document.kind, &document.key, found.pointer);
            }
        }
    }
    warnings
}

struct AsItWillBe<'a> {
    catalog: &'a Catalog,
    next: &'a FormModel,
}

impl Forms for AsItWillBe<'_> {
    fn form(&self, key: &str) -> Option<std::sync::Arc<FormModel>> {
        if key == self.next.key().as_str() {
            return Some(std::sync::Arc::new(self.next.clone()));
        }
        self.catalog.form(key)
    }
}

fn retired_options(previous: &FormModel, next: &FormModel) -> Vec<Named> {
    let kept = fields(next);
    let mut retired = Vec::new();
    for field in fields(previous).into_iter().filter(|field| kept.contains(field)) {
        let (before, after) = (options(previous, &field), options(next, &field));
        let is_offered = |key: &str| after.iter().any(|own| own.key == key && !own.retired);
        for option in before.iter().filter(|option| !option.retired && !is_offered(&option.key)) {
            retired.push(Named::Option(field.clone(), option.key.clone()));
        }
    }
    retired
}

fn options<'m>(model: &'m FormModel, name: &FieldName) -> &'m [ChoiceOption] {
    let field = match &name.subform {
        None => model.fields.get(name.field.as_str()),
        Some(subform) => {
            model.subform(subform).and_then(|rows| rows.fields.get(name.field.as_str()))
        }
    };
    match field.map(|field| field.kind.shape()) {
        Some(Shape::Choice(options)) => options,
        _ => &[],
    }
}

fn path(field: &FieldName) -> String {
    match &field.subform {
        None => field.field.clone(),
        Some(subform) => format!("{subform}.{}", field.field),
    }
}

fn warning(code: &'static str) -> Problem {
    Problem::new(code).with("severity", "warning")
}
