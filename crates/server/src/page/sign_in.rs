//! Signing in, with or without a script in the browser.

use std::net::SocketAddr;

use axum::{
    Form,
    extract::{ConnectInfo, State, rejection::FormRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use formwork_model::Locale;
use serde::Deserialize;
use tower_sessions::Session;

use super::{SignInPage, draw, layout::Layout, routes::is_new};
use crate::{
    api::begin_session,
    http::{QueryOf, Reader},
    problem::HttpProblem,
    session::SignedIn,
    state::ServerState,
};

/// What the address says.
#[derive(Deserialize)]
pub(super) struct Query {
    #[serde(rename = "return")]
    return_to: Option<String>,
    #[serde(default)]
    ended: bool,
    locale: Option<String>,
}

/// What a browser without a script sends.
#[derive(Deserialize)]
pub(super) struct Fields {
    account: String,
    password: String,
    #[serde(default, rename = "return")]
    return_to: String,
}

/// The page.
pub(super) async fn show(
    State(state): State<ServerState>,
    reader: Reader,
    session: Session,
    QueryOf(query): QueryOf<Query>,
) -> Result<Response, HttpProblem> {
    if is_new(&state) {
        return Ok(Redirect::to("/set-up").into_response());
    }
    let return_to = query.return_to.as_deref().unwrap_or("/");
    let locale = query.locale.map_or_else(|| reader.locale(), |tag| Locale::negotiate(&tag));
    let ended =
        query.ended || SignedIn::load(&session).await.map_err(HttpProblem::failure)?.is_some();
    let layout = Layout::new(state.looks(), locale, &["app/sign-in"]);
    Ok(draw(&SignInPage::new(layout, return_to, ended)))
}

/// Signs in and leads on; a wrong password shows the page again.
pub(super) async fn submit(
    State(state): State<ServerState>,
    reader: Reader,
    connection: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    session: Session,
    fields: Result<Form<Fields>, FormRejection>,
) -> Result<Response, HttpProblem> {
    let Form(fields) = fields.map_err(|refused| HttpProblem::of_status(refused.status()))?;
    let peer = connection.map(|axum::Extension(ConnectInfo(peer))| peer.ip());
    let layout = Layout::new(state.looks(), reader.locale(), &["app/sign-in"]);
    let page = SignInPage::new(layout, &fields.return_to, false);
    let credentials = (fields.account.as_str(), fields.password);
    match begin_session(&state, &headers, peer, &session, credentials).await {
        Ok(_) => Ok(Redirect::to(page.return_to()).into_response()),
        Err(problem) if problem.status().is_client_error() => {
            let status = problem.status();
            let alert = problem.message(&reader.locale());
            Ok((status, draw(&page.refused(&fields.account, alert))).into_response())
        }
        Err(problem) => Err(problem),
    }
}
