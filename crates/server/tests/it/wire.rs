//! On real connections: what is sent by halves, and what is refused before it was read.

use std::{net::SocketAddr, time::Duration};

use formwork_server::{Limits, ServerState, Settings, serve};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::app::App;

/// The longest that a test waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that listens, over the database of an app.
async fn listen(app: &App, limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings { limits, ..Settings::default() };
    let state = ServerState::new(app.state.engine.clone(), settings);
    tokio::spawn(serve(state, listener, std::future::pending()));
    address
}

/// An answer's status, and whether it says that the connection is closed.
async fn read_answer(stream: &mut BufReader<TcpStream>) -> Option<(u16, bool)> {
    let mut status = None;
    let (mut length, mut closes) = (0, false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_lowercase();
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            status = rest.get(..3).and_then(|code| code.parse().ok());
        } else if let Some(rest) = line.strip_prefix("content-length: ") {
            length = rest.parse().unwrap();
        } else if line == "connection: close" {
            closes = true;
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((status?, closes))
}

async fn connect(address: SocketAddr) -> BufReader<TcpStream> {
    BufReader::new(TcpStream::connect(address).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_outlive_requests_that_are_refused_unread() {
    let app = App::new().await;
    let address = listen(&app, Limits::default()).await;
    let body = "x".repeat(3_000_000);
    let refused = [
        ("POST /api/v1/forms/account/records", "application/json", 401),
        ("PATCH /api/v1/members/x", "application/json", 401),
        ("POST /api/v1/nothing", "application/json", 404),
        ("PUT /api/v1/session", "application/json", 405),
        ("POST /api/v1/session", "text/plain", 415),
    ];
    for chunked in [false, true] {
        let mut stream = connect(address).await;
        for (what, kind, expected) in refused.iter().cycle().take(15) {
            let framing = if chunked {
                "transfer-encoding: chunked".to_owned()
            } else {
                format!("content-length: {}", body.len())
            };
            let head =
                format!("{what} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\n{framing}\r\n\r\n");
            let body = if chunked {
                format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
            } else {
                body.clone()
            };
            let sent = async {
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(body.as_bytes()).await
            };
            sent.await.unwrap_or_else(|error| panic!("{what}: {error}"));
            let answer = tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.unwrap();
            assert_eq!(answer, Some((*expected, false)), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_not_kept_says_so() {
    let app = App::new().await;
    let address = listen(&app, Limits::default()).await;
    // Nobody sends a body that is waited for after a refusal.
    let mut stream = connect(address).await;
    let head = "POST /api/v1/forms/account/records HTTP/1.1\r\nhost: x\r\n\
        content-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.unwrap();
    assert_eq!(answer, Some((401, true)));
    // Nor is a body of any size heard out.
    let mut stream = connect(address).await;
    let head = "POST /api/v1/forms/account/records HTTP/1.1\r\nhost: x\r\n\
        content-type: application/json\r\ncontent-length: 100000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b'x'; 1_000_000];
    for _ in 0..16 {
        stream.write_all(&piece).await.unwrap();
    }
    let answer = tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.unwrap();
    assert_eq!(answer, Some((401, true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_by_halves_is_not_waited_for() {
    let app = App::new().await;
    let short = Duration::from_millis(200);
    let limits = Limits { headers: short, body: short, ..Limits::default() };
    let address = listen(&app, limits).await;
    for half in [
        "",
        "GET / HT",
        "GET /healthz HTTP/1.1\r\nhost: x\r\nx-half",
        "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: 100\r\n\r\n{\"account\":",
        "POST /api/v1/nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        assert!(closed.is_ok(), "{half:?} is waited for");
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("HTTP/1.1 2"), "{half:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_too_many_waits_for_a_place() {
    let app = App::new().await;
    let limits = Limits { connections: 1, ..Limits::default() };
    let address = listen(&app, limits).await;
    let request = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut first = connect(address).await;
    first.write_all(request).await.unwrap();
    assert_eq!(read_answer(&mut first).await, Some((200, false)));
    let mut second = connect(address).await;
    second.write_all(request).await.unwrap();
    drop(first);
    let answer = tokio::time::timeout(PATIENCE, read_answer(&mut second)).await.unwrap();
    assert_eq!(answer, Some((200, false)));
}
