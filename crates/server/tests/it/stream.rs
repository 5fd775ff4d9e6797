//! Every record of a form, one a line, and lists that are as long as a page can be.

use serde_json::{Value as Json, json};

use crate::app::{App, People};

/// More than one page of records, each with a row in its subform and a field that the
/// member does not see.
const RECORDS: usize = 203;

async fn stock() -> (App, People) {
    let (app, people) = App::with_people().await;
    app.publish(&people, "app", json!({ "key": "store", "label": "仓库", "navigation": [] })).await;
    let form = json!({
        "key": "item", "app": "store", "label": "物料", "title": "name",
        "fields": [
            { "key": "name", "kind": "text", "label": "名称" },
            { "key": "cost", "kind": "number", "label": "成本", "options": { "places": 0 } },
            { "key": "lots", "kind": "subform", "label": "批次", "options": { "fields": [
                { "key": "count", "kind": "number", "label": "数量", "options": { "places": 0 } }
            ] } }
        ]
    });
    app.publish(&people, "form", form).await;
    let group = json!({
        "key": "staff", "app": "store", "label": "员工", "members": { "everyone": true },
        "forms": { "item": { "operations": ["view", "create", "update"], "scope": "all",
            "hidden": ["cost"] } }
    });
    app.publish(&people, "permission_group", group).await;
    for number in 0..RECORDS {
        let values = json!({ "name": format!("物料 {number}"), "cost": number.to_string(),
            "lots": [{ "count": "7" }] });
        let body = json!({ "values": values }).to_string();
        let path = "POST /api/v1/forms/item/records";
        let answer = app.send_as(&people.admin, path, &body).await;
        assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    }
    (app, people)
}

async fn lines(app: &App, cookie: &str, query: &str) -> Vec<Json> {
    let path = format!("GET /api/v1/forms/item/records/stream{query}");
    let answer = app.send_as(cookie, &path, "").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_stream_carries_all_that_the_reader_sees_and_can_be_taken_up_again() {
    let (app, people) = stock().await;
    let all = lines(&app, &people.member, "").await;
    assert_eq!(all.len(), RECORDS);
    let names: Vec<&str> = all.iter().map(|record| record["name"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..RECORDS).map(|number| format!("物料 {number}")).collect();
    assert_eq!(names, expected, "in the order in which they were made");
    assert!(all.iter().all(|record| record["lots"][0]["count"] == "7"));
    assert!(all.iter().all(|record| record.get("cost").is_none()));

    let last = all[99]["id"].as_str().unwrap();
    let rest = lines(&app, &people.member, &format!("?cursor={last}")).await;
    assert_eq!(rest, all[100..]);
    let some = lines(&app, &people.admin, "?fields=cost&q=%E7%89%A9%E6%96%99%2020").await;
    let costs: Vec<&str> = some.iter().map(|record| record["cost"].as_str().unwrap()).collect();
    assert_eq!(costs, ["20", "200", "201", "202"]);
    assert!(some.iter().all(|record| record.get("name").is_none()));
}

#[tokio::test]
async fn a_stream_that_cannot_begin_says_why() {
    let (app, people) = App::with_people().await;
    for (query, status, code) in [
        ("/nothing/records/stream", 404, "not_found"),
        ("/account/records/stream?filter=x", 422, "invalid"),
        ("/account/records/stream?fields=nope", 422, "invalid"),
        ("/account/records/stream?limit=3", 422, "invalid"),
        ("/account/records/stream?cursor=zzz", 422, "invalid"),
    ] {
        let path = format!("GET /api/v1/forms{query}");
        let answer = app.send_as(&people.admin, &path, "").await;
        assert_eq!(answer.status.as_u16(), status, "{query}: {}", answer.text);
        assert_eq!(answer.json()["code"], code, "{query}");
    }
    let path = "GET /api/v1/forms/account/records/stream";
    let hidden = app.send_as(&people.member, path, "").await;
    assert_eq!(hidden.status.as_u16(), 404, "{}", hidden.text);
}

#[tokio::test]
async fn the_longest_page_is_followed_by_another() {
    let (app, people) = stock().await;
    for cookie in [&people.member, &people.admin] {
        let path = "GET /api/v1/forms/item/records?limit=200";
        let page = app.send_as(cookie, path, "").await.json();
        assert_eq!(page["records"].as_array().unwrap().len(), 200);
        let path = format!("{path}&cursor={}", page["next"].as_str().expect("another page"));
        let rest = app.send_as(cookie, &path, "").await.json();
        assert_eq!(rest["records"].as_array().unwrap().len(), RECORDS - 200);
        assert_eq!(rest["next"], Json::Null);
    }
}
