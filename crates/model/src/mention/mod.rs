//! Who names what: the one walk over documents that finds every place at which one names
//! a form, a field, an option, another document or somebody of the organisation.
//!
//! Publishing asks it what a change breaks, packages whether they are whole, the designers
//! what uses a thing and how to rename it. It reads documents as JSON, so that drafts are
//! walked as far as they go. Expressions are handed on as they stand, each with what its
//! names mean ([`Scope`]): reading them belongs to the rules.

mod chart;
mod edit;
mod flow;
mod form;
mod lookup;
mod node;
mod page;
mod walker;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use edit::apply;
pub use lookup::Lookup;

use self::{node::Node, walker::Walker};
use crate::{document::DocumentKind, form::Forms};

/// A field of a form, or a column of one of its subforms.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldName {
    /// The form's key.
    pub form: String,
    /// The subform in which it is a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subform: Option<String>,
    /// The field's or the column's key.
    pub field: String,
}

impl FieldName {
    /// A field of the form itself.
    pub fn of(form: impl Into<String>, field: impl Into<String>) -> Self {
        Self { form: form.into(), subform: None, field: field.into() }
    }

    /// A column of a subform.
    pub fn column(
        form: impl Into<String>,
        subform: impl Into<String>,
        column: impl Into<String>,
    ) -> Self {
        Self { form: form.into(), subform: Some(subform.into()), field: column.into() }
    }
}

/// What documents name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// Another document.
    Document(DocumentKind, String),
    /// A field or column.
    Field(FieldName),
    /// An option of a choice.
    Option(FieldName, String),
    /// A filter of a dashboard, by the dashboard's key and its own.
    PageFilter(String, String),
    /// A role, by its key.
    Role(String),
    /// A department, by its id.
    Department(String),
    /// A member, by id.
    Member(String),
}

impl Named {
    /// A form, by its key.
    pub fn form(key: impl Into<String>) -> Self {
        Self::Document(DocumentKind::Form, key.into())
    }

    /// The form that this is, or is a part of.
    pub fn form_key(&self) -> Option<&str> {
        match self {
            Self::Document(DocumentKind::Form, key) => Some(key),
            Self::Field(field) | Self::Option(field, _) => Some(&field.form),
            _ => None,
        }
    }
}

/// Where at its pointer a name stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The whole text.
    Text,
    /// One part of a path such as `account.region`, by number.
    Segment(usize),
    /// The key under which the pointer's value stands in its map.
    Key,
    /// These bytes of an expression or a script.
    Bytes(std::ops::Range<usize>),
}

/// A place that names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// JSON pointer into the document.
    pub pointer: String,
    /// Where at the pointer.
    pub at: At,
    /// What is named.
    pub named: Named,
    /// Whether the thing is defined here, rather than used.
    pub is_own: bool,
}

/// What the names in an expression mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The form whose record is read.
    pub form: String,
    /// The subform in whose rows the expression stands.
    pub subform: Option<String>,
    /// Whether `old` is there: the record before the change.
    pub old: bool,
    /// The form of the record that is changed, `target`.
    pub target: Option<String>,
}

impl Scope {
    /// The fields of a form's record.
    pub fn record(form: impl Into<String>) -> Self {
        Self { form: form.into(), ..Self::default() }
    }
}

/// An expression of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// JSON pointer into the document.
    pub pointer: String,
    /// The expression.
    pub text: String,
    /// What its names mean.
    pub scope: Scope,
    /// The field that its value goes to.
    pub gives: Option<FieldName>,
}

/// What a document names.
#[derive(Debug, Default)]
pub struct Mentions {
    /// Every place outside expressions and scripts.
    pub names: Vec<Mention>,
    /// The expressions.
    pub expressions: Vec<Written>,
    /// Pointer and text of the rhai sources.
    pub scripts: Vec<(String, String)>,
}

/// Finds what a document names. `forms` tells what the links of other forms lead to; the
/// document's own fields are taken from itself.
pub fn walk(kind: DocumentKind, document: &Json, forms: &dyn Forms) -> Mentions {
    let lookup = Lookup::new(kind, document, forms);
    let mut walker = Walker::new(&lookup);
    let root = Node::root(document);
    if let Some(key) = root.member("key") {
        walker.own(&key, |key| Named::Document(kind, key));
    }
    if let Some(app) = root.member("app") {
        walker.document(&app, DocumentKind::App);
    }
    match kind {
        DocumentKind::App => page::app(&mut walker, &root),
        DocumentKind::Form => form::form(&mut walker, &root),
        DocumentKind::Flow => flow::flow(&mut walker, &root),
        DocumentKind::Dashboard => page::dashboard(&mut walker, &root),
        DocumentKind::PermissionGroup => page::group(&mut walker, &root),
        DocumentKind::Script => {
            if let Some(source) = root.member("source") {
                walker.script(&source);
            }
        }
    }
    walker.found
}

#[cfg(test)]
mod tests;
