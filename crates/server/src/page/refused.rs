//! Pages that members may not see, or that are not there: in the frame, with a way on.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use formwork_engine::Caller;

use super::{
    draw,
    frame::{Crumb, Frame, PageOf},
};
use crate::{
    api,
    catalogue::Texts,
    http::id_of,
    principal::find_caller,
    problem::HttpProblem,
    render::{is_api, prefers_html},
    state::ServerState,
};

/// Most people who are named to be asked.
const MOST_ASKED: usize = 3;

/// Middleware: what a signed-in member is refused as a page keeps the frame.
pub(crate) async fn refused(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    if is_api(request.uri().path()) || !prefers_html(request.headers()) {
        return next.run(request).await;
    }
    let request_id = id_of(&request);
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let problem = response.extensions().get::<HttpProblem>().map(HttpProblem::status);
    let kind = match problem {
        Some(StatusCode::NOT_FOUND) => "not_found",
        Some(StatusCode::FORBIDDEN) => "forbidden",
        _ => return response,
    };
    // Whoever is not known, or met a failure on the way, gets the plain page.
    let Ok(Some(caller)) = find_caller(&mut asked, &state).await else { return response };
    let page = page_of(&state, &caller, asked.uri.path(), (kind, request_id));
    if let Ok(frame) = Frame::new(&state, &caller, page).await {
        let status = response.status();
        response = draw(&frame);
        *response.status_mut() = status;
    }
    response
}

fn page_of<'p>(
    state: &ServerState,
    caller: &Caller,
    path: &'p str,
    (kind, request_id): (&'static str, String),
) -> PageOf<'p> {
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    let apps = api::apps::entries(state, caller);
    let (app, form) = match steps.as_slice() {
        ["apps", app, "forms", form, ..] => (Some(*app), Some(*form)),
        ["apps", app, ..] => (Some(*app), None),
        _ => (None, None),
    };
    let app = app.filter(|key| apps.iter().any(|one| one.key == *key));
    // Absent and out of reach read alike.
    let form = form.filter(|form| api::may_open_form(state, caller, form));
    let section = match steps.first() {
        Some(&("admin" | "design")) => "admin",
        Some(&"tasks") => "tasks",
        _ if app.is_some() => "apps",
        _ => "",
    };
    let admins: Vec<String> = state.engine.catalog().directory.admins();
    let admins = admins.into_iter().take(MOST_ASKED).collect::<Vec<_>>().join(",");
    let mut params =
        vec![("kind", kind.to_owned()), ("request_id", request_id), ("admins", admins)];
    params.extend(form.map(|form| ("form", form.to_owned())));
    let label = Texts::new(caller.locale.clone()).get(&format!("shell.{kind}")).to_owned();
    PageOf {
        island: "app/refused",
        section,
        app,
        current: app.zip(form).map(|(app, form)| format!("/apps/{app}/forms/{form}")),
        crumbs: vec![Crumb { label, href: None }],
        params,
        ..PageOf::default()
    }
}
