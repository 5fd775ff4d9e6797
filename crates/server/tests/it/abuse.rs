//! What nobody sends who means well. Each request is answered, and none with a failure.

use serde_json::{Value as Json, json};

use crate::app::{App, JSON, SAME_ORIGIN};

/// Values of every type, at their limits and beyond.
fn hostile_values() -> Vec<Json> {
    let mut deep = json!([]);
    for _ in 0..50 {
        deep = json!([deep]);
    }
    let texts = ["", "\u{0}", "\u{1}", "'", "%_\\", "../../etc/passwd", "1e999", "9999-12-31", "é"];
    let mut values: Vec<Json> = texts.iter().map(|text| json!(text)).collect();
    values.extend([
        json!(null),
        json!(true),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!([]),
        json!([null]),
        json!([["x"]]),
        json!({}),
        json!({ "id": "\u{0}" }),
        json!({ "": { "": {} } }),
        json!("x".repeat(100_000)),
        json!(vec![json!({ "id": "x" }); 3000]),
        deep,
    ]);
    values
}

/// Requests with a place in them for a hostile value.
fn templates(record: &str) -> Vec<(String, Json)> {
    let form = "/api/v1/forms/account";
    let one = format!("{form}/records/{record}");
    let condition = |field: &str, op: &str| json!({ "field": field, "op": op, "value": "HERE" });
    let mut found = vec![
        (format!("POST {form}/records"), json!({ "values": "HERE" })),
        (format!("POST {form}/records"), json!({ "values": { "name": "HERE" } })),
        (format!("POST {form}/records"), json!({ "values": { "owner": "HERE" }, "draft": true })),
        (format!("PATCH {one}"), json!({ "version": "HERE", "values": {} })),
        (format!("PATCH {one}"), json!({ "version": 1, "values": "HERE" })),
        (format!("POST {one}/submit"), json!({ "version": 1, "values": "HERE" })),
        (format!("POST {one}/comments"), json!({ "text": "HERE" })),
        (format!("POST {one}/withdraw"), json!({ "comment": "HERE" })),
        (format!("POST {one}/buttons/convert"), json!({ "values": "HERE" })),
        (format!("POST {form}/evaluate"), json!({ "values": "HERE" })),
        (format!("POST {form}/evaluate"), json!({ "record": "HERE" })),
        (format!("POST {form}/evaluate"), json!({ "task": "HERE" })),
        (format!("POST {form}/evaluate"), json!({ "changed": "HERE" })),
        (format!("POST {form}/evaluate"), json!({ "changed": ["HERE"] })),
        (format!("POST {form}/aggregate"), json!({ "measures": "HERE" })),
        (
            format!("POST {form}/aggregate"),
            json!({ "measures": [{ "key": "HERE", "aggregate": "count" }] }),
        ),
        (
            format!("POST {form}/aggregate"),
            json!({ "measures": [{ "key": "n", "aggregate": "count" }],
                    "dimensions": [{ "field": "HERE" }] }),
        ),
        (
            format!("POST {form}/aggregate"),
            json!({ "measures": [{ "key": "n", "aggregate": "count" }],
                    "dimensions": [{ "field": "created_at", "bucket": "day",
                                     "shift": { "by": "year", "count": "HERE" } }] }),
        ),
        ("PATCH /api/v1/session".to_owned(), json!({ "locale": "HERE" })),
        ("PATCH /api/v1/session".to_owned(), json!({ "password": "HERE" })),
        ("POST /api/v1/api-keys".to_owned(), json!({ "name": "HERE" })),
        ("POST /api/v1/tasks/x/approve".to_owned(), json!({ "values": "HERE" })),
        ("POST /api/v1/tasks/x/return".to_owned(), json!({ "target": "HERE" })),
        ("POST /api/v1/documents/form/account/check".to_owned(), json!({ "document": "HERE" })),
        ("PUT /api/v1/documents/form/account/draft".to_owned(), json!({ "document": "HERE" })),
        (
            "POST /api/v1/formulas/check".to_owned(),
            json!({ "form": "account", "expression": "HERE" }),
        ),
    ];
    let filters = [
        json!("HERE"),
        json!({ "all": "HERE" }),
        json!({ "not": "HERE" }),
        condition("HERE", "eq"),
        condition("name", "HERE"),
        condition("name", "contains"),
        condition("id", "in"),
        condition("owner", "eq"),
        condition("owner", "in"),
        condition("created_at", "in_period"),
        condition("created_at", "between"),
        condition("flow_status", "has_any"),
    ];
    for filter in filters {
        let measures = json!([{ "key": "n", "aggregate": "count" }]);
        let body = json!({ "filter": filter, "measures": measures });
        found.push((format!("POST {form}/aggregate"), body));
    }
    found
}

fn filled(template: &Json, value: &Json) -> Json {
    match template {
        Json::String(text) if text == "HERE" => value.clone(),
        Json::Array(items) => items.iter().map(|item| filled(item, value)).collect(),
        Json::Object(members) => {
            members.iter().map(|(key, item)| (key.clone(), filled(item, value))).collect()
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn no_body_is_answered_with_a_failure() {
    let (app, people) = App::with_people().await;
    let own = [JSON, SAME_ORIGIN, ("cookie", people.admin.as_str())];
    let draft = r#"{"values": {}, "draft": true}"#;
    let record = app.send("POST /api/v1/forms/account/records", &own, draft).await.json();
    let record = record["id"].as_str().unwrap();
    for (what, template) in templates(record) {
        for value in hostile_values() {
            let body = filled(&template, &value).to_string();
            let answer = app.send(&what, &own, &body).await;
            let shown: String = body.chars().take(200).collect();
            assert!(answer.status.as_u16() < 500, "{what} {shown}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn no_address_is_answered_with_a_failure() {
    let (app, people) = App::with_people().await;
    let own = [SAME_ORIGIN, ("cookie", people.admin.as_str())];
    let escaped: [&str; 8] = ["%00", "%FF", "-1", "99999999999999999999", "%7B%7D", "..", "'", "*"];
    let records = "/api/v1/forms/account/records";
    for value in escaped {
        for path in [
            format!("{records}/{value}"),
            format!("{records}/{value}/history"),
            format!("{records}/x/history?before={value}&limit={value}"),
            format!("{records}?cursor={value}"),
            format!("{records}?page={value}&limit={value}"),
            format!("{records}?page=4294967295&limit=200"),
            format!("{records}?q={value}&sort={value}&fields={value}"),
            format!("{records}?filter={value}&view={value}"),
            format!("/api/v1/tasks?list={value}&cursor={value}"),
            format!("/api/v1/tasks?cursor={value}"),
            format!("/api/v1/tasks/{value}"),
            format!("/api/v1/forms/{value}"),
            format!("/api/v1/schemas/{value}"),
            format!("/assets/{value}"),
            format!("/apps/{value}/forms/{value}"),
            format!("/sign-in?return={value}&locale={value}"),
        ] {
            let answer = app.send(&format!("GET {path}"), &own, "").await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn invented_methods_leave_no_trace_in_the_counts() {
    let app = App::new().await;
    for number in 0..50 {
        app.send(&format!("INVENTED{number} /healthz"), &[], "").await;
    }
    let text = app.send("GET /metrics", &[], "").await.text;
    assert!(!text.contains("INVENTED"), "{text}");
    let others = text.lines().filter(|line| line.contains("method=\"other\"")).count();
    assert!(others < 20, "{text}");
}
