//! One span and one log line a request: which route, never which values.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::{RequestId, metrics::Metrics};

/// The route of requests that no route takes.
const UNMATCHED: &str = "unmatched";

/// Middleware: opens the span, counts and times the request.
pub async fn trace(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| UNMATCHED.to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        http.method = %method,
        http.route = %route,
        request.id = %RequestId::of(&request),
    );
    let started = Instant::now();
    async move {
        let response = next.run(request).await;
        let duration = started.elapsed();
        let status = response.status().as_u16();
        metrics.observe(method.as_str(), &route, status, duration);
        let duration_ms = duration.as_secs_f64() * 1000.0;
        tracing::info!(http.status = status, duration_ms, "answered");
        response
    }
    .instrument(span)
    .await
}
