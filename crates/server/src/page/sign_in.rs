//! Signing in, with or without a script in the browser.

use std::net::SocketAddr;

use axum::{
    Form,
    extract::{
        ConnectInfo, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use formwork_model::Locale;
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    SignInPage, draw,
    layout::{Layout, Looks},
    routes::is_new,
};
use crate::{
    api::begin_session, http::Reader, problem::HttpProblem, session::SignedIn, state::ServerState,
};

/// What the address says.
#[derive(Default, Deserialize)]
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
    query: Result<axum::extract::Query<Query>, QueryRejection>,
) -> Result<Response, HttpProblem> {
    // Addresses of pages are passed around; what else stands in them does no harm.
    let query = query.map(|axum::extract::Query(query)| query).unwrap_or_default();
    if is_new(&state) {
        return Ok(Redirect::to("/set-up").into_response());
    }
    let return_to = query.return_to.as_deref().unwrap_or("/");
    let locale = query.locale.map_or_else(|| reader.locale(), |tag| Locale::negotiate(&tag));
    let ended =
        query.ended || SignedIn::load(&session).await.map_err(HttpProblem::failure)?.is_some();
    let layout = Layout::new(Looks::of(&state), locale, &["app/sign-in"]);
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
    let layout = Layout::new(Looks::of(&state), reader.locale(), &["app/sign-in"]);
    let page = SignInPage::new(layout, &fields.return_to, false);
    let credentials = (fields.account.as_str(), fields.password);
    match begin_session(&state, &headers, peer, &session, credentials).await {
        Ok(_) => Ok(Redirect::to(page.return_to()).into_response()),
        Err(problem) if problem.status().is_client_error() => {
            let status = problem.status();
            let alert = problem.message(&reader.locale());
            let mut response = draw(&page.refused(&fields.account, alert));
            *response.status_mut() = status;
            if let Some(seconds) = problem.retry_after_seconds() {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}
