//! Where a value stands in a record: a field, or a column of a subform.

use std::fmt;

use formwork_model::{FieldKey, FieldModel, FormModel};

/// A field, or a column in every row of a subform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Field(FieldKey),
    Column(FieldKey, FieldKey),
}

impl Place {
    /// The place that a rule names: `stage` or `lines.discount`.
    pub(crate) fn find(form: &FormModel, name: &str) -> Option<Self> {
        match name.split_once('.') {
            None => form.field(name).and_then(|_| Some(Self::Field(name.parse().ok()?))),
            Some((subform, column)) => {
                let (column, _) = form.subform(subform)?.fields.get_key_value(column)?;
                Some(Self::Column(subform.parse().ok()?, column.clone()))
            }
        }
    }

    /// The subform, when it is a column.
    pub(crate) fn subform(&self) -> Option<&FieldKey> {
        match self {
            Self::Field(_) => None,
            Self::Column(subform, _) => Some(subform),
        }
    }

    /// The field's model.
    pub(crate) fn field<'f>(&self, form: &'f FormModel) -> Option<&'f FieldModel> {
        match self {
            Self::Field(key) => form.field(key.as_str()),
            Self::Column(subform, column) => form.subform(subform.as_str())?.fields.get(column),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(key) => write!(f, "{key}"),
            Self::Column(subform, column) => write!(f, "{subform}.{column}"),
        }
    }
}
