//! Drafts: JSON that is edited freely until it is published.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::kind_of;
use crate::{
    api::moment,
    http::{JsonBody, PathOf},
    principal::Admin,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show, save, discard))
}

/// A draft, or what one would begin from.
#[derive(Serialize, ToSchema)]
struct Draft {
    #[schema(value_type = Value)]
    document: Wire,
    /// The revision that it was begun from; 0 for a new document.
    based_on: i64,
    /// When it was saved; none when there is no draft yet.
    #[schema(required)]
    saved_at: Option<String>,
    /// Member id.
    #[schema(required)]
    saved_by: Option<String>,
}

/// A draft to save.
#[derive(Deserialize, ToSchema)]
struct DraftToSave {
    #[schema(value_type = Value)]
    document: Wire,
    based_on: i64,
}

/// The draft of a document; without one the published document.
#[utoipa::path(
    get, path = "/documents/{kind}/{key}/draft", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = Draft), (status = 404, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
) -> Result<Json<Draft>, HttpProblem> {
    let draft = state.engine.draft_get(&caller, kind_of(&kind)?, &key).await?;
    Ok(Json(Draft {
        document: draft.document,
        based_on: draft.based_on,
        saved_at: draft.saved_at.map(moment),
        saved_by: draft.saved_by,
    }))
}

/// Saves a draft as it is, right or wrong.
#[utoipa::path(
    put, path = "/documents/{kind}/{key}/draft", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)), request_body = DraftToSave,
    responses((status = 204), (status = 422, body = ProblemDocument))
)]
async fn save(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
    JsonBody(draft): JsonBody<DraftToSave>,
) -> Result<StatusCode, HttpProblem> {
    let DraftToSave { document, based_on } = draft;
    state.engine.draft_save(&caller, kind_of(&kind)?, &key, &document, based_on).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Throws a draft away.
#[utoipa::path(
    delete, path = "/documents/{kind}/{key}/draft", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemDocument))
)]
async fn discard(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.draft_discard(&caller, kind_of(&kind)?, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
