//! A published form, ready for use: fields with their kinds and columns.
//!
//! A revision is immutable, and so is its model; that is what makes it safe to keep one
//! in a cache for ever.

mod columns;
mod read;
mod stored;
mod system;

use std::sync::Arc;

use indexmap::IndexMap;

pub use columns::{ColumnFacts, Columns, SubformColumns};
pub use stored::read_stored;
pub use system::{SYSTEM_FIELDS, is_system_field, system_fields};

use crate::{
    FieldKey, FieldKind, FormKey, Problem, Problems, Storage,
    document::{Field, Form},
    kind::{self, Shape},
    schema::Conversion,
};

/// Most live fields of a form, its subforms' columns not counted.
pub const MAX_FIELDS: usize = 300;
/// Most subforms of a form.
pub const MAX_SUBFORMS: usize = 50;

/// Finds published forms; what a link leads to.
pub trait Forms {
    /// The current revision of a form.
    fn form(&self, key: &str) -> Option<Arc<FormModel>>;
}

/// A revision of a form with everything that running it needs.
#[derive(Debug, Clone)]
pub struct FormModel {
    /// The revision: 1 for the first publish; 0 for a draft.
    pub revision: i64,
    /// The document.
    pub document: Form,
    /// The form's own fields, in document order.
    pub fields: IndexMap<FieldKey, FieldModel>,
    /// The fields that every form has.
    pub system: IndexMap<FieldKey, FieldModel>,
    /// The physical names behind the fields.
    pub columns: Columns,
    /// What must be converted before the form can be used: nothing once it is published.
    pub conversions: Vec<Conversion>,
}

/// A field with its kind and where it is stored.
#[derive(Debug, Clone)]
pub struct FieldModel {
    /// The document.
    pub field: Field,
    /// The kind made from the field's options.
    pub kind: Arc<dyn FieldKind>,
    /// The column, or for a subform its table.
    pub column: String,
    /// The columns of a subform.
    pub subform: Option<SubformModel>,
}

/// A subform with its table and fields.
#[derive(Debug, Clone)]
pub struct SubformModel {
    /// The table that holds the rows.
    pub table: String,
    /// The row's fields, in document order.
    pub fields: IndexMap<FieldKey, FieldModel>,
    /// Fewest and most rows.
    pub rows: (usize, usize),
}

impl FormModel {
    /// Makes the model of a document. `previous` are the columns of the revision before.
    ///
    /// # Errors
    /// Every problem of the fields' kinds and options.
    pub fn build(
        document: Form,
        revision: i64,
        previous: Option<&Columns>,
    ) -> Result<Self, Problems> {
        let kinds = field_kinds(&document.fields)?;
        let (columns, conversions) =
            Columns::allocate(&document.key, &document.fields, &kinds, previous);
        let mut problems = Problems::new();
        let mut fields = IndexMap::new();
        for (index, (field, kind)) in document.fields.iter().zip(kinds).enumerate() {
            match field_model(field, kind, &columns) {
                Ok(model) => {
                    fields.insert(field.key.clone(), model);
                }
                Err(found) => {
                    problems.extend(found.into_iter().map(|p| p.at(index).at("fields")));
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { revision, document, fields, system: system_fields(), columns, conversions })
    }

    /// The form's key.
    pub fn key(&self) -> &FormKey {
        &self.document.key
    }

    /// The table of the records.
    pub fn table(&self) -> String {
        format!("r_{}", self.document.key)
    }

    /// A field by its key, those that every form has included.
    pub fn field(&self, key: &str) -> Option<&FieldModel> {
        self.fields.get(key).or_else(|| self.system.get(key))
    }

    /// Whether a path names a field, or a column as `subform.column`.
    pub fn has_path(&self, path: &str) -> bool {
        match path.split_once('.') {
            None => self.field(path).is_some(),
            Some((subform, column)) => {
                self.subform(subform).is_some_and(|rows| rows.fields.contains_key(column))
            }
        }
    }

    /// What keeps a definition (a button, a step, a script) from setting a field: it is not
    /// there, a formula computes it, or the engine alone decides it, as numbers that it draws
    /// and all that it knows of a record but who it belongs to.
    pub fn set_problem(&self, key: &str) -> Option<Problem> {
        let Some(field) = self.field(key) else {
            let unknown = Problem::new("unknown_field").with("field", key);
            return Some(unknown.with("form", self.key().as_str()));
        };
        let is_own = self.system.contains_key(key) && !matches!(key, "owner" | "department");
        if field.field.formula.is_some() {
            Some(Problem::new("field_is_computed").with("field", key))
        } else if is_own || matches!(field.kind.shape(), Shape::Serial(_)) {
            Some(Problem::new("field_not_writable").with("field", key))
        } else {
            None
        }
    }

    /// The subform in a field.
    pub fn subform(&self, key: &str) -> Option<&SubformModel> {
        self.fields.get(key).and_then(|field| field.subform.as_ref())
    }

    /// The subforms, in document order.
    pub fn subforms(&self) -> impl Iterator<Item = (&FieldKey, &SubformModel)> {
        self.fields.iter().filter_map(|(key, field)| Some((key, field.subform.as_ref()?)))
    }

    /// The fields with a column in the form's own table, in document order.
    pub fn stored_fields(&self) -> impl Iterator<Item = (&FieldKey, &FieldModel)> {
        self.fields.iter().filter(|(_, field)| field.subform.is_none())
    }
}

impl FieldModel {
    /// How the field is stored.
    pub fn storage(&self) -> Storage {
        self.kind.storage()
    }

    /// Whether people may type here at all, rules and permissions aside.
    pub fn is_typed(&self) -> bool {
        self.field.formula.is_none()
            && !self.field.read_only
            && !matches!(self.kind.shape(), Shape::Serial(_))
    }
}

/// The kinds of fields, or every problem in them with a pointer under `/fields`.
fn field_kinds(fields: &[Field]) -> Result<Vec<Arc<dyn FieldKind>>, Problems> {
    let mut problems = Problems::new();
    let mut kinds = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        match kind::parse(&field.kind, &field.options) {
            Ok(kind) => {
                problems.extend(kind.check_options().into_iter().map(|p| p.at(index).at("fields")));
                kinds.push(kind);
            }
            Err(problem) => problems.push(problem.at(index).at("fields")),
        }
    }
    if problems.is_empty() { Ok(kinds) } else { Err(problems) }
}

fn field_model(
    field: &Field,
    kind: Arc<dyn FieldKind>,
    columns: &Columns,
) -> Result<FieldModel, Problems> {
    let subform = match kind.shape() {
        Shape::Rows(options) => {
            let own = columns.subforms.get(&field.key);
            let own = own.ok_or_else(|| vec![Problem::new("invalid_options")])?;
            let placed = |problems: Problems| -> Problems {
                problems.into_iter().map(|p| p.at("options")).collect()
            };
            let kinds = field_kinds(&options.fields).map_err(placed)?;
            let fields = options.fields.iter().zip(kinds).map(|(column, kind)| {
                let name = own.columns.get(&column.key).cloned().unwrap_or_default();
                let model = FieldModel { field: column.clone(), kind, column: name, subform: None };
                (column.key.clone(), model)
            });
            Some(SubformModel {
                table: own.table.clone(),
                fields: fields.collect(),
                rows: (options.min_rows, options.max_rows),
            })
        }
        _ => None,
    };
    let column = match &subform {
        Some(subform) => subform.table.clone(),
        None => columns.fields.get(&field.key).cloned().unwrap_or_default(),
    };
    Ok(FieldModel { field: field.clone(), kind, column, subform })
}

#[cfg(test)]
mod tests;
