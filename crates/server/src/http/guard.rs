//! No request takes for ever, and none takes the server down with it.

use std::{panic::AssertUnwindSafe, time::Duration};

use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use formwork_model::Problem;
use futures_util::FutureExt;

use crate::problem::HttpProblem;

/// The longest that a request may take.
pub const REQUEST_TIMEOUT_SECONDS: u64 = 60;

/// Middleware: a panic becomes a 500, a handler that takes too long a 503.
pub async fn guard(request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(REQUEST_TIMEOUT_SECONDS);
    let run = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(limit, run).await {
        Ok(Ok(response)) => response,
        // The panic hook has written the message and where it happened.
        Ok(Err(_)) => HttpProblem::unexplained().into_response(),
        Err(_) => HttpProblem::new(StatusCode::SERVICE_UNAVAILABLE, Problem::new("too_slow"))
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn status_of(path: &str) -> StatusCode {
        let app: Router = Router::new()
            .route("/panics", get(async || -> String { panic!("as the test wants") }))
            .route("/hangs", get(async || tokio::time::sleep(Duration::from_secs(3600)).await))
            .layer(from_fn(guard));
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_a_500_and_a_long_wait_a_503() {
        assert_eq!(status_of("/panics").await, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(status_of("/hangs").await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
