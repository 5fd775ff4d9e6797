//! What the values of a column stand for: its storage, and what texts refer to.

use serde::{Deserialize, Serialize};

use crate::{FieldKind, FormKey, Storage, kind::Shape};

/// The content of a column. Two fields of the same content share a column; another content
/// is another column, to which the values are converted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Content {
    /// How values are stored.
    pub storage: Storage,
    /// What they refer to.
    pub meaning: Meaning,
}

/// What values refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing: words, numbers, days.
    Plain,
    /// Option keys.
    Option,
    /// Member ids.
    Member,
    /// Department ids.
    Department,
    /// Ids of records of a form.
    Record(FormKey),
}

impl Content {
    /// The content of a kind's column.
    pub fn of(kind: &dyn FieldKind) -> Self {
        let meaning = match kind.shape() {
            Shape::Plain | Shape::Rows(_) | Shape::Serial(_) => Meaning::Plain,
            Shape::Choice(_) => Meaning::Option,
            Shape::Member => Meaning::Member,
            Shape::Department => Meaning::Department,
            Shape::Link(link) => Meaning::Record(link.form.clone()),
        };
        Self { storage: kind.storage(), meaning }
    }

    /// Values that refer to nothing.
    pub fn plain(storage: Storage) -> Self {
        Self { storage, meaning: Meaning::Plain }
    }
}

impl From<Content> for String {
    fn from(content: Content) -> Self {
        let storage = storage_name(content.storage);
        match content.meaning {
            Meaning::Plain => storage,
            Meaning::Option => format!("{storage}/option"),
            Meaning::Member => format!("{storage}/member"),
            Meaning::Department => format!("{storage}/department"),
            Meaning::Record(form) => format!("{storage}/record/{form}"),
        }
    }
}

impl TryFrom<String> for Content {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no content of a column");
        let mut parts = text.splitn(3, '/');
        let storage = parts.next().and_then(storage_from_name).ok_or_else(wrong)?;
        let meaning = match (parts.next(), parts.next()) {
            (None, None) => Meaning::Plain,
            (Some("option"), None) => Meaning::Option,
            (Some("member"), None) => Meaning::Member,
            (Some("department"), None) => Meaning::Department,
            (Some("record"), Some(form)) => Meaning::Record(form.parse().map_err(|_| wrong())?),
            _ => return Err(wrong()),
        };
        Ok(Self { storage, meaning })
    }
}

/// A storage class as text; a scaled integer of other places is another class.
pub fn storage_name(storage: Storage) -> String {
    match storage {
        Storage::Text => "text".to_owned(),
        Storage::Scaled { places } => format!("scaled{places}"),
        Storage::Boolean => "boolean".to_owned(),
        Storage::Date => "date".to_owned(),
        Storage::Instant => "instant".to_owned(),
        Storage::Json => "json".to_owned(),
        Storage::Rows => "rows".to_owned(),
    }
}

/// The storage class of a name as [`storage_name`] writes it.
pub fn storage_from_name(name: &str) -> Option<Storage> {
    Some(match name {
        "text" => Storage::Text,
        "boolean" => Storage::Boolean,
        "date" => Storage::Date,
        "instant" => Storage::Instant,
        "json" => Storage::Json,
        "rows" => Storage::Rows,
        scaled => Storage::Scaled { places: scaled.strip_prefix("scaled")?.parse().ok()? },
    })
}
