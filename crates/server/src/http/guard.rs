//! No request takes for ever, and none takes the server down with it.

use std::{any::Any, time::Duration};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::problem::HttpProblem;

/// The longest that a request may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// What answers after a panic.
type AfterPanic = fn(Box<dyn Any + Send>) -> Response;

/// Layer: a panic becomes a 500. The panic hook has written the message and where it
/// happened.
pub fn catch_panics() -> CatchPanicLayer<AfterPanic> {
    CatchPanicLayer::custom(|_| HttpProblem::unexplained().into_response())
}

/// Layer: a handler that takes too long becomes a 503.
pub fn limit_time() -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT)
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::Request, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn status_of(path: &str) -> StatusCode {
        let app: Router = Router::new()
            .route("/panics", get(async || -> String { panic!("as the test wants") }))
            .route("/hangs", get(async || tokio::time::sleep(Duration::from_secs(3600)).await))
            .layer(catch_panics())
            .layer(limit_time());
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_a_500_and_a_long_wait_a_503() {
        assert_eq!(status_of("/panics").await, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(status_of("/hangs").await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
