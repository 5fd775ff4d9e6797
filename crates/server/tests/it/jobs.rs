//! Jobs over HTTP: admins look at them, take them out, and run them again.

use crate::app::App;

#[tokio::test]
async fn admins_see_jobs_and_take_them_out_and_run_them_again() {
    let (app, people) = App::with_people().await;
    let get = async |path: &str| app.send_as(&people.admin, &format!("GET {path}"), "").await;
    let post = async |path: &str| app.send_as(&people.admin, &format!("POST {path}"), "").await;
    let worker = app.state.engine.start_worker();
    worker.stop().await;
    let jobs = get("/api/v1/jobs").await.json();
    let queued = jobs["jobs"].as_array().unwrap().iter().find(|job| job["state"] == "queued");
    let job = queued.unwrap_or_else(|| panic!("the next sweep: {jobs}"));
    assert_eq!(job["kind"], "sweep");
    assert_eq!(job["problems"], serde_json::json!([]));
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());

    let again = post(&format!("{path}/run-again")).await;
    assert_eq!((again.status.as_u16(), &again.json()["code"]), (409, &"job_not_ended".into()));
    assert_eq!(post(&format!("{path}/cancel")).await.status.as_u16(), 204);
    assert_eq!(get(&path).await.json()["state"], "cancelled");
    let twice = post(&format!("{path}/cancel")).await;
    assert_eq!((twice.status.as_u16(), &twice.json()["code"]), (409, &"job_finished".into()));
    assert_eq!(post(&format!("{path}/run-again")).await.status.as_u16(), 204);
    assert_eq!(get(&path).await.json()["state"], "queued");

    let queued = get("/api/v1/jobs?state=queued&limit=1").await.json();
    assert_eq!(queued["jobs"].as_array().unwrap().len(), 1);
    assert_eq!(get("/api/v1/jobs?state=lost").await.status.as_u16(), 422);
    assert_eq!(get("/api/v1/jobs/nothing").await.status.as_u16(), 404);
    assert_eq!(post("/api/v1/jobs/nothing/cancel").await.status.as_u16(), 404);
    for what in [
        "GET /api/v1/jobs".to_owned(),
        format!("GET {path}"),
        format!("POST {path}/cancel"),
        format!("POST {path}/run-again"),
    ] {
        assert_eq!(app.send_as(&people.member, &what, "").await.status.as_u16(), 403, "{what}");
    }
}
