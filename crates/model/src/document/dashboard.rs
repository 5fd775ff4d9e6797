//! A dashboard: a page of charts with shared filters.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{AppKey, DocumentKey, FormKey, Localized};

/// A page of charts on a grid of twelve columns.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// Permanent key.
    pub key: DocumentKey,
    /// The app that it belongs to.
    pub app: AppKey,
    /// Name.
    pub label: Localized,
    /// Name of an icon of the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Filters that apply to every chart which binds them, by key.
    #[serde(default)]
    pub filters: IndexMap<String, DashboardFilter>,
    /// The charts, from left to right and top to bottom.
    #[schemars(length(max = 40))]
    pub charts: Vec<Chart>,
}

/// A filter that the reader sets for the whole page.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DashboardFilter {
    /// Name.
    pub label: Localized,
    /// What is picked.
    #[serde(flatten)]
    pub kind: DashboardFilterKind,
    /// What is picked at first: a period for `period`, a value for `field`; none is all.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub default: Json,
}

/// What a dashboard filter picks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DashboardFilterKind {
    /// A period, as the filter operator `in_period` takes it.
    Period {},
    /// A value of a field, offered as that field offers it.
    Field {
        /// The form of the field.
        form: FormKey,
        /// The field: a choice, member, department or link.
        field: String,
    },
}

/// A chart on a dashboard.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// Key, unique on the page.
    pub key: DocumentKey,
    /// The chart kind.
    pub kind: String,
    /// What is seen.
    pub label: Localized,
    /// A line of explanation: the unit, the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Localized>,
    /// How much room it takes.
    #[serde(default)]
    pub size: ChartSize,
    /// The kind's own options.
    pub options: Json,
}

/// The room of a chart: columns of twelve, and rows of 80 pixels.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChartSize {
    /// Columns, 2 to 12.
    #[schemars(range(min = 2, max = 12))]
    pub columns: u8,
    /// Rows, 1 to 12.
    #[schemars(range(min = 1, max = 12))]
    pub rows: u8,
}

impl Default for ChartSize {
    fn default() -> Self {
        Self { columns: 6, rows: 4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_read_what_they_write_and_nothing_else() {
        let wire = json!({
            "label": { "zh-CN": "区域" }, "kind": "field", "form": "lead", "field": "region",
            "default": "east"
        });
        let filter: DashboardFilter = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(serde_json::to_value(&filter).unwrap(), wire);
        for unknown in [
            json!({ "label": "Period", "kind": "period", "colour": "red" }),
            json!({ "label": "Region", "kind": "field", "form": "lead", "field": "a", "colour": 1 }),
        ] {
            serde_json::from_value::<DashboardFilter>(unknown).unwrap_err();
        }
    }
}
