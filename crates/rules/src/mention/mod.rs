//! Who names what, expressions and scripts included: the walk of
//! [`formwork_model::mention`] with the names that rhai reads in them.

mod reader;

use formwork_model::{
    document::DocumentKind,
    form::Forms,
    mention::{Lookup, Mention, Named, apply, walk},
};
use serde_json::Value as Json;

/// Every place at which a document names something. Expressions and scripts that cannot be
/// read name nothing. In scripts the forms and fields count that stand literally in calls
/// of [`RECORD_CALLS`].
pub fn mentions(kind: DocumentKind, document: &Json, forms: &dyn Forms) -> Vec<Mention> {
    let walked = walk(kind, document, forms);
    let lookup = Lookup::new(kind, document, forms);
    let mut found = walked.names;
    for written in &walked.expressions {
        found.extend(reader::expression(written, &lookup));
    }
    for (pointer, source) in &walked.scripts {
        found.extend(reader::script(pointer, source));
    }
    found
}

/// The functions by which scripts reach records. Their first argument is the key of a form,
/// maps among the others have its fields.
pub const RECORD_CALLS: &[&str] = &["create", "create_many", "update", "remove", "find", "submit"];

/// The document with another name in every place that names `from`, expressions and scripts
/// included. That the name is free is for the caller to see to.
#[must_use]
pub fn rename(
    kind: DocumentKind,
    document: &Json,
    from: &Named,
    to: &str,
    forms: &dyn Forms,
) -> Json {
    let mut places = mentions(kind, document, forms);
    places.retain(|mention| mention.named == *from);
    let mut renamed = document.clone();
    apply(&mut renamed, &places, to);
    renamed
}

#[cfg(test)]
mod tests;
