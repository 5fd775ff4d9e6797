//! What handlers take from a request, with every refusal as a problem.

use axum::{
    body::Bytes,
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header},
};
use formwork_model::Problem;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::problem::HttpProblem;

/// Parameters of the path. One that does not fit is an address that leads nowhere.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(HttpProblem))]
pub struct PathOf<T>(pub T);

/// Parameters behind the question mark.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(HttpProblem))]
pub struct QueryOf<T>(pub T);

/// A JSON body. An empty body stands for `{}`.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl From<PathRejection> for HttpProblem {
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

impl From<QueryRejection> for HttpProblem {
    fn from(rejection: QueryRejection) -> Self {
        let problem = Problem::new("invalid_query").with("reason", rejection.body_text());
        Self::new(StatusCode::BAD_REQUEST, problem)
    }
}

impl<S, T> FromRequest<S> for JsonBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpProblem> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| HttpProblem::of_status(rejection.status()))?;
        if bytes.is_empty() {
            return read(b"{}").map(Self);
        }
        if !is_json {
            return Err(HttpProblem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpProblem> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => HttpProblem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            Problem::new("invalid_body").with("reason", error.to_string()),
        ),
        Category::Syntax | Category::Eof | Category::Io => HttpProblem::new(
            StatusCode::BAD_REQUEST,
            Problem::new("malformed_json")
                .with("line", error.line())
                .with("column", error.column()),
        ),
    })
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
    fn says_where_json_breaks() {
        let malformed = read::<serde_json::Value>(b"{\n  \"a\": }").unwrap_err();
        assert_eq!((malformed.status().as_u16(), malformed.code()), (400, "malformed_json"));
        let wrong = read::<Vec<u8>>(b"{}").unwrap_err();
        assert_eq!((wrong.status().as_u16(), wrong.code()), (422, "invalid_body"));
    }

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
