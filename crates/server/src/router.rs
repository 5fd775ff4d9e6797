//! All routes, and what every request passes on its way to one.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use tower_http::{
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, SizeAbove},
    },
    timeout::RequestBodyTimeoutLayer,
};

use crate::{
    api, asset,
    http::{
        MAX_BODY_BYTES, Reader, catch_panics, drain, harmless_names, idempotency, limit_time,
        name_requests, same_origin, say_names, security_headers, trace,
    },
    operations, page,
    problem::HttpProblem,
    render::render,
    session::{self, StoredSessions},
    state::ServerState,
};

/// The whole server as a service.
///
/// A request passes the layers from the last to the first: it is named, traced and given
/// its language before anything can refuse it, so that every refusal is answered alike.
pub fn router(state: ServerState) -> Router {
    let sessions = session::layer(StoredSessions::new(state.engine.clone()), state.settings.https);
    api::router()
        .merge(page::router())
        .merge(operations::router())
        .route("/assets/{*path}", get(asset::serve))
        .fallback(async || HttpProblem::not_found())
        .method_not_allowed_fallback(async || {
            HttpProblem::of_status(axum::http::StatusCode::METHOD_NOT_ALLOWED)
        })
        .layer(from_fn_with_state(state.clone(), idempotency))
        .layer(from_fn_with_state(state.clone(), page::refused))
        .layer(sessions)
        .layer(from_fn_with_state(state.settings, same_origin))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(catch_panics())
        .layer(limit_time())
        .layer(from_fn_with_state(state.clone(), render))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(from_fn(security_headers))
        .layer(from_fn(Reader::layer))
        .layer(from_fn_with_state(state.metrics.clone(), trace))
        .layer(say_names())
        .layer(name_requests())
        .layer(from_fn(harmless_names))
        .layer(RequestBodyTimeoutLayer::new(state.settings.limits.body))
        .layer(from_fn(drain))
        .with_state(state)
}

/// A smaller answer fits into one packet as it is.
const SMALLEST_COMPRESSED_BYTES: u64 = 1024;

fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(SizeAbove::new(SMALLEST_COMPRESSED_BYTES))
}
