//! The page that says what went wrong.

use askama::Template;
use axum::http::StatusCode;

use super::layout::{Layout, has_layout};
use crate::problem::ProblemDocument;

/// What `error.html` is filled from.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    layout: Layout,
    title: &'a str,
    kind: &'static str,
    request_id: &'a str,
}

has_layout!(ErrorPage<'_>);

impl<'a> ErrorPage<'a> {
    /// The page of a problem.
    pub fn new(problem: &'a ProblemDocument, layout: Layout) -> Self {
        let kind = match StatusCode::from_u16(problem.status) {
            Ok(StatusCode::FORBIDDEN) => "forbidden",
            Ok(StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) => "not_found",
            Ok(StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) => "unavailable",
            _ => "failed",
        };
        Self { layout, title: &problem.title, kind, request_id: &problem.request_id }
    }
}
