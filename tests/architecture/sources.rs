//! What source files say, and how long they are.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::files::{find, read};

/// Most lines of a source file.
const MOST_LINES: usize = 800;

/// Files that offer the shipped package, and so name it.
const NAME_THE_PACKAGE: &[&str] = &[
    "crates/server/src/shipped.rs",
    "crates/server/src/api/set_up.rs",
    "crates/server/src/api/packages.rs",
    "crates/formwork/src/command/package.rs",
    "crates/formwork/src/command/serve.rs",
    "crates/formwork/src/command/doctor.rs",
];

/// The Rust files that ship, tests of their own left out.
pub(crate) fn shipped_rust() -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for path in find("crates", &["rs"])? {
        let is_test = ["/tests", "/benches/", "/testkit/", "/bench/", "/fuzz.rs"];
        if !is_test.iter().any(|part| path.contains(part)) {
            let text = read(&path)?;
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            found.push((path, shipped));
        }
    }
    Ok(found)
}

/// The lines that are no comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn files_stay_short() -> Result<()> {
    for folder in ["crates", "web/src", "web/scripts", "tests", "scripts", "templates_crm"] {
        for path in find(folder, &["rs", "ts", "vue", "css", "mjs", "sh", "rhai"])? {
            // Generated from the OpenAPI document; nobody reads it from top to bottom.
            if path == "web/src/api/schema.d.ts" {
                continue;
            }
            let lines = read(&path)?.lines().count();
            ensure!(lines <= MOST_LINES, "{path} has {lines} lines; {MOST_LINES} are the most");
        }
    }
    Ok(())
}

#[test]
fn statements_name_their_columns() -> Result<()> {
    let mut texts = shipped_rust()?;
    for path in find("migrations", &["sql"])? {
        texts.push((path.clone(), read(&path)?));
    }
    for (path, text) in texts {
        let text = text.to_lowercase();
        // From a query that names its columns, all of them may be taken.
        let plain = text.replace("select * from (", "");
        ensure!(!plain.contains("select *"), "{path} must name the columns that it selects");
        ensure!(!plain.contains("returning *"), "{path} must name the columns that it returns");
    }
    Ok(())
}

#[test]
fn nothing_is_left_undone() -> Result<()> {
    let marks = ["TODO", "FIXME", "XXX", "unimplemented!", "todo!("];
    for (path, text) in shipped_rust()? {
        for mark in marks {
            ensure!(!text.contains(mark), "{path} has a {mark}");
        }
    }
    for path in find("web/src", &["ts", "vue", "css"])? {
        let text = read(&path)?;
        ensure!(!text.contains("TODO") && !text.contains("FIXME"), "{path} is left undone");
        ensure!(!text.contains("console.log"), "{path} writes to the console");
    }
    Ok(())
}

/// The keys of the shipped package's documents.
fn package_words() -> Result<BTreeSet<String>> {
    let mut words = BTreeSet::from(["crm".to_owned()]);
    for path in find("templates_crm", &["json"])? {
        let document: Json = serde_json::from_str(&read(&path)?).context(path.clone())?;
        if path.contains("/forms/") || path.contains("/flows/") || path.contains("/dashboards/") {
            words.insert(document["key"].as_str().context(path)?.to_owned());
        }
    }
    for other in ["account", "gap", "plan_actual", "funnel"] {
        words.remove(other); // also names of the platform: sign-in accounts, kinds of charts
    }
    Ok(words)
}

#[test]
fn the_engine_knows_no_app() -> Result<()> {
    let words = package_words()?;
    ensure!(words.contains("opportunity") && words.contains("contract_approval"));
    for (path, text) in shipped_rust()? {
        if NAME_THE_PACKAGE.contains(&path.as_str()) {
            continue;
        }
        for line in code(&text) {
            for word in &words {
                let named = line.contains(&format!("\"{word}\""));
                ensure!(!named, "{path} names “{word}” of the package: {}", line.trim());
            }
        }
    }
    for path in find("web/src", &["ts", "vue"])? {
        if path.ends_with(".test.ts") {
            continue;
        }
        for line in code(&read(&path)?) {
            for word in &words {
                let named = line.contains(&format!("\"{word}\""));
                ensure!(!named, "{path} names “{word}” of the package: {}", line.trim());
            }
        }
    }
    Ok(())
}
