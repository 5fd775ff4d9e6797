//! App packages: reading a folder of documents, checking that they fit together, and the
//! lock that an installation keeps for later upgrades.
//!
//! A package is a folder:
//!
//! ```text
//! manifest.json              key, version, label, description, roles, demo script
//! app.json                   the app and its navigation
//! forms/<key>.json           flows/<key>.json · dashboards/<key>.json
//! permission_groups/<key>.json
//! scripts/<key>.rhai         begins with `// label zh-CN: …` and `// label en: …`
//! demo.rhai                  named by the manifest; makes example data, with the functions
//!                            in demo/*.rhai
//! ```
//!
//! A package stands on its own: what its documents name is in it too. Pure: files come in
//! as paths and bytes.

pub mod chance;
mod document;
mod hash;
mod lock;
mod manifest;
mod package;
mod references;
mod script;

pub use document::PackagedDocument;
pub use hash::content_hash;
pub use lock::{LockDifference, PackageLock};
pub use manifest::{Manifest, Role};
pub use package::Package;
