//! Who calls. A handler that takes one of these is open to nobody else: its signature is
//! its permission. What the caller may do with a form's records, the engine decides.

use axum::{
    extract::{FromRequestParts, MatchedPath, OptionalFromRequestParts, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};
use formwork_engine::{Caller, KeyScope, Proof};
use formwork_model::Locale;
use tower_sessions::Session;

use crate::{
    http::Reader,
    problem::HttpProblem,
    session::{ApiKey, SignedIn},
    state::ServerState,
};

/// A member, signed in or calling with an API key.
#[derive(Debug, Clone)]
pub struct Member(pub Caller);

/// A member who may do everything.
#[derive(Debug, Clone)]
pub struct Admin(pub Caller);

impl FromRequestParts<ServerState> for Member {
    type Rejection = HttpProblem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &ServerState,
    ) -> Result<Self, HttpProblem> {
        find_caller(parts, state).await?.map(Self).ok_or_else(HttpProblem::not_signed_in)
    }
}

impl OptionalFromRequestParts<ServerState> for Member {
    type Rejection = HttpProblem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &ServerState,
    ) -> Result<Option<Self>, HttpProblem> {
        Ok(find_caller(parts, state).await?.map(Self))
    }
}

impl FromRequestParts<ServerState> for Admin {
    type Rejection = HttpProblem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &ServerState,
    ) -> Result<Self, HttpProblem> {
        let caller = find_caller(parts, state).await?.ok_or_else(HttpProblem::not_signed_in)?;
        caller.must_be_admin()?;
        Ok(Self(caller))
    }
}

/// Who the request comes from, by an API key or by a session. Their language becomes the
/// answer's.
pub(crate) async fn find_caller(
    parts: &mut Parts,
    state: &ServerState,
) -> Result<Option<Caller>, HttpProblem> {
    let found = match bearer(&parts.headers) {
        Some(token) => member_of_key(token, state).await?,
        None => member_of_session(parts, state).await?,
    };
    let Some((id, proof)) = found else { return Ok(None) };
    let catalog = state.engine.catalog();
    let Some(member) = catalog.directory.member(&id).filter(|member| member.active) else {
        return Ok(None);
    };
    if let Proof::Key { scope, .. } = &proof {
        must_be_within(parts, scope).await?;
    }
    let locale = Locale::negotiate(&member.locale);
    if let Some(reader) = parts.extensions.get::<Reader>() {
        reader.prefer(locale.clone());
    }
    Ok(Some(Caller { member: id, locale, is_admin: member.is_admin, proof }))
}

async fn member_of_session(
    parts: &mut Parts,
    state: &ServerState,
) -> Result<Option<(String, Proof)>, HttpProblem> {
    let Some(session) = parts.extensions.get::<Session>() else { return Ok(None) };
    let Some(signed_in) = SignedIn::load(session).await.map_err(HttpProblem::failure)? else {
        return Ok(None);
    };
    let catalog = state.engine.catalog();
    let member = catalog.directory.member(&signed_in.member);
    let is_current = member.is_some_and(|member| member.session_epoch == signed_in.epoch);
    Ok(is_current.then_some((signed_in.member, Proof::Session(signed_in.epoch))))
}

async fn member_of_key(
    token: &str,
    state: &ServerState,
) -> Result<Option<(String, Proof)>, HttpProblem> {
    let Some(key) = ApiKey::read(token) else { return Ok(None) };
    let found = state.engine.api_key_member(&key.id, &key.secret_hash).await?;
    Ok(found.map(|(member, scope)| (member, Proof::Key { id: key.id, scope })))
}

/// What keys reach that are limited to some forms, besides the records of these: what
/// describes the platform, and whom the ids of members stand for.
const OF_NO_FORM: &[&str] = &[
    "/api/v1/directory",
    "/api/v1/field-kinds",
    "/api/v1/functions",
    "/api/v1/openapi.json",
    "/api/v1/schemas/{kind}",
    "/api/v1/system-fields",
];

/// Refuses a key that is limited to some forms everywhere else.
async fn must_be_within(parts: &mut Parts, scope: &KeyScope) -> Result<(), HttpProblem> {
    if scope.forms.is_none() {
        return Ok(());
    }
    let route = parts.extensions.get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str).unwrap_or_default();
    let is_within = if route.starts_with("/api/v1/forms/{form}") {
        let params = RawPathParams::from_request_parts(parts, &()).await;
        let params = params.map_err(|_| HttpProblem::not_found())?;
        params.iter().any(|(name, form)| name == "form" && scope.reaches(form))
    } else {
        OF_NO_FORM.contains(&route)
    };
    if is_within { Ok(()) } else { Err(HttpProblem::outside_key_scope()) }
}

/// What stands behind `Authorization: Bearer`. Any other scheme is no key, and does not
/// fall back to the session either.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    Some(value.strip_prefix("Bearer ").unwrap_or_default().trim())
}
