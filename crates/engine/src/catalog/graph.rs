//! Who names what among the published documents.

use formwork_model::{document::DocumentKind, mention::Named};
use formwork_rules::mention::mentions;

use super::{Catalog, DocumentId, Published};

/// A place at which a published document names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The document.
    pub document: DocumentId,
    /// JSON pointer into it.
    pub pointer: String,
}

impl Catalog {
    /// The documents that name a form or a part of it, the form itself left out.
    pub(crate) fn naming_form(&self, form: &str) -> impl Iterator<Item = &Published> {
        let own = DocumentId { kind: DocumentKind::Form, key: form.to_owned() };
        let others = self.published.iter().filter(move |(id, _)| **id != own);
        others
            .map(|(_, published)| published.as_ref())
            .filter(move |published| published.names_form(form))
    }

    /// Every place at which a published document uses something.
    pub fn uses(&self, named: &Named) -> Vec<Use> {
        let users = self.published.values().filter(|published| published.names.contains(named));
        let places = users.flat_map(|published| {
            let source = &published.source;
            let found = mentions(source.id.kind, &source.json, self);
            let found = found.into_iter().filter(|name| !name.is_own && name.named == *named);
            found.map(|name| Use { document: source.id.clone(), pointer: name.pointer })
        });
        let mut uses: Vec<Use> = places.collect();
        uses.dedup();
        uses
    }
}
