//! Roles, as admins see them.

use axum::{Json, extract::State, http::StatusCode};
use formwork_model::Localized;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::described::LocalizedText,
    http::{JsonBody, PathOf},
    principal::Admin,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(change))
}

/// Every role.
#[derive(Serialize, ToSchema)]
struct Roles {
    roles: Vec<RoleEntry>,
}

/// A role and who has it.
#[derive(Serialize, ToSchema)]
struct RoleEntry {
    key: String,
    /// In every language.
    #[schema(value_type = LocalizedText)]
    label: Localized,
    /// Member ids.
    members: Vec<String>,
}

/// A role to add.
#[derive(Deserialize, ToSchema)]
struct RoleToAdd {
    /// Permanent key.
    key: String,
    #[schema(value_type = LocalizedText)]
    label: Localized,
}

/// A role's new name.
#[derive(Deserialize, ToSchema)]
struct RoleEdit {
    #[schema(value_type = LocalizedText)]
    label: Localized,
}

/// Every role.
#[utoipa::path(
    get, path = "/roles", tag = "people",
    responses((status = 200, body = Roles), (status = 403, body = ProblemDocument))
)]
async fn list(State(state): State<ServerState>, _admin: Admin) -> Json<Roles> {
    let catalog = state.engine.catalog();
    let directory = &catalog.directory;
    let roles = directory.roles().iter().map(|role| RoleEntry {
        key: role.key.clone(),
        label: role.label.clone(),
        members: directory.in_role(&role.key),
    });
    Json(Roles { roles: roles.collect() })
}

/// Adds a role.
#[utoipa::path(
    post, path = "/roles", tag = "people", request_body = RoleToAdd,
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn add(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    JsonBody(new): JsonBody<RoleToAdd>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.role_add(&caller, &new.key, new.label).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Renames a role.
#[utoipa::path(
    patch, path = "/roles/{key}", tag = "people", params(("key" = String, Path)),
    request_body = RoleEdit,
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument))
)]
async fn change(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(key): PathOf<String>,
    JsonBody(edit): JsonBody<RoleEdit>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.role_rename(&caller, &key, edit.label).await?;
    Ok(StatusCode::NO_CONTENT)
}
