//! What the names in an expression of a form stand for.

use std::sync::Arc;

use formwork_model::{
    FieldKey, FieldModel, FormKey, FormModel, Problem,
    form::Forms,
    kind::{Link, Shape},
};

use super::place::Place;
use crate::Path;

/// Where an expression stands, which decides what its names mean.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scope<'s> {
    /// The subform in whose rows it is evaluated.
    pub(crate) subform: Option<&'s FieldKey>,
    /// Whether `old` is there.
    pub(crate) old: bool,
}

/// What one path of an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A field or column of the record; a whole column when read from outside the row.
    Own(Place),
    /// A field of the record that a link leads to.
    Linked { link: Place, form: FormKey, field: FieldKey },
    /// The record before the change.
    Old,
}

/// Resolves names for one form.
pub(crate) struct Names<'f> {
    pub(crate) form: &'f FormModel,
    pub(crate) forms: &'f dyn Forms,
}

impl Names<'_> {
    /// What a path reads.
    ///
    /// # Errors
    /// `unknown_name` with `name`; `unknown_form` with `form` when a link leads nowhere.
    pub(crate) fn resolve(&self, path: &Path, scope: Scope<'_>) -> Result<Reading, Problem> {
        let unknown = || Problem::new("unknown_name").with("name", path.to_string());
        let Some(member) = path.member.as_deref() else {
            return self.plain(&path.root, scope).map(Reading::Own).ok_or_else(unknown);
        };
        match (&*path.root, scope.subform) {
            ("record", _) => {
                let found = self.plain(member, Scope::default());
                return found.map(Reading::Own).ok_or_else(unknown);
            }
            ("row", Some(subform)) => {
                let found = self.column(subform.as_str(), member);
                return found.map(Reading::Own).ok_or_else(unknown);
            }
            ("old", _) if scope.old => {
                let found = self.form.field(member).map(|_| Reading::Old);
                return found.ok_or_else(unknown);
            }
            _ => {}
        }
        if let Some(column) = self.column(&path.root, member) {
            return Ok(Reading::Own(column));
        }
        let link = self.plain(&path.root, scope).ok_or_else(unknown)?;
        let to = link.field(self.form).and_then(link_of).ok_or_else(unknown)?;
        let field = self.linked_field(&to.form, member)?.ok_or_else(unknown)?;
        Ok(Reading::Linked { link, form: to.form.clone(), field })
    }

    fn plain(&self, name: &str, scope: Scope<'_>) -> Option<Place> {
        let column = scope.subform.and_then(|subform| self.column(subform.as_str(), name));
        column.or_else(|| {
            self.form.field(name)?;
            Some(Place::Field(name.parse().ok()?))
        })
    }

    fn column(&self, subform: &str, column: &str) -> Option<Place> {
        let (column, _) = self.form.subform(subform)?.fields.get_key_value(column)?;
        Some(Place::Column(subform.parse().ok()?, column.clone()))
    }

    /// Another form by its key.
    pub(crate) fn find(&self, key: &FormKey) -> Result<Arc<FormModel>, Problem> {
        let missing = || Problem::new("unknown_form").with("form", key.to_string());
        self.forms.form(key.as_str()).ok_or_else(missing)
    }

    fn linked_field(&self, form: &FormKey, name: &str) -> Result<Option<FieldKey>, Problem> {
        let stored = |form: &FormModel| form.field(name).is_some_and(|f| f.subform.is_none());
        let is_there =
            if form == self.form.key() { stored(self.form) } else { stored(&*self.find(form)?) };
        Ok(if is_there { name.parse().ok() } else { None })
    }
}

fn link_of(field: &FieldModel) -> Option<&Link> {
    match field.kind.shape() {
        Shape::Link(link) => Some(link),
        _ => None,
    }
}
