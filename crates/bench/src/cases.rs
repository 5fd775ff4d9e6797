//! What is asked of both sides.

use std::sync::{Arc, atomic::AtomicUsize};

use anyhow::{Context, Result, anyhow};
use formwork_model::{Filter, Operator, document::Sort};
use formwork_query::{
    Aggregate, AggregateQuery, Bucket, Dimension, ListQuery, Measure, Page, Series, aggregate, get,
    list,
};
use serde_json::{Value as Json, json};
use tokio::runtime::Builder;

use crate::{
    Plan,
    bare::{BareServers, Fixed},
    client::{Client, Request},
    load::{self, MakeRequest, Measured},
    scene::{FORM, Scene, typed},
};

/// Rounds in which both sides take turns.
const ROUNDS: usize = 3;
/// The page far into the list.
const FAR_PAGE: u32 = 200;
const READ_GOAL: f64 = 0.5;
const WRITE_GOAL: f64 = 1.0 / 3.0;

/// What came of a case.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) own: Measured,
    /// What it is compared with, when there is such a thing.
    pub(crate) bare: Option<(&'static str, Measured)>,
    /// The ratio to reach.
    pub(crate) goal: f64,
}

/// One question to both sides.
struct Case {
    name: &'static str,
    goal: f64,
    own: MakeRequest,
    bare: Option<MakeRequest>,
    writes: bool,
}

/// Runs the cases, both sides in turns.
pub(crate) fn run(scene: &Scene, plan: &Plan) -> Result<Vec<Outcome>> {
    let runtime =
        Builder::new_multi_thread().thread_name("client").worker_threads(1).enable_all().build()?;
    let cursor = runtime.block_on(far_cursor(scene))?;
    let bare = BareServers::start(scene, || fixed(scene, &cursor))?;
    let mut outcomes = Vec::new();
    // Both sides change the same records, each once: so the versions stay known.
    let counter = Arc::new(AtomicUsize::new(0));
    for case in cases(scene, &cursor) {
        if !case.name.contains(&plan.only) {
            continue;
        }
        let mut sides = vec![("", scene.address, Some(&case.own))];
        sides.push(("bare", bare.single, case.bare.as_ref()));
        if case.writes
            && let Some(grouped) = bare.grouped
        {
            sides.truncate(1);
            sides.push(("bare, an fsync for each", bare.single, case.bare.as_ref()));
            sides.push(("bare, shared fsyncs", grouped, case.bare.as_ref()));
        }
        let mut measured = vec![Measured::default(); sides.len()];
        for round in 0..=ROUNDS {
            for ((_, address, make), total) in sides.iter().zip(&mut measured) {
                let Some(make) = make else { continue };
                // The first round warms up.
                let window = if round == 0 { plan.window / 4 } else { plan.window };
                let run = load::run(*address, &scene.key, window, &counter, make);
                let found = runtime.block_on(run)?;
                if round > 0 {
                    total.add(found);
                }
            }
        }
        let names = sides.iter().map(|(name, ..)| *name);
        let mut asked = names.zip(measured).filter(|(_, measured)| measured.requests > 0);
        let (_, own) = asked.next().context("nothing was asked")?;
        let compared: Vec<(&'static str, Measured)> = asked.collect();
        let outcome = |bare| Outcome { name: case.name, own: own.clone(), bare, goal: case.goal };
        if compared.is_empty() {
            outcomes.push(outcome(None));
        }
        outcomes.extend(compared.into_iter().map(|bare| outcome(Some(bare))));
    }
    Ok(outcomes)
}

fn cases(scene: &Scene, cursor: &str) -> Vec<Case> {
    let records = format!("/api/v1/forms/{FORM}/records");
    let case = |name, goal, own: MakeRequest, bare: Option<MakeRequest>| Case {
        name,
        goal,
        own,
        bare,
        writes: name == "create" || name == "update",
    };
    let path = |path: String| -> MakeRequest { Arc::new(move |_| Request::get(path.clone())) };
    let query = |name: &str| Some(path(format!("/queries/{name}")));
    let (ids, bare_ids) = (Arc::clone(&scene.ids), Arc::clone(&scene.ids));
    let of = |ids: &Arc<Vec<String>>, number: usize| {
        ids.get(number % ids.len().max(1)).cloned().unwrap_or_default()
    };
    let record = |prefix: String, ids: Arc<Vec<String>>| -> MakeRequest {
        Arc::new(move |number| {
            // Scattered, so that what one asks for is not what was just read.
            Request::get(format!("{prefix}/{}", of(&ids, number.wrapping_mul(7919))))
        })
    };
    let create = |path: String| -> MakeRequest {
        Arc::new(move |number| {
            let body = json!({ "values": typed(number) }).to_string();
            Request::send("POST", path.clone(), body)
        })
    };
    let update = |prefix: String, ids: Arc<Vec<String>>| -> MakeRequest {
        Arc::new(move |number| {
            let version = 1 + number / ids.len().max(1);
            let values = json!({ "stage": "won", "note": format!("Called, no. {number}.") });
            let body = json!({ "version": version, "values": values }).to_string();
            Request::send("PATCH", format!("{prefix}/{}", of(&ids, number)), body)
        })
    };
    let post = |path: String, body: Json| -> MakeRequest {
        Arc::new(move |_| Request::send("POST", path.clone(), body.to_string()))
    };
    let page = |more: String| path(format!("{records}?view=won&limit=50{more}"));
    let sum = json!({
        "dimensions": [{ "field": "region" }, { "field": "closes", "bucket": "quarter" }],
        "measures": [{ "key": "sum", "aggregate": "sum", "field": "total" }]
    });
    vec![
        // First, while every record is at its first version.
        case(
            "update",
            WRITE_GOAL,
            update(records.clone(), Arc::clone(&ids)),
            Some(update("/records".into(), Arc::clone(&bare_ids))),
        ),
        case("create", WRITE_GOAL, create(records.clone()), Some(create("/records".into()))),
        case(
            "get",
            READ_GOAL,
            record(records.clone(), ids),
            Some(record("/records".into(), bare_ids)),
        ),
        case("page of 50, filtered and sorted", READ_GOAL, page(String::new()), query("page")),
        case("page 200 by keyset", READ_GOAL, page(format!("&cursor={cursor}")), query("keyset")),
        case("page 200 by number", READ_GOAL, page(format!("&page={FAR_PAGE}")), query("number")),
        case(
            "grouped sum of all records",
            READ_GOAL,
            post(format!("/api/v1/forms/{FORM}/aggregate"), sum),
            query("sum"),
        ),
        case(
            "draft evaluation",
            READ_GOAL,
            post(
                format!("/api/v1/forms/{FORM}/evaluate"),
                json!({ "values": typed(7), "changed": ["qty"] }),
            ),
            None,
        ),
    ]
}

/// Where page 200 of the view begins.
pub(crate) async fn far_cursor(scene: &Scene) -> Result<String> {
    let mut client = Client::connect(scene.address, &scene.key).await?;
    let before = FAR_PAGE - 1;
    let path = format!("/api/v1/forms/{FORM}/records?view=won&limit=50&page={before}");
    let answer = client.ask(&Request::get(path)).await?;
    let json: Json = serde_json::from_slice(&answer.body)?;
    let cursor = json.get("next").and_then(Json::as_str);
    Ok(cursor.with_context(|| format!("fewer than {FAR_PAGE} pages: {json}"))?.to_owned())
}

/// The server's own statements, written once for the bare handlers.
pub(crate) fn fixed(scene: &Scene, cursor: &str) -> Result<Fixed> {
    let (model, access, catalog) = (scene.model()?, scene.access(), scene.engine.catalog());
    let dialect = scene.engine.store().dialect();
    let page = |page| {
        let query = ListQuery {
            filter: Some(Filter::condition("stage", Operator::Eq, "won")),
            sort: vec![Sort { field: "closes".into(), descending: true }],
            limit: 51,
            page,
            ..ListQuery::default()
        };
        list(dialect, catalog.as_ref(), &model, &access, &query).map_err(|e| anyhow!("{e:?}"))
    };
    let dimension = |field: &str, bucket| Dimension { field: field.into(), bucket, shift: None };
    let series = Series {
        key: "sum".into(),
        form: model.key().clone(),
        filter: None,
        dimensions: vec![dimension("region", None), dimension("closes", Some(Bucket::Quarter))],
        measure: Measure { aggregate: Aggregate::Sum, field: Some("total".into()) },
    };
    let sum = AggregateQuery { series: vec![series], ..AggregateQuery::default() };
    let sum = aggregate(dialect, catalog.as_ref(), &|_| Some(access.clone()), &sum);
    let queries = vec![
        ("page", page(Page::First)?),
        ("keyset", page(Page::After(cursor.to_owned()))?),
        ("number", page(Page::Number(FAR_PAGE))?),
        ("sum", sum.map_err(|e| anyhow!("{e:?}"))?),
    ];
    Ok(Fixed::new(dialect, get(dialect, catalog.as_ref(), &model, &access, "x"), queries))
}
