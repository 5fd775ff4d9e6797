//! Signing in without a script in the browser.

use crate::app::App;

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
