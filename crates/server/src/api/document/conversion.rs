//! What became of values when a field's kind changed, and a publish that waits for them.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::LostValue;
use serde::Serialize;
use serde_json::Value as Wire;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::moment,
    http::PathOf,
    principal::Admin,
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(discard))
}

/// A value that did not come over whole.
#[derive(Serialize, ToSchema)]
pub(super) struct LostLine {
    /// The record.
    record: String,
    /// The row of a subform.
    #[schema(required)]
    row: Option<String>,
    /// The record's title.
    title: String,
    value: Wire,
    /// What becomes of it; null when it is kept aside.
    becomes: Wire,
    /// Why.
    #[schema(required)]
    problem: Option<ProblemItem>,
}

impl LostLine {
    pub(super) fn new(lost: LostValue, locale: &formwork_model::Locale) -> Self {
        Self {
            record: lost.record,
            row: lost.row,
            title: lost.title,
            value: lost.value,
            becomes: lost.becomes,
            problem: lost.problem.map(|problem| describe(&problem, locale)),
        }
    }
}

/// The conversions of a form, the newest first.
#[derive(Serialize, ToSchema)]
struct Conversions {
    conversions: Vec<Conversion>,
}

/// A conversion that was made.
#[derive(Serialize, ToSchema)]
struct Conversion {
    /// The field, or `subform.column`.
    field: String,
    /// The revision that it came with.
    revision: i64,
    at: String,
    /// Member id.
    by: String,
    converted: i64,
    rounded: i64,
    refused: i64,
    /// What did not convert and has not been filled in since; the first thousand.
    left: Vec<LostLine>,
}

/// What became of the values of a form's fields, and what did not convert.
#[utoipa::path(
    get, path = "/documents/form/{key}/conversions", tag = "documents",
    params(("key" = String, Path)),
    responses(
        (status = 200, body = Conversions), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument)
    )
)]
async fn list(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(key): PathOf<String>,
) -> Result<Json<Conversions>, HttpProblem> {
    let found = state.engine.conversion_list(&caller, &key).await?;
    let conversions = found.into_iter().map(|entry| Conversion {
        field: entry.field,
        revision: entry.revision,
        at: moment(entry.at),
        by: entry.by,
        converted: entry.counts.0,
        rounded: entry.counts.1,
        refused: entry.counts.2,
        left: entry.left.into_iter().map(|lost| LostLine::new(lost, &caller.locale)).collect(),
    });
    Ok(Json(Conversions { conversions: conversions.collect() }))
}

/// Gives up a publish that waits for its values; the form stays as it is.
#[utoipa::path(
    delete, path = "/documents/form/{key}/conversion", tag = "documents",
    params(("key" = String, Path)),
    responses(
        (status = 204), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument)
    )
)]
async fn discard(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(key): PathOf<String>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.conversion_discard(&caller, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
