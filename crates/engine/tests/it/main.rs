//! The engine over real databases: SQLite always, PostgreSQL when there is one.

mod access;
mod backup;
mod crm;
mod definitions;
mod processes;
mod records;
