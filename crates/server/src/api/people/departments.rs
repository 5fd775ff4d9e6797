//! Departments, as admins see them.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::DepartmentChange;
use formwork_model::Localized;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::members::Made;
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

/// Every department, in order.
#[derive(Serialize, ToSchema)]
struct Departments {
    departments: Vec<DepartmentEntry>,
}

/// A department.
#[derive(Serialize, ToSchema)]
struct DepartmentEntry {
    id: String,
    /// In every language.
    #[schema(value_type = LocalizedText)]
    name: Localized,
    #[schema(required)]
    parent: Option<String>,
    /// Member id.
    #[schema(required)]
    head: Option<String>,
    position: i64,
}

/// A department to add.
#[derive(Deserialize, ToSchema)]
struct DepartmentToAdd {
    #[schema(value_type = LocalizedText)]
    name: Localized,
    parent: Option<String>,
    head: Option<String>,
    #[serde(default)]
    position: i64,
}

/// What changes of a department; what is absent stays.
#[derive(Deserialize, ToSchema)]
struct DepartmentEdit {
    #[schema(value_type = Option<LocalizedText>)]
    name: Option<Localized>,
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<String>)]
    parent: Option<Option<String>>,
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<String>)]
    head: Option<Option<String>>,
    position: Option<i64>,
}

/// Every department.
#[utoipa::path(
    get, path = "/departments", tag = "people",
    responses((status = 200, body = Departments), (status = 403, body = ProblemDocument))
)]
async fn list(State(state): State<ServerState>, _admin: Admin) -> Json<Departments> {
    let catalog = state.engine.catalog();
    let departments = catalog.directory.departments().iter().map(|one| DepartmentEntry {
        id: one.id.clone(),
        name: one.name.clone(),
        parent: one.parent.clone(),
        head: one.head.clone(),
        position: one.position,
    });
    Json(Departments { departments: departments.collect() })
}

/// Adds a department.
#[utoipa::path(
    post, path = "/departments", tag = "people", request_body = DepartmentToAdd,
    responses((status = 201, body = Made), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn add(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    JsonBody(new): JsonBody<DepartmentToAdd>,
) -> Result<(StatusCode, Json<Made>), HttpProblem> {
    let DepartmentToAdd { name, parent, head, position } = new;
    let id = state.engine.department_add(&caller, name, parent, head, position).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes a department.
#[utoipa::path(
    patch, path = "/departments/{id}", tag = "people", params(("id" = String, Path)),
    request_body = DepartmentEdit,
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn change(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(id): PathOf<String>,
    JsonBody(edit): JsonBody<DepartmentEdit>,
) -> Result<StatusCode, HttpProblem> {
    let DepartmentEdit { name, parent, head, position } = edit;
    let change = DepartmentChange { name, parent, head, position };
    state.engine.department_change(&caller, &id, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
