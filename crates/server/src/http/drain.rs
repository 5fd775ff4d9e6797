//! What a refused request still sends is read, so that its connection can be kept.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;

use super::MAX_BODY_BYTES;

/// Most bytes that are read of a body which nobody wants: whoever may send a body of the
/// largest size is heard out, whatever the answer.
const MOST_DRAINED: usize = MAX_BODY_BYTES + MAX_BODY_BYTES / 2;
/// The longest that it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Middleware: a request that is answered before its body was read is read to its end, within
/// limits; beyond them the answer says that the connection is closed. Without either, the next
/// request on the connection breaks.
pub async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Who waits to be asked for the body has not sent it, and need not.
    let waits = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let body = SharedBody(Arc::new(Mutex::new(Shared { body, ended: false, touched: false })));
    let mut response = next.run(Request::from_parts(parts, Body::new(body.clone()))).await;
    let kept = if waits && !body.0.lock().touched { false } else { body.drain().await };
    if !kept {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A body that is still there when the handler has dropped it.
#[derive(Clone)]
struct SharedBody(Arc<Mutex<Shared>>);

struct Shared {
    body: Body,
    ended: bool,
    touched: bool,
}

impl SharedBody {
    /// Reads what is left; whether the end was reached.
    async fn drain(mut self) -> bool {
        let reading = async {
            let mut read = 0_usize;
            while let Some(frame) = self.frame().await {
                let Ok(frame) = frame else { return false };
                read = read.saturating_add(frame.data_ref().map_or(0, Bytes::len));
                if read > MOST_DRAINED {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap_or(false)
    }
}

impl HttpBody for SharedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut shared = self.0.lock();
        shared.touched = true;
        if shared.ended {
            return Poll::Ready(None);
        }
        let frame = Pin::new(&mut shared.body).poll_frame(context);
        shared.ended = matches!(frame, Poll::Ready(None));
        frame
    }

    fn is_end_stream(&self) -> bool {
        let shared = self.0.lock();
        shared.ended || shared.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().body.size_hint()
    }
}
