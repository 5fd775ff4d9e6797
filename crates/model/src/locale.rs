//! Languages, and texts that exist in several of them.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language tag such as `zh-CN` or `en`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Locale(String);

impl Locale {
    /// Simplified Chinese, the first language of the product.
    pub fn chinese() -> Self {
        Self("zh-CN".to_owned())
    }

    /// English.
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The best supported language for an `Accept-Language` header or a stored preference.
    pub fn negotiate(wanted: &str) -> Self {
        let first = wanted.split(',').find_map(|part| {
            let tag = part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            match tag.split('-').next() {
                Some("zh") => Some(Self::chinese()),
                Some("en") => Some(Self::english()),
                _ => None,
            }
        });
        first.unwrap_or_else(Self::chinese)
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A label or message in several languages: `{"zh-CN": "商机", "en": "Opportunity"}`.
///
/// A plain string is accepted too and then stands for every language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "LocalizedWire")]
pub struct Localized(IndexMap<String, String>);

impl JsonSchema for Localized {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Localized".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A text, or one text for each language tag.",
            "anyOf": [
                { "type": "string", "maxLength": 2000 },
                {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": { "pattern": "^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*|und)$" },
                    "additionalProperties": { "type": "string", "maxLength": 2000 }
                }
            ]
        })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LocalizedWire {
    One(String),
    Many(IndexMap<String, String>),
}

impl From<LocalizedWire> for Localized {
    fn from(wire: LocalizedWire) -> Self {
        match wire {
            LocalizedWire::One(text) => Self(IndexMap::from([("und".to_owned(), text)])),
            LocalizedWire::Many(texts) => Self(texts),
        }
    }
}

impl Localized {
    /// A text in Chinese and English.
    pub fn new(chinese: impl Into<String>, english: impl Into<String>) -> Self {
        Self(IndexMap::from([
            ("zh-CN".to_owned(), chinese.into()),
            ("en".to_owned(), english.into()),
        ]))
    }

    /// The text for a reader: their language, then Chinese, then English, then any.
    pub fn get(&self, locale: &Locale) -> &str {
        [locale.as_str(), "zh-CN", "en"]
            .iter()
            .find_map(|tag| self.0.get(*tag))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// The texts in all languages.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(String::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_back_to_chinese_then_english_then_any() {
        let both = Localized::new("商机", "Opportunity");
        assert_eq!(both.get(&Locale("fr".into())), "商机");
        assert_eq!(both.get(&Locale::english()), "Opportunity");
        let plain: Localized = serde_json::from_str("\"Lead\"").unwrap();
        assert_eq!(plain.get(&Locale::chinese()), "Lead");
    }

    #[test]
    fn negotiates_the_first_supported_language() {
        assert_eq!(Locale::negotiate("fr, en;q=0.8, zh;q=0.5"), Locale::english());
        assert_eq!(Locale::negotiate("zh-TW"), Locale::chinese());
        assert_eq!(Locale::negotiate(""), Locale::chinese());
    }
}
