//! The apps, with what the caller may open of each.

use axum::{Json, extract::State};
use formwork_engine::Caller;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::described;
use crate::{principal::Member, problem::ProblemDocument, state::ServerState};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An app as its users see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppEntry {
    pub(crate) key: String,
    pub(crate) label: String,
    #[schema(required)]
    pub(crate) icon: Option<String>,
    /// One of the eight chart colours.
    pub(crate) color: u8,
    pub(crate) navigation: Vec<NavigationGroup>,
}

/// Entries under a heading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NavigationGroup {
    #[schema(required)]
    pub(crate) label: Option<String>,
    pub(crate) items: Vec<NavigationItem>,
}

/// A form or a dashboard.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NavigationItem {
    #[schema(value_type = described::PageKind)]
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    pub(crate) label: String,
    #[schema(required)]
    pub(crate) icon: Option<String>,
    /// Whether the caller may make records; of a form.
    pub(crate) can_create: bool,
}

impl NavigationItem {
    /// Where it leads.
    pub(crate) fn href(&self, app: &str) -> String {
        format!("/apps/{app}/{}s/{}", self.kind, self.key)
    }
}

/// Colour of an app that names none.
const DEFAULT_COLOR: u8 = 1;

/// What the caller may open.
pub(crate) fn entries(state: &ServerState, caller: &Caller) -> Vec<AppEntry> {
    state.engine.app_list(caller).into_iter().map(AppEntry::from).collect()
}

impl From<formwork_engine::AppEntry> for AppEntry {
    fn from(app: formwork_engine::AppEntry) -> Self {
        let navigation = app.navigation.into_iter().map(|section| NavigationGroup {
            label: section.label,
            items: section.items.into_iter().map(NavigationItem::from).collect(),
        });
        Self {
            key: app.key,
            label: app.label,
            icon: app.icon,
            color: app.color.unwrap_or(DEFAULT_COLOR),
            navigation: navigation.collect(),
        }
    }
}

impl From<formwork_engine::NavigationEntry> for NavigationItem {
    fn from(entry: formwork_engine::NavigationEntry) -> Self {
        Self {
            kind: entry.kind,
            key: entry.key,
            label: entry.label,
            icon: entry.icon,
            can_create: entry.can_create,
        }
    }
}

/// The apps that the caller may open something of.
#[utoipa::path(
    get, path = "/apps", tag = "apps",
    responses((status = 200, body = [AppEntry]), (status = 401, body = ProblemDocument))
)]
async fn list(State(state): State<ServerState>, Member(caller): Member) -> Json<Vec<AppEntry>> {
    Json(entries(&state, &caller))
}
