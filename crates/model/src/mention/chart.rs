//! Names in the options of a chart, whatever its kind: all are made of series (an object
//! with a `form`) and of dimensions.

use super::{Named, Node, walker::Walker};
use crate::document::DocumentKind;

pub(super) fn options(walker: &mut Walker<'_>, options: &Node<'_>, page: &str) {
    let (mut found, mut dimensions) = (Vec::new(), Vec::new());
    collect(options, &mut found, &mut dimensions);
    for (form, node) in &found {
        series(walker, node, form, page);
    }
    for dimension in &dimensions {
        let Some(key) = dimension.member("key") else { continue };
        let field = dimension.member("field").unwrap_or_else(|| key.clone());
        // A series may have another field behind the dimension.
        let differs = |node: &Node<'_>| {
            let own = node.member("dimensions").and_then(|own| own.member(key.text()?));
            own.is_some()
        };
        let mut seen: Vec<&str> = Vec::new();
        for (form, _) in found.iter().filter(|(_, node)| !differs(node)) {
            if !seen.contains(form) {
                seen.push(form);
                walker.path(&field, form);
            }
        }
    }
}

/// The series with their forms, and the dimensions, at any depth.
fn collect<'j>(
    node: &Node<'j>,
    series: &mut Vec<(&'j str, Node<'j>)>,
    dimensions: &mut Vec<Node<'j>>,
) {
    if let Some(form) = node.text_of("form") {
        series.push((form, node.clone()));
        return;
    }
    for item in node.items() {
        collect(&item, series, dimensions);
    }
    for (name, below) in node.members() {
        match name {
            "dimension" => dimensions.push(below),
            "dimensions" => dimensions.extend(below.items()),
            _ => collect(&below, series, dimensions),
        }
    }
}

fn series(walker: &mut Walker<'_>, node: &Node<'_>, form: &str, page: &str) {
    node.member("form").iter().for_each(|key| walker.document(key, DocumentKind::Form));
    if let Some(filter) = node.member("filter") {
        walker.filter(&filter, form);
    }
    let measured = node.member("measure").and_then(|measure| measure.member("field"));
    let fields = measured.into_iter().chain(node.member("period"));
    for field in fields.chain(node.map("dimensions").into_iter().map(|(_, field)| field)) {
        walker.path(&field, form);
    }
    for (filter, field) in node.map("bind") {
        walker.key(&field, Named::PageFilter(page.to_owned(), filter.to_owned()));
        walker.path(&field, form);
    }
}
