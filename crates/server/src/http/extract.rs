//! What handlers take from a request, with every refusal as a problem.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use formwork_model::Problem;
use serde::de::DeserializeOwned;

use super::{
    nul::nul_characters,
    reason::explained,
    strict::{Unreadable, read, read_strictly},
};
use crate::problem::HttpProblem;

/// Parameters of the path. One that does not fit is an address that leads nowhere.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(HttpProblem))]
pub struct PathOf<T>(pub T);

/// Parameters behind the question mark. One that nothing is known of is refused.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

/// A JSON body. An empty body stands for `{}`. What nothing is known of is refused: who
/// misspells a name must not think that it was done.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// A JSON body whose parts are read one by one, so that one of them can be wrong without the
/// others: their texts are not looked at yet, [`super::read_part`] does that.
#[derive(Debug)]
pub struct JsonParts<T>(pub T);

impl From<PathRejection> for HttpProblem {
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

impl<S, T> FromRequestParts<S> for QueryOf<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpProblem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        read_strictly(deserializer).map(Self).map_err(|refused| match refused {
            Unreadable::Wrong { error, pointer } => {
                let mut problem = explained("invalid_query", &error.to_string());
                problem.pointer = format!("{pointer}{}", problem.pointer);
                HttpProblem::new(StatusCode::BAD_REQUEST, problem)
            }
            Unreadable::Unknown(problems) => HttpProblem::invalid(problems),
        })
    }
}

impl<S, T> FromRequest<S> for JsonBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpProblem> {
        let bytes = json_of(request, state).await?;
        let problems = nul_characters(&bytes);
        if !problems.is_empty() {
            return Err(HttpProblem::invalid(problems));
        }
        read(&bytes).map(Self)
    }
}

impl<S, T> FromRequest<S> for JsonParts<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpProblem> {
        read(&json_of(request, state).await?).map(Self)
    }
}

/// The body of a request that says that it is JSON.
async fn json_of<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, HttpProblem> {
    let is_json = is_json(request.headers());
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| HttpProblem::of_status(rejection.status()))?;
    if bytes.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    if !is_json {
        return Err(HttpProblem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    if is_list(&bytes) {
        let problem = Problem::new("invalid_body")
            .with("reason", "wrong_json_type")
            .with("expected", "object");
        return Err(HttpProblem::invalid(vec![problem]));
    }
    Ok(bytes)
}

/// A list would be read as the members of the body in their order, and that may change.
fn is_list(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .map(|kind| kind.trim().to_ascii_lowercase())
        .is_some_and(|kind| {
            kind == "application/json"
                || (kind.starts_with("application/") && kind.ends_with("+json"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_json_by_its_type() {
        for (kind, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
            assert_eq!(is_json(&headers), expected, "{kind}");
        }
    }
}
