//! Values while an expression is evaluated: borrowed from the record where they can be.

use std::borrow::Cow;

use formwork_model::{SubformRow, Value};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

use crate::failure::Failure;

/// Longest text that an expression may make, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 100_000;

/// A value in the course of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term<'v> {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(Cow<'v, str>),
    Date(Date),
    Instant(Timestamp),
    /// A column of a subform, a list field, or a list that a function made.
    List(Vec<Term<'v>>),
    /// The rows of a subform as they stand in the record.
    Rows(&'v [SubformRow]),
}

/// What an operator or a function gives.
pub(crate) type Outcome<'v> = Result<Term<'v>, Failure>;

impl<'v> Term<'v> {
    /// A text, unless it is longer than an expression may make.
    pub(crate) fn text(text: String) -> Outcome<'v> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(Failure::OutOfRange);
        }
        Ok(Self::Text(Cow::Owned(text)))
    }

    /// Whether nothing is there: null, an empty text or an empty list.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Rows(rows) => rows.is_empty(),
            _ => false,
        }
    }

    /// The value as a condition; nothing counts as no.
    pub(crate) fn truth(&self) -> Result<bool, Failure> {
        match self {
            Self::Null => Ok(false),
            Self::Bool(yes) => Ok(*yes),
            _ => Err(Failure::WrongType),
        }
    }

    /// The value as people read it. Moments are given in the organisation's time.
    pub(crate) fn display(&self, zone: &TimeZone) -> Cow<'_, str> {
        match self {
            Self::Null | Self::Rows(_) => Cow::Borrowed(""),
            Self::Bool(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
            Self::Number(number) => Cow::Owned(number.normalize().to_string()),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Date(date) => Cow::Owned(date.to_string()),
            Self::Instant(instant) => {
                let local = zone.to_datetime(*instant);
                Cow::Owned(local.strftime("%Y-%m-%d %H:%M").to_string())
            }
            Self::List(items) => {
                let texts: Vec<_> = items
                    .iter()
                    .filter(|item| !item.is_empty())
                    .map(|item| item.display(zone))
                    .collect();
                Cow::Owned(texts.join(", "))
            }
        }
    }

    /// The value to store. The items of a list become texts.
    pub(crate) fn into_value(self, zone: &TimeZone) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(yes) => Value::Bool(yes),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(text.into_owned()),
            Self::Date(date) => Value::Date(date),
            Self::Instant(instant) => Value::Instant(instant),
            Self::List(items) => Value::Texts(
                items
                    .iter()
                    .filter(|item| !item.is_empty())
                    .map(|item| item.display(zone).into_owned())
                    .collect(),
            ),
            Self::Rows(rows) => Value::Rows(rows.to_vec()),
        }
    }
}

impl<'v> From<&'v Value> for Term<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::Number(number) => Self::Number(*number),
            Value::Bool(yes) => Self::Bool(*yes),
            Value::Date(date) => Self::Date(*date),
            Value::Instant(instant) => Self::Instant(*instant),
            Value::Texts(texts) => {
                Self::List(texts.iter().map(|text| Self::Text(Cow::Borrowed(text))).collect())
            }
            Value::Rows(rows) => Self::Rows(rows),
        }
    }
}

impl From<bool> for Term<'_> {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<Decimal> for Term<'_> {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Term<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Decimal::from(number))
    }
}
