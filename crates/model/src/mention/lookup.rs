//! What the fields are that names lead to: those of the document that is walked as they
//! stand in it, those of other forms as they are published.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value as Json;

use super::{FieldName, Scope};
use crate::{
    FieldKind,
    document::DocumentKind,
    form::{self, Forms},
    kind::{self, Shape},
};

/// Resolves names for one document.
pub struct Lookup<'w> {
    own: Option<Own>,
    forms: &'w dyn Forms,
}

/// The fields of the form that is walked, by subform and key. A draft may be half made.
struct Own {
    key: String,
    fields: HashMap<(Option<String>, String), OwnField>,
}

struct OwnField {
    kind: Option<Arc<dyn FieldKind>>,
    link: Option<String>,
    is_subform: bool,
}

impl<'w> Lookup<'w> {
    /// Names in a document, with the other forms as they are published.
    pub fn new(kind: DocumentKind, document: &Json, forms: &'w dyn Forms) -> Self {
        let own = (kind == DocumentKind::Form).then(|| Own::read(document)).flatten();
        Self { own, forms }
    }

    /// The kind of a field, where it is there and sound.
    pub fn kind(&self, name: &FieldName) -> Option<Arc<dyn FieldKind>> {
        if let Some(own) = self.own_form(&name.form) {
            let found = own.field(name.subform.as_deref(), &name.field);
            return found.and_then(|field| field.kind.clone());
        }
        let form = self.forms.form(&name.form)?;
        let field = match &name.subform {
            None => form.field(&name.field)?,
            Some(subform) => form.subform(subform)?.fields.get(name.field.as_str())?,
        };
        Some(Arc::clone(&field.kind))
    }

    /// Whether a field is there.
    pub fn has(&self, name: &FieldName) -> bool {
        match self.own_form(&name.form) {
            Some(own) => own.field(name.subform.as_deref(), &name.field).is_some(),
            None => self.kind(name).is_some(),
        }
    }

    /// The form that a link leads to.
    pub fn link(&self, name: &FieldName) -> Option<String> {
        if let Some(own) = self.own_form(&name.form) {
            return own.field(name.subform.as_deref(), &name.field)?.link.clone();
        }
        link_of(self.kind(name)?.as_ref())
    }

    fn is_subform(&self, form: &str, field: &str) -> bool {
        match self.own_form(form) {
            Some(own) => own.field(None, field).is_some_and(|field| field.is_subform),
            None => self.forms.form(form).is_some_and(|form| form.subform(field).is_some()),
        }
    }

    fn own_form(&self, form: &str) -> Option<&Own> {
        self.own.as_ref().filter(|own| own.key == form)
    }

    /// What the parts of `field`, `link.field` or `subform.column` name, from left to right.
    /// A part behind something unknown is left out.
    pub fn path(&self, form: &str, path: &str) -> Vec<FieldName> {
        match path.split_once('.') {
            None => vec![FieldName::of(form, path)],
            Some((root, member)) => self.below(FieldName::of(form, root), member),
        }
    }

    fn below(&self, root: FieldName, member: &str) -> Vec<FieldName> {
        let column = root.subform.is_none() && self.is_subform(&root.form, &root.field);
        let below = if column {
            Some(FieldName::column(&root.form, &root.field, member))
        } else {
            self.link(&root).map(|form| FieldName::of(form, member))
        };
        std::iter::once(root).chain(below).collect()
    }

    /// What the parts of a path of an expression name: none for a part that is a word such
    /// as `row` and no field.
    pub fn in_scope(
        &self,
        scope: &Scope,
        root: &str,
        member: Option<&str>,
    ) -> Vec<Option<FieldName>> {
        let plain = |name: &str| {
            let column = scope.subform.as_ref();
            let column = column.map(|subform| FieldName::column(&scope.form, subform, name));
            column
                .filter(|column| self.has(column))
                .unwrap_or_else(|| FieldName::of(&scope.form, name))
        };
        let Some(member) = member else {
            return if root == "record" { vec![None] } else { vec![Some(plain(root))] };
        };
        match (root, &scope.subform, &scope.target) {
            ("record", ..) => vec![None, Some(FieldName::of(&scope.form, member))],
            ("old", ..) if scope.old => vec![None, Some(FieldName::of(&scope.form, member))],
            ("row", Some(subform), _) => {
                vec![None, Some(FieldName::column(&scope.form, subform, member))]
            }
            ("target", _, Some(target)) => vec![None, Some(FieldName::of(target, member))],
            _ => self.below(plain(root), member).into_iter().map(Some).collect(),
        }
    }
}

impl Own {
    fn read(document: &Json) -> Option<Self> {
        let key = document.get("key")?.as_str()?.to_owned();
        let mut fields = HashMap::new();
        for (key, field) in form::system_fields() {
            let field = OwnField { kind: Some(field.kind), link: None, is_subform: false };
            fields.insert((None, key.to_string()), field);
        }
        let read = document.get("fields").and_then(Json::as_array);
        for field in read.into_iter().flatten() {
            let Some(key) = field.get("key").and_then(Json::as_str) else { continue };
            let columns = field.pointer("/options/fields").and_then(Json::as_array);
            for column in columns.into_iter().flatten() {
                if let Some(name) = column.get("key").and_then(Json::as_str) {
                    fields.insert((Some(key.to_owned()), name.to_owned()), OwnField::read(column));
                }
            }
            fields.insert((None, key.to_owned()), OwnField::read(field));
        }
        Some(Self { key, fields })
    }

    fn field(&self, subform: Option<&str>, field: &str) -> Option<&OwnField> {
        self.fields.get(&(subform.map(str::to_owned), field.to_owned()))
    }
}

impl OwnField {
    fn read(field: &Json) -> Self {
        let options = field.get("options").unwrap_or(&Json::Null);
        let kind = field.get("kind").and_then(Json::as_str);
        let kind = kind.and_then(|kind| kind::parse(kind, options).ok());
        let half_made = || options.get("form").and_then(Json::as_str).map(str::to_owned);
        Self {
            link: kind.as_deref().map_or_else(half_made, link_of),
            is_subform: options.get("fields").is_some_and(Json::is_array),
            kind,
        }
    }
}

fn link_of(kind: &dyn FieldKind) -> Option<String> {
    match kind.shape() {
        Shape::Link(link) => Some(link.form.to_string()),
        _ => None,
    }
}
