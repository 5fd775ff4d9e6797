//! The engine over real databases: SQLite always, PostgreSQL when there is one.

mod access;
mod backup;
mod concurrency;
mod crm;
mod cycles;
mod definitions;
mod faults;
mod hostile;
mod processes;
mod records;
