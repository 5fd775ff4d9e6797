//! Dashboards, and the numbers of their charts.

use axum::{Json, extract::State};
use formwork_engine::{Caller, DashboardScreen};
use formwork_model::document::{Chart, ChartSize, DashboardFilterKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::described;
use crate::{
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(chart))
}

/// A page of charts.
#[derive(Serialize, ToSchema)]
struct DashboardPage {
    key: String,
    app: String,
    label: String,
    filters: Vec<FilterScreen>,
    charts: Vec<ChartScreen>,
}

/// A filter for the whole page.
#[derive(Serialize, ToSchema)]
struct FilterScreen {
    key: String,
    label: String,
    #[schema(value_type = described::FilterKind)]
    kind: &'static str,
    #[schema(value_type = Value)]
    default: Wire,
    /// The form of the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<String>,
    /// The field.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The values to pick from; none when they are to be searched for, as records are.
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<FilterOption>>,
}

/// A value to pick.
#[derive(Serialize, ToSchema)]
struct FilterOption {
    value: String,
    label: String,
}

/// A chart and its room.
#[derive(Serialize, ToSchema)]
struct ChartScreen {
    key: String,
    kind: String,
    label: String,
    #[schema(required)]
    note: Option<String>,
    #[schema(value_type = described::ChartSize)]
    size: ChartSize,
}

impl DashboardPage {
    fn new(open: DashboardScreen, caller: &Caller) -> Self {
        let document = &open.document;
        let locale = &caller.locale;
        let chart = |chart: &Chart| ChartScreen {
            key: chart.key.to_string(),
            kind: chart.kind.clone(),
            label: chart.label.get(locale).to_owned(),
            note: chart.note.as_ref().map(|note| note.get(locale).to_owned()),
            size: chart.size,
        };
        let filters = document.filters.iter().map(|(key, filter)| {
            let (kind, form, field) = match &filter.kind {
                DashboardFilterKind::Field { form, field } => {
                    ("field", Some(form.to_string()), Some(field.clone()))
                }
                _ => ("period", None, None),
            };
            FilterScreen {
                key: key.clone(),
                label: filter.label.get(locale).to_owned(),
                kind,
                default: filter.default.clone(),
                form,
                field,
                options: options_of(&open, key),
            }
        });
        Self {
            key: document.key.to_string(),
            app: document.app.to_string(),
            label: document.label.get(locale).to_owned(),
            filters: filters.collect(),
            charts: document.charts.iter().map(chart).collect(),
        }
    }
}

fn options_of(open: &DashboardScreen, filter: &str) -> Option<Vec<FilterOption>> {
    let (_, options) = open.options.iter().find(|(name, _)| name == filter)?;
    let options = options
        .iter()
        .map(|(value, label)| FilterOption { value: value.clone(), label: label.clone() });
    Some(options.collect()).filter(|options: &Vec<_>| !options.is_empty())
}

/// What the reader has picked.
#[derive(Deserialize, ToSchema)]
struct Picked {
    /// Values by filter key; `null` is all.
    #[serde(default = "nothing")]
    #[schema(value_type = described::Values)]
    filters: Wire,
}

fn nothing() -> Wire {
    json!({})
}

/// A dashboard that the caller may open.
#[utoipa::path(
    get, path = "/dashboards/{key}", tag = "dashboards", params(("key" = String, Path)),
    responses((status = 200, body = DashboardPage), (status = 404, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(key): PathOf<String>,
) -> Result<Json<DashboardPage>, HttpProblem> {
    let open = state.engine.dashboard_open(&caller, &key)?;
    Ok(Json(DashboardPage::new(open, &caller)))
}

/// The numbers of a chart, over the records within the caller's reach.
#[utoipa::path(
    post, path = "/dashboards/{key}/charts/{chart}", tag = "dashboards",
    params(("key" = String, Path), ("chart" = String, Path)), request_body = Picked,
    responses((status = 200, body = described::ChartNumbers), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn chart(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((key, chart)): PathOf<(String, String)>,
    JsonBody(picked): JsonBody<Picked>,
) -> Result<Json<Wire>, HttpProblem> {
    let data = state.engine.chart_data(&caller, &key, &chart, &picked.filters).await?;
    Ok(Json(data.to_json()))
}
