//! What is handed in and not known, and too much of it.

use std::fmt::Write;

use formwork_server::api;
use serde_json::{Value as Json, json};

use crate::{
    app::{App, JSON, People},
    documented,
};

/// Every documented operation with a body: its name, a request for it, and the schema.
fn operations_with_bodies() -> Vec<(String, String, Json)> {
    let document = serde_json::to_value(api::description()).unwrap();
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if operation["requestBody"].is_null() {
                continue;
            }
            let schema = documented::body_schema(method, path);
            let schema = schema.unwrap_or_else(|| panic!("{method} {path} names no schema"));
            let address = path
                .replace("{form}", "account")
                .replace("{kind}", "form")
                .replace(['{', '}'], "x");
            let what = format!("{} {address}", method.to_uppercase());
            found.push((format!("{method} {path}"), what, schema.clone()));
        }
    }
    found
}

async fn send(app: &App, people: &People, what: &str, body: &Json) -> crate::app::Answer {
    if what.ends_with("/set-up") || what == "POST /api/v1/session" {
        return app.send(what, &[JSON], &body.to_string()).await;
    }
    app.send_as(&people.admin, what, &body.to_string()).await
}

#[tokio::test]
async fn every_body_refuses_what_it_does_not_know() {
    let (app, people) = App::with_people().await;
    let operations = operations_with_bodies();
    assert!(operations.len() > 25, "{}", operations.len());
    for (name, what, schema) in operations {
        assert_eq!(schema["additionalProperties"], false, "{name}");
        let mut body = documented::smallest_body(&schema, &people.admin_id);
        body.insert("valuez".to_owned(), json!({ "amount": 1 }));
        let answer = send(&app, &people, &what, &Json::Object(body)).await;
        assert_eq!(answer.status.as_u16(), 422, "{name}: {}", answer.text);
        let errors = answer.json()["errors"].clone();
        assert_eq!(errors[0]["pointer"], "/valuez", "{name}: {errors}");
        assert_eq!(errors[0]["code"], "unknown_property", "{name}: {errors}");
    }
}

#[tokio::test]
async fn a_misspelt_member_does_not_look_done() {
    let (app, people) = App::with_people().await;
    let new = json!({ "values": { "name": "海河港务" }, "draft": true }).to_string();
    let made = app.send_as(&people.admin, "POST /api/v1/forms/account/records", &new).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    let made = made.json();
    let own = format!("/api/v1/forms/account/records/{}", made["id"].as_str().unwrap());
    let body = json!({ "version": made["version"], "values": { "name": "海河" }, "valuez": {} });
    let refused = app.send_as(&people.admin, &format!("PATCH {own}"), &body.to_string()).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let now = app.send_as(&people.admin, &format!("GET {own}"), "").await.json();
    assert_eq!(now["record"]["name"], "海河港务", "{now}");
    for query in ["count=true&vieww=all", "limt=5", "sort=name&sort2=x"] {
        let path = format!("GET /api/v1/forms/account/records?{query}");
        let refused = app.send_as(&people.admin, &path, "").await;
        assert_eq!(refused.status.as_u16(), 422, "{query}");
        assert_eq!(refused.json()["errors"][0]["code"], "unknown_property", "{query}");
    }
}

/// An object of so many members that its JSON has about so many bytes.
fn many_members(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 32);
    let mut number = 0_u32;
    while text.len() < bytes {
        let comma = if number == 0 { "" } else { "," };
        write!(text, "{comma}\"k{number}\":1").unwrap();
        number += 1;
    }
    format!("{{{text}}}")
}

#[tokio::test]
async fn a_flood_of_problems_is_answered_with_some_hundred() {
    let (app, people) = App::with_people().await;
    let many = many_members(1_500_000);
    let most = many_members(9_500_000);
    let member = "x".repeat(5_000_000);
    let ids = vec!["x"; 50_000];
    let bodies = [
        ("POST /api/v1/forms/account/records", format!("{{\"values\":{most}}}")),
        ("POST /api/v1/forms/account/records", many.clone()),
        ("POST /api/v1/forms/account/evaluate", format!("{{\"values\":{many}}}")),
        ("POST /api/v1/documents/form/account/check", format!("{{\"document\":{many}}}")),
        (
            "POST /api/v1/documents/form/account/check",
            format!("{{\"document\":{{\"label\":{many}}}}}"),
        ),
        ("POST /api/v1/forms/account/aggregate", many.clone()),
        ("POST /api/v1/members", json!({ "account": "x", "name": "x", "roles": ids }).to_string()),
        ("POST /api/v1/roles", json!({ "key": member, "label": "x" }).to_string()),
        (
            "POST /api/v1/forms/account/records",
            json!({ "values": { "stage": member, "industry": member } }).to_string(),
        ),
    ];
    for (what, body) in bodies {
        let answer = app.send_as(&people.admin, what, &body).await;
        assert!(answer.status.as_u16() < 500, "{what} {}: {}", answer.status, answer.text.len());
        assert!(answer.text.len() < 200_000, "{what}: {} bytes", answer.text.len());
    }
    let flood = format!("{{\"values\":{many}}}");
    let told = app.send_as(&people.admin, "POST /api/v1/forms/account/records", &flood).await;
    let errors = told.json()["errors"].as_array().unwrap().clone();
    assert_eq!(errors.len(), 201);
    assert_eq!(errors[200]["code"], "more_problems");
    assert!(errors[200]["params"]["count"].as_u64().unwrap() > 100_000, "{}", errors[200]);
}

#[tokio::test]
async fn problems_point_into_what_was_handed_in() {
    let (app, people) = App::with_people().await;
    let path = "POST /api/v1/forms/account/aggregate";
    for (body, pointer) in [
        (json!({ "measures": [] }), "/measures"),
        (
            json!({ "measures": [{ "key": "n", "aggregate": "count" },
                { "key": "s", "aggregate": "sum", "field": "nope" }] }),
            "/measures/1/field",
        ),
        (
            json!({ "measures": [{ "key": "n", "aggregate": "count" },
                { "key": "m", "aggregate": "count" }], "dimensions": [{ "field": "nope" }] }),
            "/dimensions/0/field",
        ),
        (
            json!({ "measures": [{ "key": "n", "aggregate": "count" }],
                "filter": { "field": "nope", "op": "eq", "value": 1 } }),
            "/filter/field",
        ),
    ] {
        let refused = app.send_as(&people.admin, path, &body.to_string()).await;
        assert_eq!(refused.status.as_u16(), 422, "{body}");
        let errors = refused.json()["errors"].clone();
        assert_eq!(errors[0]["pointer"], pointer, "{errors}");
        assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    }
}

#[tokio::test]
async fn what_is_documented_as_required_is_there() {
    let (app, people) = App::with_people().await;
    let new = json!({ "values": { "name": "海河港务" }, "draft": true }).to_string();
    app.send_as(&people.admin, "POST /api/v1/forms/account/records", &new).await;
    for query in ["?drafts=true", "?drafts=true&fields=name", "?drafts=true&fields=version"] {
        let path = format!("GET /api/v1/forms/account/records{query}");
        let list = app.send_as(&people.admin, &path, "").await.json();
        let record = list["records"][0].as_object().unwrap();
        for required in ["id", "version", "title"] {
            assert!(record.contains_key(required), "{query}: {record:?}");
        }
    }
}
