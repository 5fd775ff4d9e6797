//! Names in what stands around forms: navigation, dashboards, permission groups.

use super::{Named, Node, chart, walker::Walker};
use crate::document::DocumentKind;

pub(super) fn app(walker: &mut Walker<'_>, root: &Node<'_>) {
    for item in root.list("navigation").iter().flat_map(|group| group.list("items")) {
        item.member("form").iter().for_each(|key| walker.document(key, DocumentKind::Form));
        let page = item.member("dashboard");
        page.iter().for_each(|key| walker.document(key, DocumentKind::Dashboard));
    }
}

pub(super) fn dashboard(walker: &mut Walker<'_>, root: &Node<'_>) {
    let page = root.text_of("key").unwrap_or_default();
    for (key, filter) in root.map("filters") {
        walker.own_key(&filter, Named::PageFilter(page.to_owned(), key.to_owned()));
        let Some(form) = filter.member("form") else { continue };
        walker.document(&form, DocumentKind::Form);
        let form = form.text().unwrap_or_default();
        let field = filter.member("field").and_then(|field| walker.path(&field, form));
        if let (Some(field), Some(value)) = (field, filter.member("default")) {
            walker.values(&value, &field);
        }
    }
    for chart in root.list("charts") {
        if let Some(options) = chart.member("options") {
            chart::options(walker, &options, page);
        }
    }
}

pub(super) fn group(walker: &mut Walker<'_>, root: &Node<'_>) {
    if let Some(members) = root.member("members") {
        members.list("roles").iter().for_each(|node| walker.name(node, Named::Role));
        members.list("departments").iter().for_each(|node| walker.name(node, Named::Department));
        members.list("members").iter().for_each(|node| walker.name(node, Named::Member));
    }
    for (form, grant) in root.map("forms") {
        walker.key(&grant, Named::form(form));
        walker.paths(&grant.list("hidden"), form);
        walker.paths(&grant.list("read_only"), form);
        let filter = grant.member("scope").and_then(|scope| scope.member("filter"));
        filter.iter().for_each(|filter| walker.filter(filter, form));
    }
    let pages = root.list("dashboards");
    pages.iter().for_each(|key| walker.document(key, DocumentKind::Dashboard));
}
