//! Names in what stands around forms: navigation, dashboards, permission groups.

use formwork_model::{
    FormModel, Problem, Problems,
    document::{App, Dashboard, DashboardFilterKind, NavigationItem, PermissionGroup, Scope},
};
use serde_json::Value as Json;

use super::{Names, check_fields, not_portable, unknown_field};

pub(super) fn check_app(names: &Names<'_>, app: &App) -> Problems {
    let mut problems = Problems::new();
    for (group_index, group) in app.navigation.iter().enumerate() {
        for (index, item) in group.items.iter().enumerate() {
            let found = match item {
                NavigationItem::Form(form) => names.form(form.as_str()).err(),
                NavigationItem::Dashboard(key) => unknown_dashboard(names, key.as_str()),
            };
            let place = |p: Problem| p.at(index).at("items").at(group_index).at("navigation");
            problems.extend(found.map(place));
        }
    }
    problems
}

pub(super) fn check_dashboard(names: &Names<'_>, page: &Dashboard, json: &Json) -> Problems {
    let mut problems = Problems::new();
    for (key, filter) in &page.filters {
        if let DashboardFilterKind::Field { form, field } = &filter.kind {
            let found = match names.form(form.as_str()) {
                Ok(form) => check_fields(form, [field.as_str()]).next(),
                Err(problem) => Some(problem.at("form")),
            };
            problems.extend(found.map(|p| p.at(key).at("filters")));
        }
    }
    if let Some(charts) = json.get("charts") {
        let found = forms_named_in(names, charts).into_iter();
        problems.extend(found.map(|p| p.at("charts")));
    }
    problems
}

/// The unknown forms that chart options name under the key `form`, at any depth. What else
/// a chart names is checked by its kind, at publish.
fn forms_named_in(names: &Names<'_>, json: &Json) -> Problems {
    match json {
        Json::Array(items) => {
            let found = items.iter().enumerate().flat_map(|(index, item)| {
                forms_named_in(names, item).into_iter().map(move |p| p.at(index))
            });
            found.collect()
        }
        Json::Object(map) => {
            let found = map.iter().flat_map(|(key, value)| {
                let named = (key == "form").then_some(value).and_then(Json::as_str);
                let found = match named {
                    Some(form) => names.form(form).err().into_iter().collect(),
                    None => forms_named_in(names, value),
                };
                found.into_iter().map(move |p| p.at(key))
            });
            found.collect()
        }
        _ => Problems::new(),
    }
}

pub(super) fn check_group(names: &Names<'_>, group: &PermissionGroup) -> Problems {
    let mut problems = Problems::new();
    for (index, role) in group.members.roles.iter().enumerate() {
        problems.extend(names.check_role(role).map(|p| p.at(index).at("roles").at("members")));
    }
    for (list, ids) in
        [("departments", &group.members.departments), ("members", &group.members.members)]
    {
        let found = ids.iter().map(|id| not_portable(id).at(list).at("members"));
        problems.extend(found);
    }
    for (key, grant) in &group.forms {
        let form = match names.form(key.as_str()) {
            Ok(form) => form,
            Err(problem) => {
                problems.push(problem.at(key).at("forms"));
                continue;
            }
        };
        let hidden = check_paths(form, &grant.hidden);
        let mut found: Problems = hidden.map(|p| p.at("hidden")).collect();
        let read_only = check_paths(form, &grant.read_only);
        found.extend(read_only.map(|p| p.at("read_only")));
        if let Scope::Filter(filter) = &grant.scope {
            found.extend(names.check_filter(form, filter).into_iter().map(|p| p.at("scope")));
        }
        problems.extend(found.into_iter().map(|p| p.at(key).at("forms")));
    }
    for (index, key) in group.dashboards.iter().enumerate() {
        let found = unknown_dashboard(names, key.as_str());
        problems.extend(found.map(|p| p.at(index).at("dashboards")));
    }
    problems
}

/// The problems of a list of fields, columns as `subform.column` included.
fn check_paths(form: &FormModel, paths: &[String]) -> impl Iterator<Item = Problem> {
    let unknown = paths.iter().enumerate().filter(|(_, path)| !form.has_path(path));
    unknown.map(|(index, path)| unknown_field(form, path).at(index))
}

fn unknown_dashboard(names: &Names<'_>, key: &str) -> Option<Problem> {
    let known = names.dashboards.contains(key);
    (!known).then(|| Problem::new("unknown_dashboard").with("dashboard", key))
}
