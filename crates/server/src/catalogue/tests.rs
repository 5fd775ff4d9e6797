use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::*;

/// The `{names}` in a text.
fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn both_languages_have_the_same_texts_and_parameters() {
    let catalogue = Catalogue::shared();
    let (chinese, english) = (Locale::chinese(), Locale::english());
    assert_eq!(catalogue.keys("zh-CN"), catalogue.keys("en"));
    assert!(!catalogue.keys("en").is_empty());
    for key in catalogue.keys("en") {
        let texts = (catalogue.text(&chinese, key), catalogue.text(&english, key));
        assert_eq!(parameters(texts.0), parameters(texts.1), "{key}");
    }
}

#[test]
fn a_text_falls_back_to_chinese_then_english_then_its_key() {
    let mut catalogue = Catalogue::default();
    catalogue.add("zh-CN", "shell", &json!({"save": "保存", "deep": {"er": "更深"}}));
    catalogue.add("en", "shell", &json!({"save": "Save", "only": "Only here"}));
    let english = Locale::english();
    assert_eq!(catalogue.text(&english, "shell.save"), "Save");
    assert_eq!(catalogue.text(&english, "shell.deep.er"), "更深");
    assert_eq!(catalogue.text(&Locale::chinese(), "shell.only"), "Only here");
    assert_eq!(catalogue.text(&english, "shell.none"), "shell.none");
}

#[test]
fn parameters_are_read_for_the_reader() {
    let mut catalogue = Catalogue::default();
    catalogue.add("en", "problem", &json!({"x": "{message}: {expected}, at most {max}"}));
    catalogue.add("en", "server", &json!({"param": {"expected": {"number": "a number"}}}));
    let params = BTreeMap::from([
        ("message".to_owned(), json!({"zh-CN": "不行", "en": "No"})),
        ("expected".to_owned(), json!("number")),
        ("max".to_owned(), json!(5)),
    ]);
    let text = catalogue.fill(&Locale::english(), "problem.x", &params);
    assert_eq!(text, "No: a number, at most 5");
}

#[test]
fn a_reason_has_words_and_parameters_of_its_own() {
    let said = |code: &str, params: serde_json::Value| {
        let params: BTreeMap<String, serde_json::Value> = serde_json::from_value(params).unwrap();
        Catalogue::shared().fill(&Locale::chinese(), &format!("problem.{code}"), &params)
    };
    let place =
        json!({"line": 1, "column": 3, "reason": "use_instead", "text": "（", "instead": "("});
    assert_eq!(said("formula_syntax", place), "公式第 1 行第 3 列有误：请把 （ 写成 (");
    let failed = json!({"reason": "division_by_zero"});
    assert_eq!(said("formula_failed", failed), "公式无法计算：除数为零");
    let breach = json!({"reason": "wrong_json_type", "expected": ["string", "null"]});
    assert_eq!(said("schema", breach), "不符合文档格式：应为文本、空");
    let broken = json!({"kind": "form", "key": "deal", "at": "/title", "reason": "unknown_name", "name": "net"});
    assert!(said("breaks_document", broken).contains("net"));
}

/// Reasons of problems that the code names have words.
#[test]
fn every_reason_has_a_text() {
    let texts = &Catalogue::shared().languages["zh-CN"];
    for file in [
        "rules/src/misspelt.rs",
        "rules/src/syntax.rs",
        "rules/src/failure.rs",
        "model/src/document/breach.rs",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
        let source = fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        let openings = ["wrong(\"", " with(\"", "plain(\"", "#[error(\""];
        let found = openings.iter().flat_map(|opening| source.split(opening).skip(1));
        let reasons: BTreeSet<&str> = found.filter_map(|rest| rest.split('"').next()).collect();
        for reason in reasons {
            let key = format!("server.param.reason.{reason}");
            assert!(texts.contains_key(&key), "{file}: {reason}");
        }
    }
}

#[test]
fn every_problem_code_has_a_text() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut missing = BTreeSet::new();
    for file in rust_files(&crates) {
        let source = fs::read_to_string(&file).unwrap();
        for code in codes(&source) {
            for language in LANGUAGES {
                let texts = &Catalogue::shared().languages[language];
                if !texts.contains_key(&format!("problem.{code}")) {
                    missing.insert(format!("{language}: {code} ({})", file.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Codes made with `Problem::new("…")` or `refused("…")`, and those that a `fn code` answers
/// with; tests left out.
fn codes(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let flat: String = source.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    let answered = flat.split("fn code(&self)").nth(1).unwrap_or_default();
    let openings =
        ["Problem::new(", "problem(", "refused("].map(|opening| (opening, flat.as_str()));
    for (opening, text) in openings.into_iter().chain([("=> ", answered)]) {
        for rest in text.split(opening).skip(1) {
            let code = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
            if let Some((code, _)) = code {
                let is_code = !code.is_empty()
                    && code
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
                if is_code {
                    found.push(code.to_owned());
                }
            }
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "testkit" {
            found.extend(rust_files(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "proptests.rs" {
            found.push(path);
        }
    }
    found
}
