//! One record: reading, submitting, changing, deleting.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::{Caller, EngineError, OpenRecord, Submission};
use formwork_model::{Locale, document::Operation};
use formwork_query::FieldAccess;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::WrittenJson;
use crate::{
    api::described::{self, Values},
    http::{JsonBody, PathOf, QueryOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(open, change, delete))
        .routes(routes!(submit))
}

/// A new record.
#[derive(Deserialize, ToSchema)]
struct NewRecord {
    /// Values by field.
    #[serde(default = "no_values")]
    #[schema(value_type = Values)]
    values: Wire,
    /// Keeps it as a draft: nothing starts, and it need not be complete.
    #[serde(default)]
    draft: bool,
}

/// A change of a record.
#[derive(Deserialize, ToSchema)]
struct RecordChange {
    /// The version that the change was made from.
    version: i64,
    /// Values by field; those not named stay as they are.
    #[serde(default = "no_values")]
    #[schema(value_type = Values)]
    values: Wire,
}

fn no_values() -> Wire {
    json!({})
}

/// The version that a deletion was decided on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct VersionParam {
    version: i64,
}

/// A record and what the caller can do with it.
#[derive(Serialize, ToSchema)]
struct RecordScreen {
    record: WrittenJson,
    /// `edit` or `read` by field; hidden ones are left out.
    #[schema(value_type = HashMap<String, described::Access>)]
    fields: IndexMap<String, &'static str>,
    #[schema(value_type = Vec<described::Operation>)]
    operations: Vec<Operation>,
    /// The buttons that are offered now.
    buttons: Vec<String>,
    /// The caller's open task on it.
    #[schema(required)]
    task: Option<TaskRef>,
    /// Whether it is or was in a flow.
    instance: bool,
    /// Whether the caller may take it back out of its flow now.
    can_withdraw: bool,
    /// Why formulas have no value, each with its place.
    failures: Vec<ProblemItem>,
}

/// A task, by id.
#[derive(Serialize, ToSchema)]
struct TaskRef {
    id: String,
}

impl RecordScreen {
    fn new(open: OpenRecord, locale: &Locale) -> Result<Self, HttpProblem> {
        Ok(Self {
            record: WrittenJson::new(open.record)?,
            fields: field_access(&open.fields),
            operations: open.operations,
            buttons: open.buttons,
            task: open.task.map(|id| TaskRef { id }),
            instance: open.has_instance,
            can_withdraw: open.can_withdraw,
            failures: open.failures.iter().map(|problem| describe(problem, locale)).collect(),
        })
    }
}

/// `edit` or `read` by field.
pub(in crate::api) fn field_access(
    fields: &[(formwork_model::FieldKey, FieldAccess)],
) -> IndexMap<String, &'static str> {
    fields
        .iter()
        .filter_map(|(key, access)| {
            let text = match access {
                FieldAccess::Hidden => return None,
                FieldAccess::Read => "read",
                FieldAccess::Edit => "edit",
            };
            Some((key.to_string(), text))
        })
        .collect()
}

/// A record after a change. One who may make it and not see it gets what there is to know.
pub(in crate::api) async fn written(
    state: &ServerState,
    caller: &Caller,
    form: &str,
    saved: Submission,
) -> Result<WrittenJson, HttpProblem> {
    match state.engine.record_json(caller, form, &saved.id).await {
        Ok(record) => WrittenJson::new(record),
        Err(EngineError::NotFound) => {
            let known = json!({ "id": saved.id, "version": saved.version, "title": saved.title });
            WrittenJson::new(known.to_string())
        }
        Err(error) => Err(error.into()),
    }
}

/// Submits a new record.
#[utoipa::path(
    post, path = "/forms/{form}/records", tag = "records",
    params(("form" = String, Path)), request_body = NewRecord,
    responses((status = 201, body = WrittenJson), (status = 422, body = ProblemDocument))
)]
async fn create(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
    JsonBody(new): JsonBody<NewRecord>,
) -> Result<(StatusCode, Json<WrittenJson>), HttpProblem> {
    let saved = state.engine.record_create(&caller, &form, &new.values, new.draft).await?;
    Ok((StatusCode::CREATED, Json(written(&state, &caller, &form, saved).await?)))
}

/// A record as its page shows it.
#[utoipa::path(
    get, path = "/forms/{form}/records/{id}", tag = "records",
    params(("form" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RecordScreen), (status = 404, body = ProblemDocument))
)]
async fn open(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
) -> Result<Json<RecordScreen>, HttpProblem> {
    let open = state.engine.record_open(&caller, &form, &id).await?;
    Ok(Json(RecordScreen::new(open, &caller.locale)?))
}

/// Changes fields of a record.
#[utoipa::path(
    patch, path = "/forms/{form}/records/{id}", tag = "records",
    params(("form" = String, Path), ("id" = String, Path)), request_body = RecordChange,
    responses((status = 200, body = WrittenJson), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn change(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
    JsonBody(change): JsonBody<RecordChange>,
) -> Result<Json<WrittenJson>, HttpProblem> {
    let engine = &state.engine;
    let saved = engine.record_update(&caller, &form, &id, change.version, &change.values).await?;
    Ok(Json(written(&state, &caller, &form, saved).await?))
}

/// Deletes a record.
#[utoipa::path(
    delete, path = "/forms/{form}/records/{id}", tag = "records",
    params(("form" = String, Path), ("id" = String, Path), VersionParam),
    responses((status = 204), (status = 409, body = ProblemDocument))
)]
async fn delete(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
    QueryOf(VersionParam { version }): QueryOf<VersionParam>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.record_delete(&caller, &form, &id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Submits a draft, or a record that came back to its starter.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/submit", tag = "records",
    params(("form" = String, Path), ("id" = String, Path)), request_body = RecordChange,
    responses((status = 200, body = WrittenJson), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn submit(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id)): PathOf<(String, String)>,
    JsonBody(change): JsonBody<RecordChange>,
) -> Result<Json<WrittenJson>, HttpProblem> {
    let engine = &state.engine;
    let saved = engine.record_submit(&caller, &form, &id, change.version, &change.values).await?;
    Ok(Json(written(&state, &caller, &form, saved).await?))
}
