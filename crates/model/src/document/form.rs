//! A form: fields, layout, rules, views and buttons.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{AppKey, DocumentKey, FieldKey, Filter, FormKey, Localized};

/// A definition of records.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Permanent key, unique in the organisation.
    pub key: FormKey,
    /// The app that it belongs to.
    pub app: AppKey,
    /// Name of one record, such as 商机.
    pub label: Localized,
    /// Name of an icon of the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// A formula for a record's title; without one it is the first text or serial field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The fields. `id`, `version`, `title`, `owner`, `department`, `flow_status`,
    /// `created_at`, `created_by`, `updated_at` and `updated_by` are there by themselves.
    #[schemars(length(min = 1, max = 300))]
    pub fields: Vec<Field>,
    /// Where the fields stand on the form; those in no section follow at the end.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// Behaviour.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Saved lists. The first is shown first.
    #[serde(default)]
    pub views: Vec<View>,
    /// What can be done with a record beyond editing it.
    #[serde(default)]
    pub buttons: Vec<Button>,
}

/// One field.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Permanent key, unique in the form or subform; the name in formulas and the API.
    pub key: FieldKey,
    /// The field kind.
    pub kind: String,
    /// Name.
    pub label: Localized,
    /// Shown below the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Localized>,
    /// A record is not complete without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// No two records share a value. Not for subform columns.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// People cannot type here; rules, buttons, links that fill, flows and scripts can.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// A value stays while a rule does not show the field; without this it is emptied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_when_hidden: bool,
    /// Expression for the value of a new record or row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4000))]
    pub default: Option<String>,
    /// Expression that computes the value always; nobody can type here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4000))]
    pub formula: Option<String>,
    /// The kind's own options.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub options: Json,
}

/// A part of the form under a heading.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The heading; none for the first part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Localized>,
    /// Fields side by side: 1 or 2.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 2))]
    pub columns: u8,
    /// The fields, in order.
    pub fields: Vec<FieldKey>,
}

fn one() -> u8 {
    1
}

/// Behaviour of the form, decided by the server while typing and when saving.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// The fields are shown only when the condition holds. Hidden ones are not required, and
    /// are empty for computing and saving unless the field says `keep_when_hidden`.
    Show {
        /// The condition.
        when: String,
        /// The fields, or `subform.column`.
        fields: Vec<String>,
    },
    /// The fields are required when the condition holds.
    Require {
        /// The condition.
        when: String,
        /// The fields, or `subform.column`.
        fields: Vec<String>,
    },
    /// People cannot change the fields of a record for which the condition holds before the
    /// change; rules, buttons, links that fill, flows and scripts can.
    ReadOnly {
        /// The condition.
        when: String,
        /// The fields, or `subform.column`.
        fields: Vec<String>,
        /// What to tell whoever tries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Localized>,
    },
    /// The record can be saved only when the condition holds.
    Check {
        /// The condition that must hold; one that cannot be computed for want of a value
        /// counts as holding.
        that: String,
        /// What to tell the user.
        message: Localized,
        /// The fields where the message stands; none puts it at the top.
        #[serde(default)]
        fields: Vec<String>,
    },
    /// Sets fields when others change.
    Stamp(StampRule),
}

/// Sets fields when others change: the day on which a stage was reached.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StampRule {
    /// The fields whose change is watched. A new record changes every field it fills.
    pub on: Vec<FieldKey>,
    /// Only when this holds too; `old.<field>` is the value before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Field, and the expression that gives its value.
    pub set: IndexMap<FieldKey, String>,
}

/// A saved list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Permanent key.
    pub key: DocumentKey,
    /// Name.
    pub label: Localized,
    /// The columns, in order: field keys, system fields included.
    #[schemars(length(min = 1, max = 60))]
    pub columns: Vec<String>,
    /// Which records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// In which order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4))]
    pub sort: Vec<Sort>,
    /// Numbers summed in the foot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<FieldKey>,
}

/// One level of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sort {
    /// A field key.
    pub field: String,
    /// From the largest to the smallest. Empty fields come last either way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

/// Something that can be done with a record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// Permanent key.
    pub key: DocumentKey,
    /// What it does, as a verb.
    pub label: Localized,
    /// Name of an icon of the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Offered only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The next thing to do: shown first and in the accent colour.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub primary: bool,
    /// Fields of the record that are asked for before it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<FieldKey>,
    /// What it does.
    pub action: ButtonAction,
}

/// What a button does.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ButtonAction {
    /// Opens a new record of a form with fields filled in, for the user to complete.
    Create {
        /// The form.
        form: FormKey,
        /// Field of that form, and an expression over this record. A link that is set
        /// fills its other fields as if it had been picked.
        set: IndexMap<FieldKey, String>,
    },
    /// Sets fields of this record.
    Update {
        /// Field, and an expression over this record.
        set: IndexMap<FieldKey, String>,
    },
    /// Runs a script of the app with this record as `record`.
    Script(DocumentKey),
}
