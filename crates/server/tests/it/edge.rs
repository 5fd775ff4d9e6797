//! What every request gets, whatever it asks for.

use crate::app::{App, JSON};

const ENGLISH: (&str, &str) = ("accept-language", "en");

#[tokio::test]
async fn refusals_are_problem_documents_in_the_readers_language() {
    let app = App::new().await;
    let large = "x".repeat(10 * 1024 * 1024 + 1);
    let cases: &[(&str, &[(&str, &str)], &str, u16, &str)] = &[
        ("GET /api/v1/nothing", &[], "", 404, "not_found"),
        ("PUT /api/v1/session", &[], "", 405, "method_not_allowed"),
        ("GET /api/v1/session", &[], "", 401, "not_signed_in"),
        ("GET /api/v1/session", &[("authorization", "Bearer fwk_x")], "", 401, "not_signed_in"),
        ("POST /api/v1/session", &[JSON], "{\n \"account\": }", 400, "malformed_json"),
        ("POST /api/v1/session", &[JSON], "{\"account\": 1}", 422, "invalid_body"),
        ("POST /api/v1/session", &[("content-type", "text/plain")], "x", 415, "content_type"),
        ("POST /api/v1/session", &[JSON], &large, 413, "body_too_large"),
        (
            "POST /api/v1/session",
            &[JSON, ("sec-fetch-site", "cross-site")],
            "{}",
            403,
            "cross_site",
        ),
        (
            "POST /api/v1/session",
            &[JSON],
            "{\"account\": \"nobody\", \"password\": \"whatever it is\"}",
            401,
            "wrong_credentials",
        ),
    ];
    for (what, headers, body, status, code) in cases {
        let mut all = headers.to_vec();
        all.push(ENGLISH);
        let english = app.send(what, &all, body).await;
        let document = english.json();
        assert_eq!(english.status.as_u16(), *status, "{what} {document}");
        assert_eq!(english.header("content-type"), "application/problem+json", "{what}");
        assert_eq!((&document["code"], &document["status"]), (&(*code).into(), &(*status).into()));
        assert_eq!(document["request_id"], english.header("x-request-id"), "{what}");
        let chinese = app.send(what, headers, body).await.json();
        assert_ne!(chinese["title"], document["title"], "{what}");
    }
}

#[tokio::test]
async fn a_json_error_says_where() {
    let app = App::new().await;
    let answer = app.send("POST /api/v1/session", &[JSON, ENGLISH], "{\n \"account\": }").await;
    let title = answer.json()["title"].as_str().unwrap().to_owned();
    assert!(title.contains("line 2"), "{title}");
}

#[tokio::test]
async fn browsers_get_a_page_that_quotes_the_request() {
    let app = App::new().await;
    let headers =
        [("accept", "text/html,*/*;q=0.8"), ENGLISH, ("x-request-id", "0198-test-request")];
    let answer = app.send("GET /nothing/here", &headers, "").await;
    assert_eq!(answer.status.as_u16(), 404);
    assert!(answer.header("content-type").starts_with("text/html"), "{:?}", answer.headers);
    assert!(answer.text.contains("0198-test-request"), "{}", answer.text);
    assert!(answer.text.contains("lang=\"en\""), "{}", answer.text);
}

#[tokio::test]
async fn browsers_are_told_what_pages_may_do() {
    let app = App::new().await;
    for what in ["GET /healthz", "GET /nothing", "GET /api/v1/session", "GET /set-up"] {
        let answer = app.send(what, &[], "").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{what}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    }
}

#[tokio::test]
async fn an_empty_database_leads_to_set_up() {
    let app = App::new().await;
    for path in ["/", "/tasks", "/sign-in", "/admin"] {
        let answer = app.send(&format!("GET {path}"), &[], "").await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/set-up"), "{path}");
    }
    let page = app.send("GET /set-up", &[ENGLISH], "").await;
    assert!(page.text.contains("/api/v1/set-up"), "{}", page.text);
    assert!(!page.text.contains("shell."), "a text is missing: {}", page.text);
}

#[tokio::test]
async fn metrics_count_by_route() {
    let app = App::new().await;
    app.send("GET /api/v1/session", &[], "").await;
    app.send("GET /apps/crm/forms/secret", &[], "").await;
    let text = app.send("GET /metrics", &[], "").await.text;
    assert!(text.contains("route=\"/api/v1/session\",status=\"401\"} 1"), "{text}");
    assert!(text.contains("route=\"/apps/{app}/forms/{form}\""), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn long_answers_are_compressed() {
    let app = App::new().await;
    let answer = app.send("GET /api/v1/openapi.json", &[("accept-encoding", "br")], "").await;
    assert_eq!(answer.header("content-encoding"), "br");
}
