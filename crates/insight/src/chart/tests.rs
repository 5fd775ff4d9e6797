use formwork_model::Locale;
use formwork_query::AggregateQuery;
use jiff::civil::date;
use serde_json::{Value as Json, json};

use super::*;
use crate::{AggregateRow, Span};

mod names;

const TODAY: Date = date(2026, 6, 18);

fn chart(kind: &str, options: Json) -> Arc<dyn ChartKind> {
    let chart = json!({ "key": "c", "kind": kind, "label": "C", "options": options });
    let kind = parse(&serde_json::from_value(chart).unwrap()).unwrap();
    assert_eq!(kind.check_options(), []);
    kind
}

fn year() -> ChartFilters {
    let span = Span { from: date(2026, 1, 1), to: date(2026, 12, 31) };
    ChartFilters { period: Some(span), ..ChartFilters::default() }
}

/// The names of a group, and its values by series key.
type Answered<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

/// Answers a statement: for each group the values by series key.
fn answer(query: &AggregateQuery, groups: &[Answered<'_>]) -> Vec<AggregateRow> {
    let row = |(names, values): &Answered<'_>| AggregateRow {
        dimensions: names.iter().map(|name| Some((*name).to_owned())).collect(),
        values: query
            .series
            .iter()
            .map(|series| values.iter().find(|(key, _)| *key == series.key))
            .map(|found| found.map(|(_, value)| (*value).to_owned()))
            .collect(),
        titles: names.iter().map(|_| None).collect(),
    };
    groups.iter().map(row).collect()
}

fn shape(chart: &Arc<dyn ChartKind>, filters: &ChartFilters, groups: &[Answered<'_>]) -> Json {
    let rows = answer(&chart.query(filters, TODAY), groups);
    let locale = Locale::english();
    let scene = Scene { filters, today: TODAY, locale: &locale };
    serde_json::to_value(chart.shape(&rows, &scene)).unwrap()
}

fn sum(key: &str, form: &str) -> Json {
    json!({
        "key": key, "label": { "zh-CN": "数", "en": key }, "form": form, "format": "money",
        "measure": { "aggregate": "sum", "field": "amount" },
        "period": "signed_on", "bind": { "region": "account.region" }
    })
}

/// The values of a series as text.
fn values(data: &Json, key: &str) -> Vec<String> {
    let series = data["series"].as_array().unwrap().iter().find(|series| series["key"] == key);
    let values = series.unwrap()["values"].as_array().unwrap();
    values.iter().map(|value| value.as_str().unwrap_or("—").to_owned()).collect()
}

fn names(data: &Json) -> Vec<&str> {
    let categories = data["categories"].as_array().unwrap().iter();
    categories.map(|parts| parts[0]["key"].as_str().unwrap()).collect()
}

#[test]
fn a_chart_is_one_statement_bound_to_the_page() {
    let bar = chart(
        "bar",
        json!({
            "series": [sum("signed", "contract")], "compare": ["yoy", "mom"],
            "dimension": { "key": "month", "field": "signed_on", "bucket": "month" }
        }),
    );
    let mut filters = year();
    filters.values.insert("region".into(), vec![json!("east"), json!("north")]);
    let query = bar.query(&filters, TODAY);
    let keys: Vec<&str> = query.series.iter().map(|series| &*series.key).collect();
    assert_eq!(keys, ["signed", "signed__yoy", "signed__mom"]);
    let filter = |index: usize| serde_json::to_value(&query.series[index].filter).unwrap();
    assert_eq!(
        filter(0),
        json!({ "all": [
            { "field": "account.region", "op": "in", "value": ["east", "north"] },
            { "field": "signed_on", "op": "in_period",
              "value": { "from": "2026-01-01", "to": "2026-12-31" } }
        ] })
    );
    assert_eq!(filter(1)["all"][1]["value"], json!({ "from": "2025-01-01", "to": "2025-06-18" }));
    assert_eq!(filter(2)["all"][1]["value"], json!({ "from": "2025-12-01", "to": "2026-05-18" }));
    let shift = query.series[1].dimensions[0].shift.unwrap();
    assert_eq!((shift.by, shift.count), (formwork_query::Bucket::Year, 1));
}

#[test]
fn months_to_come_are_empty_and_months_without_records_are_zero() {
    let bar = chart(
        "bar",
        json!({
            "series": [sum("signed", "contract")], "compare": ["yoy"],
            "dimension": { "key": "month", "field": "signed_on", "bucket": "month" }
        }),
    );
    let data = shape(
        &bar,
        &year(),
        &[
            (&["2026-01"], &[("signed", "110.00"), ("signed__yoy", "100.00")]),
            (&["2026-03"], &[("signed", "90.00")]),
        ],
    );
    assert_eq!(data["running"], "2026-06");
    assert_eq!(names(&data).len(), 12);
    assert_eq!(values(&data, "signed")[..4], ["110.00", "0", "90.00", "0"]);
    assert_eq!(values(&data, "signed")[6], "—");
    assert_eq!(values(&data, "signed__yoy")[..3], ["0.1", "—", "—"]);
    assert_eq!(data["series"][0]["total"], "200.00");
    assert_eq!(data["series"][0]["label"], "signed");
    assert_eq!(data["series"][0]["drill"]["dimensions"][0]["bucket"], "month");
}

#[test]
fn bars_beyond_the_limit_are_added_up() {
    let bar = chart(
        "bar",
        json!({ "series": [sum("signed", "contract")], "limit": 2, "dimension": { "key": "owner" } }),
    );
    let data = shape(
        &bar,
        &ChartFilters::default(),
        &[
            (&["a"], &[("signed", "1.00")]),
            (&["b"], &[("signed", "9.00")]),
            (&["c"], &[("signed", "4.00")]),
        ],
    );
    assert_eq!(names(&data), ["b", "c"]);
    assert_eq!((&data["rest"], &data["series"][0]["rest"]), (&json!(1), &json!("1.00")));
    assert_eq!(data["series"][0]["total"], "14.00");
}

#[test]
fn lines_add_up_until_today() {
    let line = chart(
        "line",
        json!({
            "series": [sum("signed", "contract")], "cumulative": true,
            "dimension": { "key": "signed_on", "bucket": "quarter" }
        }),
    );
    let groups: &[Answered<'_>] =
        &[(&["2026-Q1"], &[("signed", "5.00")]), (&["2026-Q2"], &[("signed", "7.00")])];
    assert_eq!(values(&shape(&line, &year(), groups), "signed"), ["5.00", "12.00", "—", "—"]);
}

#[test]
fn a_funnel_shows_what_went_through() {
    let count = |key: &str| json!({ "key": key, "label": key, "form": "lead", "measure": { "aggregate": "count" } });
    let funnel =
        chart("funnel", json!({ "steps": [count("leads"), count("deals"), count("won")] }));
    let none: &[&str] = &[];
    let data =
        shape(&funnel, &year(), &[(none, &[("leads", "200"), ("deals", "50"), ("won", "0")])]);
    assert_eq!(values(&data, "deals"), ["50"]);
    assert_eq!(values(&data, "deals__rate"), ["0.25"]);
    assert_eq!(values(&data, "won__rate"), ["0"]);
    let data = shape(&funnel, &year(), &[]);
    assert_eq!(
        (values(&data, "leads"), values(&data, "deals__rate")),
        (vec!["0".into()], vec!["—".into()])
    );
}

#[test]
fn a_table_computes_columns_and_their_totals() {
    let table = chart(
        "table",
        json!({
            "dimensions": [{ "key": "region" }],
            "series": [sum("plan", "target"), sum("signed", "contract")],
            "computed": [
                { "key": "rate", "label": "Rate", "ratio": ["signed", "plan"] },
                { "key": "gap", "label": "Gap", "difference": ["signed", "plan"], "format": "money" },
                { "key": "share", "label": "Share", "share": "plan" }
            ]
        }),
    );
    let data = shape(
        &table,
        &year(),
        &[
            (&["east"], &[("plan", "100.00"), ("signed", "80.00")]),
            (&["west"], &[("signed", "20.00")]),
        ],
    );
    assert_eq!(values(&data, "rate"), ["0.8", "—"]);
    assert_eq!(values(&data, "gap"), ["-20.00", "20.00"]);
    assert_eq!(values(&data, "share"), ["1", "0"]);
    assert_eq!(data["series"][2]["total"], "1");
}

#[test]
fn figures_know_their_pace_and_their_change() {
    let kpi = chart(
        "kpi",
        json!({
            "series": [sum("plan", "target"), sum("signed", "contract"), sum("won", "deal"), sum("lost", "deal")],
            "compare": ["yoy"],
            "figures": [
                { "key": "signed", "label": "Signed", "value": "signed", "target": "plan", "pace": true, "format": "money" },
                { "key": "win", "label": "Win rate", "value": { "ratio": ["won", "lost"] }, "format": "percent" }
            ]
        }),
    );
    let keys: Vec<String> = kpi.query(&year(), TODAY).series.into_iter().map(|s| s.key).collect();
    assert_eq!(
        keys,
        [
            "plan",
            "plan__past",
            "plan__running",
            "signed",
            "signed__yoy",
            "won",
            "won__yoy",
            "lost",
            "lost__yoy"
        ]
    );
    let none: &[&str] = &[];
    let data = shape(
        &kpi,
        &year(),
        &[(
            none,
            &[
                ("plan", "1000.00"),
                ("plan__past", "400.00"),
                ("plan__running", "110.00"),
                ("signed", "420.00"),
                ("signed__yoy", "400.00"),
                ("won", "3"),
                ("lost", "4"),
                ("won__yoy", "1"),
                ("lost__yoy", "2"),
            ],
        )],
    );
    let signed = &data["figures"][0];
    assert_eq!(signed["achievement"], "0.42");
    // June 2026 has 22 days from Monday to Friday, 14 of them until the 18th.
    assert_eq!(signed["pace"]["plan_to_date"], "470.00");
    assert_eq!(signed["changes"][0], json!({ "role": "yoy", "value": "0.05", "points": false }));
    let win = &data["figures"][1];
    assert_eq!(win["changes"][0], json!({ "role": "yoy", "value": "0.25", "points": true }));
}

#[test]
fn what_no_time_bounds_has_no_period_and_no_change() {
    let mut open = sum("open", "deal");
    open.as_object_mut().unwrap().remove("period");
    let kpi = chart(
        "kpi",
        json!({
            "series": [open], "compare": ["yoy", "mom"],
            "figures": [{ "key": "open", "label": "Open", "value": "open" }]
        }),
    );
    assert_eq!(kpi.query(&year(), TODAY).series.len(), 1);
    let none: &[&str] = &[];
    let data = shape(&kpi, &year(), &[(none, &[("open", "5.00")])]);
    assert_eq!(data["period"], Json::Null);
    assert_eq!(data["figures"][0]["changes"][0]["value"], Json::Null);
}

#[test]
fn people_are_measured_by_the_plan_until_today() {
    let ranking = chart(
        "plan_actual",
        json!({
            "plan": sum("plan", "target"), "actual": sum("signed", "contract"),
            "dimension": { "key": "owner" }, "to_date": true
        }),
    );
    let data = shape(
        &ranking,
        &year(),
        &[
            (
                &["ann"],
                &[
                    ("plan", "200.00"),
                    ("plan__past", "80.00"),
                    ("plan__running", "22.00"),
                    ("signed", "47.00"),
                ],
            ),
            (&["bo"], &[("plan", "100.00"), ("plan__past", "50.00"), ("signed", "60.00")]),
        ],
    );
    assert_eq!(names(&data), ["bo", "ann"]);
    assert_eq!(values(&data, "plan_to_date"), ["50.00", "94.00"]);
    assert_eq!(values(&data, "rate"), ["1.2", "0.5"]);
    assert_eq!(values(&data, "gap"), ["10.00", "-47.00"]);
    assert_eq!(data["pace"]["plan_to_date"], "144.00");
    assert_eq!(data["series"][3]["total"], "0.743056");
}

#[test]
fn the_running_month_is_measured_by_its_part() {
    let months = chart(
        "plan_actual",
        json!({
            "plan": sum("plan", "target"), "actual": sum("signed", "contract"), "to_date": true,
            "dimension": { "key": "month", "field": "signed_on", "bucket": "month" }
        }),
    );
    let data = shape(
        &months,
        &year(),
        &[
            (&["2026-05"], &[("plan", "100.00"), ("plan__past", "100.00"), ("signed", "90.00")]),
            (&["2026-06"], &[("plan", "110.00"), ("plan__running", "110.00"), ("signed", "77.00")]),
            (&["2026-07"], &[("plan", "120.00")]),
        ],
    );
    assert_eq!(values(&data, "plan")[4..7], ["100.00", "110.00", "120.00"]);
    assert_eq!(values(&data, "plan_to_date")[4..7], ["100.00", "70.00", "—"]);
    assert_eq!(values(&data, "rate")[4..7], ["0.9", "1.1", "—"]);
    assert_eq!(data["pace"]["plan_to_date"], "170.00");
}

fn chain(name: &str, form: &str) -> Vec<Json> {
    ["leads", "deals", "offers", "wins", "revenue"]
        .map(|step| {
            let mut series = sum(&format!("{name}_{step}"), form);
            series["measure"]["field"] = json!(step);
            series
        })
        .to_vec()
}

fn factors() -> Json {
    let factor = |key: &str| json!({ "key": key, "label": key });
    ["leads", "to_deal", "to_offer", "win", "size"].map(factor).into()
}

#[test]
fn a_gap_is_explained_as_a_whole_and_place_by_place() {
    let gap = chart(
        "gap",
        json!({
            "factors": factors(), "plan": chain("plan", "driver"), "baseline": chain("base", "driver"),
            "actual": chain("real", "fact"),
            "groupings": [
                { "key": "region", "label": "Region", "dimensions": [{ "key": "region" }] },
                { "key": "person", "label": "Person", "dimensions": [{ "key": "owner" }] }
            ]
        }),
    );
    let mut picked = year();
    picked.grouping = Some("person".into());
    assert_eq!(gap.query(&picked, TODAY).series[0].dimensions[0].field, "owner");
    let data = shape(
        &gap,
        &year(),
        &[
            (
                &["east"],
                &[
                    ("plan_leads", "1200"),
                    ("plan_deals", "300"),
                    ("plan_offers", "180"),
                    ("plan_wins", "54"),
                    ("plan_revenue", "4860000.00"),
                    ("base_leads", "1200"),
                    ("base_deals", "276"),
                    ("base_offers", "165.6"),
                    ("base_wins", "48.024"),
                    ("base_revenue", "4226112.00"),
                    ("real_leads", "1150"),
                    ("real_deals", "253"),
                    ("real_offers", "161"),
                    ("real_wins", "46"),
                    ("real_revenue", "3979000.00"),
                ],
            ),
            (&["west"], &[]),
        ],
    );
    assert_eq!(data["gap"], "-881000.00");
    assert_eq!(data["shares"], json!(["0.719510", "0.280490"].map(|s| s.trim_end_matches('0'))));
    let factor = &data["factors"][1];
    assert_eq!((&factor["direct"], &factor["plan"]), (&json!("-563084.02"), &json!("0.25")));
    assert_eq!(
        (&factor["assumption"], &factor["execution"]),
        (&json!("-378096.00"), &json!("-182388.02"))
    );
    assert_eq!(data["causes"], json!([{ "factor": "to_deal", "effect": "-560484.02" }, null]));
    assert_eq!(data["grouping"], "region");
    assert_eq!(values(&data, "gap"), ["-881000.00", "0"]);
}

#[test]
fn revenue_from_nowhere_has_a_gap_but_no_causes() {
    let gap = chart(
        "gap",
        json!({
            "factors": factors(),
            "plan": chain("plan", "driver"), "actual": chain("real", "fact")
        }),
    );
    let none: &[&str] = &[];
    let data = shape(&gap, &year(), &[(none, &[("real_revenue", "10.00")])]);
    assert_eq!((&data["gap"], &data["factors"]), (&json!("10.00"), &json!([])));
    assert_eq!(data["assumption"], Json::Null);
}

#[test]
fn options_that_do_not_fit_are_named() {
    let of = |kind: &str, options: Json| {
        let chart = json!({ "key": "c", "kind": kind, "label": "C", "options": options });
        parse(&serde_json::from_value(chart).unwrap())
    };
    assert_eq!(of("pie", json!({})).unwrap_err().code, "unknown_chart_kind");
    let problem = of("bar", json!({ "colour": 1 })).unwrap_err();
    assert_eq!((&*problem.code, problem.pointer.as_str()), ("invalid_options", "/options"));
    let twice = json!({ "dimensions": [{ "key": "a" }], "series": [sum("x", "f"), sum("x", "f")] });
    let found = of("table", twice).unwrap().check_options();
    assert_eq!(found[0].pointer, "/series/1/key");
}

#[test]
fn every_kind_says_what_its_options_are() {
    let mut generator = schemars::SchemaGenerator::default();
    for registration in REGISTRY {
        registration.options_schema(&mut generator);
    }
    let keys: Vec<&str> = REGISTRY.iter().map(|kind| kind.key).collect();
    assert!(keys.is_sorted(), "kinds are listed by name");
}

/// A kind that the browser cannot draw, or that the how-to does not lead to, is not done.
#[test]
fn every_kind_is_drawn() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let drawn = std::fs::read_to_string(root.join("web/src/insight/chart/registry.ts")).unwrap();
    for registration in REGISTRY {
        let line = format!("\n  {}: {{ component", registration.key);
        assert!(drawn.contains(&line), "{} is not drawn", registration.key);
    }
}

#[test]
fn labels_come_from_the_field_behind_a_dimension() {
    let bar = chart(
        "bar",
        json!({ "series": [sum("signed", "contract")], "dimension": { "key": "region", "field": "account.region" } }),
    );
    let filters = ChartFilters::default();
    let rows = answer(&bar.query(&filters, TODAY), &[(&["east"], &[("signed", "1.00")])]);
    let locale = Locale::chinese();
    let mut data = bar.shape(&rows, &Scene { filters: &filters, today: TODAY, locale: &locale });
    assert_eq!(data.unlabelled(0), ["east"]);
    data.label(|source, key| {
        assert_eq!((source.form.as_str(), source.field.as_str()), ("contract", "account.region"));
        (key == "east").then(|| "华东".to_owned())
    });
    assert_eq!(data.categories[0][0].label.as_deref(), Some("华东"));
}
