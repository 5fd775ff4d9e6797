//! Pages for people: generated tables agree with the code, links lead somewhere, and what
//! is there in one language is there in the other.
//!
//! With `FORMWORK_WRITE_DOCS=1` (`make docs`) the tables are written instead of compared.

use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value as Json};

use crate::files::{find, read, root};

fn catalogue(locale: &str, area: &str) -> Result<Map<String, Json>> {
    Ok(serde_json::from_str(&read(format!("locales/{locale}/{area}.json"))?)?)
}

/// Puts a table between `<!-- generated: NAME -->` and `<!-- end -->` of a page.
fn check(page: &str, name: &str, table: &str) -> Result<()> {
    let text = read(page)?;
    let begin = format!("<!-- generated: {name} -->\n");
    let (before, rest) = text.split_once(&begin).with_context(|| format!("{page}: {name}"))?;
    let (_, after) = rest.split_once("<!-- end -->").context("no end of the table")?;
    let wanted = format!("{before}{begin}{table}<!-- end -->{after}");
    if env::var_os("FORMWORK_WRITE_DOCS").is_some() {
        return fs::write(root().join(page), wanted).context(page.to_owned());
    }
    ensure!(text == wanted, "{page}: the table “{name}” is out of date; `make docs` writes it");
    Ok(())
}

/// A cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn functions_table(locale: &str, heads: [&str; 2], categories: &[(&str, &str)]) -> Result<String> {
    let texts = catalogue(locale, "function")?;
    let mut table = String::new();
    for (category, label) in categories {
        write!(table, "\n### {label}\n\n| {} | {} |\n| --- | --- |\n", heads[0], heads[1])?;
        for function in formwork_rules::functions().filter(|one| one.category == *category) {
            let summary = texts.get(function.name).and_then(Json::as_str);
            let summary = summary.with_context(|| format!("{locale}: {}", function.name))?;
            writeln!(table, "| `{}` | {} |", cell(function.signature), cell(summary))?;
        }
    }
    table.push('\n');
    Ok(table)
}

#[test]
fn documents_list_every_function() -> Result<()> {
    let english = [
        ("logic", "Logic"),
        ("number", "Numbers"),
        ("aggregate", "Sums and counts"),
        ("text", "Texts"),
        ("date", "Dates"),
        ("list", "Lists"),
        ("people", "People"),
    ];
    let chinese = [
        ("logic", "逻辑"),
        ("number", "数字"),
        ("aggregate", "汇总"),
        ("text", "文本"),
        ("date", "日期"),
        ("list", "列表"),
        ("people", "人员"),
    ];
    let known: BTreeSet<_> = english.iter().map(|(key, _)| *key).collect();
    let used: BTreeSet<_> = formwork_rules::functions().map(|one| one.category).collect();
    ensure!(known == used, "categories of functions: {used:?}");
    let table = functions_table("en", ["Function", "What it gives"], &english)?;
    check("docs/guide/en/formulas.md", "functions", &table)?;
    let table = functions_table("zh-CN", ["函数", "结果"], &chinese)?;
    check("docs/guide/zh-CN/formulas.md", "functions", &table)
}

#[test]
fn documents_list_every_problem_code() -> Result<()> {
    let chinese = catalogue("zh-CN", "problem")?;
    let mut table = String::from("| Code | English | Chinese |\n| --- | --- | --- |\n");
    for (code, text) in catalogue("en", "problem")? {
        let text = text.as_str().context("a text")?;
        let other = chinese.get(&code).and_then(Json::as_str).context("a Chinese text")?;
        writeln!(table, "| `{code}` | {} | {} |", cell(text), cell(other))?;
    }
    check("docs/http.md", "problems", &table)
}

/// Where the links of a Markdown page lead, other sites left out.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for part in line.split("](").skip(1) {
            let target = part.split([')', ' ']).next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                found.push(target.to_owned());
            }
        }
    }
    found
}

/// Every page of ours.
fn pages() -> Result<Vec<String>> {
    let mut pages = find("docs", &["md"])?;
    pages.extend(["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(str::to_owned));
    Ok(pages)
}

#[test]
fn documents_link_to_what_is_there() -> Result<()> {
    for page in pages()? {
        let folder = Path::new(&page).parent().unwrap_or(Path::new("")).to_owned();
        for target in links(&read(&page)?) {
            let path = root().join(&folder).join(&target);
            ensure!(path.exists(), "{page} links to {target}, which is not there");
        }
    }
    Ok(())
}

#[test]
fn documents_name_files_that_are_there() -> Result<()> {
    for page in ["README.md", "ARCHITECTURE.md"] {
        let text = read(page)?;
        for part in text.split('`').skip(1).step_by(2) {
            let looks_like_path = part.contains('/') && !part.contains([' ', '{', '*', '<', ':']);
            let known = ["crates/", "docs/", "web/", "tests/", "templates", "locales/", "scripts/"];
            if looks_like_path && known.iter().any(|start| part.starts_with(start)) {
                ensure!(root().join(part).exists(), "{page} names {part}, which is not there");
            }
        }
    }
    Ok(())
}

#[test]
fn documents_keep_their_length() -> Result<()> {
    for (page, most) in [("README.md", 150), ("ARCHITECTURE.md", 300)] {
        let lines = read(page)?.lines().count();
        ensure!(lines <= most, "{page} has {lines} lines; {most} are the most");
    }
    Ok(())
}

#[test]
fn documents_are_there_in_both_languages() -> Result<()> {
    let names = |folder: &str| -> Result<BTreeSet<String>> {
        let found = find(folder, &["md"])?;
        Ok(found.iter().filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect())
    };
    ensure!(names("docs/guide/en")? == names("docs/guide/zh-CN")?, "the guides differ");
    let english: BTreeSet<_> = find("docs/how-to", &["md"])?
        .into_iter()
        .filter(|path| path.split('/').count() == 3)
        .filter_map(|path| path.rsplit('/').next().map(str::to_owned))
        .collect();
    ensure!(english == names("docs/how-to/zh-CN")?, "the how-tos differ");
    Ok(())
}
