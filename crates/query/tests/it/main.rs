//! The statements, run on SQLite; and on PostgreSQL too where `FORMWORK_TEST_POSTGRES`
//! holds the address of a database to play in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod access;
mod aggregate;
mod clock;
mod database;
mod fixture;
mod list;
mod property;
mod records;
mod snapshot;
