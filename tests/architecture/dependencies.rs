//! What the program is made of besides its own code.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::files::{read, root};

/// Licences under which a dependency may stand; one of those that it offers is enough.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "MPL-2.0+",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Whether an SPDX expression can be met: one side of `OR`, both sides of `AND`.
fn allows(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ").replace(['(', ')'], "");
    plain
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())))
}

#[test]
fn dependencies_have_licences_that_fit() -> Result<()> {
    let compiler = Command::new("rustc").arg("-vV").output()?;
    let compiler = String::from_utf8(compiler.stdout)?;
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).context("host")?;
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", host])
        .current_dir(root())
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Json = serde_json::from_slice(&output.stdout)?;
    for package in metadata["packages"].as_array().context("packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        ensure!(allows(licence), "{name} stands under “{licence}”");
    }
    Ok(())
}

#[test]
fn dependencies_say_why_they_are_there() -> Result<()> {
    let manifest = read("Cargo.toml")?;
    let page = read("docs/dependencies.md")?;
    let (_, rest) = manifest.split_once("[workspace.dependencies]\n").context("dependencies")?;
    let own = rest.split("\n[").next().unwrap_or_default();
    for name in own.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name) {
        let named = |word: &str| page.split(['|', ',', ' ', ';', '\n']).any(|one| one == word);
        ensure!(
            name.starts_with("formwork") || named(name),
            "docs/dependencies.md does not say why {name} is there"
        );
    }
    let manifest: Json = serde_json::from_str(&read("web/package.json")?)?;
    for list in ["dependencies", "devDependencies"] {
        for name in manifest[list].as_object().context(list)?.keys() {
            let known = name.starts_with("@types/") || name.starts_with("@vitejs/");
            let short = name.trim_start_matches("@biomejs/");
            ensure!(known || page.contains(short), "docs/dependencies.md does not name {name}");
        }
    }
    Ok(())
}

#[test]
fn licence_expressions_are_read() {
    for (expression, expected) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("GPL-3.0", false),
        ("MIT AND GPL-3.0", false),
        ("", false),
    ] {
        assert_eq!(allows(expression), expected, "{expression}");
    }
}
