//! Filters as data: the one language in which views, pickers, scopes, charts and the
//! API say which records they mean.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

mod read;

pub use read::{stray_members, strictly};

/// Deepest nesting that a filter may have.
pub const MAX_FILTER_DEPTH: usize = 6;
/// Most conditions in one filter.
pub const MAX_FILTER_CONDITIONS: usize = 50;
/// Most values of one `in`, `not_in`, `has_any` or `has_all`.
pub const MAX_FILTER_VALUES: usize = 1000;

/// Which records are meant: a tree of conditions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Filter {
    /// Every part holds. Empty: everything.
    All {
        /// The parts.
        all: Vec<Filter>,
    },
    /// At least one part holds. Empty: nothing.
    Any {
        /// The parts.
        any: Vec<Filter>,
    },
    /// The part does not hold.
    Not {
        /// The part.
        not: Box<Filter>,
    },
    /// A single condition.
    Condition(Condition),
}

/// One condition on one field.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Condition {
    /// A field key, or `link.field` for a field of the linked record.
    pub field: String,
    /// How the field is compared.
    pub op: Operator,
    /// What it is compared with. A value of the field's kind; a list for `in`, `not_in`,
    /// `has_any`, `has_all` and `between` (`[from, to]`, either may be null); a period for
    /// `in_period`; absent for `empty` and `not_empty`. `{"var": "me"}`, `{"var":
    /// "my_department"}` and `{"var": "my_departments"}` (with those below) stand for the
    /// reader, `{"var": "today"}` for the day in the organisation's time zone.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub value: Json,
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal; an empty field is not equal to any value.
    Ne,
    /// Less than.
    Lt,
    /// At most.
    Lte,
    /// More than.
    Gt,
    /// At least.
    Gte,
    /// From the first to the second value, both included.
    Between,
    /// One of the values.
    In,
    /// None of the values; an empty field counts.
    NotIn,
    /// The text contains the value, case ignored.
    Contains,
    /// The text does not contain the value; an empty field counts.
    NotContains,
    /// The text starts with the value.
    StartsWith,
    /// The list has at least one of the values.
    HasAny,
    /// The list has every one of the values.
    HasAll,
    /// The day or moment lies in a period: `"today"`, `"this_week"`, `"last_month"`,
    /// `"this_quarter"`, `"next_year"` …, `{"last_days": 30}`, `{"next_days": 90}`, or
    /// `{"from": "2026-01-01", "to": "2026-03-31"}`.
    InPeriod,
    /// Nothing is filled in.
    Empty,
    /// Something is filled in.
    NotEmpty,
}

impl Filter {
    /// The filter that everything passes.
    pub fn everything() -> Self {
        Self::All { all: Vec::new() }
    }

    /// Both filters hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::All { all: vec![self, other] }
    }

    /// A single condition.
    pub fn condition(field: impl Into<String>, op: Operator, value: impl Into<Json>) -> Self {
        Self::Condition(Condition { field: field.into(), op, value: value.into() })
    }

    /// Every condition of the tree, from left to right.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::All { all: parts } | Self::Any { any: parts } => {
                parts.iter().flat_map(Self::conditions).collect()
            }
            Self::Not { not } => not.conditions(),
            Self::Condition(condition) => vec![condition],
        }
    }

    /// How deep the tree nests; a single condition is 1.
    pub fn depth(&self) -> usize {
        1 + match self {
            Self::All { all: parts } | Self::Any { any: parts } => {
                parts.iter().map(Self::depth).max().unwrap_or(0)
            }
            Self::Not { not } => not.depth(),
            Self::Condition(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_what_it_writes() {
        let wire = json!({"all": [
            {"field": "stage", "op": "in", "value": ["won", "lost"]},
            {"not": {"any": [{"field": "amount", "op": "empty"}]}}
        ]});
        let filter: Filter = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(serde_json::to_value(&filter).unwrap(), wire);
        assert_eq!((filter.depth(), filter.conditions().len()), (4, 2));
    }
}
