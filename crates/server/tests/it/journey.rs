//! From a drafted document to an approved record, over HTTP alone.

use serde_json::{Value as Json, json};

use crate::app::{App, JSON, People};

/// Sends, expects a status, answers the JSON.
async fn call(app: &App, cookie: &str, what: &str, body: &Json, status: u16) -> Json {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let answer = app.send_as(cookie, what, &text).await;
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
    if answer.text.is_empty() { Json::Null } else { answer.json() }
}

async fn publish(app: &App, people: &People, kind: &str, document: Json) {
    let key = document["key"].as_str().unwrap();
    let path = format!("/api/v1/documents/{kind}/{key}");
    let draft = json!({ "document": document, "based_on": 0, "version": 0 });
    call(app, &people.admin, &format!("PUT {path}/draft"), &draft, 200).await;
    // Somebody else who begins at the same time is told.
    call(app, &people.admin, &format!("PUT {path}/draft"), &draft, 409).await;
    let check = json!({ "document": document });
    let plan = call(app, &people.admin, &format!("POST {path}/check"), &check, 200).await;
    assert_eq!(plan["problems"], json!([]), "{kind} {key}");
    let publish = format!("POST {path}/publish");
    let published = call(app, &people.admin, &publish, &json!({ "based_on": 0 }), 200).await;
    assert_eq!(published["revision"], 1);
}

/// An app for leave requests: a form, a flow in which the admin decides, a grant.
async fn leave_app() -> (App, People) {
    let (app, people) = App::with_people().await;
    let navigation = json!([{ "items": [{ "form": "leave" }] }]);
    let document =
        json!({ "key": "office", "app": "office", "label": "行政", "navigation": navigation });
    let mut own = document.clone();
    own.as_object_mut().unwrap().remove("app");
    publish(&app, &people, "app", own).await;
    let form = json!({
        "key": "leave", "app": "office", "label": { "zh-CN": "请假", "en": "Leave" },
        "fields": [
            { "key": "reason", "kind": "text", "label": "事由", "required": true },
            { "key": "days", "kind": "number", "label": "天数", "options": { "places": 1 } },
            { "key": "half_days", "kind": "number", "label": "半天数", "formula": "days * 2",
              "options": { "places": 0 } }
        ],
        "rules": [{ "kind": "check", "that": "days <= 10",
            "message": { "zh-CN": "最多 10 天", "en": "At most 10 days" }, "fields": ["days"] }],
        "buttons": [{ "key": "shorten", "label": "改为一天", "when": "days > 1",
            "action": { "update": { "set": { "days": "1" } } } }],
        "views": [{ "key": "all", "label": "全部", "columns": ["reason", "days"] }]
    });
    publish(&app, &people, "form", form).await;
    let flow = json!({
        "key": "leave_flow", "app": "office", "form": "leave", "label": "请假审批",
        "steps": [{ "key": "boss", "label": "主管", "kind": "approve",
            "assignees": [{ "member": people.admin_id }] }]
    });
    publish(&app, &people, "flow", flow).await;
    let group = json!({
        "key": "staff", "app": "office", "label": "员工", "members": { "everyone": true },
        "forms": { "leave": { "operations": ["view", "create", "update", "delete"],
            "scope": "own" } }
    });
    publish(&app, &people, "permission_group", group).await;
    (app, people)
}

#[tokio::test]
async fn a_record_goes_from_its_form_to_approval() {
    let (app, people) = leave_app().await;
    let (member, admin) = (&people.member, &people.admin);
    let screen = call(&app, member, "GET /api/v1/forms/leave", &Json::Null, 200).await;
    assert_eq!(screen["fields"][2]["computed"], true);
    assert_eq!(screen["fields"][2]["access"], "read");
    assert_eq!(screen["flow"]["key"], "leave_flow");

    let typed = json!({ "values": { "days": "2.5" }, "changed": ["days"] });
    let seen = call(&app, member, "POST /api/v1/forms/leave/evaluate", &typed, 200).await;
    assert_eq!(seen["values"]["half_days"], "5");
    assert_eq!(seen["problems"][0]["pointer"], "/reason");

    let long = json!({ "values": { "reason": "休假", "days": 11 } });
    let refused = call(&app, member, "POST /api/v1/forms/leave/records", &long, 422).await;
    assert_eq!(refused["errors"][0]["message"], "最多 10 天");

    let new = json!({ "values": { "reason": "休假", "days": 3 } });
    let record = call(&app, member, "POST /api/v1/forms/leave/records", &new, 201).await;
    assert_eq!((&record["half_days"], &record["flow_status"]), (&json!("6"), &json!("running")));
    let own = format!("/api/v1/forms/leave/records/{}", record["id"].as_str().unwrap());

    let tasks = call(&app, admin, "GET /api/v1/tasks", &Json::Null, 200).await;
    let task = tasks["tasks"][0]["id"].as_str().unwrap().to_owned();
    let open = call(&app, admin, &format!("GET /api/v1/tasks/{task}"), &Json::Null, 200).await;
    assert_eq!(open["actions"][0], "approve");
    let returned = json!({ "comment": "写清楚", "version": open["record"]["version"] });
    let path = format!("POST /api/v1/tasks/{task}");
    // Only who agrees changes the record: values with anything else are not dropped in silence.
    for how in ["reject", "return", "transfer"] {
        let mut changed = returned.clone();
        changed["values"] = json!({ "days": 1 });
        if how == "transfer" {
            changed["member"] = json!("nobody");
        }
        let no = call(&app, admin, &format!("{path}/{how}"), &changed, 422).await;
        assert_eq!(no["errors"][0]["pointer"], "/values", "{how}: {no}");
    }
    call(&app, admin, &format!("{path}/return"), &returned, 204).await;

    let again = call(&app, member, &format!("GET {own}"), &Json::Null, 200).await;
    let submit = json!({ "version": again["record"]["version"], "values": { "reason": "陪家人" } });
    call(&app, member, &format!("POST {own}/submit"), &submit, 200).await;
    let tasks = call(&app, admin, "GET /api/v1/tasks", &Json::Null, 200).await;
    let task = tasks["tasks"][0]["id"].as_str().unwrap().to_owned();
    let open = call(&app, admin, &format!("GET /api/v1/tasks/{task}"), &Json::Null, 200).await;
    let approve = format!("POST /api/v1/tasks/{task}/approve");
    let blind = call(&app, admin, &approve, &json!({}), 422).await;
    assert_eq!(blind["errors"][0]["pointer"], "/version", "{blind}");
    let seen = json!({ "version": open["record"]["version"] });
    let stale = json!({ "version": open["record"]["version"].as_i64().unwrap() - 1 });
    let conflict = call(&app, admin, &approve, &stale, 409).await;
    assert_eq!(conflict["code"], "version_conflict", "{conflict}");
    call(&app, admin, &approve, &seen, 204).await;

    let instance = call(&app, member, &format!("GET {own}/instance"), &Json::Null, 200).await;
    assert_eq!(instance["state"], "completed", "{instance}");
    let history = call(&app, member, &format!("GET {own}/history"), &Json::Null, 200).await;
    assert!(history["events"].as_array().unwrap().len() >= 4, "{history}");
    let late = format!("POST /api/v1/tasks/{task}/approve");
    let refused = call(&app, admin, &late, &seen, 409).await;
    assert_ne!(refused["title"].as_str().unwrap(), format!("problem.{}", refused["code"]));
}

#[tokio::test]
async fn a_change_from_an_old_version_is_told_what_happened() {
    let (app, people) = leave_app().await;
    let member = &people.member;
    let draft = json!({ "values": { "reason": "休假", "days": 3 }, "draft": true });
    let record = call(&app, member, "POST /api/v1/forms/leave/records", &draft, 201).await;
    let own = format!("/api/v1/forms/leave/records/{}", record["id"].as_str().unwrap());
    let version = record["version"].clone();
    let first = json!({ "version": version, "values": { "days": "4" } });
    call(&app, member, &format!("PATCH {own}"), &first, 200).await;
    let second = json!({ "version": version, "values": { "days": "5" } });
    let conflict = call(&app, member, &format!("PATCH {own}"), &second, 409).await;
    assert_eq!(conflict["code"], "version_conflict");
    let changed = conflict["current"]["changed"].as_array().unwrap();
    assert!(changed.iter().any(|c| c["field"] == "days" && c["to"] == "4.0"), "{conflict}");

    let screen = call(&app, member, &format!("GET {own}"), &Json::Null, 200).await;
    assert_eq!(screen["buttons"], json!(["shorten"]));
    let pressed =
        call(&app, member, &format!("POST {own}/buttons/shorten"), &Json::Null, 200).await;
    assert_eq!(pressed["record"]["days"], "1.0");

    let said = json!({ "text": "请尽快" });
    let comments = call(&app, member, &format!("POST {own}/comments"), &said, 201).await;
    assert_eq!(comments["comments"][0]["text"], "请尽快");
    let list = "/api/v1/forms/leave/records?count=true&sort=-days&fields=reason&drafts=true";
    let page = call(&app, member, &format!("GET {list}"), &Json::Null, 200).await;
    assert_eq!((&page["total"], &page["records"][0]["reason"]), (&json!(1), &json!("休假")));
    let drafts = json!({ "field": "flow_status", "op": "eq", "value": "draft" });
    let sum = json!({ "filter": drafts,
        "measures": [{ "key": "total", "aggregate": "sum", "field": "days" }] });
    let sums = call(&app, member, "POST /api/v1/forms/leave/aggregate", &sum, 200).await;
    assert_eq!(sums["rows"][0]["total"], "1.0");
    let version = pressed["record"]["version"].as_i64().unwrap();
    call(&app, member, &format!("DELETE {own}?version={version}"), &Json::Null, 204).await;
    call(&app, member, &format!("GET {own}"), &Json::Null, 404).await;
}

#[tokio::test]
async fn pages_show_what_their_address_says() {
    let (app, people) = leave_app().await;
    let new = json!({ "values": { "reason": "</script>", "days": 1 } });
    let record = call(&app, &people.member, "POST /api/v1/forms/leave/records", &new, 201).await;
    let id = record["id"].as_str().unwrap();
    for (path, island) in [
        ("/apps/office/forms/leave".to_owned(), "record/grid"),
        ("/apps/office/forms/leave/new".to_owned(), "record/form"),
        (format!("/apps/office/forms/leave/records/{id}"), "record/panel"),
    ] {
        let answer = app.send_as(&people.member, &format!("GET {path}"), "").await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
        let (_, rest) = answer.text.split_once("id=\"page\">").unwrap();
        let (text, _) = rest.split_once("</script>").unwrap();
        let page: Json = serde_json::from_str(text).unwrap();
        assert_eq!((&page["island"], &page["params"]["form"]), (&json!(island), &json!("leave")));
        assert_eq!(page["app"]["key"], "office");
    }
    let hidden = ["/apps/crm/forms/account", "/apps/other/forms/leave", "/apps/crm"];
    for path in hidden {
        let answer = app.send_as(&people.member, &format!("GET {path}"), "").await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
    }
    let first = app.send_as(&people.member, "GET /apps/office", "").await;
    assert_eq!(first.header("location"), "/apps/office/forms/leave");
}

#[tokio::test]
async fn a_new_password_ends_other_sessions() {
    let (app, people) = App::with_people().await;
    let other = app.sign_in("zhou", "correct horse").await;
    let change = json!({ "password": "a new password", "current_password": "correct horse" });
    call(&app, &people.admin, "PATCH /api/v1/session", &change, 200).await;
    call(&app, &other, "GET /api/v1/session", &Json::Null, 401).await;
    let wrong = r#"{"account": "zhou", "password": "correct horse"}"#;
    let refused = app.send("POST /api/v1/session", &[JSON], wrong).await;
    assert_eq!(refused.json()["code"], "wrong_credentials");
    let third = app.sign_in("ZHOU", "a new password").await;
    call(&app, &third, "DELETE /api/v1/sessions", &Json::Null, 204).await;
    call(&app, &third, "GET /api/v1/session", &Json::Null, 401).await;
}

#[tokio::test]
async fn what_uses_a_field_is_told_and_a_draft_gets_another_key_for_it() {
    let (app, people) = leave_app().await;
    let uses = "GET /api/v1/documents/form/leave/uses";
    let found = call(&app, &people.admin, uses, &Json::Null, 200).await;
    let by = |found: &Json| -> Vec<String> {
        let uses = found.as_array().unwrap().iter();
        uses.map(|found| {
            format!("{} {}", found["key"].as_str().unwrap(), found["pointer"].as_str().unwrap())
        })
        .collect()
    };
    let expected = ["office /navigation/0/items/0/form", "leave_flow /form", "staff /forms/leave"];
    assert_eq!(by(&found), expected);
    let of_field = format!("{uses}?field=days");
    let found = call(&app, &people.admin, &of_field, &Json::Null, 200).await;
    assert!(by(&found).contains(&"leave /fields/2/formula".to_owned()), "{found}");

    let path = "/api/v1/documents/form/leave";
    let draft = call(&app, &people.admin, &format!("GET {path}/draft"), &Json::Null, 200).await;
    let body = json!({ "document": draft["document"], "field": "days", "to": "天数" });
    let rename = format!("POST {path}/rename");
    let renamed = call(&app, &people.admin, &rename, &body, 200).await;
    assert_eq!(renamed["document"]["fields"][2]["formula"], "天数 * 2");
    assert_eq!(renamed["document"]["rules"][0]["that"], "天数 <= 10");
    let taken = json!({ "document": draft["document"], "field": "days", "to": "reason" });
    let refused = call(&app, &people.admin, &rename, &taken, 422).await;
    assert_eq!(refused["errors"][0]["code"], "repeated_key");
    let listed = "GET /api/v1/documents?kind=form&app=office";
    let listed = call(&app, &people.admin, listed, &Json::Null, 200).await;
    assert_eq!(listed[0]["problems"], json!([]));
    call(&app, &people.member, uses, &Json::Null, 403).await;
    call(&app, &people.member, &rename, &body, 403).await;
}
