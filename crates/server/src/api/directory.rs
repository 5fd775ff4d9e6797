//! Who is in the organisation, for names and pickers.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{principal::Member, problem::ProblemDocument, state::ServerState};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Members, departments and roles.
#[derive(Serialize, ToSchema)]
struct Directory {
    members: Vec<MemberName>,
    departments: Vec<DepartmentName>,
    roles: Vec<RoleName>,
}

/// A member, for others.
#[derive(Serialize, ToSchema)]
struct MemberName {
    id: String,
    name: String,
    #[schema(required)]
    department: Option<String>,
    active: bool,
}

/// A department.
#[derive(Serialize, ToSchema)]
struct DepartmentName {
    id: String,
    name: String,
    #[schema(required)]
    parent: Option<String>,
    #[schema(required)]
    head: Option<String>,
}

/// A role.
#[derive(Serialize, ToSchema)]
struct RoleName {
    key: String,
    label: String,
}

/// Everybody, the inactive included, since records still name them.
#[utoipa::path(
    get, path = "/directory", tag = "people",
    responses((status = 200, body = Directory), (status = 401, body = ProblemDocument))
)]
async fn show(State(state): State<ServerState>, Member(caller): Member) -> Json<Directory> {
    let catalog = state.engine.catalog();
    let directory = &catalog.directory;
    let members = directory.members().map(|member| MemberName {
        id: member.id.clone(),
        name: member.name.clone(),
        department: member.department.clone(),
        active: member.active,
    });
    let departments = directory.departments().iter().map(|department| DepartmentName {
        id: department.id.clone(),
        name: department.name.get(&caller.locale).to_owned(),
        parent: department.parent.clone(),
        head: department.head.clone(),
    });
    let roles = directory.roles().iter().map(|role| RoleName {
        key: role.key.clone(),
        label: role.label.get(&caller.locale).to_owned(),
    });
    Json(Directory {
        members: members.collect(),
        departments: departments.collect(),
        roles: roles.collect(),
    })
}
