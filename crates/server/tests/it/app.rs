//! A server on a throw-away database, called without a socket.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header::HeaderMap},
};
use formwork_engine::{Clock, Engine};
use formwork_server::{ServerState, Settings, router};
use formwork_store::Store;
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::Value as Json;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::documented;

/// A server of a test; its database goes with it.
pub(crate) struct App {
    router: Router,
    pub(crate) state: ServerState,
    _folder: Option<TempDir>,
}

/// How callers of each kind prove who they are.
pub(crate) struct People {
    /// The admin's id.
    pub(crate) admin_id: String,
    /// The cookie of an admin.
    pub(crate) admin: String,
    /// The cookie of a member without any grants.
    pub(crate) member: String,
    /// The authorization header of the admin's API key.
    pub(crate) key: String,
}

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

fn cookie_of(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl App {
    /// A server over an empty database.
    pub(crate) async fn new() -> Self {
        Self::at(Arc::new(Timestamp::now)).await
    }

    /// A server over an empty database, with a clock of its own.
    pub(crate) async fn at(clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/test.db", folder.path().display());
        let store = Store::open(&url).await.unwrap();
        let engine = Engine::open(store, clock).await.unwrap();
        Self { _folder: Some(folder), ..Self::over(engine) }
    }

    /// A server over an engine.
    pub(crate) fn over(engine: Engine) -> Self {
        let state = ServerState::new(engine, Settings::default());
        Self { router: router(state.clone()), state, _folder: None }
    }

    /// A server with an organisation, and callers of each kind in it.
    pub(crate) async fn with_people() -> (Self, People) {
        Self::new().await.peopled().await
    }

    /// Adds an organisation, and callers of each kind in it.
    pub(crate) async fn peopled(self) -> (Self, People) {
        let app = self;
        let first = r#"{"organisation": "测试公司", "name": "周敏", "account": "zhou",
            "password": "correct horse", "install_crm": true}"#;
        let admin = cookie_of(&app.send("POST /api/v1/set-up", &[JSON], first).await);
        let me = app.send_as(&admin, "GET /api/v1/session", "").await.json();
        let admin_id = me["member"]["id"].as_str().unwrap().to_owned();
        let own = [JSON, SAME_ORIGIN, ("cookie", admin.as_str())];
        let member = r#"{"name": "林岚", "account": "lin", "password": "battery staple"}"#;
        let added = app.send("POST /api/v1/members", &own, member).await;
        assert_eq!(added.status.as_u16(), 201, "{}", added.text);
        let key = app.send("POST /api/v1/api-keys", &own, r#"{"name": "test"}"#).await;
        let key = key.json()["key"].as_str().unwrap().to_owned();
        let member = app.sign_in("lin", "battery staple").await;
        (app, People { admin_id, admin, member, key: format!("Bearer {key}") })
    }

    /// Publishes a document that is new.
    pub(crate) async fn publish(&self, people: &People, kind: &str, document: Json) {
        let key = document["key"].as_str().unwrap().to_owned();
        let body = serde_json::json!({ "document": document, "based_on": 0 }).to_string();
        let path = format!("POST /api/v1/documents/{kind}/{key}/publish");
        let answer = self.send_as(&people.admin, &path, &body).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }

    /// Signs in; answers the session's cookie.
    pub(crate) async fn sign_in(&self, account: &str, password: &str) -> String {
        let body = serde_json::json!({ "account": account, "password": password });
        cookie_of(&self.send("POST /api/v1/session", &[JSON], &body.to_string()).await)
    }

    /// Sends a request in a session.
    pub(crate) async fn send_as(&self, cookie: &str, what: &str, body: &str) -> Answer {
        self.send(what, &[JSON, SAME_ORIGIN, ("cookie", cookie)], body).await
    }

    /// Sends a request: `METHOD path`, headers, and a body that may be empty.
    pub(crate) async fn send(&self, what: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (method, path) = what.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        };
        documented::check(method, path, &answer);
        answer
    }
}
