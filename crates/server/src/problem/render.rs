//! Writes problems in the reader's language, as JSON or as a page.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use formwork_model::{Locale, Problem};

use super::{Content, HttpProblem, PROBLEM_JSON, ProblemDocument, ProblemItem};
use crate::{
    catalogue::Catalogue,
    http::{Reader, RequestId},
    page::{Layout, Looks, draw, error::ErrorPage},
    state::ServerState,
};

/// Middleware: turns every problem, and every bare error status, into a document.
pub async fn render(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let reader = Reader::of(&request);
    let request_id = RequestId::of(&request);
    let wants_page = prefers_html(request.headers()) && !is_api(request.uri().path());
    let mut response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions_mut().remove::<HttpProblem>() {
        Some(problem) => problem,
        None if is_bare_error(&response) => HttpProblem::of_status(status),
        None => return response,
    };
    let problem = *problem.0;
    log(&problem);
    let locale = reader.locale();
    let document = document(&problem, &locale, request_id);
    let mut rendered =
        if wants_page { page(&document, locale, state.looks()) } else { json(&document) };
    *rendered.status_mut() = status;
    for (name, value) in response.headers() {
        let describes_body = *name == header::CONTENT_TYPE || *name == header::CONTENT_LENGTH;
        if !describes_body {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    if let Some(seconds) = problem.retry_after_seconds {
        rendered.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    rendered
}

/// What is wrong, in the reader's language.
pub fn describe(problem: &Problem, locale: &Locale) -> ProblemItem {
    ProblemItem {
        code: problem.code.to_string(),
        pointer: problem.pointer.clone(),
        message: Catalogue::shared().fill(
            locale,
            &format!("problem.{}", problem.code),
            &problem.params,
        ),
        params: problem.params.clone().into_iter().collect(),
    }
}

fn document(problem: &Content, locale: &Locale, request_id: RequestId) -> ProblemDocument {
    let catalogue = Catalogue::shared();
    let code = &problem.problem.code;
    let whole = describe(&problem.problem, locale);
    let detail_key = format!("server.detail.{code}");
    ProblemDocument {
        kind: format!("about:blank#{code}"),
        title: whole.message,
        status: problem.status.as_u16(),
        code: whole.code,
        detail: catalogue
            .find(locale, &detail_key)
            .map(|_| catalogue.fill(locale, &detail_key, &problem.problem.params)),
        request_id: request_id.to_string(),
        errors: problem.errors.iter().map(|problem| describe(problem, locale)).collect(),
        members: problem.members.clone(),
    }
}

fn json(document: &ProblemDocument) -> Response {
    let headers = [(header::CONTENT_TYPE, PROBLEM_JSON), (header::CACHE_CONTROL, "no-store")];
    (headers, serde_json::to_vec(document).unwrap_or_default()).into_response()
}

fn page(document: &ProblemDocument, locale: Locale, looks: Looks) -> Response {
    let layout = Layout::new(looks, locale, &["app/sign-in"]);
    draw(&ErrorPage::new(document, layout))
}

/// Failures are logged here and nowhere else.
fn log(problem: &Content) {
    if problem.status == StatusCode::INTERNAL_SERVER_ERROR {
        match &problem.source {
            Some(source) => {
                let mut causes = source.to_string();
                let mut next = source.source();
                while let Some(cause) = next {
                    causes = format!("{causes}: {cause}");
                    next = cause.source();
                }
                tracing::error!(error = %causes, "the request failed");
            }
            None => tracing::error!(code = &*problem.problem.code, "the request failed"),
        }
    } else {
        tracing::debug!(code = &*problem.problem.code, status = problem.status.as_u16(), "refused");
    }
}

fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with(PROBLEM_JSON));
    (status.is_client_error() || status.is_server_error()) && !is_page
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Whether a page is wanted: `text/html` stands in `Accept`, as browsers send it.
fn prefers_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
