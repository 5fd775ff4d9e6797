//! Batches of changes, and requests that are sent twice.

use serde_json::{Value as Json, json};

use crate::app::{Answer, App, JSON, People, SAME_ORIGIN};

const BATCH: &str = "POST /api/v1/forms/item/records/batch";

/// A form with a unique code and a check; members may not delete and do not see the cost.
async fn stock() -> (App, People) {
    let (app, people) = App::with_people().await;
    app.publish(&people, "app", json!({ "key": "store", "label": "仓库", "navigation": [] })).await;
    let form = json!({
        "key": "item", "app": "store", "label": "物料", "title": "code",
        "fields": [
            { "key": "code", "kind": "text", "label": "编码", "unique": true, "required": true },
            { "key": "count", "kind": "number", "label": "数量", "options": { "places": 0 } },
            { "key": "cost", "kind": "number", "label": "成本", "options": { "places": 0 } }
        ],
        "rules": [{ "kind": "check", "that": "count >= 0",
            "message": { "zh-CN": "不能为负", "en": "Never below zero" }, "fields": ["count"] }]
    });
    app.publish(&people, "form", form).await;
    let group = json!({
        "key": "staff", "app": "store", "label": "员工", "members": { "everyone": true },
        "forms": { "item": { "operations": ["view", "create", "update"], "scope": "all",
            "hidden": ["cost"] } }
    });
    app.publish(&people, "permission_group", group).await;
    (app, people)
}

async fn send(app: &App, cookie: &str, body: &Json) -> Answer {
    app.send_as(cookie, BATCH, &body.to_string()).await
}

async fn codes(app: &App, people: &People) -> Vec<(String, String)> {
    let path = "GET /api/v1/forms/item/records?sort=code";
    let list = app.send_as(&people.admin, path, "").await.json();
    let text = |record: &Json, key: &str| record[key].as_str().unwrap_or_default().to_owned();
    let records = list["records"].as_array().unwrap();
    records.iter().map(|record| (text(record, "code"), text(record, "count"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(code, count)| ((*code).to_owned(), (*count).to_owned())).collect()
}

#[tokio::test]
async fn every_kind_of_change_in_one_transaction() {
    let (app, people) = stock().await;
    let made = json!({ "items": [
        { "op": "create", "values": { "code": "A", "count": "1" } },
        { "op": "upsert", "by": "code", "values": { "code": "B", "count": "2" } },
        { "op": "upsert", "by": "code", "values": { "code": "A", "count": "5" } },
    ] });
    let answer = send(&app, &people.admin, &made).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let results = answer.json()["results"].clone();
    let status = |index: usize| results[index]["status"].as_str().unwrap();
    assert_eq!([status(0), status(1), status(2)], ["created", "created", "updated"]);
    assert_eq!(results[0]["id"], results[2]["id"]);
    assert_eq!(results[2]["version"], 2);
    assert_eq!(codes(&app, &people).await, pairs(&[("A", "5"), ("B", "2")]));

    let more = json!({ "items": [
        { "op": "update", "id": results[0]["id"], "version": 2, "values": { "count": "6" } },
        { "op": "delete", "id": results[1]["id"] },
    ] });
    let answer = send(&app, &people.admin, &more).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(codes(&app, &people).await, pairs(&[("A", "6")]));
}

#[tokio::test]
async fn all_or_nothing_names_every_problem_by_its_item() {
    let (app, people) = stock().await;
    let mut items: Vec<Json> = (0..1000)
        .map(|number| json!({ "op": "create", "values": { "code": format!("N{number}") } }))
        .collect();
    items[700] = json!({ "op": "create", "values": { "code": "N3", "count": "-1" } });
    items[900] = json!({ "op": "delete", "id": "nobody" });
    let answer = send(&app, &people.admin, &json!({ "items": items })).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    let errors = answer.json()["errors"].clone();
    let places: Vec<(&str, &str)> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    assert!(places.contains(&("/items/700/count", "rule")), "{places:?}");
    assert!(places.contains(&("/items/700/code", "not_unique")), "{places:?}");
    assert!(places.contains(&("/items/900", "not_found")), "{places:?}");
    assert!(codes(&app, &people).await.is_empty());
}

#[tokio::test]
async fn each_for_itself_does_what_can_be_done() {
    let (app, people) = stock().await;
    let items = json!({ "mode": "each", "items": [
        { "op": "create", "values": { "code": "A" } },
        { "op": "create", "values": { "code": "A" } },
        { "op": "create", "values": { "code": "B", "count": "-1" } },
        { "op": "create", "values": { "code": "C", "cost": "3" } },
        { "op": "upsert", "by": "count", "values": { "code": "D", "count": "3" } },
        { "op": "upsert", "by": "code", "values": { "count": "3" } },
        { "op": "create", "values": { "code": "E" } },
    ] });
    let answer = send(&app, &people.member, &items).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let results = answer.json()["results"].clone();
    let of = |index: usize| {
        let result = &results[index];
        let code = result["errors"][0]["code"].as_str().or(result["code"].as_str());
        (result["status"].as_str().unwrap().to_owned(), code.unwrap_or_default().to_owned())
    };
    let refused = |code: &str| ("refused".to_owned(), code.to_owned());
    assert_eq!(of(0).0, "created");
    assert_eq!(of(1), refused("not_unique"));
    assert_eq!(of(2), refused("rule"));
    assert_eq!(of(3), refused("field_not_writable"));
    assert_eq!(of(4), refused("field_not_unique"));
    assert_eq!(of(5), refused("required"));
    assert_eq!(of(6).0, "created");
    assert_eq!(results[2]["errors"][0]["pointer"], "/count");

    let id = results[0]["id"].as_str().unwrap();
    let more = json!({ "mode": "each", "items": [
        { "op": "delete", "id": id }, { "op": "update", "id": id, "version": 7, "values": {} } ] });
    let results = send(&app, &people.member, &more).await.json()["results"].clone();
    assert_eq!(results[0]["code"], "forbidden");
    assert_eq!(results[1]["code"], "version_conflict");
    assert_eq!(codes(&app, &people).await.len(), 2);
}

/// What cannot be read of an item is that item's own matter.
#[tokio::test]
async fn an_item_that_cannot_be_read_stops_no_other() {
    let (app, people) = stock().await;
    let items = json!([
        { "op": "create", "values": { "code": "A" } },
        { "op": "create", "values": { "code": "a\u{0}b" } },
        { "op": "create", "values": { "code": "B" }, "extra": 1 },
        { "op": "mend" },
        { "values": {} },
        5,
        { "op": "update", "values": {} },
        { "op": "create", "values": { "code": "C" } },
    ]);
    let answer = send(&app, &people.admin, &json!({ "mode": "each", "items": items })).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let results = answer.json()["results"].clone();
    let of = |index: usize| {
        let error = &results[index]["errors"][0];
        format!("{} {}", error["code"].as_str().unwrap(), error["pointer"].as_str().unwrap())
    };
    assert_eq!(of(1), "control_character /code");
    assert_eq!(of(2), "unknown_property /extra");
    assert_eq!(of(3), "invalid_body /op");
    assert_eq!(of(4), "invalid_body /op");
    assert_eq!(of(5), "invalid_body ");
    assert_eq!(of(6), "invalid_body /id");
    assert_eq!(codes(&app, &people).await, pairs(&[("A", ""), ("C", "")]));

    let answer = send(&app, &people.admin, &json!({ "items": items })).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    assert_eq!(answer.json()["errors"][1]["pointer"], "/items/1/code");
    for mode in [json!(5), Json::Null, json!("none")] {
        let answer = send(&app, &people.admin, &json!({ "mode": mode, "items": [] })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["code"].as_str()),
            (422, Some("invalid_body")),
            "{mode}"
        );
    }
}

/// Whoever may not see a unique field is answered the same, whatever is stored.
#[tokio::test]
async fn an_upsert_by_a_hidden_field_tells_nothing() {
    let (app, people) = stock().await;
    let group = json!({
        "key": "staff", "app": "store", "label": "员工", "members": { "everyone": true },
        "forms": { "item": { "operations": ["view", "create", "update"], "scope": "all",
            "hidden": ["code"] } }
    });
    let body = json!({ "document": group, "based_on": 1 }).to_string();
    let path = "POST /api/v1/documents/permission_group/staff/publish";
    assert_eq!(app.send_as(&people.admin, path, &body).await.status.as_u16(), 200);
    let made = json!({ "items": [{ "op": "create", "values": { "code": "A" } }] });
    assert_eq!(send(&app, &people.admin, &made).await.status.as_u16(), 200);
    let item = |code: &str| json!({ "op": "upsert", "by": "code", "values": { "code": code } });
    let guess = json!({ "mode": "each", "items": [item("A"), item("B")] });
    let results = send(&app, &people.member, &guess).await.json()["results"].clone();
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0]["errors"][0]["code"], "field_not_writable");
}

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let (app, people) = stock().await;
    let many: Vec<Json> = (0..1001).map(|_| json!({ "op": "create", "values": {} })).collect();
    for body in [
        json!({ "items": many }),
        json!({ "items": [{ "op": "destroy", "id": "x" }] }),
        json!({ "items": [{ "op": "create", "valuez": {} }] }),
        json!({ "item": [] }),
    ] {
        let answer = send(&app, &people.admin, &body).await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    }
    let path = "POST /api/v1/forms/nothing/records/batch";
    let answer = app.send_as(&people.admin, path, r#"{"items": []}"#).await;
    assert_eq!(answer.status.as_u16(), 404, "{}", answer.text);
}

async fn send_with_key(app: &App, cookie: &str, what: &str, key: &str, body: &Json) -> Answer {
    let headers = [JSON, SAME_ORIGIN, ("cookie", cookie), ("idempotency-key", key)];
    app.send(what, &headers, &body.to_string()).await
}

#[tokio::test]
async fn a_request_that_is_sent_twice_is_carried_out_once() {
    let (app, people) = stock().await;
    let create = "POST /api/v1/forms/item/records";
    let body = json!({ "values": { "code": "A" } });
    let first = send_with_key(&app, &people.admin, create, "k1", &body).await;
    assert_eq!(first.status.as_u16(), 201, "{}", first.text);
    let again = send_with_key(&app, &people.admin, create, "k1", &body).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(codes(&app, &people).await.len(), 1);

    let other = json!({ "values": { "code": "B" } });
    let reused = send_with_key(&app, &people.admin, create, "k1", &other).await;
    assert_eq!(
        (reused.status.as_u16(), reused.json()["errors"][0]["code"].as_str()),
        (422, Some("idempotency_key_reused"))
    );
    let elsewhere = send_with_key(&app, &people.admin, BATCH, "k1", &body).await;
    assert_eq!(elsewhere.status.as_u16(), 422, "{}", elsewhere.text);
    let somebody = send_with_key(&app, &people.member, create, "k1", &other).await;
    assert_eq!(somebody.status.as_u16(), 201, "keys are each caller's own: {}", somebody.text);
    let long = "k".repeat(201);
    let refused = send_with_key(&app, &people.admin, create, &long, &other).await;
    assert_eq!(refused.json()["errors"][0]["code"], "invalid_idempotency_key");
}

#[tokio::test]
async fn a_refused_request_may_be_sent_again_with_its_key() {
    let (app, people) = stock().await;
    let batch = json!({ "items": [{ "op": "create", "values": { "code": "A", "count": "-1" } }] });
    let refused = send_with_key(&app, &people.admin, BATCH, "k2", &batch).await;
    assert_eq!(refused.status.as_u16(), 422);
    let mended = json!({ "items": [{ "op": "create", "values": { "code": "A", "count": "1" } }] });
    let done = send_with_key(&app, &people.admin, BATCH, "k2", &mended).await;
    assert_eq!(done.status.as_u16(), 200, "{}", done.text);
    let again = send_with_key(&app, &people.admin, BATCH, "k2", &mended).await;
    assert_eq!(again.text, done.text);
    assert_eq!(codes(&app, &people).await.len(), 1);
}

#[tokio::test]
async fn nothing_secret_is_kept_of_a_request_with_a_key() {
    let (app, people) = stock().await;
    let name = json!({ "name": "import" });
    let made = send_with_key(&app, &people.admin, "POST /api/v1/api-keys", "k3", &name).await;
    assert!(made.status.is_success(), "{}", made.text);
    let again = send_with_key(&app, &people.admin, "POST /api/v1/api-keys", "k3", &name).await;
    assert_eq!(again.json()["code"], "idempotency_answer_lost", "{}", again.text);
    let keys = app.send_as(&people.admin, "GET /api/v1/api-keys", "").await.json();
    let named = keys["keys"].as_array().unwrap().iter().filter(|key| key["name"] == "import");
    assert_eq!(named.count(), 1, "{keys}");
}

#[tokio::test]
async fn an_upsert_finds_what_saving_would_find() {
    let (app, people) = stock().await;
    let upsert = |code: &str, count: &str| json!({ "op": "upsert", "by": "code", "values": { "code": code, "count": count } });
    let items = json!({ "mode": "each", "items": [upsert("A", "1"), upsert(" A ", "2")] });
    let results = send(&app, &people.admin, &items).await.json()["results"].clone();
    assert_eq!(results[1]["status"], "updated", "{results}");
    let odd = json!({ "op": "upsert", "by": "code", "values": { "code": { "x": 1 } } });
    let odd = json!({ "mode": "each", "items": [odd] });
    let results = send(&app, &people.admin, &odd).await.json()["results"].clone();
    assert_eq!(results[0]["errors"][0]["pointer"], "/code", "{results}");
    assert_eq!(codes(&app, &people).await, pairs(&[("A", "2")]));
}
