//! No circle of modules inside a crate: of any two modules side by side, at most one knows
//! the other.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use crate::sources::shipped_rust;

/// Circles that stand until they are taken apart, with the reason in
/// `docs/decisions/0019-modules-without-circles.md`: the crate, the module that holds them,
/// and those that may know each other. Nobody joins one.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("engine", "", &["caller", "principal"]),
    ("engine", "", &["document", "flow", "package", "people", "record", "schema", "script"]),
    ("event", "", &["envelope", "upgrade"]),
    ("flow", "", &["run", "step"]),
    ("model", "", &["document", "kind"]),
    ("model", "", &["form", "schema"]),
    (
        "server",
        "",
        &["api", "http", "operations", "page", "principal", "render", "router", "serve", "state"],
    ),
    ("server", "page", &["routes", "sign_in"]),
    ("store", "", &["connection", "transaction"]),
];

/// A module as its steps from the crate's root.
type Module = Vec<String>;

/// The modules of each crate with their texts.
fn crates() -> Result<BTreeMap<String, BTreeMap<Module, String>>> {
    let mut crates: BTreeMap<String, BTreeMap<Module, String>> = BTreeMap::new();
    for (path, text) in shipped_rust()? {
        let mut steps = path.split('/').skip(1);
        let (Some(name), Some("src")) = (steps.next(), steps.next()) else { continue };
        let mut module: Module =
            steps.map(|step| step.trim_end_matches(".rs").to_owned()).collect();
        if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
            module.pop();
        }
        if module.last().is_none_or(|last| last != "tests") {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code = code.collect::<Vec<_>>().join("\n");
            crates.entry(name.to_owned()).or_default().insert(module, code);
        }
    }
    Ok(crates)
}

/// Every path in a text that begins with `crate`, `super` or `self`, groups in braces taken
/// apart.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("::") {
        let head = ["crate", "super", "self"].iter().find(|word| {
            text[..start].strip_suffix(**word).is_some_and(|before| {
                !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            })
        });
        if let Some(head) = head {
            tree(&text[start + 2..], &mut vec![(*head).to_owned()], &mut found);
        }
    }
    found
}

/// Reads the rest of a path, `a::{b, c::d}`; answers what is left of the text.
fn tree<'t>(text: &'t str, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'t str {
    let mut rest = text.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        rest = group;
        loop {
            rest = tree(rest, &mut path.clone(), found).trim_start();
            match rest.chars().next() {
                Some(',') => rest = &rest[1..],
                Some('}') => return &rest[1..],
                _ => return rest,
            }
        }
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if !name.is_empty() {
        path.push(name.to_owned());
    }
    if let Some(below) = after.strip_prefix("::") {
        return tree(below, path, found);
    }
    // Behind the last comma of a group stands nothing.
    if !name.is_empty() {
        found.push(path.clone());
    }
    // `as other` stands before the comma.
    let next = after.find([',', '}', ';', '\n']).unwrap_or(after.len());
    if after.trim_start().starts_with("as ") { &after[next..] } else { after }
}

/// What a module hands on under a name of its own: `pub use inner::Name`.
fn handed_on(module: &Module, text: &str) -> BTreeMap<String, Module> {
    let mut found = BTreeMap::new();
    for part in text.split("pub").skip(1) {
        let part = part.trim_start_matches("(crate)").trim_start_matches("(super)");
        let Some(used) = part.trim_start().strip_prefix("use ") else { continue };
        let mut paths = Vec::new();
        tree(used, &mut Vec::new(), &mut paths);
        for path in paths.into_iter().filter(|path| path[0] != "super") {
            let own = path.iter().skip_while(|step| ["self", "crate"].contains(&step.as_str()));
            let mut target = if path[0] == "crate" { Module::new() } else { module.clone() };
            target.extend(own.cloned());
            if let Some(name) = target.pop() {
                found.insert(name, target);
            }
        }
    }
    found
}

/// The deepest module that a path leads to.
fn target(
    modules: &BTreeMap<Module, String>,
    names: &BTreeMap<Module, BTreeMap<String, Module>>,
    from: &Module,
    path: &[String],
) -> Option<Module> {
    let mut at = from.clone();
    let mut steps = path.iter().peekable();
    match steps.next()?.as_str() {
        "crate" => at.clear(),
        "super" => drop(at.pop()?),
        _ => {}
    }
    while steps.next_if(|step| *step == "super").is_some() {
        at.pop()?;
    }
    for step in steps {
        let below: Module = at.iter().chain([step]).cloned().collect();
        if modules.contains_key(&below) {
            at = below;
        } else {
            let elsewhere = names.get(&at).and_then(|names| names.get(step));
            return Some(
                elsewhere.filter(|other| modules.contains_key(*other)).map_or(at, Clone::clone),
            );
        }
    }
    Some(at)
}

/// Which modules side by side know which, by the module that holds them.
fn knows(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<(String, String)>> {
    let names: BTreeMap<Module, BTreeMap<String, Module>> =
        modules.iter().map(|(module, text)| (module.clone(), handed_on(module, text))).collect();
    let mut found: BTreeMap<Module, BTreeSet<(String, String)>> = BTreeMap::new();
    for (from, text) in modules {
        for path in paths(text) {
            let Some(to) = target(modules, &names, from, &path) else { continue };
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
                let pair = (one.clone(), other.clone());
                found.entry(from[..shared].to_vec()).or_default().insert(pair);
            }
        }
    }
    found
}

/// Those that reach themselves: each with all that are in a circle with it.
fn circles(pairs: &BTreeSet<(String, String)>) -> BTreeSet<BTreeSet<String>> {
    let reach = |start: &String| -> BTreeSet<String> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(at) = open.pop() {
            let next = pairs.iter().filter(|(from, _)| *from == at).map(|(_, to)| to.clone());
            open.extend(next.filter(|to| seen.insert(to.clone())));
        }
        seen
    };
    let all: BTreeSet<&String> = pairs.iter().map(|(from, _)| from).collect();
    let reached: BTreeMap<&String, BTreeSet<String>> =
        all.iter().map(|module| (*module, reach(module))).collect();
    let circle = |module: &&String| -> BTreeSet<String> {
        let mutual = |other: &&String| {
            reached[*module].contains(*other) && reached[*other].contains(*module)
        };
        all.iter().filter(|other| mutual(other)).map(|other| (*other).clone()).collect()
    };
    all.iter().map(circle).filter(|circle| circle.len() > 1).collect()
}

#[test]
fn modules_do_not_know_each_other_in_circles() -> Result<()> {
    let mut seen = 0;
    for (name, modules) in crates()? {
        for (holder, pairs) in knows(&modules) {
            let holder = holder.join("::");
            for circle in circles(&pairs) {
                let mut known = KNOWN.iter().filter(|(of, at, _)| *of == name && *at == holder);
                let allowed = known.any(|(_, _, members)| {
                    circle.iter().all(|module| members.contains(&module.as_str()))
                });
                let among: Vec<_> = pairs
                    .iter()
                    .filter(|(from, to)| circle.contains(from) && circle.contains(to))
                    .collect();
                ensure!(
                    allowed,
                    "{name}/{holder}: {circle:?} know each other in a circle: {among:?}"
                );
                seen += 1;
            }
        }
    }
    ensure!(seen <= KNOWN.len(), "{seen} circles");
    Ok(())
}

#[test]
fn a_circle_is_seen_through_groups_and_names_that_are_handed_on() {
    let modules = [
        ("", "mod a; mod b; pub use a::Thing;"),
        ("a", "use crate::{\n    c::Other,\n    b::{self, Part as P},\n};\npub struct Thing;"),
        ("b", "fn f() { super::Thing } "),
        ("c", "struct Other;"),
    ];
    let modules: BTreeMap<Module, String> = modules
        .iter()
        .map(|(path, text)| {
            let module = path.split("::").filter(|step| !step.is_empty()).map(str::to_owned);
            (module.collect(), (*text).to_owned())
        })
        .collect();
    let found = knows(&modules);
    let expected = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    assert_eq!(circles(&found[&Module::new()]), BTreeSet::from([expected]));
}
