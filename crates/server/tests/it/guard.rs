//! Every route asks for the principal that it should. Whoever adds a route that answers
//! more callers than these lists say must say so here.

use formwork_server::api;
use serde_json::Value as Json;

use crate::{
    app::{App, JSON, SAME_ORIGIN},
    documented,
};

/// Routes that answer callers who are not signed in, with why.
const PUBLIC: &[(&str, &str)] = &[
    ("get /api/v1/openapi.json", "describes the API, holds no data"),
    ("post /api/v1/session", "is how one signs in"),
    ("delete /api/v1/session", "ends a session, if there is one"),
    ("post /api/v1/set-up", "makes the first member, once"),
];

/// Beginnings of the routes that only admins may call.
const ADMIN: &[&str] = &[
    "/api/v1/members",
    "/api/v1/departments",
    "/api/v1/roles",
    "/api/v1/documents",
    "/api/v1/packages",
    "/api/v1/formulas/check",
    "/api/v1/jobs",
];

/// Beginnings of the routes that lead to a form, record, task or dashboard, which is not
/// found by those who may not see it.
const GRANTED: &[&str] = &["/api/v1/forms/", "/api/v1/dashboards/", "/api/v1/tasks/{id}"];

/// Pages that only admins may open.
const ADMIN_PAGES: &[&str] = &[
    "/admin",
    "/admin/members",
    "/admin/jobs",
    "/admin/packages",
    "/design/forms/account",
    "/design/flows/x",
    "/design/documents/form/account",
];

/// Pages of every member.
const MEMBER_PAGES: &[&str] = &["/", "/tasks", "/tasks/x", "/admin/api-keys"];

/// Every documented route: method, template and an address that fits it.
fn routes() -> Vec<(String, String, String)> {
    let document = serde_json::to_value(api::description()).unwrap();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let address = path
                .replace("{form}", "account")
                .replace("{kind}", "form")
                .replace("{revision}", "1")
                .replace(['{', '}'], "x");
            let what = format!("{} {address}", method.to_uppercase());
            routes.push((format!("{method} {path}"), path.clone(), what));
        }
    }
    routes
}

/// A body that the route can read, so that what answers is the permission.
fn body_of(route: &str, member: &str) -> String {
    let (method, path) = route.split_once(' ').unwrap();
    let schema = documented::body_schema(method, path);
    schema.map_or_else(String::new, |schema| {
        Json::Object(documented::smallest_body(schema, member)).to_string()
    })
}

#[tokio::test]
async fn nobody_gets_in_without_a_session() {
    let (app, _) = App::with_people().await;
    for (route, _, what) in routes() {
        if PUBLIC.iter().all(|(public, _)| *public != route) {
            for headers in [&[JSON][..], &[JSON, ("authorization", "Bearer fwk_no_key")]] {
                let answer = app.send(&what, headers, &body_of(&route, "x")).await;
                assert_eq!(answer.status.as_u16(), 401, "{route}: {}", answer.text);
            }
        }
    }
    for page in ADMIN_PAGES.iter().chain(MEMBER_PAGES) {
        let answer = app.send(&format!("GET {page}"), &[], "").await;
        assert_eq!(answer.status.as_u16(), 303, "{page}");
        assert!(answer.header("location").starts_with("/sign-in?return=/"), "{page}");
    }
}

#[tokio::test]
async fn members_get_only_what_they_are_granted() {
    let (app, people) = App::with_people().await;
    for (route, path, what) in routes() {
        let is_in = |list: &[&str]| list.iter().any(|start| path.starts_with(start));
        let what = if path == "/api/v1/forms/{form}/records/{id}" && what.starts_with("DELETE") {
            format!("{what}?version=1")
        } else {
            what
        };
        if is_in(ADMIN) {
            let answer =
                app.send_as(&people.member, &what, &body_of(&route, &people.admin_id)).await;
            assert_eq!(answer.status.as_u16(), 403, "{route}: {}", answer.text);
        } else if is_in(GRANTED) {
            let answer =
                app.send_as(&people.member, &what, &body_of(&route, &people.admin_id)).await;
            assert_eq!(answer.status.as_u16(), 404, "{route}: {}", answer.text);
        }
    }
    for page in ADMIN_PAGES {
        let answer = app.send_as(&people.member, &format!("GET {page}"), "").await;
        assert_eq!(answer.status.as_u16(), 403, "{page}");
    }
    for page in MEMBER_PAGES {
        let answer = app.send_as(&people.member, &format!("GET {page}"), "").await;
        assert_eq!(answer.status.as_u16(), 200, "{page}: {}", answer.text);
    }
}

#[tokio::test]
async fn admins_and_their_keys_get_everywhere() {
    let (app, people) = App::with_people().await;
    for (route, path, what) in routes() {
        // Signing out would end the test.
        if path.starts_with("/api/v1/session") {
            continue;
        }
        let by_key = app
            .send(
                &what,
                &[JSON, ("authorization", &people.key)],
                &body_of(&route, &people.admin_id),
            )
            .await;
        let by_session =
            app.send_as(&people.admin, &what, &body_of(&route, &people.admin_id)).await;
        for answer in [by_key, by_session] {
            let status = answer.status.as_u16();
            assert!(![401, 403, 405, 500].contains(&status), "{route} {status}: {}", answer.text);
        }
    }
    for page in ADMIN_PAGES.iter().chain(MEMBER_PAGES) {
        let answer = app.send_as(&people.admin, &format!("GET {page}"), "").await;
        assert_eq!(answer.status.as_u16(), 200, "{page}: {}", answer.text);
        assert!(!answer.text.contains("shell."), "{page} lacks a text: {}", answer.text);
    }
}

#[tokio::test]
async fn a_session_needs_our_own_pages_to_change_anything() {
    let (app, people) = App::with_people().await;
    let cookie = ("cookie", people.admin.as_str());
    let answer = app.send("PATCH /api/v1/session", &[JSON, cookie], "{}").await;
    assert_eq!(answer.json()["code"], "cross_site");
    let answer = app.send("PATCH /api/v1/session", &[JSON, cookie, SAME_ORIGIN], "{}").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
}
