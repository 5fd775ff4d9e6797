//! Reading a package from its files.

use std::{collections::BTreeMap, iter};

use formwork_model::{
    AppKey, FormModel, Problem, Problems,
    document::{Document, DocumentKind},
};
use serde_json::Value as Json;

use crate::{
    document::{PackagedDocument, in_file},
    hash::content_hash,
    manifest::Manifest,
    references, script,
};

const MANIFEST: &str = "manifest.json";
const APP: &str = "app.json";
const SCRIPT: &str = ".rhai";

/// A package whose documents are sound and fit together.
#[derive(Debug, Clone)]
pub struct Package {
    /// What it says about itself.
    pub manifest: Manifest,
    /// Its documents, in the order in which an installation publishes them.
    pub documents: Vec<PackagedDocument>,
    /// The rhai source that makes example data: the script that the manifest names, and
    /// after it the functions in the folder of the same name.
    pub demo: Option<String>,
}

impl Package {
    /// Reads a package from its files: paths relative to its folder, with `/` between
    /// folders, and contents. Files of other names are left alone.
    ///
    /// # Errors
    /// Every problem of every document at once: each has the parameter `file` and a pointer
    /// into that file.
    pub fn read<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Result<Self, Problems>
    where
        P: Into<String>,
        B: AsRef<[u8]>,
    {
        let files: Files<B> = files.into_iter().map(|(path, bytes)| (path.into(), bytes)).collect();
        let manifest = read_manifest(&files).map_err(|problem| vec![in_file(problem, MANIFEST)])?;
        let mut problems = Problems::new();
        let mut documents = Vec::new();
        for path in files.keys() {
            let Some((kind, key)) = place(path, &manifest.key) else {
                continue;
            };
            match read_document(&files, path, kind, &key, &manifest.key) {
                Ok(document) => documents.push(document),
                Err(found) => problems.extend(found.into_iter().map(|p| in_file(p, path))),
            }
        }
        documents.sort_by_key(|document| position(document.kind));
        let demo = read_demo(&files, &manifest).unwrap_or_else(|problem| {
            problems.push(in_file(problem, MANIFEST));
            None
        });
        if problems.is_empty() {
            let package = Self { manifest, documents, demo };
            problems = references::check(&package.documents, &package.manifest.roles);
            if problems.is_empty() {
                return Ok(package);
            }
        }
        Err(problems)
    }

    /// The document of a kind with a key.
    pub fn document(&self, kind: DocumentKind, key: &str) -> Option<&PackagedDocument> {
        self.documents.iter().find(|own| own.kind == kind && own.key.as_str() == key)
    }
}

type Files<B> = BTreeMap<String, B>;

fn position(kind: DocumentKind) -> usize {
    DocumentKind::ALL.iter().position(|other| *other == kind).unwrap_or_default()
}

/// The kind and key of the document that a path holds.
fn place(path: &str, app: &AppKey) -> Option<(DocumentKind, String)> {
    if path == APP {
        return Some((DocumentKind::App, app.to_string()));
    }
    let (folder, file) = path.split_once('/')?;
    let (kind, extension) = match folder {
        "forms" => (DocumentKind::Form, ".json"),
        "flows" => (DocumentKind::Flow, ".json"),
        "dashboards" => (DocumentKind::Dashboard, ".json"),
        "permission_groups" => (DocumentKind::PermissionGroup, ".json"),
        "scripts" => (DocumentKind::Script, SCRIPT),
        _ => return None,
    };
    let key = file.strip_suffix(extension).filter(|key| !key.contains('/'))?;
    Some((kind, key.to_owned()))
}

fn text<'f, B: AsRef<[u8]>>(files: &'f Files<B>, path: &str) -> Result<&'f str, Problem> {
    let bytes = files.get(path).ok_or_else(|| Problem::new("missing_file").with("path", path))?;
    std::str::from_utf8(bytes.as_ref())
        .map_err(|error| Problem::new("not_utf8").with("reason", error.to_string()))
}

fn json<B: AsRef<[u8]>>(files: &Files<B>, path: &str) -> Result<Json, Problem> {
    serde_json::from_str(text(files, path)?)
        .map_err(|error| Problem::new("not_json").with("reason", error.to_string()))
}

fn read_manifest<B: AsRef<[u8]>>(files: &Files<B>) -> Result<Manifest, Problem> {
    let manifest: Manifest = serde_json::from_value(json(files, MANIFEST)?)
        .map_err(|error| Problem::new("invalid_document").with("reason", error.to_string()))?;
    if !manifest.has_sound_version() {
        return Err(Problem::new("not_a_version").at("version"));
    }
    text(files, APP)?;
    Ok(manifest)
}

/// The demo script with its parts. Functions may follow their use, so the parts come last.
fn read_demo<B: AsRef<[u8]>>(
    files: &Files<B>,
    manifest: &Manifest,
) -> Result<Option<String>, Problem> {
    let Some(main) = manifest.demo.as_deref() else {
        return Ok(None);
    };
    let folder = format!("{}/", main.strip_suffix(SCRIPT).unwrap_or(main));
    let parts = files.keys().filter(|path| path.starts_with(&folder) && path.ends_with(SCRIPT));
    let sources: Result<Vec<_>, _> =
        iter::once(main).chain(parts.map(String::as_str)).map(|path| text(files, path)).collect();
    sources.map(|sources| Some(sources.join("\n"))).map_err(|problem| problem.at("demo"))
}

fn read_document<B: AsRef<[u8]>>(
    files: &Files<B>,
    path: &str,
    kind: DocumentKind,
    key: &str,
    app: &AppKey,
) -> Result<PackagedDocument, Problems> {
    let json = match kind {
        DocumentKind::Script => text(files, path).map(|source| script::document(app, key, source)),
        _ => json(files, path),
    };
    let json = json.map_err(|problem| vec![problem])?;
    let document = Document::read_new(kind, &json)?;
    if let Document::Form(form) = &document {
        FormModel::build(form.as_ref().clone(), 0, None)?;
    }
    let (own_key, own_app, _) = document.identity();
    let mut problems = Problems::new();
    if own_key.as_str() != key {
        problems.push(Problem::new("key_is_not_the_file_name").with("expected", key).at("key"));
    }
    if own_app != *app {
        problems.push(Problem::new("other_app").with("expected", app.as_str()).at("app"));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let hash = content_hash(&json);
    Ok(PackagedDocument { kind, key: own_key, path: path.to_owned(), json, document, hash })
}

#[cfg(test)]
mod tests;
