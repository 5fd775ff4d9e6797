//! Installing packages: documents, roles, and example data on request.

mod accounts;
mod install;

pub(crate) use accounts::SampleAccounts;
pub use accounts::{Credentials, MakePassword, SampleAccount};
pub use install::{DemoOptions, InstallReport, InstalledPackage};
