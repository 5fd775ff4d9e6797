//! What ends by itself, with a clock that is moved.

use formwork_testkit::TestClock;
use jiff::SignedDuration;

use crate::app::App;

#[tokio::test]
async fn a_session_ends_after_a_fortnight() {
    let clock = TestClock::default();
    clock.advance(jiff::Timestamp::now().duration_since(clock.as_clock()()));
    let (app, people) = App::at(clock.as_clock()).await.peopled().await;
    let status = async || app.send_as(&people.member, "GET /api/v1/session", "").await.status;
    assert_eq!(status().await.as_u16(), 200);
    clock.advance(SignedDuration::from_hours(24 * 14 - 1));
    assert_eq!(status().await.as_u16(), 200);
    clock.advance(SignedDuration::from_hours(2));
    assert_eq!(status().await.as_u16(), 401);
    app.state.engine.session_sweep().await.unwrap();
    clock.advance(SignedDuration::from_hours(-24));
    assert_eq!(status().await.as_u16(), 401, "an ended session is gone for good");
}

#[tokio::test]
async fn an_api_key_does_not_end_with_time() {
    let clock = TestClock::default();
    let (app, people) = App::at(clock.as_clock()).await.peopled().await;
    for _ in 0..3 {
        clock.advance(SignedDuration::from_hours(24 * 300));
        let headers = [("authorization", people.key.as_str())];
        let answer = app.send("GET /api/v1/session", &headers, "").await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }
}
