//! One span and one log line a request: which route, never which values.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::{id_of, metrics::Metrics};

/// The route of requests that no route takes.
const UNMATCHED: &str = "unmatched";

/// The name under which a method is counted. Anybody may invent methods; the counts must not
/// grow with them.
fn counted(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    if known.contains(method) { method.as_str() } else { "other" }
}

/// Middleware: opens the span, counts and times the request.
pub async fn trace(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| UNMATCHED.to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        http.method = counted(&method),
        http.route = %route,
        request.id = %id_of(&request),
    );
    let started = Instant::now();
    async move {
        let response = next.run(request).await;
        let duration = started.elapsed();
        let status = response.status().as_u16();
        metrics.observe(counted(&method), &route, status, duration);
        let duration_ms = duration.as_secs_f64() * 1000.0;
        tracing::info!(http.status = status, duration_ms, "answered");
        response
    }
    .instrument(span)
    .await
}
