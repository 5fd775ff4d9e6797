//! The id that ties an answer to the server's log.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};

/// The header that carries the id both ways.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Makes ids that sort by time.
#[derive(Debug, Clone, Copy)]
pub struct NewId;

impl MakeRequestId for NewId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = uuid::Uuid::now_v7().to_string();
        HeaderValue::try_from(id).ok().map(RequestId::new)
    }
}

/// Layer: names requests that have no name.
pub fn name_requests() -> SetRequestIdLayer<NewId> {
    SetRequestIdLayer::new(HEADER, NewId)
}

/// Layer: says the name in the answer.
pub fn say_names() -> PropagateRequestIdLayer {
    PropagateRequestIdLayer::new(HEADER)
}

/// Middleware: drops a name that the client gave and that may do harm in a log.
pub async fn harmless_names(mut request: Request, next: Next) -> Response {
    if request.headers().get(HEADER).is_some_and(|value| !is_harmless(value)) {
        request.headers_mut().remove(HEADER);
    }
    next.run(request).await
}

/// The name of a request; empty before it has one.
pub fn id_of(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>();
    id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default().to_owned()
}

fn is_harmless(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|text| {
        (8..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_harmless_names() {
        for (text, taken) in [
            ("0198-abcdef", true),
            ("short", false),
            ("with spaces and more", false),
            ("new\tline-12345", false),
            (&"x".repeat(65), false),
        ] {
            let value = HeaderValue::from_str(text).unwrap();
            assert_eq!(is_harmless(&value), taken, "{text}");
        }
    }
}
