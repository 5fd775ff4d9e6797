//! Physical names: which column holds which field.
//!
//! Columns are only ever added. A field that goes away leaves its column behind; one
//! that comes back with the same storage finds it again. A field whose storage changes
//! gets a new column.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{FieldKey, FieldKind, FormKey, Storage, document::Field, kind::Shape};

/// The columns of a form's table and of its subforms' tables, kept with each revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Field to column, live fields only.
    pub fields: IndexMap<FieldKey, String>,
    /// Subform to its table and columns, live and retired.
    pub subforms: IndexMap<FieldKey, SubformColumns>,
    /// Every column that the table ever got: its field and its storage.
    pub history: IndexMap<String, (FieldKey, String)>,
}

/// The columns of one subform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubformColumns {
    /// The table of the rows.
    pub table: String,
    /// Field to column, live fields only.
    pub columns: IndexMap<FieldKey, String>,
    /// Every column that the table ever got.
    pub history: IndexMap<String, (FieldKey, String)>,
}

impl Columns {
    /// Finds or invents a column for each field.
    pub(super) fn allocate(
        form: &FormKey,
        fields: &[Field],
        kinds: &[Arc<dyn FieldKind>],
        previous: Option<&Self>,
    ) -> Self {
        let mut columns = Self {
            fields: IndexMap::new(),
            subforms: previous.map(|p| p.subforms.clone()).unwrap_or_default(),
            history: previous.map(|p| p.history.clone()).unwrap_or_default(),
        };
        for (field, kind) in fields.iter().zip(kinds) {
            if let Shape::Rows(subform) = kind.shape() {
                let number = columns.subforms.len() + 1;
                let own = columns.subforms.entry(field.key.clone()).or_insert_with(|| {
                    let name = ascii_name(&field.key, 28).unwrap_or(format!("c{number}"));
                    SubformColumns { table: format!("s_{form}__{name}"), ..Default::default() }
                });
                own.columns.clear();
                for column in &subform.fields {
                    if let Ok(kind) = crate::kind::parse(&column.kind, &column.options) {
                        let name = allocate_one(&mut own.history, &column.key, kind.storage());
                        own.columns.insert(column.key.clone(), name);
                    }
                }
            } else {
                let name = allocate_one(&mut columns.history, &field.key, kind.storage());
                columns.fields.insert(field.key.clone(), name);
            }
        }
        columns
    }
}

fn allocate_one(
    history: &mut IndexMap<String, (FieldKey, String)>,
    key: &FieldKey,
    storage: Storage,
) -> String {
    let storage = storage_name(storage);
    let known = history.iter().rev().find(|(_, (owner, kept))| owner == key && *kept == storage);
    if let Some((name, _)) = known {
        return name.clone();
    }
    let base = match ascii_name(key, 40) {
        Some(name) => format!("f_{name}"),
        None => format!("f_c{}", history.len() + 1),
    };
    let mut name = base.clone();
    let mut number = 2;
    while history.contains_key(&name) {
        name = format!("{base}_{number}");
        number += 1;
    }
    history.insert(name.clone(), (key.clone(), storage));
    name
}

fn ascii_name(key: &FieldKey, max: usize) -> Option<String> {
    let text = key.as_str();
    (text.is_ascii() && text.len() <= max).then(|| text.to_owned())
}

/// A storage class as text; a scaled integer of other places is another class.
pub(crate) fn storage_name(storage: Storage) -> String {
    match storage {
        Storage::Text => "text".to_owned(),
        Storage::Scaled { places } => format!("scaled{places}"),
        Storage::Boolean => "boolean".to_owned(),
        Storage::Date => "date".to_owned(),
        Storage::Instant => "instant".to_owned(),
        Storage::Json => "json".to_owned(),
        Storage::Rows => "rows".to_owned(),
    }
}
