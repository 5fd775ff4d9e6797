//! Answers requests until told to stop.

use std::{future::Future, io, net::SocketAddr};

use tokio::net::TcpListener;

use crate::{router::router, state::ServerState};

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
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}
