//! Pressing a record's buttons.

use axum::{Json, extract::State};
use formwork_engine::{ButtonOutcome, EngineError};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{WrittenJson, change::written};
use crate::{
    api::described::Values,
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(press))
}

/// What a button was pressed with.
#[derive(Deserialize, ToSchema)]
struct Press {
    /// The version that the caller saw.
    version: Option<i64>,
    /// The fields that the button asks for.
    #[serde(default)]
    #[schema(value_type = Option<Values>)]
    values: Option<Wire>,
}

/// What came of it.
#[derive(Default, Serialize, ToSchema)]
struct Pressed {
    /// The record as it stands now; none where a script took it out of reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<WrittenJson>,
    /// What a script said.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// A new record to be completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<RecordDraft>,
}

/// A record that is not stored yet.
#[derive(Serialize, ToSchema)]
struct RecordDraft {
    form: String,
    #[schema(value_type = Values)]
    values: Wire,
}

/// Presses a button.
#[utoipa::path(
    post, path = "/forms/{form}/records/{id}/buttons/{key}", tag = "records",
    params(("form" = String, Path), ("id" = String, Path), ("key" = String, Path)),
    request_body = Press,
    responses((status = 200, body = Pressed), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn press(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf((form, id, key)): PathOf<(String, String, String)>,
    JsonBody(press): JsonBody<Press>,
) -> Result<Json<Pressed>, HttpProblem> {
    let values = press.values.unwrap_or_else(|| json!({}));
    let engine = &state.engine;
    let outcome = engine.button_press(&caller, &form, &id, &key, press.version, &values).await?;
    Ok(Json(match outcome {
        ButtonOutcome::Draft { form, values } => {
            Pressed { draft: Some(RecordDraft { form, values }), ..Pressed::default() }
        }
        ButtonOutcome::Updated(saved) => {
            let record = written(&state, &caller, &form, saved).await?;
            Pressed { record: Some(record), ..Pressed::default() }
        }
        ButtonOutcome::Ran(message) => {
            // The script may have deleted it, or given it to somebody else.
            let record = match engine.record_open(&caller, &form, &id).await {
                Ok(open) => Some(WrittenJson::new(open.record)?),
                Err(EngineError::NotFound) => None,
                Err(error) => return Err(error.into()),
            };
            Pressed { record, message, ..Pressed::default() }
        }
    }))
}
