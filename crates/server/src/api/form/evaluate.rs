//! The form with what has been typed so far: computed values, what is shown and required.

use axum::{Json, extract::State};
use formwork_engine::EvaluationRequest;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::described::Values,
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(evaluate))
}

/// What is on the form.
#[derive(Deserialize, ToSchema)]
struct OnForm {
    /// The record that is edited; none for a new one.
    record: Option<String>,
    /// The task in which it is edited.
    task: Option<String>,
    /// What is typed, by field.
    #[serde(default = "nothing")]
    #[schema(value_type = Values)]
    values: Wire,
    /// What has just changed: `account`, or `lines/2/product`.
    #[serde(default)]
    changed: Vec<String>,
}

fn nothing() -> Wire {
    json!({})
}

/// How the form stands.
#[derive(Serialize, ToSchema)]
struct Evaluated {
    /// Every value that the caller may see, links with their titles.
    #[schema(value_type = Values)]
    values: Wire,
    /// By `field`, `subform.column`, and `subform/row/column` where a row differs.
    #[schema(value_type = HashMap<String, FieldState>)]
    states: IndexMap<String, FieldState>,
    /// What would keep the record from being submitted.
    problems: Vec<ProblemItem>,
}

/// How a field stands.
#[derive(Serialize, ToSchema)]
struct FieldState {
    visible: bool,
    required: bool,
    read_only: bool,
}

/// Evaluates a form with what is on it. Stores nothing.
#[utoipa::path(
    post, path = "/forms/{form}/evaluate", tag = "forms", params(("form" = String, Path)),
    request_body = OnForm,
    responses((status = 200, body = Evaluated), (status = 404, body = ProblemDocument))
)]
async fn evaluate(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
    JsonBody(on_form): JsonBody<OnForm>,
) -> Result<Json<Evaluated>, HttpProblem> {
    let request = EvaluationRequest {
        record: on_form.record,
        task: on_form.task,
        values: on_form.values,
        changed: on_form.changed,
    };
    let found = state.engine.form_evaluate(&caller, &form, &request).await?;
    let states = found.states.into_iter().map(|(name, state)| {
        let state = FieldState {
            visible: state.visible,
            required: state.required,
            read_only: state.read_only,
        };
        (name, state)
    });
    let problems = found.problems.iter().map(|problem| describe(problem, &caller.locale));
    Ok(Json(Evaluated {
        values: found.values,
        states: states.collect(),
        problems: problems.collect(),
    }))
}
