//! The id that ties an answer to the server's log.

use std::fmt;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

/// The header that carries the id both ways.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the client's when it is harmless, else a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id that [`request_id`] gave the request.
    pub fn of(request: &Request) -> Self {
        request.extensions().get().cloned().unwrap_or_default()
    }

    fn read(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?;
        let is_harmless = (8..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_harmless.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Middleware: names the request, and says so in the answer.
pub async fn request_id(mut request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(HEADER)
        .and_then(RequestId::read)
        .unwrap_or_else(|| RequestId(uuid::Uuid::now_v7().to_string()));
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_harmless_ids() {
        for (text, taken) in [
            ("0198-abcdef", true),
            ("short", false),
            ("with spaces and more", false),
            ("new\tline-12345", false),
            (&"x".repeat(65), false),
        ] {
            let value = HeaderValue::from_str(text).unwrap();
            assert_eq!(RequestId::read(&value).is_some(), taken, "{text}");
        }
    }
}
