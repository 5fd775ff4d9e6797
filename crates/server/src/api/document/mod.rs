//! Documents: drafts, checks, publishing. For admins.

mod conversion;
mod draft;
mod list;
mod mention;
mod publish;
mod work;

use formwork_model::document::DocumentKind;
use utoipa_axum::router::OpenApiRouter;

pub(super) use work::WorkLine;

use crate::{problem::HttpProblem, state::ServerState};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(list::routes())
        .merge(draft::routes())
        .merge(publish::routes())
        .merge(mention::routes())
        .merge(conversion::routes())
}

/// The kind that an address names.
pub(super) fn kind_of(name: &str) -> Result<DocumentKind, HttpProblem> {
    DocumentKind::from_name(name).ok_or_else(HttpProblem::not_found)
}
