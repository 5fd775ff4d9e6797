//! Signing in and out, and one's own preferences.

use std::net::{IpAddr, SocketAddr};

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode},
};
use formwork_engine::{Caller, Directory};
use formwork_model::{Locale, Problem};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::JsonBody,
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    session::{SignedIn, check_password, hash_password, verify_password},
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, show, change, sign_out))
        .routes(routes!(sign_out_everywhere))
}

/// Account and password.
#[derive(Deserialize, ToSchema)]
struct Credentials {
    account: String,
    password: String,
}

/// Who is signed in, and where.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    member: MemberSelf,
    organisation: Organisation,
}

/// The member who calls.
#[derive(Serialize, ToSchema)]
struct MemberSelf {
    id: String,
    name: String,
    account: String,
    #[schema(required)]
    department: Option<String>,
    /// The roles that the member has.
    roles: Vec<OwnRole>,
    locale: String,
    theme: String,
    is_admin: bool,
}

/// A role, for its holder.
#[derive(Serialize, ToSchema)]
struct OwnRole {
    key: String,
    label: String,
}

/// The organisation that this database holds.
#[derive(Serialize, ToSchema)]
struct Organisation {
    name: String,
    time_zone: String,
    /// `neutral`, `red_up` or `green_up`.
    trend_colors: String,
}

/// What a member may change about themselves.
#[derive(Deserialize, ToSchema)]
struct OwnChange {
    /// The name that others see.
    name: Option<String>,
    /// `zh-CN` or `en`.
    locale: Option<String>,
    /// `light`, `dark` or `system`.
    theme: Option<String>,
    /// A new password; needs `current_password`.
    password: Option<String>,
    /// The password up to now.
    current_password: Option<String>,
}

/// Signs in.
#[utoipa::path(
    post, path = "/session", tag = "session", security(()), request_body = Credentials,
    responses(
        (status = 200, body = SessionAnswer),
        (status = 401, body = ProblemDocument, description = "wrong account or password"),
        (status = 429, body = ProblemDocument)
    )
)]
async fn sign_in(
    State(state): State<ServerState>,
    connection: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    session: Session,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Json<SessionAnswer>, HttpProblem> {
    let peer = connection.map(|axum::Extension(ConnectInfo(peer))| peer.ip());
    let Credentials { account, password } = credentials;
    let member = begin_session(&state, &headers, peer, &session, (&account, password)).await?;
    answer(&state, &member)
}

/// Begins a session with an account and its password; answers the member's id.
pub(crate) async fn begin_session(
    state: &ServerState,
    headers: &HeaderMap,
    peer: Option<IpAddr>,
    session: &Session,
    (account, password): (&str, String),
) -> Result<String, HttpProblem> {
    let address = caller_address(headers, peer, state.settings.behind_proxy);
    let catalog = state.engine.catalog();
    let member = catalog.directory.member_by_account(account).filter(|member| member.active);
    state.throttle.count(account, member.map_or(0, |member| member.session_epoch), address)?;
    let stored = member.and_then(|member| member.password_hash.clone());
    let matches = verify_password(password, stored).await?;
    let Some(member) = member.filter(|_| matches) else {
        return Err(wrong_credentials());
    };
    let signed_in = SignedIn { member: member.id.clone(), epoch: member.session_epoch };
    signed_in.save(session).await.map_err(HttpProblem::failure)?;
    Ok(signed_in.member)
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/session", tag = "session",
    responses((status = 200, body = SessionAnswer), (status = 401, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Member(caller): Member,
) -> Result<Json<SessionAnswer>, HttpProblem> {
    answer(&state, &caller.member)
}

/// Changes the caller's name, language, theme or password.
#[utoipa::path(
    patch, path = "/session", tag = "session", request_body = OwnChange,
    responses(
        (status = 200, body = SessionAnswer), (status = 422, body = ProblemDocument),
        (status = 429, body = ProblemDocument, description = "too many wrong passwords")
    )
)]
async fn change(
    State(state): State<ServerState>,
    Member(caller): Member,
    session: Session,
    JsonBody(change): JsonBody<OwnChange>,
) -> Result<Json<SessionAnswer>, HttpProblem> {
    let password_hash = match change.password {
        Some(password) => {
            Some(new_password(&state, &caller, password, change.current_password).await?)
        }
        None => None,
    };
    let signs_out_others = password_hash.is_some();
    let OwnChange { name, locale, theme, .. } = change;
    let change = formwork_engine::OwnChange { name, locale, theme, password_hash };
    state.engine.member_change_self(&caller, change).await?;
    if signs_out_others {
        keep_signed_in(&state, &caller, &session).await?;
    }
    answer(&state, &caller.member)
}

/// Signs out here.
#[utoipa::path(
    delete, path = "/session", tag = "session", security(()), responses((status = 204))
)]
async fn sign_out(session: Session) -> Result<StatusCode, HttpProblem> {
    session.flush().await.map_err(HttpProblem::failure)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out everywhere, here included.
#[utoipa::path(
    delete, path = "/sessions", tag = "session",
    responses((status = 204), (status = 401, body = ProblemDocument))
)]
async fn sign_out_everywhere(
    State(state): State<ServerState>,
    Member(caller): Member,
    session: Session,
) -> Result<StatusCode, HttpProblem> {
    state.engine.member_sign_out_everywhere(&caller).await?;
    session.flush().await.map_err(HttpProblem::failure)?;
    Ok(StatusCode::NO_CONTENT)
}

fn wrong_credentials() -> HttpProblem {
    HttpProblem::new(StatusCode::UNAUTHORIZED, Problem::new("wrong_credentials"))
}

/// The hash of a new password, after the current one was proved.
async fn new_password(
    state: &ServerState,
    caller: &Caller,
    password: String,
    current: Option<String>,
) -> Result<String, HttpProblem> {
    let catalog = state.engine.catalog();
    let member = catalog.directory.member(&caller.member).ok_or_else(HttpProblem::not_signed_in)?;
    state.throttle.count(&caller.member, member.session_epoch, None)?;
    let stored = member.password_hash.clone();
    if !verify_password(current.unwrap_or_default(), stored).await? {
        let problem = Problem::new("wrong_password").at("current_password");
        return Err(HttpProblem::invalid(vec![problem]));
    }
    if let Some(problem) = check_password(&password, &[&member.account, &member.name]) {
        return Err(HttpProblem::invalid(vec![problem.at("password")]));
    }
    hash_password(password).await
}

/// A new password ends every session; the one that set it goes on.
async fn keep_signed_in(
    state: &ServerState,
    caller: &Caller,
    session: &Session,
) -> Result<(), HttpProblem> {
    let catalog = state.engine.catalog();
    let Some(member) = catalog.directory.member(&caller.member) else { return Ok(()) };
    if SignedIn::load(session).await.map_err(HttpProblem::failure)?.is_none() {
        return Ok(());
    }
    let signed_in = SignedIn { member: member.id.clone(), epoch: member.session_epoch };
    signed_in.save(session).await.map_err(HttpProblem::failure)
}

/// What the session is, for its member.
pub(crate) fn answer(state: &ServerState, id: &str) -> Result<Json<SessionAnswer>, HttpProblem> {
    let catalog = state.engine.catalog();
    let member = catalog.directory.member(id).ok_or_else(HttpProblem::not_signed_in)?;
    Ok(Json(SessionAnswer {
        member: MemberSelf {
            id: member.id.clone(),
            name: member.name.clone(),
            account: member.account.clone(),
            department: member.department.clone(),
            roles: own_roles(&catalog.directory, &member.id, &member.locale),
            locale: member.locale.clone(),
            theme: member.theme.clone(),
            is_admin: member.is_admin,
        },
        organisation: Organisation {
            name: catalog.settings.name.clone(),
            time_zone: catalog.settings.time_zone.clone(),
            trend_colors: catalog.settings.trend_colors.clone(),
        },
    }))
}

fn own_roles(directory: &Directory, id: &str, locale: &str) -> Vec<OwnRole> {
    let locale = Locale::negotiate(locale);
    let held = directory.roles_of(id);
    let roles = directory.roles().iter().filter(|role| held.contains(&role.key));
    let named = roles
        .map(|role| OwnRole { key: role.key.clone(), label: role.label.get(&locale).to_owned() });
    named.collect()
}

/// The address that the request comes from; the proxy's word when there is one of ours,
/// whose entry is the last.
fn caller_address(headers: &HeaderMap, peer: Option<IpAddr>, behind_proxy: bool) -> Option<IpAddr> {
    let forwarded = || {
        let value = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        value.rsplit(',').next()?.trim().parse().ok()
    };
    behind_proxy.then(forwarded).flatten().or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn believes_only_our_own_proxy() {
        let headers = HeaderMap::from_iter([(
            "x-forwarded-for".parse().unwrap(),
            "1.1.1.1, 2.2.2.2".parse().unwrap(),
        )]);
        let peer = Some(IpAddr::from([10, 0, 0, 1]));
        assert_eq!(caller_address(&headers, peer, false), peer);
        assert_eq!(caller_address(&headers, peer, true), Some(IpAddr::from([2, 2, 2, 2])));
    }
}
