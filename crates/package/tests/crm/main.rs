//! The CRM template: its documents, and the example data that its script makes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by them, and shows the figures that it is about"
)]

mod demo;
mod documents;
mod host;
mod invariants;
mod scripts;
mod stories;

use std::path::{Path, PathBuf};

use formwork_package::Package;

/// The files of the template, as paths relative to its folder and contents.
fn template_files() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates_crm");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    files
}

fn template() -> Package {
    Package::read(template_files()).unwrap_or_else(|problems| {
        let shown: Vec<_> = problems.iter().map(|p| serde_json::to_string(p).unwrap()).collect();
        panic!("{}", shown.join("\n"))
    })
}
