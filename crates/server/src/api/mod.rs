//! The JSON API: one file a resource. A route is registered together with its
//! documentation, so that none can be without.

mod api_keys;
pub(crate) mod apps;
mod dashboards;
mod described;
mod directory;
mod document;
mod form;
mod instance;
mod jobs;
mod packages;
mod people;
mod record;
mod reference;
mod refusals;
mod session;
mod set_up;
mod tasks;
mod workbench;

use std::iter;

use axum::{Json, Router, http::header, response::IntoResponse};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use form::may_open as may_open_form;
pub(crate) use session::begin_session;

use crate::{session::COOKIE_NAME, state::ServerState};

/// Where the API stands.
pub const PREFIX: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(title = "Formwork", description = "Forms, records, processes and dashboards."),
    modifiers(&Principals),
    security(("session" = []), ("api_key" = []))
)]
struct Description;

/// How callers prove who they are.
struct Principals;

impl Modify for Principals {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE_NAME)));
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("fwk_…").build();
        components.add_security_scheme("session", cookie);
        components.add_security_scheme("api_key", SecurityScheme::Http(key));
    }
}

/// Every resource, with its documentation.
fn resources() -> OpenApiRouter<ServerState> {
    let resources = OpenApiRouter::new()
        .routes(routes!(openapi))
        .merge(session::routes())
        .merge(set_up::routes())
        .merge(directory::routes())
        .merge(apps::routes())
        .merge(form::routes())
        .merge(record::routes())
        .merge(instance::routes())
        .merge(tasks::routes())
        .merge(dashboards::routes())
        .merge(workbench::routes())
        .merge(document::routes())
        .merge(reference::routes())
        .merge(packages::routes())
        .merge(jobs::routes())
        .merge(people::routes())
        .merge(api_keys::routes());
    OpenApiRouter::with_openapi(Description::openapi()).nest(PREFIX, resources)
}

/// The API's routes.
pub fn router() -> Router<ServerState> {
    resources().split_for_parts().0
}

/// The API's OpenAPI document.
pub fn description() -> utoipa::openapi::OpenApi {
    let mut description = resources().into_openapi();
    for (path, item) in &mut description.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_id(method, path));
                refusals::add(method, operation);
            }
        }
    }
    refusals::close_bodies(&mut description);
    description
}

/// A name that no other operation has: `get_forms_form_records`.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.strip_prefix(PREFIX).unwrap_or(path);
    let words = path.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "about", security(()), responses((status = 200))
)]
async fn openapi() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-cache")], Json(description()))
}

/// A moment as the API writes it.
fn timestamp(at: jiff::Timestamp) -> String {
    formwork_model::value::instant_text(at)
}

/// A moment in milliseconds as the API writes it; one that no calendar knows stays empty.
fn moment(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map(timestamp).unwrap_or_default()
}
