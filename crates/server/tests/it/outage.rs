//! A database that goes away, and a disk that is full.

use std::{net::SocketAddr, sync::Arc};

use formwork_engine::Engine;
use formwork_store::{Hold, Store, StoreError};
use formwork_testkit::{Backend, TestClock, TestDatabase};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::app::{App, JSON};

/// Stands between the server and its database, and can be taken away.
struct Between {
    address: SocketAddr,
    /// Aborted when dropped, connections included.
    _running: JoinSet<()>,
}

impl Between {
    async fn start(at: SocketAddr, database: String) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let database = database.clone();
                connections.spawn(async move {
                    let mut far = TcpStream::connect(database).await.unwrap();
                    // Ends when either side does.
                    drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
                });
            }
        });
        Self { address, _running: running }
    }

    async fn stop(mut self) -> SocketAddr {
        self._running.shutdown().await;
        self.address
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_said_to_be_gone() {
    if !Backend::all().contains(&Backend::Postgres) {
        return;
    }
    let database = TestDatabase::new(Backend::Postgres).await.unwrap();
    let mut url = url::Url::parse(database.url()).unwrap();
    let far = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let between = Between::start("127.0.0.1:0".parse().unwrap(), far.clone()).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(between.address.port())).unwrap();
    let store = Store::open(url.as_str()).await.unwrap();
    let engine = Engine::open(store, Arc::new(Timestamp::now)).await.unwrap();
    let (app, people) = App::over(engine).peopled().await;
    let health = app.send("GET /healthz", &[], "").await;
    assert_eq!((health.status.as_u16(), health.text.as_str()), (200, "ok\n"));

    let address = between.stop().await;
    let key = ("authorization", people.key.as_str());
    let requests: &[(&str, &[(&str, &str)], &str)] = &[
        ("GET /healthz", &[], ""),
        ("GET /api/v1/forms/account/records", &[key], ""),
        (
            "POST /api/v1/forms/account/records",
            &[JSON, key],
            r#"{"values": {"name": "x"}, "draft": true}"#,
        ),
    ];
    // More often than there are connections that are left over.
    for _ in 0..20 {
        for (what, headers, body) in requests {
            let answer = app.send(what, headers, body).await;
            assert_eq!(answer.status.as_u16(), 503, "{what}: {}", answer.text);
            assert_eq!(answer.json()["code"], "database_unreachable", "{what}");
            assert!(!answer.header("retry-after").is_empty(), "{what}");
        }
    }
    let health = app.send("GET /healthz", &[], "").await;
    assert_eq!(health.json()["part"], "database");

    let _between = Between::start(address, far).await;
    for _ in 0..20 {
        if app.send("GET /healthz", &[], "").await.status.as_u16() == 200 {
            let body = r#"{"values": {"name": "海河港务"}, "draft": true}"#;
            let made = app.send(requests[2].0, requests[2].1, body).await;
            assert_eq!(made.status.as_u16(), 201, "{}", made.text);
            return;
        }
    }
    panic!("the database is back and the server does not notice");
}

/// Does something to the connection that writes.
async fn to_the_writer(app: &App, sql: &'static str) {
    let done: Result<u64, StoreError> = app
        .state
        .engine
        .store()
        .write(Hold::Nothing, move |connection| Box::pin(connection.execute(sql, &[])))
        .await;
    done.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_called_by_its_name() {
    let (app, people) = App::with_people().await;
    to_the_writer(&app, "pragma max_page_count = 1").await;
    let mut codes = Vec::new();
    for number in 0..300 {
        if codes.len() > 10 {
            break;
        }
        let name = format!("{}{number}", "海河港务".repeat(20));
        let body = json!({ "values": { "name": name }, "draft": true });
        let path = "POST /api/v1/forms/account/records";
        let answer = app.send_as(&people.admin, path, &body.to_string()).await;
        if answer.status.as_u16() != 201 {
            assert_eq!(answer.status.as_u16(), 507, "{}", answer.text);
            codes.push(answer.json()["code"].clone());
        }
    }
    assert!(codes.len() > 10 && codes.iter().all(|code| code == "disk_full"), "{codes:?}");
    let list = app.send_as(&people.admin, "GET /api/v1/forms/account/records", "").await;
    assert_eq!(list.status.as_u16(), 200, "{}", list.text);
}

#[tokio::test]
async fn keys_read_on_a_disk_that_takes_nothing() {
    let clock = TestClock::default();
    let (app, people) = App::at(clock.as_clock()).await.peopled().await;
    let read = async || {
        let headers = [("authorization", people.key.as_str())];
        app.send("GET /api/v1/forms/account/records", &headers, "").await.status.as_u16()
    };
    assert_eq!(read().await, 200);
    let trigger = "create trigger full before update on api_key
        begin select raise(abort, 'nothing is written'); end";
    to_the_writer(&app, trigger).await;
    for _ in 0..3 {
        clock.advance(SignedDuration::from_hours(2));
        assert_eq!(read().await, 200, "the note of the last use is not worth a refusal");
    }
}
