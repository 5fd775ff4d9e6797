//! API keys that reach less far than their member.

use serde_json::{Value as Json, json};

use crate::app::{Answer, App, JSON, People};

/// Makes a key of the admin's with a scope; answers its authorization header.
async fn key(app: &App, people: &People, scope: Json) -> String {
    let body = json!({ "name": "key", "scope": scope }).to_string();
    let made = app.send_as(&people.admin, "POST /api/v1/api-keys", &body).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    assert_eq!(made.json()["scope"], scope);
    format!("Bearer {}", made.json()["key"].as_str().unwrap())
}

async fn send(app: &App, key: &str, what: &str, body: Json) -> Answer {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    app.send(what, &[JSON, ("authorization", key)], &text).await
}

async fn expect(app: &App, key: &str, what: &str, body: Json, status: u16) -> Json {
    let answer = send(app, key, what, body).await;
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
    let json = if answer.text.starts_with('{') { answer.json() } else { Json::Null };
    if status == 403 {
        assert_eq!(json["code"], "outside_key_scope", "{what}");
    }
    json
}

fn item(name: &str) -> Json {
    json!({ "values": { "name": name } })
}

/// Forms `one` and `two`, each with a record of each; `two` links to `one`.
async fn two_forms() -> (App, People, [String; 2]) {
    let (app, people) = App::with_people().await;
    let name = json!({ "key": "name", "kind": "text", "label": "名称" });
    let link = json!({ "key": "one", "kind": "link", "label": "甲", "options": { "form": "one" } });
    let button = json!([{ "key": "rename", "label": "改名",
        "action": { "update": { "set": { "name": "\"b\"" } } } }]);
    for (key, fields) in [("one", json!([name])), ("two", json!([name, link]))] {
        let form = json!({ "key": key, "app": "crm", "label": key, "fields": fields,
            "buttons": button });
        app.publish(&people, "form", form).await;
    }
    let mut ids = Vec::new();
    for form in ["one", "two"] {
        let what = format!("POST /api/v1/forms/{form}/records");
        let made = send(&app, &people.key, &what, item("a")).await;
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    let ids = <[String; 2]>::try_from(ids).unwrap();
    (app, people, ids)
}

#[tokio::test]
async fn a_key_that_reads_changes_nothing() {
    let (app, people, [one, _]) = two_forms().await;
    let key = key(&app, &people, json!({ "writes": false, "administers": false })).await;
    let own = format!("/api/v1/forms/one/records/{one}");
    for what in [
        "GET /api/v1/forms/one/records",
        "GET /api/v1/forms/one/records/stream",
        "GET /api/v1/tasks",
        "GET /api/v1/session",
        &format!("GET {own}/history"),
    ] {
        expect(&app, &key, what, Json::Null, 200).await;
    }
    let screen = expect(&app, &key, "GET /api/v1/forms/one", Json::Null, 200).await;
    assert_eq!(screen["operations"], json!(["view", "export"]));
    assert_eq!(screen["fields"][0]["access"], "read");

    let batch = json!({ "items": [{ "op": "create", "values": item("b")["values"] }] });
    let patch = json!({ "version": 1, "values": { "name": "b" } });
    let before = send(&app, &people.key, &format!("GET {own}"), Json::Null).await.text;
    for (what, body) in [
        ("POST /api/v1/forms/one/records".to_owned(), item("b")),
        ("POST /api/v1/forms/one/records/batch".to_owned(), batch),
        (format!("PATCH {own}"), patch),
        (format!("DELETE {own}?version=1"), Json::Null),
        (format!("POST {own}/buttons/rename"), json!({ "version": 1 })),
        (format!("POST {own}/comments"), json!({ "text": "b" })),
        ("PATCH /api/v1/session".to_owned(), json!({ "name": "b" })),
        ("DELETE /api/v1/sessions".to_owned(), Json::Null),
        ("POST /api/v1/api-keys".to_owned(), json!({ "name": "b" })),
        ("POST /api/v1/roles".to_owned(), json!({ "key": "b", "label": "b" })),
    ] {
        expect(&app, &key, &what, body, 403).await;
    }
    let after = send(&app, &people.key, &format!("GET {own}"), Json::Null).await.text;
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_key_of_some_forms_reaches_nothing_else() {
    let (app, people, [one, two]) = two_forms().await;
    let scope = json!({ "writes": true, "administers": false, "forms": ["two"] });
    let key = key(&app, &people, scope).await;
    expect(&app, &key, "POST /api/v1/forms/two/records", item("b"), 201).await;
    expect(&app, &key, &format!("GET /api/v1/forms/two/records/{two}"), Json::Null, 200).await;
    expect(&app, &key, "GET /api/v1/directory", Json::Null, 200).await;

    for what in [
        "GET /api/v1/forms/one",
        "GET /api/v1/forms/one/records",
        "GET /api/v1/forms/one/records/stream",
        &format!("GET /api/v1/forms/one/records/{one}"),
        &format!("GET /api/v1/forms/one/records/{one}/history"),
        "GET /api/v1/apps",
        "GET /api/v1/workbench",
        "GET /api/v1/tasks",
        "GET /api/v1/session",
        "GET /api/v1/api-keys",
        "GET /api/v1/documents",
        "GET /api/v1/jobs",
        "GET /api/v1/members",
        "GET /api/v1/instances/attention",
        "GET /api/v1/no-such-thing-but-a-page",
    ] {
        let answer = send(&app, &key, what, Json::Null).await;
        assert!(matches!(answer.status.as_u16(), 403 | 404), "{what}: {}", answer.text);
    }
    // What it reaches does not lead to what it does not reach.
    let linked = json!({ "values": { "name": "c", "one": one } });
    let made = send(&app, &people.key, "POST /api/v1/forms/two/records", linked).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    let over = "GET /api/v1/forms/two/records?filter=%7B%22field%22%3A%22one.name%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22a%22%7D";
    for (key, found) in [(&people.key, 1), (&key, 0)] {
        let page = expect(&app, key, over, Json::Null, 200).await;
        assert_eq!(page["records"].as_array().unwrap().len(), found);
    }
}

#[tokio::test]
async fn an_admins_key_need_not_administer() {
    let (app, people, _) = two_forms().await;
    let key = key(&app, &people, json!({ "writes": true, "administers": false })).await;
    expect(&app, &key, "POST /api/v1/forms/one/records", item("b"), 201).await;
    for what in ["GET /api/v1/documents", "GET /api/v1/members", "GET /api/v1/jobs"] {
        expect(&app, &key, what, Json::Null, 403).await;
    }
    let page = app.send("GET /admin/packages", &[("authorization", &key)], "").await;
    assert_eq!(page.status.as_u16(), 403, "{}", page.text);
}

#[tokio::test]
async fn a_scope_that_makes_no_sense_is_refused() {
    let (app, people, _) = two_forms().await;
    for (scope, code, pointer) in [
        (json!({ "administers": true }), "key_scope_contradictory", "/scope/administers"),
        (
            json!({ "writes": true, "administers": true, "forms": ["one"] }),
            "key_scope_contradictory",
            "/scope/administers",
        ),
        (json!({ "forms": [] }), "required", "/scope/forms"),
        (json!({ "forms": ["one", "three"] }), "unknown_form", "/scope/forms/1"),
        (json!({ "forms": ["no form!"] }), "unknown_form", "/scope/forms/0"),
    ] {
        let body = json!({ "name": "key", "scope": scope }).to_string();
        let answer = app.send_as(&people.admin, "POST /api/v1/api-keys", &body).await;
        let error = &answer.json()["errors"][0];
        let found = (error["code"].as_str(), error["pointer"].as_str());
        assert_eq!(found, (Some(code), Some(pointer)), "{}", answer.text);
    }
    let body = json!({ "name": "key", "scope": { "reads": true } }).to_string();
    let answer = app.send_as(&people.admin, "POST /api/v1/api-keys", &body).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
}
