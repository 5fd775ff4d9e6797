//! Everything that can be wrong with a document, found before it is published.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{
    FieldKey, FormModel, Problem, Problems,
    document::{ButtonAction, Dashboard, Document, Flow, Form, PermissionGroup},
    form::{Columns, Forms, is_system_field},
    kind::{Fill, Shape},
};
use formwork_query::check_filter;
use formwork_rules::{FormRules, script};
use indexmap::IndexMap;
use jiff::civil::Date;

use super::nobody;
use crate::catalog::{Catalog, form_has_flow};

/// The published forms, with some of them as they are about to be.
pub(super) struct FormsToBe<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) models: HashMap<String, Arc<FormModel>>,
    /// Stands for any day, where a period is checked.
    pub(super) today: Date,
}

impl Forms for FormsToBe<'_> {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.models.get(key).cloned().or_else(|| self.catalog.form(key))
    }
}

/// Builds the model that a form would have, or says what keeps it from that.
pub(super) fn build_model(
    form: &Form,
    revision: i64,
    previous: Option<&Columns>,
) -> Result<FormModel, Problems> {
    let problems = repeated_keys(form);
    if !problems.is_empty() {
        return Err(problems);
    }
    FormModel::build(form.clone(), revision, previous)
}

/// Every problem of a document beyond its JSON Schema.
pub(super) fn check(document: &Document, forms: &FormsToBe<'_>) -> Problems {
    match document {
        Document::Form(form) => match forms.form(form.key.as_str()) {
            Some(model) => check_form(&model, forms),
            None => Problems::new(),
        },
        Document::Flow(flow) => match forms.form(flow.form.as_str()) {
            Some(model) => {
                let mut problems = formwork_flow::check(flow, &model, forms);
                problems.extend(other_flow(flow, forms.catalog));
                problems.extend(nobody::warnings(flow, &forms.catalog.directory));
                problems
            }
            None => vec![unknown_form(flow.form.as_str()).at("form")],
        },
        Document::Dashboard(page) => check_dashboard(page, forms),
        Document::PermissionGroup(group) => check_group(group, forms),
        Document::Script(script) => {
            script::compile(&script.source).err().map(|p| p.at("source")).into_iter().collect()
        }
        Document::App(_) => Problems::new(),
    }
}

/// A form has at most one flow. One that runs already is not kept from going on by another
/// one, which an older program let in beside it.
fn other_flow(flow: &Flow, catalog: &Catalog) -> Option<Problem> {
    let form = flow.form.as_str();
    let runs = catalog.flow_of(form).is_some_and(|own| own.flow.key == flow.key);
    let other = catalog.other_flow_on(form, flow.key.as_str()).filter(|_| !runs)?;
    Some(form_has_flow(other))
}

fn unknown_form(key: &str) -> Problem {
    Problem::new("unknown_form").with("form", key)
}

fn unknown_field(key: &str) -> Problem {
    Problem::new("unknown_name").with("name", key)
}

fn repeated_keys(form: &Form) -> Problems {
    let mut problems = Problems::new();
    let mut seen: Vec<&str> = Vec::new();
    for (index, field) in form.fields.iter().enumerate() {
        let key = field.key.as_str();
        if is_system_field(key) {
            let problem = Problem::new("reserved_key").with("key", key);
            problems.push(problem.at("key").at(index).at("fields"));
        }
        if seen.contains(&key) {
            let problem = Problem::new("repeated_key").with("key", key);
            problems.push(problem.at("key").at(index).at("fields"));
        }
        seen.push(key);
    }
    problems
}

fn check_form(model: &FormModel, forms: &FormsToBe<'_>) -> Problems {
    let mut problems = match FormRules::compile(model, forms) {
        Ok(_) => Problems::new(),
        Err(problems) => problems,
    };
    let mut found = Problems::new();
    found.extend(check_links(model, forms));
    found.extend(check_names(model, forms));
    for (index, view) in model.document.views.iter().enumerate() {
        if let Some(filter) = &view.filter {
            let bad = check_filter(forms, model, filter);
            found.extend(bad.into_iter().map(|p| p.at("filter").at(index).at("views")));
        }
    }
    // The rules may have named the same place already.
    found.retain(|problem| !problems.contains(problem));
    problems.extend(found);
    problems
}

fn check_links(model: &FormModel, forms: &FormsToBe<'_>) -> Problems {
    let mut problems = Problems::new();
    for (index, field) in model.fields.values().enumerate() {
        let mut place = |found: Problems| {
            problems.extend(found.into_iter().map(|problem| problem.at(index).at("fields")));
        };
        let siblings = |key: &str| model.fields.contains_key(key);
        place(check_link(field.kind.shape(), &siblings, forms));
        let Some(subform) = &field.subform else { continue };
        for (at, column) in subform.fields.values().enumerate() {
            if matches!(column.kind.shape(), Shape::Rows(_) | Shape::Serial(_)) {
                let problem = Problem::new("kind_not_in_subform");
                place(vec![problem.at("kind").at(at).at("fields").at("options")]);
            }
            let siblings = |key: &str| subform.fields.contains_key(key);
            let found = check_link(column.kind.shape(), &siblings, forms);
            place(found.into_iter().map(|p| p.at(at).at("fields").at("options")).collect());
        }
    }
    problems
}

fn check_link(
    shape: Shape<'_>,
    is_sibling: &dyn Fn(&str) -> bool,
    forms: &FormsToBe<'_>,
) -> Problems {
    let Shape::Link(link) = shape else { return Problems::new() };
    let Some(target) = forms.form(link.form.as_str()) else {
        return vec![unknown_form(link.form.as_str()).at("form").at("options")];
    };
    let mut problems = Problems::new();
    for (to, fill) in &link.fill {
        let mut name = |known: bool, key: &str| {
            if !known {
                problems.push(unknown_field(key).at(to).at("fill").at("options"));
            }
        };
        name(is_sibling(to.as_str()), to.as_str());
        match fill {
            Fill::Field(from) => name(target.field(from.as_str()).is_some(), from.as_str()),
            Fill::Rows(rows) => {
                name(target.subform(rows.rows.as_str()).is_some(), rows.rows.as_str());
            }
        }
    }
    for (index, key) in link.show.iter().enumerate() {
        if target.field(key.as_str()).is_none() {
            problems.push(unknown_field(key.as_str()).at(index).at("show").at("options"));
        }
    }
    if let Some(filter) = &link.filter {
        let bad = check_filter(forms, &target, filter);
        problems.extend(bad.into_iter().map(|p| p.at("filter").at("options")));
    }
    problems
}

/// Fields that layout, views and buttons name.
fn check_names(model: &FormModel, forms: &FormsToBe<'_>) -> Problems {
    let mut problems = Problems::new();
    let form = &model.document;
    for (at, section) in form.sections.iter().enumerate() {
        for (index, key) in section.fields.iter().enumerate() {
            if model.field(key.as_str()).is_none() {
                let problem = unknown_field(key.as_str()).at(index);
                problems.push(problem.at("fields").at(at).at("sections"));
            }
        }
    }
    for (at, view) in form.views.iter().enumerate() {
        let columns = view.columns.iter().map(String::as_str).enumerate();
        for (index, key) in columns {
            if model.field(key).is_none() {
                problems.push(unknown_field(key).at(index).at("columns").at(at).at("views"));
            }
        }
        for (index, sort) in view.sort.iter().enumerate() {
            if model.field(&sort.field).is_none_or(|field| field.subform.is_some()) {
                problems.push(unknown_field(&sort.field).at(index).at("sort").at(at).at("views"));
            }
        }
    }
    for (at, button) in form.buttons.iter().enumerate() {
        let place = |problem: Problem| problem.at("action").at(at).at("buttons");
        problems.extend(check_action(&button.action, model, forms).into_iter().map(place));
        for (index, key) in button.ask.iter().enumerate() {
            let problem = match model.fields.get(key) {
                None => unknown_field(key.as_str()),
                Some(field) if field.is_typed() => continue,
                Some(_) => Problem::new("button_asks_untyped").with("field", key.as_str()),
            };
            problems.push(problem.at(index).at("ask").at(at).at("buttons"));
        }
    }
    problems
}

/// What a button does: whatever it sets can be set, and its script is there. Names that are
/// not there at all the rules have told already.
fn check_action(action: &ButtonAction, model: &FormModel, forms: &FormsToBe<'_>) -> Problems {
    let settable = |target: &FormModel, set: &IndexMap<FieldKey, String>| -> Problems {
        let known = set.keys().filter(|key| target.field(key.as_str()).is_some());
        known.filter_map(|key| Some(target.set_problem(key.as_str())?.at(key).at("set"))).collect()
    };
    match action {
        ButtonAction::Update { set } => {
            settable(model, set).into_iter().map(|problem| problem.at("update")).collect()
        }
        ButtonAction::Create { form, set } => {
            let found = forms.form(form.as_str()).map(|target| settable(&target, set));
            found.unwrap_or_default().into_iter().map(|problem| problem.at("create")).collect()
        }
        // A package publishes its scripts after its forms.
        ButtonAction::Script(key) if forms.catalog.script(key.as_str()).is_none() => {
            let problem = Problem::new("unknown_script").with("severity", "warning");
            vec![problem.with("script", key.as_str()).at("script")]
        }
        ButtonAction::Script(_) => Problems::new(),
    }
}

fn check_dashboard(page: &Dashboard, forms: &FormsToBe<'_>) -> Problems {
    formwork_insight::check(page, forms, forms.today)
}

fn check_group(group: &PermissionGroup, forms: &FormsToBe<'_>) -> Problems {
    let mut problems = Problems::new();
    for (key, grant) in &group.forms {
        let Some(model) = forms.form(key.as_str()) else {
            problems.push(unknown_form(key.as_str()).at(key).at("forms"));
            continue;
        };
        for (list, fields) in [("hidden", &grant.hidden), ("read_only", &grant.read_only)] {
            for (index, field) in fields.iter().enumerate() {
                if !model.has_path(field) {
                    let problem = unknown_field(field).at(index);
                    problems.push(problem.at(list).at(key).at("forms"));
                }
            }
        }
        if let formwork_model::document::Scope::Filter(filter) = &grant.scope {
            let bad = check_filter(forms, &model, filter);
            let placed = bad.into_iter().map(|p| p.at("filter").at("scope").at(key).at("forms"));
            problems.extend(placed);
        }
    }
    problems
}
