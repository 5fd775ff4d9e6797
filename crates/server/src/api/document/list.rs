//! What documents there are, and what they were.

use axum::{Json, extract::State};
use formwork_model::{Locale, Problem, document::DocumentKind};
use serde::{Deserialize, Serialize};
use serde_json::Value as Wire;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{kind_of, work::WorkLine};
use crate::{
    api::{described, moment},
    http::{PathOf, QueryOf},
    principal::Admin,
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(revisions))
        .routes(routes!(revision))
}

/// Which documents.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only those of an app.
    app: Option<String>,
    /// Only those of a kind.
    kind: Option<String>,
}

/// A document in a list.
#[derive(Serialize, ToSchema)]
struct DocumentLine {
    #[schema(value_type = described::DocumentKind)]
    kind: String,
    key: String,
    app: String,
    label: String,
    /// The current revision; 0 when it was never published.
    revision: i64,
    has_draft: bool,
    updated_at: String,
    /// What is wrong with the published document: one that cannot be read or compiled is not
    /// used until it is mended.
    problems: Vec<ProblemItem>,
}

/// A published document.
#[derive(Serialize, ToSchema)]
struct Published {
    /// As it stands; null when it is no JSON.
    #[schema(value_type = Value)]
    document: Wire,
    revision: i64,
    /// What keeps it from being used, in part or as a whole.
    problems: Vec<ProblemItem>,
    /// What is still done in the background for a form's tables.
    work: Vec<WorkLine>,
}

/// A document's revisions, the newest first.
#[derive(Serialize, ToSchema)]
struct Revisions {
    revisions: Vec<Revision>,
}

/// One revision.
#[derive(Serialize, ToSchema)]
struct Revision {
    revision: i64,
    at: String,
    /// Member id.
    by: String,
}

fn describe_all(problems: &[Problem], locale: &Locale) -> Vec<ProblemItem> {
    problems.iter().map(|problem| describe(problem, locale)).collect()
}

/// Every document, those that are only drafts included.
#[utoipa::path(
    get, path = "/documents", tag = "documents", params(ListParams),
    responses((status = 200, body = [DocumentLine]), (status = 403, body = ProblemDocument))
)]
async fn list(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    QueryOf(params): QueryOf<ListParams>,
) -> Result<Json<Vec<DocumentLine>>, HttpProblem> {
    let is_wanted = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    let documents = state.engine.document_list(&caller).await?;
    let entries = documents
        .into_iter()
        .filter(|one| is_wanted(&params.app, &one.app) && is_wanted(&params.kind, &one.kind))
        .map(|one| DocumentLine {
            label: one.label.get(&caller.locale).to_owned(),
            kind: one.kind,
            key: one.key,
            app: one.app,
            revision: one.revision,
            has_draft: one.has_draft,
            updated_at: moment(one.updated_at),
            problems: describe_all(&one.problems, &caller.locale),
        });
    Ok(Json(entries.collect()))
}

/// A published document.
#[utoipa::path(
    get, path = "/documents/{kind}/{key}", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = Published), (status = 404, body = ProblemDocument))
)]
async fn show(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
) -> Result<Json<Published>, HttpProblem> {
    let kind = kind_of(&kind)?;
    let (document, revision) = state.engine.document_get(&caller, kind, &key).await?;
    let work = match kind {
        DocumentKind::Form => state.engine.deferred_work(&key).await?,
        _ => Vec::new(),
    };
    let work = work.into_iter().map(|piece| WorkLine::new(&state, piece, &caller.locale));
    let problems = state.engine.document_problems(&caller, kind, &key)?;
    let problems = describe_all(&problems, &caller.locale);
    Ok(Json(Published { document, revision, problems, work: work.collect() }))
}

/// A document's revisions.
#[utoipa::path(
    get, path = "/documents/{kind}/{key}/revisions", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = Revisions), (status = 403, body = ProblemDocument))
)]
async fn revisions(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key)): PathOf<(String, String)>,
) -> Result<Json<Revisions>, HttpProblem> {
    let found = state.engine.document_revisions(&caller, kind_of(&kind)?, &key).await?;
    let revisions =
        found.into_iter().map(|(revision, at, by)| Revision { revision, at: moment(at), by });
    Ok(Json(Revisions { revisions: revisions.collect() }))
}

/// One revision of a document.
#[utoipa::path(
    get, path = "/documents/{kind}/{key}/revisions/{revision}", tag = "documents",
    params(("kind" = String, Path), ("key" = String, Path), ("revision" = i64, Path)),
    responses((status = 200, body = Published), (status = 404, body = ProblemDocument))
)]
async fn revision(
    State(state): State<ServerState>,
    Admin(caller): Admin,
    PathOf((kind, key, revision)): PathOf<(String, String, i64)>,
) -> Result<Json<Published>, HttpProblem> {
    let document = state.engine.document_revision(&caller, kind_of(&kind)?, &key, revision).await?;
    // What is wrong is said of the current revision.
    Ok(Json(Published { document, revision, problems: Vec::new(), work: Vec::new() }))
}
