//! `Idempotency-Key`: a request that changes something and is sent twice is carried out once,
//! and answered the same.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use formwork_engine::{IdempotentAnswer, IdempotentRequest};
use formwork_model::Problem;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::MAX_BODY_BYTES;
use crate::{principal::find_caller, problem::HttpProblem, state::ServerState};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was kept from before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key, in bytes.
const LONGEST_KEY: usize = 200;

/// Middleware: answers a request that was answered before, and keeps the answers of others.
pub async fn idempotency(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !changes || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    once(state, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn once(state: ServerState, request: Request, next: Next) -> Result<Response, HttpProblem> {
    let (mut parts, body) = request.into_parts();
    let key = read_key(&parts)?;
    let Some(caller) = find_caller(&mut parts, &state).await? else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let body = to_bytes(body, MAX_BODY_BYTES)
        .await
        .map_err(|_| HttpProblem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?;
    let is_secret = has_secrets(parts.uri.path());
    let asked = IdempotentRequest {
        principal: caller.principal(),
        key,
        route: format!("{} {}", parts.method, parts.uri),
        body_hash: if is_secret { hash(&without_secrets(&body)) } else { hash(&body) },
    };
    if let Some(answer) = state.engine.idempotency_answer(&asked).await? {
        return Ok(replay(answer));
    }
    let request = Request::from_parts(parts, Body::from(body));
    // A client that hangs up still gets its answer when it asks again.
    let serving = tokio::spawn(async move {
        let response = state.engine.idempotency_scope(asked.clone(), next.run(request)).await;
        if !response.status().is_success() {
            return Ok(response);
        }
        if is_secret {
            let answer = IdempotentAnswer { status: response.status().as_u16(), body: None };
            state.engine.idempotency_keep(&asked, answer).await?;
            return Ok(response);
        }
        kept(&state, &asked, response).await
    });
    serving.await.map_err(HttpProblem::failure)?
}

/// Keeps an answer before it is sent.
async fn kept(
    state: &ServerState,
    asked: &IdempotentRequest,
    response: Response,
) -> Result<Response, HttpProblem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(HttpProblem::failure)?;
    let answer = IdempotentAnswer {
        status: parts.status.as_u16(),
        body: Some(String::from_utf8_lossy(&body).into_owned()),
    };
    state.engine.idempotency_keep(asked, answer).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Routes whose requests carry passwords or whose answers carry keys: it is noted that they
/// were carried out, and nothing of what was sent or answered.
fn has_secrets(path: &str) -> bool {
    let path = path.strip_prefix(crate::api::PREFIX).unwrap_or(path);
    let of = ["/session", "/sessions", "/members", "/api-keys", "/set-up"];
    of.iter().any(|start| {
        path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// A body without its passwords: what is kept of it must not help to guess one.
fn without_secrets(body: &[u8]) -> Vec<u8> {
    let Ok(Json::Object(mut members)) = serde_json::from_slice::<Json>(body) else {
        return Vec::new();
    };
    members.retain(|name, _| !name.contains("password"));
    Json::Object(members).to_string().into_bytes()
}

fn hash(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_key(parts: &Parts) -> Result<String, HttpProblem> {
    let is_alone = parts.headers.get_all(KEY).iter().count() == 1;
    let key = parts.headers.get(KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_sound = is_alone && !key.is_empty() && key.len() <= LONGEST_KEY;
    if is_sound {
        Ok(key.to_owned())
    } else {
        Err(HttpProblem::invalid(vec![Problem::new("invalid_idempotency_key")]))
    }
}

fn replay(answer: IdempotentAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body.unwrap_or_default()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
