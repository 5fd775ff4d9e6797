//! What happened to a record.

use axum::{Json, extract::State};
use formwork_engine::HistoryEntry;
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::moment,
    http::{PathOf, QueryOf, page_size},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(history))
}

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// Which part of a history.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryParams {
    /// Only what happened before the event of this id.
    before: Option<i64>,
    /// Most events.
    limit: Option<i64>,
}

/// A record's history, the newest first.
#[derive(Serialize, ToSchema)]
struct History {
    events: Vec<Event>,
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
struct Event {
    /// Its place in the log, for `before`.
    id: String,
    at: String,
    /// Member id.
    by: String,
    kind: String,
    changes: Vec<Change>,
    #[schema(value_type = Value)]
    detail: Wire,
    /// Why there is nothing more to say: `event_newer` when a newer version of the program
    /// wrote it, `event_broken` when it is not what it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'static str>,
}

/// A field before and after.
#[derive(Serialize, ToSchema)]
struct Change {
    field: String,
    label: String,
    #[schema(value_type = Value)]
    from: Wire,
    #[schema(value_type = Value)]
    to: Wire,
}

impl From<HistoryEntry> for Event {
    fn from(entry: HistoryEntry) -> Self {
        let changes = entry.changes.into_iter().map(|change| Change {
            field: change.field,
            label: change.label,
            from: change.from,
            to: change.to,
        });
        Self {
            id: entry.id.to_string(),
            at: moment(entry.at),
            by: entry.by,
            kind: entry.kind,
            changes: changes.collect(),
            detail: entry.detail,
            problem: entry.problem,
        }
    }
}

/// What happened to a record, as far as the caller may see it.
#[utoipa::path(
    get, path = "/forms/{form}/records/{id}/history", tag = "records",
    params(("form" = String, Path), ("id" = String, Path), HistoryParams),
    responses((status = 200, body = History), (status = 404, body = ProblemDocument))
)]
async fn history(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
    QueryOf(params): QueryOf<HistoryParams>,
) -> Result<Json<History>, HttpProblem> {
    let limit = page_size(params.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let entries = state.engine.record_history(&caller, &form, &id, params.before, limit).await?;
    Ok(Json(History { events: entries.into_iter().map(Event::from).collect() }))
}
