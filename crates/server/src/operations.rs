//! For those who run the server: is it well, and what does it do.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};

use serde_json::Value as Json;

use crate::{problem::HttpProblem, state::ServerState};

/// The routes, outside the API's prefix and open to all: they tell nothing of the data.
pub(crate) fn router() -> Router<ServerState> {
    Router::new().route("/healthz", get(health)).route("/metrics", get(metrics))
}

/// 200 when every part answers; else the problem of the part that does not, and its name.
async fn health(State(state): State<ServerState>) -> Result<impl IntoResponse, HttpProblem> {
    match state.engine.ping().await {
        Ok(()) => Ok((StatusCode::OK, "ok\n")),
        Err(error) => {
            Err(HttpProblem::from(error).with_member("part", Json::String("database".to_owned())))
        }
    }
}

/// Counts in Prometheus' text format.
async fn metrics(State(state): State<ServerState>) -> impl IntoResponse {
    let pool = state.engine.store().pool_state();
    let idle = u64::try_from(pool.idle).unwrap_or(u64::MAX);
    let text = state.metrics.render(&[
        ("database_connections", u64::from(pool.open)),
        ("database_connections_idle", idle),
    ]);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}
