//! Names in a form: fields of its layout, rules, views and buttons, and where links lead.

use std::collections::BTreeSet;

use formwork_model::{
    FieldKey, FieldModel, FormModel, Problem, Problems,
    document::{Button, ButtonAction, Rule, View},
    kind::{Fill, Link, Shape},
};
use indexmap::IndexMap;

use super::{Names, check_fields, check_keys, unknown_field};

pub(super) fn check(names: &Names<'_>, form: &FormModel) -> Problems {
    let document = &form.document;
    let mut problems = check_links(names, form);
    problems.extend(check_sections(form));
    for (index, rule) in document.rules.iter().enumerate() {
        let found = check_rule(names, form, rule);
        problems.extend(found.into_iter().map(|p| p.at(index).at("rules")));
    }
    for (index, view) in document.views.iter().enumerate() {
        let found = check_view(names, form, view);
        problems.extend(found.into_iter().map(|p| p.at(index).at("views")));
    }
    for (index, button) in document.buttons.iter().enumerate() {
        let found = check_button(names, form, button);
        problems.extend(found.into_iter().map(|p| p.at(index).at("buttons")));
    }
    problems
}

fn check_links(names: &Names<'_>, form: &FormModel) -> Problems {
    let mut problems = Problems::new();
    for (index, field) in form.fields.values().enumerate() {
        let mut found = check_link(names, &form.fields, Some(form), field);
        if let Some(subform) = &field.subform {
            for (column_index, column) in subform.fields.values().enumerate() {
                let of_column = check_link(names, &subform.fields, None, column);
                let placed = of_column.into_iter().map(|p| p.at(column_index).at("fields"));
                found.extend(placed.map(|p| p.at("options")));
            }
        }
        problems.extend(found.into_iter().map(|p| p.at(index).at("fields")));
    }
    problems
}

/// The problems of one field, when it is a link. `form` is given where subforms can be
/// filled: not from within a subform.
fn check_link(
    names: &Names<'_>,
    siblings: &IndexMap<FieldKey, FieldModel>,
    form: Option<&FormModel>,
    field: &FieldModel,
) -> Problems {
    let Shape::Link(link) = field.kind.shape() else {
        return Problems::new();
    };
    let target = match names.form(link.form.as_str()) {
        Ok(target) => target,
        Err(problem) => return vec![problem.at("form").at("options")],
    };
    let mut problems = Problems::new();
    let shown = link.show.iter().map(FieldKey::as_str);
    problems.extend(check_fields(target, shown).map(|p| p.at("show")));
    if let Some(filter) = &link.filter {
        problems.extend(names.check_filter(target, filter));
    }
    problems.extend(check_fills(link, target, siblings, form));
    problems.into_iter().map(|problem| problem.at("options")).collect()
}

fn check_fills(
    link: &Link,
    target: &FormModel,
    siblings: &IndexMap<FieldKey, FieldModel>,
    form: Option<&FormModel>,
) -> Problems {
    let mut problems = Problems::new();
    for (filled, fill) in &link.fill {
        if !siblings.contains_key(filled) {
            problems.push(Problem::new("unknown_field").with("field", filled.as_str()).at(filled));
        }
        match fill {
            Fill::Field(source) if target.field(source.as_str()).is_none() => {
                problems.push(unknown_field(target, source.as_str()).at(filled));
            }
            Fill::Field(_) => {}
            Fill::Rows(rows) => {
                let from = target.subform(rows.rows.as_str());
                let to = form.and_then(|form| form.subform(filled.as_str()));
                let (Some(from), Some(to)) = (from, to) else {
                    problems.push(Problem::new("not_a_subform").at("rows").at(filled));
                    continue;
                };
                let wrong = rows.columns.iter().filter(|(column, source)| {
                    !to.fields.contains_key(*column) || !from.fields.contains_key(*source)
                });
                problems.extend(wrong.map(|(column, _)| {
                    let problem = Problem::new("unknown_field").with("field", column.as_str());
                    problem.at(column).at("columns").at(filled)
                }));
            }
        }
    }
    problems.into_iter().map(|problem| problem.at("fill")).collect()
}

fn check_sections(form: &FormModel) -> Problems {
    let mut problems = Problems::new();
    let mut placed = BTreeSet::new();
    for (index, section) in form.document.sections.iter().enumerate() {
        let place = |problem: Problem| problem.at("fields").at(index).at("sections");
        let fields = section.fields.iter().map(FieldKey::as_str);
        problems.extend(check_fields(form, fields).map(place));
        let repeated = section.fields.iter().filter(|field| !placed.insert(field.as_str()));
        let repeated =
            repeated.map(|field| Problem::new("repeated_key").with("key", field.as_str()));
        problems.extend(repeated.map(place));
    }
    problems
}

fn check_rule(names: &Names<'_>, form: &FormModel, rule: &Rule) -> Problems {
    let fields = match rule {
        Rule::Show { fields, .. }
        | Rule::Require { fields, .. }
        | Rule::ReadOnly { fields, .. }
        | Rule::Check { fields, .. } => fields,
        Rule::Stamp(stamp) => {
            let watched = stamp.on.iter().map(FieldKey::as_str);
            let watched = check_fields(form, watched).map(|p| p.at("on"));
            let set = check_keys(form, stamp.set.keys().map(FieldKey::as_str));
            return watched.chain(set.map(|p| p.at("set"))).collect();
        }
    };
    let unknown = fields.iter().enumerate().filter(|(_, path)| !names.has_path(form, path, true));
    unknown.map(|(index, path)| unknown_field(form, path).at(index).at("fields")).collect()
}

fn check_view(names: &Names<'_>, form: &FormModel, view: &View) -> Problems {
    let columns = check_fields(form, view.columns.iter().map(String::as_str));
    let mut problems: Problems = columns.map(|p| p.at("columns")).collect();
    let sorted = check_fields(form, view.sort.iter().map(|sort| sort.field.as_str()));
    problems.extend(sorted.map(|p| p.at("sort")));
    let totals = check_fields(form, view.totals.iter().map(FieldKey::as_str));
    problems.extend(totals.map(|p| p.at("totals")));
    if let Some(filter) = &view.filter {
        problems.extend(names.check_filter(form, filter));
    }
    problems
}

fn check_button(names: &Names<'_>, form: &FormModel, button: &Button) -> Problems {
    let asked = check_fields(form, button.ask.iter().map(FieldKey::as_str));
    let mut problems: Problems = asked.map(|p| p.at("ask")).collect();
    let of_action: Problems = match &button.action {
        ButtonAction::Create { form: made, set } => match names.form(made.as_str()) {
            Ok(made) => {
                let set = check_keys(made, set.keys().map(FieldKey::as_str));
                set.map(|p| p.at("set").at("create")).collect()
            }
            Err(problem) => vec![problem.at("form").at("create")],
        },
        ButtonAction::Update { set } => {
            let set = check_keys(form, set.keys().map(FieldKey::as_str));
            set.map(|p| p.at("set").at("update")).collect()
        }
        ButtonAction::Script(script) if !names.scripts.contains(script.as_str()) => {
            vec![Problem::new("unknown_script").with("script", script.as_str()).at("script")]
        }
        ButtonAction::Script(_) => Problems::new(),
    };
    problems.extend(of_action.into_iter().map(|p| p.at("action")));
    problems
}
