//! Conditions and values: whether they can be read, and whether what they name exists.

use formwork_model::{FormModel, Problem, Problems, form::SubformModel, kind::Shape};
use formwork_rules::{Expression, Path};

use super::Check;

/// What an expression may name beside the fields of the record.
#[derive(Clone, Copy)]
pub(super) enum Names<'form> {
    /// Nothing.
    Record,
    /// The columns of a subform, as `row.<column>` or alone.
    Row(&'form SubformModel),
    /// The fields of the record that is changed, as `target.<field>`.
    Target(&'form FormModel),
}

impl Check<'_> {
    /// Problems of an expression.
    pub(super) fn expression(&self, text: &str, names: Names<'_>) -> Problems {
        let expression = match Expression::compile(text) {
            Ok(expression) => expression,
            Err(problem) => return vec![problem],
        };
        let unknown = expression.paths().iter().filter(|path| !self.is_known(path, names));
        unknown.map(|path| Problem::new("unknown_name").with("name", path.to_string())).collect()
    }

    fn is_known(&self, path: &Path, names: Names<'_>) -> bool {
        let member = path.member.as_deref();
        match (path.root.as_ref(), names, member) {
            ("record", _, None) => true,
            ("record", _, Some(field)) => self.form.field(field).is_some(),
            ("row", Names::Row(subform), Some(column)) => subform.fields.contains_key(column),
            ("target", Names::Target(form), Some(field)) => form.field(field).is_some(),
            (column, Names::Row(subform), None) if subform.fields.contains_key(column) => true,
            (field, _, None) => self.form.field(field).is_some(),
            (field, _, Some(member)) => self.has_member(field, member),
        }
    }

    /// Whether a field has a part of that name: a column, or a field of the linked record.
    fn has_member(&self, field: &str, member: &str) -> bool {
        let Some(field) = self.form.field(field) else {
            return false;
        };
        if let Some(subform) = &field.subform {
            return subform.fields.contains_key(member);
        }
        match field.kind.shape() {
            Shape::Link(link) => {
                let linked = self.forms.form(link.form.as_str());
                linked.is_some_and(|form| form.field(member).is_some())
            }
            _ => false,
        }
    }
}
