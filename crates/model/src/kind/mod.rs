//! Field kinds: what can stand in a field.
//!
//! A kind is one file that implements [`FieldKind`] and one line in [`REGISTRY`].
//! Filtering, sorting, storage, import and charts look only at the vocabulary that a
//! kind answers with ([`Storage`], [`Shape`], [`Operator`]) and never at its key.

mod boolean;
mod choice;
mod choices;
mod date;
mod datetime;
mod department;
mod departments;
mod link;
mod long_text;
mod member;
mod members;
mod money;
mod number;
mod pattern;
mod rating;
mod serial;
mod subform;
mod text;
mod vocabulary;

use std::{fmt, sync::Arc};

use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{Locale, Operator, Problem, Problems, Value, registered, registry::Registration};

pub use choice::ChoiceOption;
pub use link::{Fill, FillRows, Link};
pub use serial::{Serial, SerialPart, SerialReset};
pub use subform::Subform;
pub use vocabulary::{CellEditing, Figure};

/// How a value is stored. Both databases give each the same meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Text.
    Text,
    /// A number as an integer scaled by ten to the power of `places`.
    Scaled {
        /// Decimal places, 0 to 8.
        places: u32,
    },
    /// Yes or no.
    Boolean,
    /// A calendar day.
    Date,
    /// A moment, to the millisecond.
    Instant,
    /// A JSON list of texts.
    Json,
    /// Rows of a table of their own.
    Rows,
}

/// What a kind's values refer to, for those who must follow the reference.
#[derive(Debug, Clone, Copy)]
pub enum Shape<'kind> {
    /// The value stands for itself.
    Plain,
    /// Option keys of this list.
    Choice(&'kind [ChoiceOption]),
    /// Member ids.
    Member,
    /// Department ids.
    Department,
    /// The id of a record of another form.
    Link(&'kind Link),
    /// Rows with fields of their own.
    Rows(&'kind Subform),
    /// A number drawn by the engine when the record is first saved.
    Serial(&'kind Serial),
}

/// The contract of a field kind, made from the options of one field.
pub trait FieldKind: fmt::Debug + Send + Sync {
    /// How values are stored.
    fn storage(&self) -> Storage;

    /// What values refer to.
    fn shape(&self) -> Shape<'_> {
        Shape::Plain
    }

    /// Reads what came from outside. `null` never reaches a kind.
    ///
    /// # Errors
    /// A problem when the JSON is of the wrong type or breaks the options.
    fn read(&self, json: &Json) -> Result<Value, Problem>;

    /// Makes a computed value fit: a formula's result is rounded where typed input would
    /// be refused.
    ///
    /// # Errors
    /// As [`FieldKind::read`].
    fn fit(&self, value: Value) -> Result<Value, Problem> {
        if value.is_empty() { Ok(Value::Null) } else { self.read(&value.to_json()) }
    }

    /// The JSON Schema of a value that [`FieldKind::read`] accepts.
    fn schema(&self) -> Json;

    /// The value as a reader sees it where there is no screen part: titles, mail, export.
    fn display(&self, value: &Value, _locale: &Locale) -> String {
        match value {
            Value::Null | Value::Rows(_) => String::new(),
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.normalize().to_string(),
            Value::Bool(yes) => yes.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Instant(instant) => crate::value::instant_text(*instant),
            Value::Texts(texts) => texts.join(", "),
        }
    }

    /// The comparisons that a filter may make, the usual one first.
    fn operators(&self) -> &'static [Operator] {
        operators_of(self.storage())
    }

    /// The least and the greatest number that are values of the kind at all: a mark beyond the
    /// scale is none. Bounds that an author sets for numbers are not meant.
    fn scale(&self) -> Option<(Decimal, Decimal)> {
        None
    }

    /// What the number measures; none where values are no numbers.
    fn figure(&self) -> Option<Figure> {
        matches!(self.storage(), Storage::Scaled { .. }).then_some(Figure::Plain)
    }

    /// Whether values are texts of several lines, which want the whole width of a form.
    fn is_long(&self) -> bool {
        false
    }

    /// Whether records can stand in groups by the value: it has few, and each record has one.
    fn is_groupable(&self) -> bool {
        vocabulary::names_one_of_few(self.storage(), self.shape())
    }

    /// How a list changes the value where it stands.
    fn cell_editing(&self) -> CellEditing {
        vocabulary::cell_editing(self.storage(), self.shape())
    }

    /// The kind whose values are several of this one's.
    fn several(&self) -> Option<&'static str> {
        None
    }

    /// What is wrong with the options beyond their JSON Schema.
    fn check_options(&self) -> Problems {
        Problems::new()
    }
}

/// Every field kind, in alphabetical order.
pub const REGISTRY: &[Registration<dyn FieldKind>] = &[
    registered!("boolean", boolean::Boolean),
    registered!("choice", choice::Choice),
    registered!("choices", choices::Choices),
    registered!("date", date::DateKind),
    registered!("datetime", datetime::DateTimeKind),
    registered!("department", department::Department),
    registered!("departments", departments::Departments),
    registered!("link", link::Link),
    registered!("long_text", long_text::LongText),
    registered!("member", member::Member),
    registered!("members", members::Members),
    registered!("money", money::Money),
    registered!("number", number::Number),
    registered!("rating", rating::Rating),
    registered!("serial", serial::Serial),
    registered!("subform", subform::Subform),
    registered!("text", text::Text),
];

/// Makes the kind of a field from its document.
///
/// # Errors
/// `unknown_field_kind` or `invalid_options`, placed under the field.
pub fn parse(key: &str, options: &Json) -> Result<Arc<dyn FieldKind>, Problem> {
    let Some(registration) = REGISTRY.iter().find(|registration| registration.key == key) else {
        return Err(Problem::new("unknown_field_kind").with("kind", key).at("kind"));
    };
    let empty = Json::Object(serde_json::Map::new());
    let options = if options.is_null() { &empty } else { options };
    registration.parse(options).map_err(|error| {
        Problem::new("invalid_options").with("reason", error.to_string()).at("options")
    })
}

fn operators_of(storage: Storage) -> &'static [Operator] {
    use Operator::{
        Between, Contains, Empty, Eq, Gt, Gte, HasAll, HasAny, In, InPeriod, Lt, Lte, Ne,
        NotContains, NotEmpty, NotIn, StartsWith,
    };
    match storage {
        Storage::Text => &[Contains, NotContains, Eq, Ne, StartsWith, In, NotIn, Empty, NotEmpty],
        Storage::Scaled { .. } => &[Eq, Ne, Gt, Gte, Lt, Lte, Between, In, NotIn, Empty, NotEmpty],
        Storage::Boolean => &[Eq, Ne, Empty, NotEmpty],
        Storage::Date | Storage::Instant => {
            &[InPeriod, Eq, Ne, Gt, Gte, Lt, Lte, Between, Empty, NotEmpty]
        }
        Storage::Json => &[HasAny, HasAll, Empty, NotEmpty],
        Storage::Rows => &[Empty, NotEmpty],
    }
}

/// The comparisons of a value that names one thing: an option, a member, a record.
const REFERENCE_OPERATORS: &[Operator] = &[
    Operator::In,
    Operator::NotIn,
    Operator::Eq,
    Operator::Ne,
    Operator::Empty,
    Operator::NotEmpty,
];

/// The problem of a JSON value of another type than the kind takes.
fn wrong_type(expected: &'static str) -> Problem {
    Problem::new("wrong_type").with("expected", expected)
}

/// Reads a text that names something: not empty, at most `64` characters, no controls.
fn read_id(json: &Json, expected: &'static str) -> Result<Value, Problem> {
    let text = json
        .as_str()
        .or_else(|| json.get("id").and_then(Json::as_str))
        .ok_or_else(|| wrong_type(expected))?;
    if text.is_empty() || text.chars().count() > 64 || text.chars().any(char::is_control) {
        return Err(wrong_type(expected));
    }
    Ok(Value::Text(text.to_owned()))
}

/// Reads a list of ids: at most 1,000, repeated ones once.
fn read_ids(json: &Json, expected: &'static str) -> Result<Value, Problem> {
    let items = json.as_array().ok_or_else(|| wrong_type(expected))?;
    if items.len() > 1000 {
        return Err(Problem::new("too_many_values").with("max", 1000));
    }
    let mut ids = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match read_id(item, expected).map_err(|problem| problem.at(index))? {
            Value::Text(id) if !ids.contains(&id) => ids.push(id),
            _ => {}
        }
    }
    Ok(Value::Texts(ids))
}

#[cfg(test)]
mod tests;
