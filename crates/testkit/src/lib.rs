//! What tests are built from: throw-away databases on both engines, an organisation in
//! them, and a clock that stands still.
//!
//! PostgreSQL is used when `FORMWORK_TEST_POSTGRES` holds the address of a server on which
//! databases may be made; `make test` sees to that.

mod database;
mod forms;
mod organisation;

pub use database::{Backend, TestDatabase};
pub use forms::{field, form, subform};
pub use organisation::{Organisation, TestClock, crm_package, template_crm_folder};
