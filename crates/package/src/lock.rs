//! What an installation remembers of a package.

use std::collections::BTreeMap;

use formwork_model::{AppKey, DocumentKey, document::DocumentKind};
use serde::{Deserialize, Serialize};

use crate::Package;

/// Where an installed package came from, and the hash of each document as it came. An
/// upgrade compares it with what is installed (changed by an admin?) and with the new
/// package (changed by its author?).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageLock {
    /// Where the package was read from.
    pub source: String,
    /// The package's key.
    pub key: AppKey,
    /// Its version.
    pub version: String,
    /// Content hash by kind and key.
    pub documents: BTreeMap<DocumentKind, BTreeMap<DocumentKey, String>>,
}

/// How a document of a new package stands to the one that was installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockDifference {
    /// The new package brings it.
    Added,
    /// Its content differs.
    Changed,
    /// The new package no longer has it.
    Removed,
}

impl PackageLock {
    /// The lock of a package that is installed from a source.
    pub fn of(package: &Package, source: impl Into<String>) -> Self {
        let mut documents: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for document in &package.documents {
            let of_kind = documents.entry(document.kind).or_default();
            of_kind.insert(document.key.clone(), document.hash.clone());
        }
        let manifest = &package.manifest;
        let (key, version) = (manifest.key.clone(), manifest.version.clone());
        Self { source: source.into(), key, version, documents }
    }

    /// The hash with which a document was installed.
    pub fn hash(&self, kind: DocumentKind, key: &str) -> Option<&str> {
        self.documents.get(&kind)?.get(key).map(String::as_str)
    }

    /// What a newer lock has that this one has not, and the other way round.
    pub fn differences(&self, newer: &Self) -> Vec<(DocumentKind, DocumentKey, LockDifference)> {
        let mut found = Vec::new();
        for (kind, key, hash) in newer.entries() {
            match self.hash(kind, key.as_str()) {
                None => found.push((kind, key.clone(), LockDifference::Added)),
                Some(own) if own != hash => {
                    found.push((kind, key.clone(), LockDifference::Changed));
                }
                Some(_) => {}
            }
        }
        let gone =
            self.entries().filter(|(kind, key, _)| newer.hash(*kind, key.as_str()).is_none());
        found.extend(gone.map(|(kind, key, _)| (kind, key.clone(), LockDifference::Removed)));
        found
    }

    fn entries(&self) -> impl Iterator<Item = (DocumentKind, &DocumentKey, &str)> {
        self.documents.iter().flat_map(|(kind, documents)| {
            documents.iter().map(|(key, hash)| (*kind, key, hash.as_str()))
        })
    }
}
