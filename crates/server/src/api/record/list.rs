//! Lists of records, and sums over them.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::header, response::IntoResponse};
use formwork_engine::{AggregateRequest, RecordPage};
use formwork_model::{
    FieldKey, Filter, Locale, Problem, Problems, document::Sort, filter::stray_members,
};
use formwork_query::{ListQuery, MAX_LIMIT, Page};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Wire, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::WrittenJson;
use crate::{
    api::described::{Aggregation, Values},
    http::{JsonBody, PathOf, QueryOf, page_size, read_part},
    principal::Member,
    problem::{HttpProblem, ProblemDocument, ProblemItem, describe},
    state::ServerState,
};

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(aggregate))
}

/// Records on a page when no limit is given.
const DEFAULT_LIMIT: u32 = 50;

/// Which records, in which order, and which part of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// A saved view, whose filter and order apply where none are given.
    view: Option<String>,
    /// A filter as JSON.
    filter: Option<String>,
    /// Field keys, those that descend with a minus: `-amount,name`.
    sort: Option<String>,
    /// Most records.
    limit: Option<u32>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// The page of this number, from 1.
    page: Option<u32>,
    /// A text that the title contains.
    q: Option<String>,
    /// Field keys to answer with.
    fields: Option<String>,
    /// Whether to count all.
    #[serde(default)]
    count: bool,
    /// Whether the caller's drafts are there too. A filter that asks for the state `draft`
    /// brings them in any case.
    #[serde(default)]
    drafts: bool,
}

/// A page of records.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes what `page_json` writes")]
struct RecordList {
    records: Vec<WrittenJson>,
    /// Where the next page begins; none when this is the last.
    #[schema(required)]
    next: Option<String>,
    /// How many there are in all, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    /// The fields that a rule lets nobody type into now, by the ids of the records that have
    /// some.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<BTreeMap<String, Vec<String>>>,
    /// Why formulas have no value, by the ids of the records where some could not be computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<BTreeMap<String, Vec<ProblemItem>>>,
}

/// The page's JSON: the database has written the records, and they are not read again.
fn page_json(page: &RecordPage, locale: &Locale) -> String {
    let next = Wire::from(page.next.clone());
    let mut text = String::from("{\"records\":[");
    text.push_str(&page.records.join(","));
    text.push_str("],\"next\":");
    text.push_str(&next.to_string());
    if let Some(total) = page.total {
        text.push_str(",\"total\":");
        text.push_str(&total.to_string());
    }
    if !page.read_only.is_empty() {
        text.push_str(",\"read_only\":");
        text.push_str(&json!(page.read_only).to_string());
    }
    if !page.failures.is_empty() {
        let failures = page.failures.iter().map(|(id, problems)| {
            let items = problems.iter().map(|problem| describe(problem, locale));
            (id, items.collect::<Vec<ProblemItem>>())
        });
        text.push_str(",\"failures\":");
        text.push_str(&json!(failures.collect::<BTreeMap<_, _>>()).to_string());
    }
    text.push('}');
    text
}

/// Sums and counts, one object a group.
#[derive(Serialize, ToSchema)]
struct AggregateAnswer {
    #[schema(value_type = Vec<Values>)]
    rows: Vec<Wire>,
}

/// A page of the records within the caller's reach.
#[utoipa::path(
    get, path = "/forms/{form}/records", tag = "records",
    params(("form" = String, Path), ListParams),
    responses((status = 200, body = RecordList), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn list(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
    QueryOf(params): QueryOf<ListParams>,
) -> Result<impl IntoResponse, HttpProblem> {
    let with_total = params.count;
    let query = list_query(&state, &form, params)?;
    let page = state.engine.record_list(&caller, &form, &query, with_total).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], page_json(&page, &caller.locale)))
}

/// Sums and counts of the records within the caller's reach.
#[utoipa::path(
    post, path = "/forms/{form}/aggregate", tag = "records",
    params(("form" = String, Path)), request_body = Aggregation,
    responses((status = 200, body = AggregateAnswer), (status = 422, body = ProblemDocument))
)]
async fn aggregate(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(form): PathOf<String>,
    JsonBody(request): JsonBody<AggregateRequest>,
) -> Result<Json<AggregateAnswer>, HttpProblem> {
    let rows = state.engine.record_aggregate(&caller, &form, &request).await?;
    Ok(Json(AggregateAnswer { rows }))
}

fn list_query(
    state: &ServerState,
    form: &str,
    params: ListParams,
) -> Result<ListQuery, HttpProblem> {
    let (view_filter, view_sort) = match &params.view {
        Some(view) => state.engine.view_query(form, view)?,
        None => (None, Vec::new()),
    };
    let filter = params.filter.as_deref().map(read_filter).transpose()?;
    let sort = params.sort.as_deref().map(read_sort);
    let fields = params.fields.as_deref().map(read_fields).transpose()?;
    Ok(ListQuery {
        filter: filter.or(view_filter),
        search: params.q.filter(|text| !text.trim().is_empty()),
        sort: sort.unwrap_or(view_sort),
        limit: page_size(params.limit, DEFAULT_LIMIT, MAX_LIMIT)?,
        page: match (params.cursor, params.page) {
            (Some(cursor), _) => Page::After(cursor),
            (None, Some(number)) => Page::Number(number),
            (None, None) => Page::First,
        },
        fields,
        drafts: params.drafts,
        with_subforms: false,
    })
}

pub(super) fn read_filter(json: &str) -> Result<Filter, HttpProblem> {
    let json: Result<Wire, Problems> = serde_json::from_str(json).map_err(|error| {
        let problem = Problem::new("malformed_json").with("line", error.line());
        vec![problem.with("column", error.column())]
    });
    let read = json.and_then(|json| match stray_members(&json) {
        stray if stray.is_empty() => read_part(json),
        stray => Err(stray),
    });
    let placed = |problems: Problems| problems.into_iter().map(|p| p.at("filter")).collect();
    read.map_err(|problems| HttpProblem::invalid(placed(problems)))
}

fn read_sort(text: &str) -> Vec<Sort> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let field = part.strip_prefix('-');
            Sort { field: field.unwrap_or(part).to_owned(), descending: field.is_some() }
        })
        .collect()
}

pub(super) fn read_fields(text: &str) -> Result<Vec<FieldKey>, HttpProblem> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .enumerate()
        .map(|(index, part)| {
            part.parse().map_err(|_| {
                HttpProblem::invalid(vec![Problem::new("unknown_field").at(index).at("fields")])
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_is_written_in_addresses() {
        let order = |text| {
            read_sort(text)
                .into_iter()
                .map(|sort| (sort.field, sort.descending))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            order("-amount, name"),
            [("amount".to_owned(), true), ("name".to_owned(), false)]
        );
        assert!(order("").is_empty());
    }

    #[test]
    fn a_page_is_written_from_the_records_as_they_are() {
        let page = RecordPage {
            records: vec![r#"{"a":1}"#.to_owned(), r#"{"a":2}"#.to_owned()],
            next: Some("x\"y".to_owned()),
            total: Some(7),
            ..RecordPage::default()
        };
        let text = page_json(&page, &Locale::english());
        assert_eq!(text, r#"{"records":[{"a":1},{"a":2}],"next":"x\"y","total":7}"#);
        assert_eq!(
            page_json(&RecordPage::default(), &Locale::english()),
            r#"{"records":[],"next":null}"#
        );
    }

    #[test]
    fn filters_and_fields_that_cannot_be_read_are_problems() {
        assert_eq!(read_filter("{").unwrap_err().status().as_u16(), 422);
        assert!(read_filter(r#"{"field":"stage","op":"eq","value":"won"}"#).is_ok());
        assert!(read_fields("a,b").is_ok());
        assert!(read_fields("a,if").is_err());
    }
}
