//! One document of a package, as it stands in its file.

use formwork_model::{
    DocumentKey, Problem,
    document::{Document, DocumentKind},
};
use serde_json::Value as Json;

/// One document of a package.
#[derive(Debug, Clone)]
pub struct PackagedDocument {
    /// The kind.
    pub kind: DocumentKind,
    /// The key.
    pub key: DocumentKey,
    /// The file that it was read from, relative to the package.
    pub path: String,
    /// The document as it stands in the file.
    pub json: Json,
    /// The document, typed.
    pub document: Document,
    /// See [`crate::content_hash`].
    pub hash: String,
}

/// Says in which file a problem is.
pub(crate) fn in_file(problem: Problem, path: &str) -> Problem {
    problem.with("file", path)
}
