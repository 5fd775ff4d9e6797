//! The catalogue: every text that the server itself shows, in each language.
//!
//! One JSON file an area and language (`locales/<tag>/<area>.json`), embedded in the
//! binary. A text is found under `<area>.<key>.<key>…` and may hold `{parameters}`.

use std::{collections::HashMap, sync::LazyLock};

use formwork_model::{Locale, Localized, Problem};
use rust_embed::RustEmbed;
use serde_json::Value as Json;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../locales"]
struct LocaleFiles;

/// The languages that every text exists in, the first one being the fallback.
pub const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

static SHARED: LazyLock<Catalogue> = LazyLock::new(Catalogue::embedded);

/// Texts by language and key.
#[derive(Debug, Default)]
pub struct Catalogue {
    languages: HashMap<String, HashMap<String, String>>,
}

impl Catalogue {
    /// The catalogue of this program.
    pub fn shared() -> &'static Self {
        &SHARED
    }

    /// Reads the embedded files. One that is not JSON is left out and reported: a missing
    /// text shows as its key, which is better than no page.
    fn embedded() -> Self {
        let mut catalogue = Self::default();
        for path in LocaleFiles::iter() {
            let Some((language, area)) =
                path.strip_suffix(".json").and_then(|name| name.split_once('/'))
            else {
                continue;
            };
            let read = LocaleFiles::get(&path)
                .map(|file| serde_json::from_slice::<Json>(&file.data))
                .unwrap_or(Ok(Json::Null));
            match read {
                Ok(texts) => catalogue.add(language, area, &texts),
                Err(error) => {
                    tracing::error!(locale.file = %path, %error, "a locale file cannot be read");
                }
            }
        }
        catalogue
    }

    fn add(&mut self, language: &str, key: &str, texts: &Json) {
        match texts {
            Json::Object(parts) => {
                for (name, part) in parts {
                    self.add(language, &format!("{key}.{name}"), part);
                }
            }
            Json::String(text) => {
                let texts = self.languages.entry(language.to_owned()).or_default();
                texts.insert(key.to_owned(), text.clone());
            }
            _ => {}
        }
    }

    /// The text under a key: in the reader's language, then Chinese, then English.
    pub fn find(&self, locale: &Locale, key: &str) -> Option<&str> {
        std::iter::once(locale.as_str())
            .chain(LANGUAGES)
            .find_map(|language| self.languages.get(language)?.get(key))
            .map(String::as_str)
    }

    /// The text under a key, or the key itself.
    pub fn text<'a>(&'a self, locale: &Locale, key: &'a str) -> &'a str {
        self.find(locale, key).unwrap_or(key)
    }

    /// The text under a key with its `{parameters}` filled in.
    ///
    /// A parameter that is itself a localized text is read in the reader's language; one
    /// whose value names something (`expected: "number"`) is looked up under
    /// `server.param.<name>.<value>`; others stand as they are.
    pub fn fill<'p>(
        &self,
        locale: &Locale,
        key: &str,
        params: impl IntoIterator<Item = (&'p String, &'p Json)>,
    ) -> String {
        let params: Vec<(&String, &Json)> = params.into_iter().collect();
        self.filled(locale, self.text(locale, key), &params)
    }

    fn filled(&self, locale: &Locale, text: &str, params: &[(&String, &Json)]) -> String {
        let mut filled = text.to_owned();
        for (name, value) in params {
            let slot = format!("{{{name}}}");
            if filled.contains(&slot) {
                // Words of a parameter may have slots themselves: for the other parameters.
                let others: Vec<_> =
                    params.iter().filter(|(other, _)| other != name).copied().collect();
                filled = filled.replace(&slot, &self.parameter(locale, name, value, &others));
            }
        }
        filled
    }

    fn parameter(
        &self,
        locale: &Locale,
        name: &str,
        value: &Json,
        others: &[(&String, &Json)],
    ) -> String {
        match value {
            Json::String(text) => {
                let words = self.find(locale, &format!("server.param.{name}.{text}"));
                // A problem may be the reason of another.
                let words = words.or_else(|| {
                    (name == "reason").then(|| self.find(locale, &format!("problem.{text}")))?
                });
                words.map_or_else(|| text.clone(), |words| self.filled(locale, words, others))
            }
            Json::Object(_) => serde_json::from_value::<Localized>(value.clone())
                .map_or_else(|_| value.to_string(), |text| text.get(locale).to_owned()),
            Json::Array(items) => {
                let shown: Vec<_> =
                    items.iter().map(|item| self.parameter(locale, name, item, others)).collect();
                shown.join(self.text(locale, "server.list_separator"))
            }
            Json::Null => String::new(),
            Json::Bool(_) | Json::Number(_) => value.to_string(),
        }
    }

    /// Every key of a language, sorted.
    pub fn keys(&self, language: &str) -> Vec<&str> {
        let mut keys: Vec<_> = self
            .languages
            .get(language)
            .map(|texts| texts.keys().map(String::as_str).collect())
            .unwrap_or_default();
        keys.sort_unstable();
        keys
    }
}

/// The texts of one reader, as templates take them.
#[derive(Debug, Clone)]
pub struct Texts {
    locale: Locale,
}

impl Texts {
    /// The texts in a language.
    pub fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// The text under a key, or the key itself.
    pub fn get<'a>(&self, key: &'a str) -> &'a str {
        Catalogue::shared().find(&self.locale, key).unwrap_or(key)
    }

    /// A problem in words.
    pub fn problem(&self, problem: &Problem) -> String {
        let key = format!("problem.{}", problem.code);
        Catalogue::shared().fill(&self.locale, &key, &problem.params)
    }

    /// The language.
    pub fn locale(&self) -> &Locale {
        &self.locale
    }
}

#[cfg(test)]
mod tests;
