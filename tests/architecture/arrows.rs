//! Which crate may know which.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::{
    files::{find, read, root},
    sources::shipped_rust,
};

/// What each crate may depend on, dependencies for tests left out. Arrows run one way.
const ARROWS: &[(&str, &[&str])] = &[
    ("formwork-model", &[]),
    ("formwork-event", &["formwork-model"]),
    ("formwork-rules", &["formwork-model"]),
    ("formwork-query", &["formwork-model"]),
    ("formwork-package", &["formwork-model"]),
    ("formwork-flow", &["formwork-model", "formwork-rules"]),
    ("formwork-insight", &["formwork-model", "formwork-query"]),
    ("formwork-store", &["formwork-model", "formwork-event", "formwork-query"]),
    (
        "formwork-engine",
        &[
            "formwork-model",
            "formwork-event",
            "formwork-rules",
            "formwork-query",
            "formwork-flow",
            "formwork-insight",
            "formwork-package",
            "formwork-store",
        ],
    ),
    (
        "formwork-server",
        &[
            "formwork-model",
            "formwork-rules",
            "formwork-query",
            "formwork-flow",
            "formwork-package",
            "formwork-engine",
        ],
    ),
    ("formwork", &["formwork-model", "formwork-store", "formwork-engine", "formwork-server"]),
];

/// Crates for development, which nothing that ships may depend on.
const FOR_DEVELOPMENT: &[&str] = &["formwork-testkit", "formwork-tests", "formwork-bench"];

/// Crates without I/O, clock and chance.
const PURE: &[&str] = &[
    "formwork-model",
    "formwork-event",
    "formwork-rules",
    "formwork-query",
    "formwork-flow",
    "formwork-insight",
    "formwork-package",
];

/// What brings I/O, a clock or chance with it.
const NOT_PURE: &[&str] =
    &["tokio", "sqlx", "axum", "reqwest", "rand", "tower", "time", "tempfile", "async-trait"];

/// How the standard library and `jiff` are asked for the time, and `uuid` for chance.
const CLOCKS: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "thread_rng",
    "std::fs",
    "std::env",
    "std::net",
];

/// What every package depends on outside tests, and all workspace packages by name.
fn dependencies() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Json = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("packages")?;
    let mut found = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().context("name")?.to_owned();
        let own = package["dependencies"].as_array().context("dependencies")?;
        let own = own.iter().filter(|one| one["kind"] != "dev");
        found.insert(name, own.filter_map(|one| one["name"].as_str()).map(str::to_owned).collect());
    }
    Ok(found)
}

#[test]
fn arrows_run_one_way() -> Result<()> {
    let all = dependencies()?;
    for (name, own) in &all {
        if FOR_DEVELOPMENT.contains(&name.as_str()) {
            continue;
        }
        let (_, allowed) = ARROWS.iter().find(|(one, _)| one == name).with_context(|| {
            format!("{name} has no place among the arrows; say what it may depend on")
        })?;
        for other in own.iter().filter(|other| all.contains_key(*other)) {
            ensure!(allowed.contains(&other.as_str()), "{name} must not depend on {other}");
        }
    }
    Ok(())
}

#[test]
fn pure_crates_bring_no_io() -> Result<()> {
    let all = dependencies()?;
    for name in PURE {
        let own = all.get(*name).with_context(|| format!("there is no {name}"))?;
        for banned in NOT_PURE {
            ensure!(!own.contains(*banned), "{name} must not depend on {banned}");
        }
    }
    Ok(())
}

#[test]
fn pure_crates_ask_for_no_time_and_no_chance() -> Result<()> {
    for (path, text) in shipped_rust()? {
        let crate_of = |name: &&str| {
            path.starts_with(&format!("crates/{}/", name.trim_start_matches("formwork-")))
        };
        if !PURE.iter().any(crate_of) {
            continue;
        }
        for banned in CLOCKS {
            ensure!(!text.contains(banned), "{path} must not use {banned}: hand it in");
        }
    }
    Ok(())
}

#[test]
fn only_the_store_runs_statements() -> Result<()> {
    for (name, own) in dependencies()? {
        let may = name == "formwork-store" || FOR_DEVELOPMENT.contains(&name.as_str());
        ensure!(may || !own.contains("sqlx"), "{name} must not depend on sqlx");
    }
    Ok(())
}

#[test]
fn every_crate_inherits_lints_and_versions() -> Result<()> {
    let mut manifests: Vec<String> = find("crates", &["toml"])?;
    manifests.push("tests/Cargo.toml".to_owned());
    for path in manifests.iter().filter(|path| path.ends_with("Cargo.toml")) {
        let text = read(path)?;
        ensure!(text.contains("[lints]\nworkspace = true"), "{path} must inherit the lints");
        let own: Vec<&str> = text
            .lines()
            .skip_while(|line| !line.contains("dependencies]"))
            .filter(|line| line.contains('=') && !line.contains("workspace = true"))
            .filter(|line| ["version", "\"", "git", "path"].iter().any(|word| line.contains(word)))
            .filter(|line| !line.starts_with("name") && !line.starts_with("path"))
            .collect();
        ensure!(own.is_empty(), "{path}: dependencies stand in the workspace: {own:?}");
    }
    Ok(())
}
