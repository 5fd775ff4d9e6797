//! Which address shows which page. The address is the state: what an island shows can be
//! linked to.

use axum::{
    Router,
    extract::{OriginalUri, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use formwork_engine::Caller;
use formwork_model::{
    Localized,
    document::{DocumentKind, Operation},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    SetUpPage, draw,
    frame::{Crumb, Frame, PageOf},
    layout::{Layout, Looks},
    sign_in,
};
use crate::{
    catalogue::Texts,
    http::{PathOf, Reader},
    principal::Member,
    problem::HttpProblem,
    state::ServerState,
};

/// The pages' routes.
pub fn router() -> Router<ServerState> {
    Router::new()
        .route("/", get(workbench))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/set-up", get(set_up))
        .route("/tasks", get(tasks))
        .route("/tasks/{id}", get(task))
        .route("/apps/{app}", get(app))
        .route("/apps/{app}/forms/{form}", get(grid))
        .route("/apps/{app}/forms/{form}/new", get(new_record))
        .route("/apps/{app}/forms/{form}/records/{id}", get(record))
        .route("/apps/{app}/dashboards/{key}", get(dashboard))
        .route("/design/forms/{form}", get(design_form))
        .route("/design/flows/{flow}", get(design_flow))
        .route("/design/documents/{kind}/{key}", get(design_document))
        .route("/admin", get(admin_documents))
        .route("/admin/members", get(admin_members))
        .route("/admin/api-keys", get(admin_api_keys))
        .route("/admin/attention", get(admin_attention))
        .route("/admin/jobs", get(admin_jobs))
        .route("/account", get(account))
        .route("/admin/packages", get(admin_packages))
}

type Page = Result<Response, HttpProblem>;

/// Who looks at a page; those not signed in are led to where they can.
struct Visitor(Caller);

/// A visitor who may do everything.
struct AdminVisitor(Caller);

impl axum::extract::FromRequestParts<ServerState> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &ServerState,
    ) -> Result<Self, Response> {
        let found =
            <Member as axum::extract::FromRequestParts<_>>::from_request_parts(parts, state);
        match found.await {
            Ok(Member(caller)) => Ok(Self(caller)),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
                let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
                Err(to_sign_in(state, uri.path_and_query().map_or("/", |path| path.as_str())))
            }
            Err(problem) => Err(problem.into_response()),
        }
    }
}

impl axum::extract::FromRequestParts<ServerState> for AdminVisitor {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &ServerState,
    ) -> Result<Self, Response> {
        let Visitor(caller) = Visitor::from_request_parts(parts, state).await?;
        match caller.must_be_admin() {
            Ok(()) => Ok(Self(caller)),
            Err(error) => Err(HttpProblem::from(error).into_response()),
        }
    }
}

/// What is escaped in a value of a query: all but what addresses are commonly made of.
const IN_QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

fn to_sign_in(state: &ServerState, from: &str) -> Response {
    if is_new(state) {
        return Redirect::to("/set-up").into_response();
    }
    let from = utf8_percent_encode(from, IN_QUERY);
    Redirect::to(&format!("/sign-in?return={from}")).into_response()
}

/// Whether nobody is there yet.
pub(super) fn is_new(state: &ServerState) -> bool {
    state.engine.catalog().directory.members().next().is_none()
}

async fn set_up(State(state): State<ServerState>, reader: Reader) -> Page {
    if !is_new(&state) {
        return Ok(Redirect::to("/").into_response());
    }
    let layout = Layout::new(Looks::of(&state), reader.locale(), &["app/sign-in"]);
    Ok(draw(&SetUpPage::new(layout, true)))
}

async fn show(state: &ServerState, caller: &Caller, page: PageOf<'_>) -> Page {
    Ok(draw(&Frame::new(state, caller, page).await?))
}

fn crumb(caller: &Caller, key: &str) -> Crumb {
    let label = Texts::new(caller.locale.clone()).get(key).to_owned();
    Crumb { label, href: None }
}

async fn workbench(State(state): State<ServerState>, Visitor(caller): Visitor) -> Page {
    let page = PageOf {
        island: "workbench",
        section: "workbench",
        crumbs: vec![crumb(&caller, "shell.workbench")],
        tinted: true,
        ..PageOf::default()
    };
    show(&state, &caller, page).await
}

async fn tasks(State(state): State<ServerState>, Visitor(caller): Visitor) -> Page {
    show_tasks(&state, &caller, Vec::new()).await
}

async fn task(
    State(state): State<ServerState>,
    Visitor(caller): Visitor,
    PathOf(id): PathOf<String>,
) -> Page {
    show_tasks(&state, &caller, vec![("id", id)]).await
}

async fn show_tasks(
    state: &ServerState,
    caller: &Caller,
    params: Vec<(&'static str, String)>,
) -> Page {
    let page = PageOf {
        island: "flow/task",
        section: "tasks",
        crumbs: vec![crumb(caller, "shell.tasks")],
        params,
        ..PageOf::default()
    };
    show(state, caller, page).await
}

/// An app's own address leads to its first entry.
async fn app(
    State(state): State<ServerState>,
    Visitor(caller): Visitor,
    PathOf(key): PathOf<String>,
) -> Page {
    let apps = crate::api::apps::entries(&state, &caller);
    let app = apps.iter().find(|app| app.key == key).ok_or_else(HttpProblem::not_found)?;
    let first = app.navigation.iter().flat_map(|group| &group.items).next();
    let first = first.ok_or_else(HttpProblem::not_found)?;
    Ok(Redirect::to(&first.href(&app.key)).into_response())
}

/// What a page of a form shows beyond the form itself.
enum FormPage {
    Grid,
    New,
    Record { id: String, title: String },
}

/// A page of a form of an app, for those who may open the form.
async fn form_page(
    state: &ServerState,
    caller: &Caller,
    (app, form): (String, String),
    what: FormPage,
) -> Page {
    let catalog = state.engine.catalog();
    let compiled = catalog
        .compiled(&form)
        .filter(|found| found.model.document.app.as_str() == app)
        .ok_or_else(HttpProblem::not_found)?;
    let label = compiled.model.document.label.get(&caller.locale).to_owned();
    let href = format!("/apps/{app}/forms/{form}");
    let mut crumbs = app_crumbs(state, caller, &app);
    let may_create = state.engine.form_access(caller, &form).may(Operation::Create);
    let mut params = vec![("form", form)];
    let list = Crumb { label, href: Some(href.clone()) };
    let (island, new_href) = match what {
        FormPage::Grid => {
            crumbs.push(Crumb { href: None, ..list });
            ("record/grid", may_create.then(|| format!("{href}/new")))
        }
        FormPage::New => {
            crumbs.extend([list, crumb(caller, "shell.new")]);
            ("record/form", None)
        }
        FormPage::Record { id, title } => {
            crumbs.extend([list, Crumb { label: title, href: None }]);
            params.push(("id", id));
            ("record/panel", None)
        }
    };
    let page = PageOf {
        island,
        section: "apps",
        app: Some(&app),
        current: Some(href),
        crumbs,
        new_href,
        params,
        ..PageOf::default()
    };
    show(state, caller, page).await
}

fn app_crumbs(state: &ServerState, caller: &Caller, app: &str) -> Vec<Crumb> {
    let catalog = state.engine.catalog();
    let found = catalog.apps().iter().find(|candidate| candidate.key.as_str() == app);
    let crumb = found.map(|found| Crumb {
        label: found.label.get(&caller.locale).to_owned(),
        href: Some(format!("/apps/{app}")),
    });
    crumb.into_iter().collect()
}

/// Refuses, as if it were not there, a form with nothing in it for the caller.
fn must_open(state: &ServerState, caller: &Caller, form: &str) -> Result<(), HttpProblem> {
    let may = crate::api::may_open_form(state, caller, form);
    may.then_some(()).ok_or_else(HttpProblem::not_found)
}

async fn grid(
    State(state): State<ServerState>,
    Visitor(caller): Visitor,
    PathOf(keys): PathOf<(String, String)>,
) -> Page {
    must_open(&state, &caller, &keys.1)?;
    form_page(&state, &caller, keys, FormPage::Grid).await
}

async fn new_record(
    State(state): State<ServerState>,
    Visitor(caller): Visitor,
    PathOf(keys): PathOf<(String, String)>,
) -> Page {
    must_open(&state, &caller, &keys.1)?;
    form_page(&state, &caller, keys, FormPage::New).await
}

/// Those who take part in a record's process see it without a grant on its form.
async fn record(
    State(state): State<ServerState>,
    Visitor(caller): Visitor,
    PathOf((app, form, id)): PathOf<(String, String, String)>,
) -> Page {
    let open = state.engine.record_open(&caller, &form, &id).await?;
    let title = title_of(&open.record).unwrap_or_default();
    form_page(&state, &caller, (app, form), FormPage::Record { id, title }).await
}

/// The title in a record's JSON.
fn title_of(record: &str) -> Option<String> {
    let record: serde_json::Value = serde_json::from_str(record).ok()?;
    Some(record.get("title")?.as_str()?.to_owned())
}

async fn dashboard(
    State(state): State<ServerState>,
    Visitor(caller): Visitor,
    PathOf((app, key)): PathOf<(String, String)>,
) -> Page {
    let document = state.engine.dashboard_open(&caller, &key)?.document;
    if document.app.as_str() != app {
        return Err(HttpProblem::not_found());
    }
    let label = document.label.get(&caller.locale).to_owned();
    let mut crumbs = app_crumbs(&state, &caller, &app);
    crumbs.push(Crumb { label, href: None });
    let page = PageOf {
        island: "insight/dashboard",
        section: "apps",
        app: Some(&app),
        current: Some(format!("/apps/{app}/dashboards/{key}")),
        crumbs,
        tinted: true,
        params: vec![("key", key)],
        ..PageOf::default()
    };
    show(&state, &caller, page).await
}

/// A page of the administration.
async fn admin_page(
    state: &ServerState,
    caller: &Caller,
    island: &'static str,
    params: Vec<(&'static str, String)>,
) -> Page {
    let mut admin = crumb(caller, "shell.admin");
    let mut crumbs = Vec::new();
    if let Some((_, key)) = params.last().filter(|(name, _)| *name != "page") {
        admin.href = Some("/admin".to_owned());
        let label = document_label(state, caller, &params).await.unwrap_or_else(|| key.clone());
        crumbs.extend([admin, Crumb { label, href: None }]);
    } else {
        crumbs.push(admin);
    }
    let page = PageOf { island, section: "admin", crumbs, params, ..PageOf::default() };
    show(state, caller, page).await
}

/// The name of the published document that a designer's parameters name.
async fn document_label(
    state: &ServerState,
    caller: &Caller,
    params: &[(&'static str, String)],
) -> Option<String> {
    let (kind, key) = match params {
        [("kind", kind), ("key", key)] => (kind.as_str(), key),
        [(kind, key)] => (*kind, key),
        _ => return None,
    };
    let kind = DocumentKind::from_name(kind)?;
    let (document, _) = state.engine.document_get(caller, kind, key).await.ok()?;
    let label = serde_json::from_value::<Localized>(document.get("label")?.clone()).ok()?;
    Some(label.get(&caller.locale).to_owned())
}

async fn design_form(
    State(state): State<ServerState>,
    AdminVisitor(caller): AdminVisitor,
    PathOf(form): PathOf<String>,
) -> Page {
    admin_page(&state, &caller, "form-designer", vec![("form", form)]).await
}

async fn design_flow(
    State(state): State<ServerState>,
    AdminVisitor(caller): AdminVisitor,
    PathOf(flow): PathOf<String>,
) -> Page {
    admin_page(&state, &caller, "flow/designer", vec![("flow", flow)]).await
}

async fn design_document(
    State(state): State<ServerState>,
    AdminVisitor(caller): AdminVisitor,
    PathOf((kind, key)): PathOf<(String, String)>,
) -> Page {
    admin_page(&state, &caller, "admin", vec![("kind", kind), ("key", key)]).await
}

async fn admin_documents(
    State(state): State<ServerState>,
    AdminVisitor(caller): AdminVisitor,
) -> Page {
    admin_page(&state, &caller, "admin", vec![("page", "documents".to_owned())]).await
}

async fn admin_members(
    State(state): State<ServerState>,
    AdminVisitor(caller): AdminVisitor,
) -> Page {
    admin_page(&state, &caller, "admin", vec![("page", "members".to_owned())]).await
}

async fn admin_api_keys(State(state): State<ServerState>, Visitor(caller): Visitor) -> Page {
    admin_page(&state, &caller, "admin", vec![("page", "api-keys".to_owned())]).await
}

/// Whoever is an admin of some flow may have something there.
async fn admin_attention(State(state): State<ServerState>, Visitor(caller): Visitor) -> Page {
    admin_page(&state, &caller, "admin", vec![("page", "attention".to_owned())]).await
}

async fn admin_jobs(State(state): State<ServerState>, AdminVisitor(caller): AdminVisitor) -> Page {
    admin_page(&state, &caller, "admin", vec![("page", "jobs".to_owned())]).await
}

async fn account(State(state): State<ServerState>, Visitor(caller): Visitor) -> Page {
    admin_page(&state, &caller, "admin", vec![("page", "account".to_owned())]).await
}

async fn admin_packages(
    State(state): State<ServerState>,
    AdminVisitor(caller): AdminVisitor,
) -> Page {
    admin_page(&state, &caller, "admin", vec![("page", "packages".to_owned())]).await
}
