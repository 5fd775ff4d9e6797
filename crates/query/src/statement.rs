//! SQL text with its binds, and the pieces that it is put together from.

/// Which database the text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite, 3.46 or later.
    Sqlite,
    /// PostgreSQL, 14 or later.
    Postgres,
}

/// A value that travels beside the text.
///
/// On PostgreSQL it is sent with exactly this type (`text`, `bigint`, `boolean`); the text
/// of the statement casts where a column wants another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    /// Text.
    Text(Option<String>),
    /// A 64-bit integer.
    Int(Option<i64>),
    /// Yes or no; an integer on SQLite.
    Bool(Option<bool>),
}

impl From<&str> for Bind {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Bind {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Bind {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Bind {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

/// One statement. Placeholders are `$1`, `$2` … on both databases, each used once and in
/// order; on SQLite a statement with many of them has `?` instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text.
    pub sql: String,
    /// The values of the placeholders.
    pub binds: Vec<Bind>,
}

/// Stands for a bind until the statement is finished. No identifier or keyword has it, and
/// nothing that a user typed is ever part of the text.
const MARK: char = '\u{1}';

/// A piece of SQL with its binds in the order of the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fragment {
    text: String,
    binds: Vec<Bind>,
}

impl Fragment {
    /// A piece without binds.
    pub(crate) fn raw(text: impl Into<String>) -> Self {
        Self { text: text.into(), binds: Vec::new() }
    }

    /// A placeholder.
    pub(crate) fn bind(value: impl Into<Bind>) -> Self {
        Self { text: MARK.to_string(), binds: vec![value.into()] }
    }

    /// `template` with each `{}` replaced by the next part.
    pub(crate) fn fill<'f>(template: &str, parts: impl IntoIterator<Item = &'f Self>) -> Self {
        let mut filled = Self::default();
        let mut parts = parts.into_iter();
        let mut pieces = template.split("{}");
        filled.push(pieces.next().unwrap_or_default());
        for piece in pieces {
            if let Some(part) = parts.next() {
                filled.add(part);
            }
            filled.push(piece);
        }
        filled
    }

    /// The parts with a separator between them.
    pub(crate) fn join<'f>(parts: impl IntoIterator<Item = &'f Self>, separator: &str) -> Self {
        let mut joined = Self::default();
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                joined.push(separator);
            }
            joined.add(part);
        }
        joined
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn add(&mut self, part: &Self) -> &mut Self {
        self.text.push_str(&part.text);
        self.binds.extend(part.binds.iter().cloned());
        self
    }

    /// Finishes a statement with hundreds of placeholders: SQLite looks for each numbered one
    /// among all the others.
    pub(crate) fn finish_long(self, dialect: Dialect) -> Statement {
        match dialect {
            Dialect::Sqlite => Statement { sql: self.text.replace(MARK, "?"), binds: self.binds },
            Dialect::Postgres => self.finish(),
        }
    }

    /// Numbers the placeholders.
    pub(crate) fn finish(self) -> Statement {
        let mut sql = String::with_capacity(self.text.len() + self.binds.len() * 2);
        let mut number = 0;
        for character in self.text.chars() {
            if character == MARK {
                number += 1;
                sql.push('$');
                sql.push_str(&number.to_string());
            } else {
                sql.push(character);
            }
        }
        Statement { sql, binds: self.binds }
    }
}

/// An identifier in quotes. Identifiers come from keys only; a quote would be doubled all
/// the same.
pub(crate) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// A text literal, for names that come from keys.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
