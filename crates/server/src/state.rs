//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use formwork_engine::Engine;

use crate::{http::Metrics, serve::Limits, session::SignInThrottle};

/// The state of the server; clones share it.
#[derive(Clone)]
pub struct ServerState(Arc<Shared>);

/// How the server is reached.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Browsers come over HTTPS: cookies are marked `Secure`.
    pub https: bool,
    /// A proxy of ours stands in front and says in `X-Forwarded-For` who calls.
    pub behind_proxy: bool,
    /// What a connection may take.
    pub limits: Limits,
}

/// What the clones share.
pub struct Shared {
    /// The use cases.
    pub engine: Engine,
    /// How the server is reached.
    pub settings: Settings,
    /// Request counts.
    pub metrics: Metrics,
    /// Tries to sign in.
    pub throttle: SignInThrottle,
}

impl ServerState {
    /// A server over an engine.
    pub fn new(engine: Engine, settings: Settings) -> Self {
        Self(Arc::new(Shared {
            engine,
            settings,
            metrics: Metrics::default(),
            throttle: SignInThrottle::default(),
        }))
    }
}

impl Deref for ServerState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
