//! Texts that people see, in both languages.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::files::{find, read};

/// Every text of a language by `area.key.…`.
fn texts(locale: &str) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for path in find(&format!("locales/{locale}"), &["json"])? {
        let file = path.rsplit('/').next().context("a name")?;
        let area = file.trim_end_matches(".json").to_owned();
        collect(&area, &serde_json::from_str(&read(&path)?).context(path)?, &mut found);
    }
    Ok(found)
}

fn collect(key: &str, node: &Json, found: &mut BTreeMap<String, String>) {
    match node {
        Json::Object(map) => {
            for (name, child) in map {
                collect(&format!("{key}.{name}"), child, found);
            }
        }
        Json::String(text) => {
            found.insert(key.to_owned(), text.clone());
        }
        other => {
            found.insert(key.to_owned(), other.to_string());
        }
    }
}

/// The parameters of a message: what stands in braces.
fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn both_languages_have_the_same_texts() -> Result<()> {
    let (chinese, english) = (texts("zh-CN")?, texts("en")?);
    ensure!(!english.is_empty(), "there are no texts");
    let (chinese_keys, english_keys): (BTreeSet<_>, BTreeSet<_>) =
        (chinese.keys().collect(), english.keys().collect());
    let lone: Vec<_> = chinese_keys.symmetric_difference(&english_keys).collect();
    ensure!(lone.is_empty(), "only in one language: {lone:?}");
    Ok(())
}

#[test]
fn texts_take_the_same_parameters() -> Result<()> {
    let english = texts("en")?;
    for (key, text) in texts("zh-CN")? {
        let Some(other) = english.get(&key) else { continue };
        let (own, others) = (parameters(&text), parameters(other));
        // A count may be left unsaid in one language: "Undo" and "撤销 {n} 步".
        ensure!(
            own.is_subset(&others) || others.is_subset(&own),
            "{key}: {own:?} in Chinese, {others:?} in English"
        );
    }
    Ok(())
}

#[test]
fn chinese_texts_are_chinese() -> Result<()> {
    for (key, text) in texts("zh-CN")? {
        let latin = text.chars().filter(char::is_ascii_alphabetic).count();
        let says_nothing = text.contains("TODO") || text.trim().is_empty() && !text.is_empty();
        ensure!(!says_nothing, "{key} is unfinished");
        let sentence = latin > 40 && text.is_ascii();
        ensure!(!sentence, "{key} is not Chinese: {text}");
    }
    Ok(())
}
