//! Keys: the permanent names of documents and fields.
//!
//! A document key becomes part of SQL table names, so it is ASCII and short. A field
//! key is an identifier of the rule language, Chinese ones included; the column that
//! stores it gets an ASCII name of its own at publish (see [`crate::form`]).

use std::{borrow::Borrow, fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest document key, in bytes: `s_<form>__<field>` must fit PostgreSQL's 63.
pub const MAX_DOCUMENT_KEY: usize = 28;
/// Longest field key, in characters.
pub const MAX_FIELD_KEY: usize = 40;

/// Words that a field key may not be: they mean something in a rule.
const RESERVED: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "default",
    "do",
    "each",
    "else",
    "eval",
    "export",
    "false",
    "fn",
    "for",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "debug",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "switch",
    "sync",
    "then",
    "this",
    "thread",
    "throw",
    "to",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a valid key")]
pub struct InvalidKey(pub String);

macro_rules! key_type {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(extend("pattern" = $pattern))]
        pub struct $name(String);

        impl $name {
            /// The key as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidKey;
            fn try_from(text: String) -> Result<Self, InvalidKey> {
                if $check(&text) { Ok(Self(text)) } else { Err(InvalidKey(text)) }
            }
        }

        impl FromStr for $name {
            type Err = InvalidKey;
            fn from_str(text: &str) -> Result<Self, InvalidKey> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> String {
                key.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

key_type!(
    /// The key of an app, such as `crm`.
    AppKey, "^[a-z][a-z0-9_]{0,27}$", is_document_key
);
key_type!(
    /// The key of a form, unique in the organisation, such as `order`.
    FormKey, "^[a-z][a-z0-9_]{0,27}$", is_document_key
);
key_type!(
    /// The key of any document (form, flow, dashboard, permission group, app).
    DocumentKey, "^[a-z][a-z0-9_]{0,27}$", is_document_key
);
key_type!(
    /// The key of a field within its form or subform: an identifier of the rule language.
    FieldKey, "^[a-z\\u0080-\\uffff][a-z0-9_\\u0080-\\uffff]{0,39}$", is_field_key
);

fn is_document_key(text: &str) -> bool {
    text.len() <= MAX_DOCUMENT_KEY
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !text.contains("__")
}

fn is_field_key(text: &str) -> bool {
    let mut characters = text.chars();
    let starts_well = characters.next().is_some_and(|c| {
        c.is_ascii_lowercase() || (!c.is_ascii() && unicode_ident::is_xid_start(c))
    });
    starts_well
        && text.chars().count() <= MAX_FIELD_KEY
        && text.chars().all(|c| {
            c == '_'
                || c.is_ascii_lowercase()
                || c.is_ascii_digit()
                || (!c.is_ascii() && unicode_ident::is_xid_continue(c))
        })
        && !RESERVED.contains(&text)
}

impl From<AppKey> for DocumentKey {
    fn from(key: AppKey) -> Self {
        Self(key.0)
    }
}

impl From<FormKey> for DocumentKey {
    fn from(key: FormKey) -> Self {
        Self(key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_keys_are_identifiers_in_any_script() {
        for good in ["amount", "a1", "单价", "金额_2", "k_phone"] {
            assert!(good.parse::<FieldKey>().is_ok(), "{good}");
        }
        for bad in ["", "1a", "a b", "Amount", "if", "a-b", "a.b", "\"", "_x", &"x".repeat(41)] {
            assert!(bad.parse::<FieldKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn document_keys_are_safe_in_table_names() {
        for good in ["crm", "sales_plan", "x9"] {
            assert!(good.parse::<FormKey>().is_ok(), "{good}");
        }
        for bad in ["", "9x", "合同", "a__b", "A", "a\"; drop table", &"x".repeat(29)] {
            assert!(bad.parse::<FormKey>().is_err(), "{bad}");
        }
    }
}
