//! The engine over real databases: SQLite always, PostgreSQL when there is one.

#![allow(
    clippy::unwrap_used,
    clippy::large_futures,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails, and its cases are tables"
)]

mod access;
mod backup;
mod catalog;
mod closed_fields;
mod concurrency;
mod crm;
mod cycles;
mod definitions;
mod derivation;
mod faults;
mod formats;
mod hostile;
mod instances;
mod limits;
mod originals;
mod races;
mod records;
mod rules_hold;
mod schema;
mod scopes;
mod secrecy;
mod serial;
mod stuck;
mod together;
mod trespass;
mod upgrade;
