//! Records of a form: lists, single ones, and everything that hangs on one.

mod batch;
mod button;
mod change;
mod comment;
mod history;
mod list;
mod stream;

pub(super) use change::field_access;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa_axum::router::OpenApiRouter;

use super::described::Record;
use crate::{problem::HttpProblem, state::ServerState};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(list::routes())
        .merge(stream::routes())
        .merge(change::routes())
        .merge(batch::routes())
        .merge(button::routes())
        .merge(history::routes())
        .merge(comment::routes())
}

/// A record as the database wrote it: JSON that is passed on and not read.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct WrittenJson(Box<RawValue>);

impl WrittenJson {
    /// Takes JSON text.
    pub(super) fn new(text: String) -> Result<Self, HttpProblem> {
        RawValue::from_string(text).map(Self).map_err(HttpProblem::failure)
    }
}

impl utoipa::PartialSchema for WrittenJson {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        Record::schema()
    }
}

impl utoipa::ToSchema for WrittenJson {
    fn name() -> std::borrow::Cow<'static, str> {
        Record::name()
    }
}
