//! What publishing changes: the difference of two revisions of a form, for people. What it
//! comes to in the database is in [`crate::schema`].

use serde::Serialize;

use crate::{FieldModel, FormModel, schema::Content};

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
    /// What the field stores changes: its values are converted, and kept aside as they were.
    FieldStorageChanged,
    /// The field becomes a subform, or was one: its data stays aside and does not come over.
    FieldReshaped,
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
            Some(earlier) if earlier.subform.is_some() != field.subform.is_some() => {
                note(ChangeKind::FieldReshaped, key);
            }
            Some(earlier) if Content::of(&*earlier.kind) != Content::of(&*field.kind) => {
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
