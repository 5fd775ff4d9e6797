//! Sessions and keys: who gets one, and what ends them.

use crate::app::{App, JSON, SAME_ORIGIN};

async fn status_of(app: &App, headers: &[(&str, &str)]) -> u16 {
    app.send("GET /api/v1/session", headers, "").await.status.as_u16()
}

#[tokio::test]
async fn a_planted_session_is_not_taken_over() {
    let (app, people) = App::with_people().await;
    let body = r#"{"account": "lin", "password": "battery staple"}"#;
    for planted in ["formwork_session=AAAAAAAAAAAAAAAAAAAAAA", people.member.as_str()] {
        let headers = [JSON, SAME_ORIGIN, ("cookie", planted)];
        let answer = app.send("POST /api/v1/session", &headers, body).await;
        let made = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        assert!(made.starts_with("formwork_session=") && made != planted, "{made}");
        assert_eq!(status_of(&app, &[("cookie", &made)]).await, 200);
        assert_eq!(status_of(&app, &[("cookie", planted)]).await, 401, "{planted}");
    }
}

#[tokio::test]
async fn whoever_is_deactivated_is_out_with_sessions_and_keys() {
    let (app, people) = App::with_people().await;
    let me = app.send_as(&people.member, "GET /api/v1/session", "").await.json();
    let id = me["member"]["id"].as_str().unwrap().to_owned();
    let made = app.send_as(&people.member, "POST /api/v1/api-keys", r#"{"name": "k"}"#).await;
    let key = format!("Bearer {}", made.json()["key"].as_str().unwrap());
    assert_eq!(status_of(&app, &[("authorization", &key)]).await, 200);
    let member = format!("PATCH /api/v1/members/{id}");
    let off = app.send_as(&people.admin, &member, r#"{"active": false}"#).await;
    assert_eq!(off.status.as_u16(), 204, "{}", off.text);
    assert_eq!(status_of(&app, &[("cookie", &people.member)]).await, 401);
    assert_eq!(status_of(&app, &[("authorization", &key)]).await, 401);
    let body = r#"{"account": "lin", "password": "battery staple"}"#;
    let again = app.send("POST /api/v1/session", &[JSON], body).await;
    let unknown = app.send("POST /api/v1/session", &[JSON], &body.replace("lin", "nobody")).await;
    assert_eq!(
        (again.status, again.json()["code"].clone()),
        (unknown.status, unknown.json()["code"].clone())
    );
    // Who comes back finds the old sessions ended.
    app.send_as(&people.admin, &member, r#"{"active": true}"#).await;
    assert_eq!(status_of(&app, &[("cookie", &people.member)]).await, 401);
    assert_eq!(status_of(&app, &[("authorization", &key)]).await, 401, "keys die too");
}

#[tokio::test]
async fn a_new_password_and_signing_out_everywhere_end_every_session() {
    let (app, people) = App::with_people().await;
    let other = app.sign_in("lin", "battery staple").await;
    let change = r#"{"password": "another staple", "current_password": "battery staple"}"#;
    let wrong = change.replace("battery", "wrong");
    let refused = app.send_as(&people.member, "PATCH /api/v1/session", &wrong).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let changed = app.send_as(&people.member, "PATCH /api/v1/session", change).await;
    assert_eq!(changed.status.as_u16(), 200, "{}", changed.text);
    let kept = changed.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(status_of(&app, &[("cookie", &kept)]).await, 200);
    for ended in [&people.member, &other] {
        assert_eq!(status_of(&app, &[("cookie", ended)]).await, 401);
    }
    let third = app.sign_in("lin", "another staple").await;
    app.send_as(&kept, "DELETE /api/v1/sessions", "").await;
    for ended in [&kept, &third] {
        assert_eq!(status_of(&app, &[("cookie", ended)]).await, 401);
    }
}

#[tokio::test]
async fn nobody_makes_themselves_an_admin() {
    let (app, people) = App::with_people().await;
    let change = r#"{"is_admin": true, "roles": ["x"], "active": true, "locale": "en"}"#;
    let refused = app.send_as(&people.member, "PATCH /api/v1/session", change).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let me = app.send_as(&people.member, "GET /api/v1/session", "").await.json();
    assert_eq!(me["member"]["is_admin"], false, "{me}");
}

#[tokio::test]
async fn a_member_who_is_signed_out_everywhere_may_try_again_at_once() {
    let (app, people) = App::with_people().await;
    let wrong = r#"{"account": "lin", "password": "wrong"}"#;
    for _ in 0..10 {
        app.send("POST /api/v1/session", &[JSON], wrong).await;
    }
    let right = r#"{"account": "lin", "password": "battery staple"}"#;
    let refused = app.send("POST /api/v1/session", &[JSON], right).await;
    assert_eq!(refused.status.as_u16(), 429);
    app.send_as(&people.member, "DELETE /api/v1/sessions", "").await;
    app.sign_in("lin", "battery staple").await;
}
