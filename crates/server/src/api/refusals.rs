//! What operations refuse, for the OpenAPI document: what every request may meet on its way is
//! written here once, what is particular to an operation stands beside it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use utoipa::openapi::{
    Content, OpenApi, Ref, RefOr, ResponseBuilder, Schema,
    path::{Operation, ParameterIn},
    schema::AdditionalProperties,
};

use crate::problem::PROBLEM_JSON;

/// The schema of every refusal.
const DOCUMENT: &str = "ProblemDocument";

/// Adds to an operation what it may refuse, and says that every refusal is a problem document.
pub(super) fn add(method: &str, operation: &mut Operation) {
    for status in statuses(method, operation) {
        let responses = &mut operation.responses.responses;
        responses.entry(status.as_str().to_owned()).or_insert_with(|| {
            let reason = status.canonical_reason().unwrap_or_default().to_lowercase();
            ResponseBuilder::new().description(reason).build().into()
        });
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
        {
            let document = Content::new(Some(Ref::from_schema_name(DOCUMENT)));
            response.content.clear();
            response.content.insert(PROBLEM_JSON.to_owned(), document.into());
        }
    }
}

fn statuses(method: &str, operation: &Operation) -> Vec<StatusCode> {
    let has = |place: &ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == *place,
            RefOr::Ref(_) => false,
        })
    };
    let has_body = operation.request_body.is_some();
    let is_read = has_body || has(&ParameterIn::Query);
    let is_change = method != "get";
    // Open to all: it says so itself.
    let is_public = operation.security.is_some();
    let possible = [
        (is_read, StatusCode::BAD_REQUEST),
        (!is_public, StatusCode::UNAUTHORIZED),
        (is_change || !is_public, StatusCode::FORBIDDEN),
        (has(&ParameterIn::Path), StatusCode::NOT_FOUND),
        (is_change && !is_public, StatusCode::CONFLICT),
        (has_body, StatusCode::PAYLOAD_TOO_LARGE),
        (has_body, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (is_read, StatusCode::UNPROCESSABLE_ENTITY),
        (is_change || !is_public, StatusCode::LOCKED),
        (is_change || !is_public, StatusCode::INTERNAL_SERVER_ERROR),
        (is_change || !is_public, StatusCode::SERVICE_UNAVAILABLE),
        (is_change, StatusCode::INSUFFICIENT_STORAGE),
    ];
    possible.into_iter().filter(|(may, _)| *may).map(|(_, status)| status).collect()
}

/// Says that bodies have nothing but what is documented: what is not known is refused.
pub(super) fn close_bodies(api: &mut OpenApi) {
    let mut bodies = BTreeSet::new();
    for item in api.paths.paths.values() {
        for operation in [&item.post, &item.put, &item.patch].into_iter().flatten() {
            if let Some(RefOr::T(body)) = &operation.request_body {
                bodies.extend(body.content.values().filter_map(body_schema));
            }
        }
    }
    let schemas = api.components.iter_mut().flat_map(|components| &mut components.schemas);
    for (_, schema) in schemas.filter(|(name, _)| bodies.contains(*name)) {
        if let RefOr::T(Schema::Object(object)) = schema
            && object.additional_properties.is_none()
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// The name of the schema of a body.
fn body_schema(content: &RefOr<Content>) -> Option<String> {
    let RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) = content else { return None };
    schema.ref_location.rsplit('/').next().map(str::to_owned)
}
