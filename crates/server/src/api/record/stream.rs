//! A form's records one a line, for programs that want them all.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::IntoResponse,
};
use formwork_engine::{Caller, Engine, EngineError, RecordPage};
use formwork_model::{Problem, document::Sort};
use formwork_query::{ListQuery, MAX_LIMIT, Page, cursor_token};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    WrittenJson,
    list::{read_fields, read_filter},
};
use crate::{
    http::{PathOf, QueryOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(stream))
}

/// Which records, and where to go on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct StreamParams {
    /// A filter as JSON.
    filter: Option<String>,
    /// A text that the title contains.
    q: Option<String>,
    /// Field keys to answer with; all when none are given, subforms included.
    fields: Option<String>,
    /// Whether the caller's own drafts come along.
    #[serde(default)]
    drafts: bool,
    /// The id of the last record that arrived: the stream goes on behind it.
    cursor: Option<String>,
}

/// Every record within the caller's reach, one JSON object a line, in the order in which
/// they were made. A stream that breaks off can be taken up again by its last record's id.
#[utoipa::path(
    get, path = "/forms/{form}/records/stream", tag = "records",
    params(("form" = String, Path), StreamParams),
    responses(
        (status = 200, body = WrittenJson, content_type = "application/x-ndjson"),
        (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument),
    )
)]
async fn stream(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
    QueryOf(params): QueryOf<StreamParams>,
) -> Result<impl IntoResponse, HttpProblem> {
    let query = ListQuery {
        filter: params.filter.as_deref().map(read_filter).transpose()?,
        search: params.q.filter(|text| !text.trim().is_empty()),
        sort: vec![Sort { field: "id".to_owned(), descending: false }],
        limit: MAX_LIMIT,
        page: params.cursor.map_or(Ok(Page::First), |id| after(&id))?,
        fields: params.fields.as_deref().map(read_fields).transpose()?,
        with_subforms: true,
        drafts: params.drafts,
    };
    // Read before the answer begins, so that what is wrong is said as a problem.
    let first = state.engine.record_page(&caller, &form, &query).await?;
    let lines = lines(state.engine.clone(), caller, form, query, first);
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)))
}

/// What comes behind a record.
fn after(id: &str) -> Result<Page, HttpProblem> {
    let is_id = Uuid::try_parse(id).is_ok_and(|uuid| uuid.to_string() == id);
    if is_id {
        Ok(Page::After(cursor_token(&json!([id]).to_string())))
    } else {
        Err(HttpProblem::invalid(vec![Problem::new("invalid_cursor").at("cursor")]))
    }
}

/// The lines of one page after another. The next page is read when the one before has been
/// taken: no more than one is in memory, and no reader is held while the client is slow.
fn lines(
    engine: Engine,
    caller: Caller,
    form: String,
    query: ListQuery,
    first: RecordPage,
) -> impl Stream<Item = Result<Bytes, EngineError>> {
    stream::try_unfold(Some(first), move |page| {
        let (engine, caller, form) = (engine.clone(), caller.clone(), form.clone());
        let query = query.clone();
        async move {
            let Some(page) = page else { return Ok(None) };
            let text = page_lines(&page);
            let next = match page.next {
                None => None,
                Some(token) => {
                    let query = ListQuery { page: Page::After(token), ..query };
                    let next = next_page(&engine, &caller, &form, &query).await;
                    // The answer has begun: all that is left is to break it off.
                    Some(next.inspect_err(|error| tracing::warn!(%error, form, "a stream ends"))?)
                }
            };
            Ok(Some((Bytes::from(text), next)))
        }
    })
}

/// The next page, for a caller who is still who they were.
async fn next_page(
    engine: &Engine,
    caller: &Caller,
    form: &str,
    query: &ListQuery,
) -> Result<RecordPage, EngineError> {
    engine.caller_stands(caller).await?;
    engine.record_page(caller, form, query).await
}

fn page_lines(page: &RecordPage) -> String {
    let size = page.records.iter().map(|record| record.len().saturating_add(1)).sum();
    let mut text = String::with_capacity(size);
    for record in &page.records {
        text.push_str(record);
        text.push('\n');
    }
    text
}
