//! How a refusal, a set of problems or a failure leaves the server: one document
//! (RFC 9457), in the reader's language, or a page for those who asked for one.
//!
//! Handlers return [`HttpProblem`]. It carries no text; `render` writes it where the
//! request's language, id and accepted types are known.

mod document;
mod engine;

use std::{error::Error, sync::Arc};

use axum::{
    body::Body,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use formwork_model::{Locale, Problem, Problems, problem::capped};
use serde_json::{Map, Value as Json};

pub use document::{ProblemDocument, ProblemItem, Refusal, describe, describe_all};

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, for the edge.
#[derive(Debug, Clone)]
pub struct HttpProblem(Box<Content>);

#[derive(Debug, Clone)]
struct Content {
    status: StatusCode,
    problem: Problem,
    errors: Problems,
    members: Map<String, Json>,
    retry_after_seconds: Option<u64>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl HttpProblem {
    /// A problem of the request as a whole; its text stands under `problem.<code>`.
    pub fn new(status: StatusCode, problem: Problem) -> Self {
        Self(Box::new(Content {
            status,
            problem,
            errors: Problems::new(),
            members: Map::new(),
            retry_after_seconds: None,
            source: None,
        }))
    }

    /// 422: what was handed in is wrong, at the places that the problems name.
    pub fn invalid(errors: Problems) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Problem::new("invalid")).with_errors(errors)
    }

    /// 401: who acts is not known.
    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Problem::new("not_signed_in"))
    }

    /// 403: known, and not allowed.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, Problem::new("forbidden"))
    }

    /// The request goes further than the key that it comes with.
    pub(crate) fn outside_key_scope() -> Self {
        Self::new(StatusCode::FORBIDDEN, Problem::new("outside_key_scope"))
    }

    /// 404: not there, or not for this reader to know.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Problem::new("not_found"))
    }

    /// 409: the state of things says no.
    pub fn refused(problem: Problem) -> Self {
        Self::new(StatusCode::CONFLICT, problem)
    }

    /// 429: too many tries; the next one is possible after some seconds.
    pub fn too_many_requests(retry_after_seconds: u64) -> Self {
        let problem = Problem::new("too_many_requests").with("seconds", retry_after_seconds);
        Self::new(StatusCode::TOO_MANY_REQUESTS, problem).retry_after(retry_after_seconds)
    }

    /// 500: a failure of the server's own. The cause is logged and never sent.
    pub fn failure(source: impl Error + Send + Sync + 'static) -> Self {
        let mut problem = Self::unexplained();
        problem.0.source = Some(Arc::new(source));
        problem
    }

    /// A failure that has a status and a code of its own. The cause is logged and never sent.
    pub fn failure_of(
        status: StatusCode,
        code: &'static str,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        let mut problem = Self::new(status, Problem::new(code));
        problem.0.source = Some(Arc::new(source));
        problem
    }

    /// 500 without a cause that could be logged.
    pub fn unexplained() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Problem::new("failure"))
    }

    /// The problem that stands for a bare status, as frameworks answer it.
    pub fn of_status(status: StatusCode) -> Self {
        let problem = match status {
            StatusCode::UNAUTHORIZED => Problem::new("not_signed_in"),
            StatusCode::FORBIDDEN => Problem::new("forbidden"),
            StatusCode::NOT_FOUND => Problem::new("not_found"),
            StatusCode::METHOD_NOT_ALLOWED => Problem::new("method_not_allowed"),
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new("body_too_large").with("megabytes", 10),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new("content_type"),
            StatusCode::SERVICE_UNAVAILABLE => Problem::new("too_slow"),
            status if status.is_client_error() => Problem::new("bad_request"),
            _ => Problem::new("failure"),
        };
        Self::new(status, problem)
    }

    /// Adds a member to the document, such as `current` of a version conflict.
    #[must_use]
    pub fn with_member(mut self, name: &str, value: Json) -> Self {
        self.0.members.insert(name.to_owned(), value);
        self
    }

    /// Adds what exactly is wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Problems) -> Self {
        self.0.errors = capped(errors);
        self
    }

    /// Says when trying again may work.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// What exactly is wrong.
    pub fn errors(&self) -> &[Problem] {
        &self.0.errors
    }

    /// After how many seconds trying again may work.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.0.retry_after_seconds
    }

    /// Why the server failed.
    pub fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }

    /// The problem as a part of an answer that tells of others too.
    pub fn refusal(&self, locale: &Locale) -> Refusal {
        let Content { problem, errors, members, .. } = &*self.0;
        let whole = describe(problem, locale);
        let errors = describe_all(errors, locale);
        Refusal { code: whole.code, title: whole.message, errors, members: members.clone() }
    }

    /// The status that it is sent with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What is wrong as a whole, in a reader's language.
    pub fn message(&self, locale: &Locale) -> String {
        describe(&self.0.problem, locale).message
    }

    /// The code that clients look at.
    pub fn code(&self) -> &str {
        &self.0.problem.code
    }

    /// The document that is sent.
    pub(crate) fn document(&self, locale: &Locale, request_id: String) -> ProblemDocument {
        let content = &*self.0;
        let errors = describe_all(&content.errors, locale);
        ProblemDocument::new(content.status, &content.problem, locale, request_id)
            .with(errors, content.members.clone())
    }
}

/// An error and everything behind it, in one line.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl IntoResponse for HttpProblem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status;
        response.extensions_mut().insert(self);
        response
    }
}
