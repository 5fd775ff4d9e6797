//! Packages: those that are installed, and those that could be.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::moment,
    principal::Admin,
    problem::{HttpProblem, ProblemDocument},
    shipped,
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Packages, by key.
#[derive(Serialize, ToSchema)]
struct Packages {
    packages: Vec<PackageEntry>,
}

/// A package that is shipped with the program, installed, or both.
#[derive(Serialize, ToSchema)]
struct PackageEntry {
    key: String,
    #[schema(required)]
    label: Option<String>,
    #[schema(required)]
    description: Option<String>,
    /// The version that is shipped with the program.
    #[schema(required)]
    available: Option<String>,
    /// The version that is installed.
    #[schema(required)]
    installed: Option<String>,
    #[schema(required)]
    installed_at: Option<String>,
}

/// Every package that is installed or shipped with the program.
#[utoipa::path(
    get, path = "/packages", tag = "packages",
    responses((status = 200, body = Packages), (status = 403, body = ProblemDocument))
)]
async fn list(
    State(state): State<ServerState>,
    Admin(caller): Admin,
) -> Result<Json<Packages>, HttpProblem> {
    let shipped = shipped::crm().map_err(HttpProblem::invalid)?.manifest;
    let installed = state.engine.package_list().await?;
    let mut packages: Vec<PackageEntry> = installed
        .into_iter()
        .map(|package| {
            let own = (shipped.key.as_str() == package.key).then_some(&shipped);
            PackageEntry {
                label: own.map(|own| own.label.get(&caller.locale).to_owned()),
                description: own.map(|own| own.description.get(&caller.locale).to_owned()),
                available: own.map(|own| own.version.clone()),
                key: package.key,
                installed: Some(package.version),
                installed_at: Some(moment(package.installed_at)),
            }
        })
        .collect();
    if !packages.iter().any(|package| package.key == shipped.key.as_str()) {
        packages.push(PackageEntry {
            key: shipped.key.to_string(),
            label: Some(shipped.label.get(&caller.locale).to_owned()),
            description: Some(shipped.description.get(&caller.locale).to_owned()),
            available: Some(shipped.version),
            installed: None,
            installed_at: None,
        });
    }
    Ok(Json(Packages { packages }))
}
