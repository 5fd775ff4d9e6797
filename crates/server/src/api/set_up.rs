//! The first run: the organisation and its first admin.

use axum::{Json, extract::State};
use formwork_engine::NewMember;
use formwork_model::Problem;
use serde::Deserialize;
use tower_sessions::Session;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::session::{SessionAnswer, answer};
use crate::{
    http::{JsonBody, Reader},
    problem::{HttpProblem, ProblemDocument},
    session::{SignedIn, check_password, hash_password},
    shipped,
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(set_up))
}

/// The organisation and its first admin.
#[derive(Deserialize, ToSchema)]
struct FirstRun {
    organisation: String,
    name: String,
    account: String,
    password: String,
    /// Installs the CRM app as well.
    #[serde(default)]
    install_crm: bool,
}

/// Sets the organisation up and signs its first admin in. Works once.
#[utoipa::path(
    post, path = "/set-up", tag = "session", security(()), request_body = FirstRun,
    responses(
        (status = 200, body = SessionAnswer),
        (status = 409, body = ProblemDocument, description = "there are members already"),
        (status = 422, body = ProblemDocument)
    )
)]
async fn set_up(
    State(state): State<ServerState>,
    reader: Reader,
    session: Session,
    JsonBody(first): JsonBody<FirstRun>,
) -> Result<Json<SessionAnswer>, HttpProblem> {
    if state.engine.catalog().directory.members().next().is_some() {
        return Err(HttpProblem::refused(Problem::new("already_set_up")));
    }
    if let Some(problem) = check_password(&first.password, &[&first.account, &first.name]) {
        return Err(HttpProblem::invalid(vec![problem.at("password")]));
    }
    let admin = NewMember {
        account: first.account,
        name: first.name,
        password_hash: Some(hash_password(first.password).await?),
        locale: Some(reader.locale().to_string()),
        is_admin: true,
        ..NewMember::default()
    };
    let id = state.engine.set_up(&first.organisation, admin).await?;
    SignedIn { member: id.clone(), epoch: 0 }.save(&session).await.map_err(HttpProblem::failure)?;
    if first.install_crm {
        let package = shipped::crm().map_err(HttpProblem::invalid)?;
        state.engine.package_install(package, shipped::CRM_SOURCE, None).await?;
    }
    answer(&state, &id)
}
