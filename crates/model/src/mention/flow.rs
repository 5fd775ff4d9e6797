//! Names in a flow: its form, fields, people, and the forms that its effects write to.

use super::{FieldName, Named, Node, Scope, walker::Walker};
use crate::document::DocumentKind;

pub(super) fn flow(walker: &mut Walker<'_>, root: &Node<'_>) {
    let Some(form) = root.member("form") else { return };
    walker.document(&form, DocumentKind::Form);
    let form = form.text().unwrap_or_default();
    if let Some(admins) = root.member("admins") {
        admins.list("members").iter().for_each(|node| walker.name(node, Named::Member));
        admins.list("roles").iter().for_each(|node| walker.name(node, Named::Role));
    }
    steps(walker, root, form);
    for outcome in ["on_rejected", "on_returned", "on_withdrawn"] {
        walker.set(&root.map(outcome), Some(form), &Scope::record(form));
    }
}

fn steps(walker: &mut Walker<'_>, node: &Node<'_>, form: &str) {
    for step in node.list("steps") {
        people(walker, &step.list("assignees"), form);
        people(walker, &step.list("to"), form);
        if let Some(fields) = step.member("fields") {
            for list in ["editable", "required", "hidden", "reveals"] {
                walker.paths(&fields.list(list), form);
            }
        }
        for branch in step.list("branches") {
            walker.expression(branch.member("when"), &Scope::record(form), None);
            steps(walker, &branch, form);
        }
        for node in step.list("effects") {
            effect(walker, &node, form);
        }
    }
}

fn people(walker: &mut Walker<'_>, approvers: &[Node<'_>], form: &str) {
    for approver in approvers {
        let of = |name: &str| approver.member(name);
        of("member").iter().for_each(|node| walker.name(node, Named::Member));
        of("role").iter().for_each(|node| walker.name(node, Named::Role));
        of("department_head").iter().for_each(|node| walker.name(node, Named::Department));
        of("field").iter().for_each(|node| walker.field(node, form));
    }
}

fn effect(walker: &mut Walker<'_>, node: &Node<'_>, form: &str) {
    if let Some(create) = node.member("create") {
        if let Some(made) = create.member("form") {
            walker.document(&made, DocumentKind::Form);
        }
        let rows = create.member("for_each");
        rows.iter().for_each(|rows| walker.field(rows, form));
        let subform = rows.as_ref().and_then(Node::text).map(str::to_owned);
        let scope = Scope { subform, ..Scope::record(form) };
        walker.set(&create.map("set"), create.text_of("form"), &scope);
        walker.expression(create.member("when"), &scope, None);
    }
    if let Some(update) = node.member("update") {
        let link = update.member("link");
        link.iter().for_each(|link| walker.field(link, form));
        let target = match link.as_ref().and_then(Node::text) {
            None => Some(form.to_owned()),
            Some(link) => walker.lookup.link(&FieldName::of(form, link)),
        };
        let scope = Scope { target: target.clone(), ..Scope::record(form) };
        walker.set(&update.map("set"), target.as_deref(), &scope);
        walker.expression(update.member("when"), &scope, None);
    }
}
