//! The routes of the API, as clients rely on them. A route that goes breaks somebody.

use std::collections::HashSet;

use formwork_server::api;

const ROUTES: &str = "
delete /api-keys/{id}
delete /documents/form/{key}/conversion
delete /documents/{kind}/{key}/draft
delete /forms/{form}/records/{id}
delete /session
delete /sessions
get /api-keys
get /apps
get /dashboards/{key}
get /departments
get /directory
get /documents
get /documents/form/{key}/conversions
get /documents/{kind}/{key}
get /documents/{kind}/{key}/draft
get /documents/{kind}/{key}/revisions
get /documents/{kind}/{key}/revisions/{revision}
get /documents/{kind}/{key}/uses
get /field-kinds
get /forms/{form}
get /forms/{form}/records
get /forms/{form}/records/stream
get /forms/{form}/records/{id}
get /forms/{form}/records/{id}/comments
get /forms/{form}/records/{id}/history
get /forms/{form}/records/{id}/instance
get /forms/{form}/schema
get /functions
get /instances/attention
get /jobs
get /jobs/{id}
get /members
get /members/{id}/holdings
get /openapi.json
get /packages
get /roles
get /schemas/{kind}
get /session
get /system-fields
get /tasks
get /tasks/count
get /tasks/{id}
get /workbench
patch /departments/{id}
patch /forms/{form}/records/{id}
patch /members/{id}
patch /roles/{key}
patch /session
post /api-keys
post /dashboards/{key}/charts/{chart}
post /departments
post /documents/form/{key}/evaluate
post /documents/{kind}/{key}/check
post /documents/{kind}/{key}/publish
post /documents/{kind}/{key}/rename
post /forms/{form}/aggregate
post /forms/{form}/evaluate
post /forms/{form}/records
post /forms/{form}/records/batch
post /forms/{form}/records/{id}/buttons/{key}
post /forms/{form}/records/{id}/comments
post /forms/{form}/records/{id}/instance/end
post /forms/{form}/records/{id}/instance/jump
post /forms/{form}/records/{id}/instance/reassign
post /forms/{form}/records/{id}/instance/resume
post /forms/{form}/records/{id}/submit
post /forms/{form}/records/{id}/withdraw
post /formulas/check
post /jobs/{id}/cancel
post /jobs/{id}/run-again
post /members
post /roles
post /session
post /set-up
post /tasks/{id}/approve
post /tasks/{id}/reject
post /tasks/{id}/return
post /tasks/{id}/transfer
put /documents/{kind}/{key}/draft
";

#[test]
fn the_documented_routes_are_these() {
    let document = serde_json::to_value(api::description()).unwrap();
    let mut found: Vec<String> = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix(api::PREFIX).unwrap();
        found.extend(
            operations.as_object().unwrap().keys().map(|method| format!("{method} {path}")),
        );
    }
    found.sort_unstable();
    assert_eq!(
        found,
        ROUTES
            .split_whitespace()
            .collect::<Vec<_>>()
            .chunks(2)
            .map(|pair| pair.join(" "))
            .collect::<Vec<_>>()
    );
}

#[test]
fn every_operation_says_what_it_answers() {
    let document = serde_json::to_value(api::description()).unwrap();
    let mut names = HashSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{method} {path}: {name} names another operation too");
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["responses"].is_object(), "{method} {path} has no responses");
        }
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas.len() > 40, "{}", schemas.len());
}

/// The document that the browser's client is generated from.
const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");

#[test]
fn the_checked_in_document_is_this_one() {
    let mut document = serde_json::to_string_pretty(&api::description()).unwrap();
    document.push('\n');
    if std::env::var_os("FORMWORK_UPDATE").is_some() {
        std::fs::write(CHECKED_IN, &document).unwrap();
    }
    assert!(
        std::fs::read_to_string(CHECKED_IN).is_ok_and(|checked_in| checked_in == document),
        "web/openapi.json is not what the server serves. \
         FORMWORK_UPDATE=1 cargo test -p formwork-server --test it contract writes it; \
         npm run api (in web/) then generates the client's types"
    );
}
