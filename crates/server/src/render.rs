//! Writes problems in the reader's language, as JSON or as a page.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use formwork_model::Locale;

use crate::{
    http::{Reader, id_of},
    page::{Layout, Looks, draw, error::ErrorPage},
    problem::{HttpProblem, PROBLEM_JSON, ProblemDocument, causes},
    state::ServerState,
};

/// Middleware: turns every problem, and every bare error status, into a document.
pub(crate) async fn render(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let reader = Reader::of(&request);
    let request_id = id_of(&request);
    let wants_page = prefers_html(request.headers()) && !is_api(request.uri().path());
    let mut response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions_mut().remove::<HttpProblem>() {
        Some(problem) => problem,
        None if is_bare_error(&response) => HttpProblem::of_status(status),
        None => return response,
    };
    log(&problem);
    let locale = reader.locale();
    let document = problem.document(&locale, request_id);
    let mut rendered =
        if wants_page { page(&document, locale, Looks::of(&state)) } else { json(&document) };
    *rendered.status_mut() = status;
    for (name, value) in response.headers() {
        let describes_body = *name == header::CONTENT_TYPE || *name == header::CONTENT_LENGTH;
        if !describes_body {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    if let Some(seconds) = problem.retry_after_seconds() {
        rendered.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    rendered
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
fn log(problem: &HttpProblem) {
    let (code, status) = (problem.code(), problem.status());
    match problem.cause() {
        Some(source) => {
            tracing::error!(code, error = %causes(source), "the request failed");
        }
        None if status.is_server_error() => tracing::error!(code, "the request failed"),
        None => tracing::debug!(code, status = status.as_u16(), "refused"),
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

pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Whether a page is wanted: `text/html` stands in `Accept`, as browsers send it.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
