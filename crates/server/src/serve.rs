//! Answers requests until told to stop.

use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceExt;

use crate::{http::REQUEST_TIMEOUT, router::router, state::ServerState};

/// What a connection may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest from when a request may begin to the end of its headers. A connection on
    /// which nothing comes for so long is closed too.
    pub headers: Duration,
    /// The longest between two pieces of a body.
    pub body: Duration,
    /// Most connections at a time. Who comes too many waits to be taken.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { headers: Duration::from_secs(30), body: Duration::from_secs(30), connections: 8192 }
    }
}

/// How long nothing is taken after the system has refused a connection for want of something.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves on a listener. When `shutdown` ends, no new requests are taken and the running
/// ones are finished.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    state: ServerState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let limits = state.settings.limits;
    let places = Arc::new(Semaphore::new(limits.connections));
    let running = GracefulShutdown::new();
    let router = router(state);
    let mut shutdown = pin!(shutdown);
    loop {
        let taken = tokio::select! {
            taken = take(&listener, &places) => taken,
            () = &mut shutdown => break,
        };
        match taken {
            Ok(taken) => answer(taken, router.clone(), limits.headers, &running),
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot take connections");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(REQUEST_TIMEOUT, running.shutdown()).await.is_err() {
        tracing::warn!("stopping while requests are running");
    }
    Ok(())
}

/// The next connection, when there is a place for it.
async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::InvalidInput
    )
}

/// Answers what comes on a connection, beside everything else.
fn answer(
    (stream, peer, place): (TcpStream, SocketAddr, OwnedSemaphorePermit),
    router: Router,
    headers: Duration,
    running: &GracefulShutdown,
) {
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(Body::new)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(headers)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let connection = running.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(place);
    });
}
