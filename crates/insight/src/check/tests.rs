//! The dashboards that ship with the template stand on fields that exist, and each chart
//! becomes a statement on both databases.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use crate::{ChartFilters, Span, chart, check};
use formwork_model::{
    FormKey, FormModel,
    document::{Dashboard, Form},
    form::Forms,
};
use formwork_query::{Dialect, FormAccess, Reader, aggregate};
use jiff::civil::{Date, date};
use serde::de::DeserializeOwned;
use serde_json::json;

const TODAY: Date = date(2026, 6, 18);

struct Published(BTreeMap<String, Arc<FormModel>>);

impl Forms for Published {
    fn form(&self, key: &str) -> Option<Arc<FormModel>> {
        self.0.get(key).cloned()
    }
}

fn documents<T: DeserializeOwned>(folder: &str) -> Vec<T> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates_crm").join(folder);
    let files = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.map(read).collect()
}

fn published() -> Published {
    let build = |form: Form| {
        let key = form.key.to_string();
        (key, Arc::new(FormModel::build(form, 1, None).unwrap()))
    };
    Published(documents::<Form>("forms").into_iter().map(build).collect())
}

#[test]
fn nothing_is_wrong_with_them() {
    let forms = published();
    let dashboards = documents::<Dashboard>("dashboards");
    assert!(!dashboards.is_empty());
    for dashboard in dashboards {
        assert_eq!(check(&dashboard, &forms, TODAY), [], "{}", dashboard.key);
    }
}

#[test]
fn every_chart_is_a_statement_on_both_databases() {
    let forms = published();
    let reader = Reader {
        member: "m".into(),
        departments: Vec::new(),
        departments_below: Vec::new(),
        today: TODAY,
        time_zone: jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8)),
    };
    let access = |_: &FormKey| Some(FormAccess::system(reader.clone()));
    let period = Span { from: date(2026, 1, 1), to: date(2026, 12, 31) };
    let picked = |dashboard: &Dashboard| ChartFilters {
        period: Some(period),
        values: dashboard
            .filters
            .keys()
            .filter(|key| *key == "region")
            .map(|key| (key.clone(), vec![json!("east")]))
            .collect(),
        grouping: None,
    };
    for dashboard in documents::<Dashboard>("dashboards") {
        for options in &dashboard.charts {
            let chart = chart::parse(options).unwrap();
            let query = chart.query(&picked(&dashboard), TODAY);
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                let statement = aggregate(dialect, &forms, &access, &query);
                statement.unwrap_or_else(|problems| panic!("{}: {problems:?}", options.key));
            }
        }
    }
}

#[test]
fn what_does_not_exist_is_named_where_it_stands() {
    let forms = published();
    let wrong = json!({
        "key": "wrong", "app": "crm", "label": "W",
        "filters": { "region": { "kind": "field", "label": "R", "form": "lead", "field": "nowhere" } },
        "charts": [{
            "key": "a", "kind": "bar", "label": "A", "size": { "columns": 1, "rows": 4 },
            "options": {
                "series": [{
                    "key": "n", "label": "N", "form": "lead", "bind": { "colour": "region" },
                    "measure": { "aggregate": "sum", "field": "weight" }
                }],
                "dimension": { "key": "region" }
            }
        }]
    });
    let dashboard: Dashboard = serde_json::from_value(wrong).unwrap();
    let problems = check(&dashboard, &forms, TODAY);
    let pointers: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/filters/region/field",
            "/charts/0/size/columns",
            "/charts/0/options/series/0/bind/colour",
            "/charts/0/options/series/0/measure/field"
        ]
    );
}
