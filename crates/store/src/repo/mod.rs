//! The engine's own tables, one file for each noun. Functions are named `noun_verb`; the
//! SQL is portable and stands at the top of each file.

pub mod api_key;
pub mod comment;
pub mod document;
pub mod event;
pub mod idempotency;
pub mod instance;
pub mod job;
pub mod member;
pub mod package;
pub mod reader;
pub mod schema;
pub mod schema_step;
pub mod serial;
pub mod session;
pub mod setting;
pub mod task;
