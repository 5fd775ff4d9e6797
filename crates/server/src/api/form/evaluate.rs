//! The form with what has been typed so far: computed values, what is shown and required.

use axum::{Json, extract::State};
use formwork_engine::{Evaluation, EvaluationRequest};
use formwork_model::Locale;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::described::Values,
    http::{JsonBody, PathOf},
    principal::{Admin, Member},
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe_all},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(evaluate)).routes(routes!(evaluate_draft))
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

/// What is on a form whose document is not published.
#[derive(Deserialize, ToSchema)]
struct OnDraft {
    /// The form's document as it stands in the designer.
    #[schema(value_type = Object)]
    document: Wire,
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
    Ok(Json(Evaluated::new(found, &caller.locale)))
}

/// Evaluates a form as its document stands in the designer, with the rules of the draft.
/// Stores nothing.
#[utoipa::path(
    post, path = "/documents/form/{key}/evaluate", tag = "documents",
    params(("key" = String, Path)), request_body = OnDraft,
    responses(
        (status = 200, body = Evaluated), (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument, description = "the document is wrong")
    )
)]
async fn evaluate_draft(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf(key): PathOf<String>,
    JsonBody(on_draft): JsonBody<OnDraft>,
) -> Result<Json<Evaluated>, HttpProblem> {
    let OnDraft { document, values, changed } = on_draft;
    let found = state.engine.draft_evaluate(&caller, &key, &document, values, changed).await?;
    Ok(Json(Evaluated::new(found, &caller.locale)))
}

impl Evaluated {
    fn new(found: Evaluation, locale: &Locale) -> Self {
        let states = found.states.into_iter().map(|(name, state)| {
            let state = FieldState {
                visible: state.visible,
                required: state.required,
                read_only: state.read_only,
            };
            (name, state)
        });
        let problems = describe_all(&found.problems, locale);
        Self { values: found.values, states: states.collect(), problems }
    }
}
