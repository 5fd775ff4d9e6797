//! The edge: HTTP in, engine calls, JSON and pages out.
//!
//! A handler is three lines: extract, call the engine, turn the answer into a wire type.
//! Wire types live here and nowhere else. Who may call a handler stands in its signature
//! ([`principal`]); what can go wrong leaves as a [`problem::HttpProblem`].

pub mod api;
pub mod asset;
pub mod catalogue;
pub mod http;
mod operations;
pub mod page;
pub mod principal;
pub mod problem;
mod render;
mod router;
mod serve;
pub mod session;
pub mod shipped;
mod state;

pub use router::router;
pub use serve::{Limits, serve};
pub use state::{ServerState, Settings};
