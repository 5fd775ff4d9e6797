//! Drafts: JSON that is edited freely until it is published.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::kind_of;
use crate::{
    api::moment,
    http::{JsonBody, PathOf, QueryOf},
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
    /// Of the draft: to be named when it is saved. 0 when there is none yet.
    version: i64,
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
    /// The version of the draft that its author saw; 0 when there was none.
    version: i64,
}

/// A draft as it was saved.
#[derive(Serialize, ToSchema)]
struct SavedDraft {
    /// To be named with the next save.
    version: i64,
}

/// Which draft to throw away.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DraftToDiscard {
    /// The version that was seen.
    version: i64,
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
        version: draft.version,
        saved_at: draft.saved_at.map(moment),
        saved_by: draft.saved_by,
    }))
}

/// Saves a draft as it is, right or wrong, over the version that its author saw.
#[utoipa::path(
    put, path = "/documents/{kind}/{key}/draft", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)), request_body = DraftToSave,
    responses((status = 200, body = SavedDraft), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn save(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
    JsonBody(draft): JsonBody<DraftToSave>,
) -> Result<Json<SavedDraft>, HttpProblem> {
    let DraftToSave { document, based_on, version } = draft;
    let of = (kind_of(&kind)?, key.as_str());
    let version = state.engine.draft_save(&caller, of, &document, based_on, version).await?;
    Ok(Json(SavedDraft { version }))
}

/// Throws a draft away.
#[utoipa::path(
    delete, path = "/documents/{kind}/{key}/draft", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path), DraftToDiscard),
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument))
)]
async fn discard(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
    QueryOf(draft): QueryOf<DraftToDiscard>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.draft_discard(&caller, kind_of(&kind)?, &key, draft.version).await?;
    Ok(StatusCode::NO_CONTENT)
}
