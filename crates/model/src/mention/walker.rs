//! What the walk over every kind of document is made of.

use serde_json::Value as Json;

use super::{At, FieldName, Lookup, Mention, Mentions, Named, Node, Scope, Written};
use crate::{document::DocumentKind, kind::Shape};

pub(super) struct Walker<'w> {
    pub(super) lookup: &'w Lookup<'w>,
    pub(super) found: Mentions,
}

impl<'w> Walker<'w> {
    pub(super) fn new(lookup: &'w Lookup<'w>) -> Self {
        Self { lookup, found: Mentions::default() }
    }

    fn note(&mut self, node: &Node<'_>, at: At, named: Named, is_own: bool) {
        self.found.names.push(Mention { pointer: node.pointer.clone(), at, named, is_own });
    }

    /// The text that names something here, as a whole.
    pub(super) fn name(&mut self, node: &Node<'_>, named: impl FnOnce(String) -> Named) {
        if let Some(text) = node.text() {
            self.note(node, At::Text, named(text.to_owned()), false);
        }
    }

    /// The key under which something is defined.
    pub(super) fn own(&mut self, node: &Node<'_>, named: impl FnOnce(String) -> Named) {
        if let Some(text) = node.text() {
            self.note(node, At::Text, named(text.to_owned()), true);
        }
    }

    /// The key of a map under which this stands.
    pub(super) fn key(&mut self, node: &Node<'_>, named: Named) {
        self.note(node, At::Key, named, false);
    }

    /// The key of a map that defines what stands under it.
    pub(super) fn own_key(&mut self, node: &Node<'_>, named: Named) {
        self.note(node, At::Key, named, true);
    }

    pub(super) fn document(&mut self, node: &Node<'_>, kind: DocumentKind) {
        self.name(node, |key| Named::Document(kind, key));
    }

    /// A field of a form.
    pub(super) fn field(&mut self, node: &Node<'_>, form: &str) {
        self.name(node, |field| Named::Field(FieldName::of(form, field)));
    }

    pub(super) fn fields(&mut self, nodes: &[Node<'_>], form: &str) {
        for node in nodes {
            self.field(node, form);
        }
    }

    /// A path such as `amount`, `account.region` or `lines.qty`; answers what its end names.
    pub(super) fn path(&mut self, node: &Node<'_>, form: &str) -> Option<FieldName> {
        let text = node.text()?;
        let parts = self.lookup.path(form, text);
        let whole = parts.len() > text.matches('.').count();
        for (index, part) in parts.iter().enumerate() {
            let at = if text.contains('.') { At::Segment(index) } else { At::Text };
            self.note(node, at, Named::Field(part.clone()), false);
        }
        parts.into_iter().last().filter(|_| whole)
    }

    pub(super) fn paths(&mut self, nodes: &[Node<'_>], form: &str) {
        for node in nodes {
            self.path(node, form);
        }
    }

    pub(super) fn expression(
        &mut self,
        node: Option<Node<'_>>,
        scope: &Scope,
        gives: Option<FieldName>,
    ) {
        if let Some(node) = node
            && let Some(text) = node.text()
        {
            self.found.expressions.push(Written {
                text: text.to_owned(),
                scope: scope.clone(),
                gives,
                pointer: node.pointer,
            });
        }
    }

    pub(super) fn script(&mut self, node: &Node<'_>) {
        if let Some(text) = node.text() {
            self.found.scripts.push((node.pointer.clone(), text.to_owned()));
        }
    }

    /// Fields of a form that are set, each to the value of an expression.
    pub(super) fn set(&mut self, set: &[(&str, Node<'_>)], form: Option<&str>, scope: &Scope) {
        for (key, node) in set {
            let field = form.map(|form| FieldName::of(form, *key));
            if let Some(field) = &field {
                self.key(node, Named::Field(field.clone()));
            }
            self.expression(Some(node.clone()), scope, field);
        }
    }

    /// A filter over the records of a form.
    pub(super) fn filter(&mut self, node: &Node<'_>, form: &str) {
        for part in node.list("all").iter().chain(&node.list("any")) {
            self.filter(part, form);
        }
        if let Some(part) = node.member("not") {
            self.filter(&part, form);
        }
        let field = node.member("field").and_then(|field| self.path(&field, form));
        if let (Some(field), Some(value)) = (field, node.member("value")) {
            self.values(&value, &field);
        }
    }

    /// Values of a field that stand in a document: options and people are names, too.
    pub(super) fn values(&mut self, node: &Node<'_>, field: &FieldName) {
        if let Json::Array(_) = node.json {
            for item in node.items() {
                self.values(&item, field);
            }
            return;
        }
        let Some(kind) = self.lookup.kind(field) else { return };
        match kind.shape() {
            Shape::Choice(_) => self.name(node, |key| Named::Option(field.clone(), key)),
            Shape::Member => self.name(node, Named::Member),
            Shape::Department => self.name(node, Named::Department),
            _ => {}
        }
    }
}
