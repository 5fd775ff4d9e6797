//! What uses a document or a part of it, and another key for a part of a draft.

use axum::{Json, extract::State};
use formwork_model::{
    Problem,
    document::DocumentKind,
    mention::{FieldName, Named},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::kind_of;
use crate::{
    api::described,
    http::{JsonBody, PathOf, QueryOf},
    principal::Admin,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(document_uses)).routes(routes!(document_rename))
}

/// Which part of a form; none is the document itself.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UseParams {
    /// A field, or `subform.column`.
    field: Option<String>,
    /// The key of one of the field's options.
    option: Option<String>,
}

/// A place at which a published document uses something.
#[derive(Serialize, ToSchema)]
struct DocumentUse {
    #[schema(value_type = described::DocumentKind)]
    kind: &'static str,
    key: String,
    /// JSON pointer into the document.
    pointer: String,
}

/// A draft of a form, and another key for one of its fields or options.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftToRename {
    #[schema(value_type = Value)]
    document: Wire,
    /// The field, or `subform.column`.
    field: String,
    /// One of the field's options, to rename it instead of the field.
    option: Option<String>,
    /// The new key.
    to: String,
}

/// A draft in which something has another key.
#[derive(Serialize, ToSchema)]
struct RenamedDraft {
    #[schema(value_type = Value)]
    document: Wire,
}

/// What a path and an option name in a form.
fn named(form: &str, path: &str, option: Option<String>) -> Named {
    let field = match path.split_once('.') {
        None => FieldName::of(form, path),
        Some((subform, column)) => FieldName::column(form, subform, column),
    };
    match option {
        None => Named::Field(field),
        Some(option) => Named::Option(field, option),
    }
}

/// Every place at which published documents use a document, a field or an option.
#[utoipa::path(
    get, path = "/documents/{kind}/{key}/uses", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path), UseParams),
    responses((status = 200, body = [DocumentUse]), (status = 403, body = ProblemDocument))
)]
async fn document_uses(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
    QueryOf(params): QueryOf<UseParams>,
) -> Result<Json<Vec<DocumentUse>>, HttpProblem> {
    let kind = kind_of(&kind)?;
    let named = match params.field {
        Some(path) if kind == DocumentKind::Form => named(&key, &path, params.option),
        _ => Named::Document(kind, key),
    };
    let uses = state.engine.document_uses(&caller, &named)?.into_iter().map(|found| DocumentUse {
        kind: found.document.kind.as_str(),
        key: found.document.key,
        pointer: found.pointer,
    });
    Ok(Json(uses.collect()))
}

/// A draft of a form with another key for one of its fields, columns or options, wherever it
/// names them: layout, rules, formulas, views, buttons, links. Nothing is saved.
#[utoipa::path(
    post, path = "/documents/{kind}/{key}/rename", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)), request_body = DraftToRename,
    responses((status = 200, body = RenamedDraft), (status = 422, body = ProblemDocument))
)]
async fn document_rename(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
    JsonBody(body): JsonBody<DraftToRename>,
) -> Result<Json<RenamedDraft>, HttpProblem> {
    let kind = kind_of(&kind)?;
    if body.document.get("key").and_then(Wire::as_str) != Some(&key) {
        let problem = Problem::new("invalid_key").at("key").at("document");
        return Err(formwork_engine::EngineError::Problems(vec![problem]).into());
    }
    let from = named(&key, &body.field, body.option);
    let document = state.engine.document_rename(&caller, kind, &body.document, &from, &body.to)?;
    Ok(Json(RenamedDraft { document }))
}
