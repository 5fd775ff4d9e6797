//! What publishing changes: the difference of two revisions of a form, for people, and
//! the few operations on tables that it comes to, for the database.

use serde::Serialize;

use crate::{
    FieldModel, FormModel, Storage, document::View, filter::Operator, form::storage_name_of,
    kind::Shape,
};

/// One difference between two revisions, as shown before publishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The field, `subform.column` or part of the document that it happened to.
    pub subject: String,
}

/// What can happen to a field or to a part of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The form is new.
    FormCreated,
    /// A field is new.
    FieldAdded,
    /// A field goes; its data is kept.
    FieldRetired,
    /// The field's stored type changes: a new, empty column; the old data is kept aside.
    FieldStorageChanged,
    /// Label, help, options or flags differ.
    FieldChanged,
    /// A formula or default differs.
    FormulaChanged,
    /// Layout differs.
    LayoutChanged,
    /// Rules differ.
    RulesChanged,
    /// Views differ.
    ViewsChanged,
    /// Buttons differ.
    ButtonsChanged,
    /// Label, icon or title formula differ.
    IdentityChanged,
    /// A document that is no form differs.
    DocumentChanged,
}

/// An operation on tables. These are all that publishing ever does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaChange {
    /// A table for the records of a form.
    CreateRecordTable {
        /// Its name.
        table: String,
    },
    /// A table for the rows of a subform.
    CreateRowTable {
        /// Its name.
        table: String,
    },
    /// A nullable column.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// How its values are stored.
        #[serde(skip)]
        storage: Storage,
    },
    /// An index over live records.
    CreateIndex(Index),
}

/// An index over the live records of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Index {
    /// The table.
    pub table: String,
    /// The columns, each with whether it descends.
    pub columns: Vec<(String, bool)>,
    /// Whether no two live records may share the columns' values.
    pub unique: bool,
}

impl Index {
    /// A name that is the same for the same index, and short enough for both databases.
    pub fn name(&self) -> String {
        let text = format!("{}|{:?}|{}", self.table, self.columns, self.unique);
        let prefix = if self.unique { "ux" } else { "ix" };
        format!("{prefix}_{:016x}", fnv1a64(text.as_bytes()))
    }
}

fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The differences between two revisions, in document order.
pub fn changes(previous: Option<&FormModel>, next: &FormModel) -> Vec<Change> {
    let Some(previous) = previous else {
        return vec![Change { kind: ChangeKind::FormCreated, subject: next.key().to_string() }];
    };
    let mut found = field_changes("", &previous.fields, &next.fields);
    for (key, subform) in next.subforms() {
        if let Some(earlier) = previous.subform(key.as_str()) {
            found.extend(field_changes(&format!("{key}."), &earlier.fields, &subform.fields));
        }
    }
    let (before, after) = (&previous.document, &next.document);
    let mut part = |kind, differs: bool| {
        if differs {
            found.push(Change { kind, subject: next.key().to_string() });
        }
    };
    part(
        ChangeKind::IdentityChanged,
        before.label != after.label || before.icon != after.icon || before.title != after.title,
    );
    part(ChangeKind::LayoutChanged, !same(&before.sections, &after.sections));
    part(ChangeKind::RulesChanged, !same(&before.rules, &after.rules));
    part(ChangeKind::ViewsChanged, !same(&before.views, &after.views));
    part(ChangeKind::ButtonsChanged, !same(&before.buttons, &after.buttons));
    found
}

fn same<T: Serialize>(before: &T, after: &T) -> bool {
    serde_json::to_value(before).ok() == serde_json::to_value(after).ok()
}

type Fields = indexmap::IndexMap<crate::FieldKey, FieldModel>;

fn field_changes(prefix: &str, before: &Fields, after: &Fields) -> Vec<Change> {
    let mut found = Vec::new();
    let mut note = |kind, key: &crate::FieldKey| {
        found.push(Change { kind, subject: format!("{prefix}{key}") });
    };
    for (key, field) in after {
        match before.get(key) {
            None => note(ChangeKind::FieldAdded, key),
            Some(earlier) if storage_name_of(earlier) != storage_name_of(field) => {
                note(ChangeKind::FieldStorageChanged, key);
            }
            Some(earlier) => {
                let (old, new) = (&earlier.field, &field.field);
                if old.formula != new.formula || old.default != new.default {
                    note(ChangeKind::FormulaChanged, key);
                } else if !same_but_columns(old, new) {
                    note(ChangeKind::FieldChanged, key);
                }
            }
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        note(ChangeKind::FieldRetired, key);
    }
    found
}

/// Whether two fields are the same; a subform's columns are compared on their own.
fn same_but_columns(old: &crate::document::Field, new: &crate::document::Field) -> bool {
    let strip = |field: &crate::document::Field| {
        let mut json = serde_json::to_value(field).unwrap_or_default();
        if field.kind == "subform"
            && let Some(options) = json.get_mut("options").and_then(|o| o.as_object_mut())
        {
            options.remove("fields");
        }
        json
    };
    strip(old) == strip(new)
}

/// The operations that bring the tables from one revision to the next.
pub fn schema_changes(previous: Option<&FormModel>, next: &FormModel) -> Vec<SchemaChange> {
    let mut operations = Vec::new();
    let table = next.table();
    if previous.is_none() {
        operations.push(SchemaChange::CreateRecordTable { table: table.clone() });
    }
    let known = previous.map(|p| &p.columns);
    for (_, field) in next.stored_fields() {
        if known.is_none_or(|known| !known.history.contains_key(&field.column)) {
            operations.push(add_column(&table, field));
        }
    }
    for (key, subform) in next.subforms() {
        let known = known.and_then(|known| known.subforms.get(key));
        if known.is_none() {
            operations.push(SchemaChange::CreateRowTable { table: subform.table.clone() });
        }
        for field in subform.fields.values() {
            if known.is_none_or(|known| !known.history.contains_key(&field.column)) {
                operations.push(add_column(&subform.table, field));
            }
        }
    }
    let had = previous.map(indexes).unwrap_or_default();
    let wanted = indexes(next).into_iter().filter(|index| !had.contains(index));
    operations.extend(wanted.map(SchemaChange::CreateIndex));
    operations
}

fn add_column(table: &str, field: &FieldModel) -> SchemaChange {
    SchemaChange::AddColumn {
        table: table.to_owned(),
        column: field.column.clone(),
        storage: field.storage(),
    }
}

/// The indexes that a form wants: unique fields, links (for the lists of related records),
/// and for each view the fields that it pins with `eq` or `in`, then those that it sorts by.
pub fn indexes(form: &FormModel) -> Vec<Index> {
    let mut wanted: Vec<Index> = Vec::new();
    let mut add = |columns: Vec<(String, bool)>, unique: bool| {
        let index = Index { table: form.table(), columns, unique };
        if !index.columns.is_empty() && !wanted.contains(&index) {
            wanted.push(index);
        }
    };
    for (_, field) in form.stored_fields() {
        if field.field.unique {
            add(vec![(field.column.clone(), false)], true);
        } else if matches!(field.kind.shape(), Shape::Link(_)) {
            add(vec![(field.column.clone(), false), ("id".to_owned(), false)], false);
        }
    }
    for view in &form.document.views {
        add(view_columns(form, view), false);
    }
    wanted
}

fn view_columns(form: &FormModel, view: &View) -> Vec<(String, bool)> {
    let mut columns: Vec<(String, bool)> = Vec::new();
    let mut add = |key: &str, descending: bool| {
        if let Some(field) = form.field(key)
            && field.subform.is_none()
            && !columns.iter().any(|(column, _)| *column == field.column)
        {
            columns.push((field.column.clone(), descending));
        }
    };
    if let Some(crate::Filter::All { all }) = &view.filter {
        for part in all {
            if let crate::Filter::Condition(condition) = part
                && matches!(condition.op, Operator::Eq)
            {
                add(&condition.field, false);
            }
        }
    }
    for sort in &view.sort {
        add(&sort.field, sort.descending);
    }
    if view.sort.is_empty() {
        return columns;
    }
    let last_descends = view.sort.last().is_some_and(|sort| sort.descending);
    if !columns.iter().any(|(column, _)| column == "id") {
        columns.push(("id".to_owned(), last_descends));
    }
    columns
}
