//! What a reader picked for the whole page.

use formwork_model::{
    Problem, Problems,
    document::{Dashboard, DashboardFilterKind},
};
use indexmap::IndexMap;
use jiff::civil::Date;
use serde_json::Value as Json;

use crate::Span;

/// The filter by which a chart with several groupings is told which one: the key of the
/// grouping. No filter of a page can have this key.
const GROUPING: &str = "@by";

/// The chosen filters of a page.
#[derive(Debug, Clone, Default)]
pub struct ChartFilters {
    /// The period; none is all time.
    pub period: Option<Span>,
    /// Filter to the values that were picked; a filter without any is not here.
    pub values: IndexMap<String, Vec<Json>>,
    /// The grouping that was picked, for charts that offer several.
    pub grouping: Option<String>,
}

impl ChartFilters {
    /// Reads what a reader picked, `{"period": "this_year", "region": ["east"]}`. A filter
    /// that is absent is at its default, one that is null or empty is not set.
    ///
    /// # Errors
    /// `unknown_name` for a filter that the page does not have, `wrong_type` for what is no
    /// period.
    pub fn read(dashboard: &Dashboard, picked: &Json, today: Date) -> Result<Self, Problems> {
        let mut read = Self::default();
        let mut problems = Problems::new();
        for key in picked.as_object().into_iter().flatten().map(|(key, _)| key) {
            if key != GROUPING && !dashboard.filters.contains_key(key) {
                problems.push(Problem::new("unknown_name").with("name", key.clone()).at(key));
            }
        }
        read.grouping = picked.get(GROUPING).and_then(Json::as_str).map(str::to_owned);
        for (key, filter) in &dashboard.filters {
            let value = picked.get(key).unwrap_or(&filter.default);
            let values: Vec<Json> = match value {
                Json::Null => Vec::new(),
                Json::String(text) if text.is_empty() => Vec::new(),
                Json::Array(values) => values.clone(),
                value => vec![value.clone()],
            };
            let Some(first) = values.first() else {
                continue;
            };
            match &filter.kind {
                DashboardFilterKind::Period {} => match Span::of(first, today) {
                    Some(span) => read.period = Some(span),
                    None => {
                        problems
                            .push(Problem::new("wrong_type").with("expected", "period").at(key));
                    }
                },
                DashboardFilterKind::Field { .. } => {
                    read.values.insert(key.clone(), values);
                }
            }
        }
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    fn page() -> Dashboard {
        serde_json::from_value(json!({
            "key": "sales", "app": "crm", "label": "Sales", "charts": [],
            "filters": {
                "period": { "kind": "period", "label": "Period", "default": "this_year" },
                "region": { "kind": "field", "form": "lead", "field": "region", "label": "Region" }
            }
        }))
        .unwrap()
    }

    #[test]
    fn defaults_stand_until_something_is_picked() {
        let today = date(2026, 6, 18);
        let read = ChartFilters::read(&page(), &json!({}), today).unwrap();
        assert_eq!(read.period.unwrap().from, date(2026, 1, 1));
        assert!(read.values.is_empty());
        let picked = json!({ "period": null, "region": ["east", "north"], "@by": "person" });
        let read = ChartFilters::read(&page(), &picked, today).unwrap();
        assert_eq!((read.period, read.values["region"].len()), (None, 2));
        assert_eq!(read.grouping.as_deref(), Some("person"));
    }

    #[test]
    fn what_is_no_filter_is_named() {
        let picked = json!({ "period": 7, "colour": "red" });
        let problems = ChartFilters::read(&page(), &picked, date(2026, 6, 18)).unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (&*p.code, p.pointer.as_str())).collect();
        assert_eq!(found, [("unknown_name", "/colour"), ("wrong_type", "/period")]);
    }
}
