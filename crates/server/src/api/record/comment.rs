//! What people say about a record.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::Caller;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::moment,
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, add))
}

/// The latest 500 of a record's comments, the oldest of them first.
#[derive(Serialize, ToSchema)]
struct Comments {
    comments: Vec<Comment>,
}

/// One comment.
#[derive(Serialize, ToSchema)]
struct Comment {
    id: String,
    at: String,
    /// Member id.
    by: String,
    text: String,
}

/// A comment to add.
#[derive(Deserialize, ToSchema)]
struct NewComment {
    text: String,
}

/// The latest 500 of a record's comments.
#[utoipa::path(
    get, path = "/forms/{form}/records/{id}/comments", tag = "records",
    params(("form" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Comments), (status = 404, body = ProblemDocument))
)]
async fn list(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
) -> Result<Json<Comments>, HttpProblem> {
    comments(&state, &caller, &form, &id).await.map(Json)
}

/// Adds a comment.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/comments", tag = "records",
    params(("form" = String, Path), ("id" = String, Path)), request_body = NewComment,
    responses((status = 201, body = Comments), (status = 422, body = ProblemDocument))
)]
async fn add(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
    JsonBody(new): JsonBody<NewComment>,
) -> Result<(StatusCode, Json<Comments>), HttpProblem> {
    state.engine.comment_add(&caller, &form, &id, &new.text).await?;
    Ok((StatusCode::CREATED, Json(comments(&state, &caller, &form, &id).await?)))
}

async fn comments(
    state: &ServerState,
    caller: &Caller,
    form: &str,
    id: &str,
) -> Result<Comments, HttpProblem> {
    let rows = state.engine.comment_list(caller, form, id).await?;
    let comments = rows.into_iter().map(|row| Comment {
        id: row.id,
        at: moment(row.at),
        by: row.by,
        text: row.text,
    });
    Ok(Comments { comments: comments.collect() })
}
