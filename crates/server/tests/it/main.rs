//! What callers see of the server: requests in, answers out, on a database of their own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::type_complexity,
    reason = "a test that cannot go on fails, and its cases are tables"
)]

mod abuse;
mod app;
mod batch;
mod contract;
mod documented;
mod edge;
mod guard;
mod input;
mod jobs;
mod journey;
mod keys;
mod outage;
mod session;
mod sign_in;
mod stream;
mod time;
mod wire;
