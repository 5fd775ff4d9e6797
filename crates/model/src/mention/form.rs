//! Names in a form: fields, where links lead, rules, views and buttons.

use super::{FieldName, Named, Node, Scope, walker::Walker};
use crate::document::DocumentKind;

pub(super) fn form(walker: &mut Walker<'_>, root: &Node<'_>) {
    let key = root.text_of("key").unwrap_or_default();
    let record = Scope::record(key);
    walker.expression(root.member("title"), &record, None);
    for node in root.list("fields") {
        field(walker, &node, key, None);
    }
    for section in root.list("sections") {
        walker.fields(&section.list("fields"), key);
    }
    for node in root.list("rules") {
        rule(walker, &node, key);
    }
    for view in root.list("views") {
        walker.paths(&view.list("columns"), key);
        if let Some(filter) = view.member("filter") {
            walker.filter(&filter, key);
        }
        for sort in view.list("sort") {
            sort.member("field").and_then(|field| walker.path(&field, key));
        }
        walker.fields(&view.list("totals"), key);
    }
    for button in root.list("buttons") {
        walker.expression(button.member("when"), &record, None);
        walker.fields(&button.list("ask"), key);
        if let Some(action) = button.member("action") {
            button_action(walker, &action, key);
        }
    }
}

fn field(walker: &mut Walker<'_>, node: &Node<'_>, form: &str, subform: Option<&str>) {
    let own = |key: &str| FieldName {
        form: form.to_owned(),
        subform: subform.map(str::to_owned),
        field: key.to_owned(),
    };
    let scope = Scope { subform: subform.map(str::to_owned), ..Scope::record(form) };
    let name = node.text_of("key").map(own);
    if let Some(key) = node.member("key") {
        walker.own(&key, |key| Named::Field(own(&key)));
    }
    walker.expression(node.member("default"), &scope, name.clone());
    walker.expression(node.member("formula"), &scope, name.clone());
    let (Some(options), Some(name)) = (node.member("options"), name) else { return };
    for option in options.list("options") {
        if let Some(key) = option.member("key") {
            walker.own(&key, |key| Named::Option(name.clone(), key));
        }
    }
    for column in options.list("fields") {
        field(walker, &column, form, Some(&name.field));
    }
    if let Some(target) = options.member("form") {
        link(walker, &options, &target, &name);
    }
}

/// The options of a link: the form that it leads to, and fields on both sides.
fn link(walker: &mut Walker<'_>, options: &Node<'_>, target: &Node<'_>, name: &FieldName) {
    walker.document(target, DocumentKind::Form);
    let Some(target) = target.text() else { return };
    if let Some(filter) = options.member("filter") {
        walker.filter(&filter, target);
    }
    walker.fields(&options.list("show"), target);
    for (filled, fill) in options.map("fill") {
        let filled_name = FieldName { field: filled.to_owned(), ..name.clone() };
        walker.key(&fill, Named::Field(filled_name));
        walker.field(&fill, target);
        let Some(rows) = fill.member("rows") else { continue };
        walker.field(&rows, target);
        let from = rows.text().unwrap_or_default();
        for (column, source) in fill.map("columns") {
            walker.key(&source, Named::Field(FieldName::column(&name.form, filled, column)));
            walker.name(&source, |source| Named::Field(FieldName::column(target, from, source)));
        }
    }
}

fn rule(walker: &mut Walker<'_>, node: &Node<'_>, form: &str) {
    let fields = node.list("fields");
    walker.paths(&fields, form);
    walker.fields(&node.list("on"), form);
    // A rule over columns of one subform is decided row by row.
    let mut subforms = fields.iter().filter_map(Node::text).map(|path| path.split_once('.'));
    let first = subforms.next().flatten().map(|(subform, _)| subform.to_owned());
    let is_stamp = node.text_of("kind") == Some("stamp");
    let scope = Scope { subform: first, old: is_stamp, ..Scope::record(form) };
    walker.expression(node.member("when"), &scope, None);
    walker.expression(node.member("that"), &scope, None);
    walker.set(&node.map("set"), Some(form), &scope);
}

fn button_action(walker: &mut Walker<'_>, action: &Node<'_>, form: &str) {
    let record = Scope::record(form);
    if let Some(create) = action.member("create") {
        if let Some(made) = create.member("form") {
            walker.document(&made, DocumentKind::Form);
        }
        walker.set(&create.map("set"), create.text_of("form"), &record);
    }
    if let Some(update) = action.member("update") {
        walker.set(&update.map("set"), Some(form), &record);
    }
    if let Some(script) = action.member("script") {
        walker.document(&script, DocumentKind::Script);
    }
}
