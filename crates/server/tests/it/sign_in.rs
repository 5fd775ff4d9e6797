//! Signing in without a script in the browser.

use crate::app::{App, JSON};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn works_without_a_script_and_never_puts_the_password_in_an_address() {
    let (app, _) = App::with_people().await;
    let page = app.send("GET /sign-in", &[], "").await.text;
    assert!(page.contains(r#"<form method="post" action="/sign-in""#), "{page}");

    let good = "account=lin&password=battery+staple&return=%2Ftasks";
    let answer = app.send("POST /sign-in", &[FORM], good).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/tasks"));
    assert!(answer.header("set-cookie").contains("HttpOnly"), "{:?}", answer.headers);

    let bad = "account=%3Cb%3Elin&password=wrong&return=%2F%2Fevil.example";
    let answer = app.send("POST /sign-in", &[FORM], bad).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert!(!answer.text.contains("<b>lin") && !answer.text.contains("wrong\""), "escaped");
    assert!(!answer.text.contains("evil.example"));
    let empty = app.send("POST /sign-in", &[FORM], "account=lin").await;
    assert!(empty.status.is_client_error(), "{}", empty.status);
}

#[tokio::test]
async fn leads_only_to_this_site() {
    let (app, _) = App::with_people().await;
    for (to, expected) in [
        ("/tasks?list=done", "/tasks?list=done"),
        ("/..//evil.example", "/"),
        ("/.//evil.example", "/"),
        ("/%252e%252e//evil.example", "/%252e%252e//evil.example"),
        ("/%2e%2e//evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
    ] {
        let query: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("return", to).finish();
        let page = app.send(&format!("GET /sign-in?{query}&utm=x"), &[], "").await.text;
        assert!(page.contains(&format!("data-next=\"{expected}\"")), "{to}: {page}");
        let body = format!("account=lin&password=battery+staple&{query}");
        let answer = app.send("POST /sign-in", &[FORM], &body).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, expected), "{to}");
    }
}

#[tokio::test]
async fn too_many_tries_are_told_when_to_come_back() {
    let (app, _) = App::with_people().await;
    for _ in 0..9 {
        let answer = app.send("POST /sign-in", &[FORM], "account=lin&password=wrong").await;
        assert_eq!(answer.status.as_u16(), 401);
    }
    // The app's own sign-in was the first of ten.
    let form = app.send("POST /sign-in", &[FORM], "account=LIN&password=wrong").await;
    let body = r#"{"account": "ｌｉｎ", "password": "wrong"}"#;
    let json = app.send("POST /api/v1/session", &[JSON], body).await;
    for answer in [form, json] {
        assert_eq!(answer.status.as_u16(), 429);
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
    }
    let other = app.send("POST /sign-in", &[FORM], "account=zhou&password=wrong").await;
    assert_eq!(other.status.as_u16(), 401, "others are not kept out");
}

#[tokio::test]
async fn an_account_is_the_same_however_it_is_typed() {
    let (app, people) = App::with_people().await;
    for account in ["Lin", " LIN ", "ｌｉｎ", "ＬＩＮ"] {
        app.sign_in(account, "battery staple").await;
    }
    for (account, code) in [
        ("ＬＩＮ", "not_unique"),
        ("lіn", "account_mixes_scripts"),
        ("li\u{200b}n", "invalid_account"),
        ("\u{3164}", "invalid_account"),
    ] {
        let body = serde_json::json!({ "account": account, "name": "x" }).to_string();
        let refused = app.send_as(&people.admin, "POST /api/v1/members", &body).await;
        assert_eq!(refused.status.as_u16(), 422, "{account}");
        let found = refused.json()["errors"][0].clone();
        assert_eq!((&found["code"], &found["pointer"]), (&code.into(), &"/account".into()));
        assert!(!found["message"].as_str().unwrap().starts_with("problem."), "{found}");
    }
}

#[tokio::test]
async fn passwords_that_anybody_would_try_are_refused_everywhere() {
    let (app, people) = App::with_people().await;
    let set_up = |password: &str| serde_json::json!({ "organisation": "x", "name": "周敏", "account": "zhoumin", "password": password });
    let empty = App::new().await;
    let lin = app.send_as(&people.member, "GET /api/v1/session", "").await.json();
    let lin = lin["member"]["id"].as_str().unwrap().to_owned();
    for (password, own) in [
        ("          ", "          "),
        ("aaaaaaaaaa", "aaaaaaaaaa"),
        ("password123", "password123"),
        ("zhoumin2026", "lin-lin-lin"),
        ("ZHOUMIN!!!", "linlinlinlin"),
    ] {
        let refused =
            empty.send("POST /api/v1/set-up", &[JSON], &set_up(password).to_string()).await;
        assert_eq!(refused.status.as_u16(), 422, "{password}");
        assert_eq!(refused.json()["errors"][0]["code"], "password_guessable");
        let new = serde_json::json!({ "account": "zhoumin", "name": "x", "password": password });
        let refused = app.send_as(&people.admin, "POST /api/v1/members", &new.to_string()).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/password", "{password}");
        let change = serde_json::json!({ "password": own });
        let path = format!("PATCH /api/v1/members/{lin}");
        let refused = app.send_as(&people.admin, &path, &change.to_string()).await;
        assert_eq!(refused.status.as_u16(), 422, "{own}");
        let change = serde_json::json!({ "password": own, "current_password": "battery staple" });
        let refused =
            app.send_as(&people.member, "PATCH /api/v1/session", &change.to_string()).await;
        let found = refused.json()["errors"][0].clone();
        assert_eq!(
            (&found["code"], &found["pointer"]),
            (&"password_guessable".into(), &"/password".into())
        );
        assert!(!found["message"].as_str().unwrap().contains('{'), "{found}");
    }
}
