//! The engine over real databases: SQLite always, PostgreSQL when there is one.

mod crm;
mod records;
