//! What a condition compares with, read and checked by the field's storage and shape.

use std::str::FromStr;

use formwork_model::{
    Problem, Storage, filter::MAX_FILTER_VALUES, kind::Shape, value::instant_text,
};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{Reader, column::Column, period::day_start, statement::Bind};

/// Longest text of a filter, in characters.
const MAX_TEXT: usize = 10_000;

/// A value as the database compares it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// Text, a day or a moment; none for a department that the reader does not have.
    Text(Option<String>),
    /// A scaled number.
    Number(i64),
    /// Yes or no.
    Bool(bool),
}

impl Operand {
    pub(super) fn bind(self) -> Bind {
        match self {
            Self::Text(text) => Bind::Text(text),
            Self::Number(number) => Bind::Int(Some(number)),
            Self::Bool(yes) => Bind::Bool(Some(yes)),
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => text.clone(),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Reads one value, or a variable in its place.
pub(super) fn read_one(reader: &Reader, column: &Column, json: &Json) -> Result<Operand, Problem> {
    if let Some(name) = variable(json) {
        let mut values = read_variable(reader, column, name)?;
        return match (name, values.pop()) {
            ("my_departments", _) => Err(Problem::new("wrong_type").with("expected", "value")),
            (_, Some(value)) => Ok(value),
            (_, None) => Ok(Operand::Text(None)),
        };
    }
    match column.storage {
        Storage::Text | Storage::Json => read_reference(column, json),
        Storage::Scaled { places } => read_number(json, places),
        Storage::Boolean => json.as_bool().map(Operand::Bool).ok_or_else(|| wrong_type("boolean")),
        Storage::Date => {
            let text = json.as_str().filter(|text| text.len() == 10);
            let date: Option<Date> = text.and_then(|text| text.parse().ok());
            let date = date.filter(|date| date.year() >= 1).ok_or_else(|| wrong_type("date"))?;
            Ok(Operand::Text(Some(date.to_string())))
        }
        Storage::Instant => {
            let instant: Option<Timestamp> = json.as_str().and_then(|text| text.parse().ok());
            let instant = instant.ok_or_else(|| wrong_type("datetime"))?;
            Ok(Operand::Text(Some(instant_text(instant))))
        }
        Storage::Rows => Err(wrong_type("nothing")),
    }
}

/// Reads a list of values; a variable may stand for it or in it.
pub(super) fn read_list(
    reader: &Reader,
    column: &Column,
    json: &Json,
) -> Result<Vec<Operand>, Problem> {
    if let Some(name) = variable(json) {
        return read_variable(reader, column, name);
    }
    let items = json.as_array().ok_or_else(|| wrong_type("list"))?;
    if items.len() > MAX_FILTER_VALUES {
        return Err(Problem::new("too_many_values").with("max", MAX_FILTER_VALUES));
    }
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let read = match variable(item) {
            Some(name) => read_variable(reader, column, name),
            None => read_one(reader, column, item).map(|value| vec![value]),
        };
        values.extend(read.map_err(|problem| problem.at(index))?);
    }
    Ok(values)
}

/// Reads a text of a filter or a search.
pub(super) fn read_text(json: &Json) -> Result<String, Problem> {
    let text = json.as_str().ok_or_else(|| wrong_type("text"))?;
    if text.contains('\0') {
        return Err(Problem::new("control_character"));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(Problem::new("too_long").with("max", MAX_TEXT));
    }
    Ok(text.to_owned())
}

fn variable(json: &Json) -> Option<&str> {
    json.as_object().filter(|object| object.len() == 1)?.get("var")?.as_str()
}

fn read_variable(reader: &Reader, column: &Column, name: &str) -> Result<Vec<Operand>, Problem> {
    let text = |text: &String| Operand::Text(Some(text.clone()));
    match (name, column.kind.shape(), column.storage) {
        ("me", Shape::Member, _) => Ok(vec![text(&reader.member)]),
        ("my_department", Shape::Department, _) => {
            Ok(reader.departments.first().map(text).into_iter().collect())
        }
        ("my_departments", Shape::Department, _) => {
            Ok(reader.departments_below.iter().map(text).collect())
        }
        ("today", _, Storage::Date) => Ok(vec![text(&reader.today.to_string())]),
        ("today", _, Storage::Instant) => {
            Ok(vec![text(&day_start(reader.today, &reader.time_zone)?)])
        }
        ("me" | "my_department" | "my_departments" | "today", ..) => {
            Err(Problem::new("wrong_variable").with("variable", name))
        }
        _ => Err(Problem::new("unknown_variable").with("variable", name)),
    }
}

fn read_reference(column: &Column, json: &Json) -> Result<Operand, Problem> {
    let text = match column.kind.shape() {
        Shape::Choice(options) => {
            let key = json.as_str().ok_or_else(|| wrong_type("option"))?;
            if !options.iter().any(|option| option.key == key) {
                return Err(Problem::new("not_an_option").with("value", key));
            }
            key.to_owned()
        }
        Shape::Member | Shape::Department | Shape::Link(_) => {
            read_text(json.get("id").unwrap_or(json))?
        }
        _ => read_text(json)?,
    };
    Ok(Operand::Text(Some(text)))
}

fn read_number(json: &Json, places: u32) -> Result<Operand, Problem> {
    let text = match json {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return Err(wrong_type("number")),
    };
    let parsed = if text.contains(['e', 'E']) {
        Decimal::from_scientific(&text)
    } else {
        Decimal::from_str(&text)
    };
    let number = parsed.map_err(|_| wrong_type("number"))?;
    if number.normalize().scale() > places {
        return Err(Problem::new("too_many_places").with("max", places));
    }
    scaled(number, places).map(Operand::Number).ok_or_else(|| Problem::new("number_out_of_range"))
}

/// A decimal as an integer of `10^-places`; none when it does not fit exactly.
pub(crate) fn scaled(number: Decimal, places: u32) -> Option<i64> {
    let number = number.normalize();
    let missing = places.checked_sub(number.scale())?;
    let factor = 10_i128.checked_pow(missing)?;
    number.mantissa().checked_mul(factor).and_then(|scaled| i64::try_from(scaled).ok())
}

fn wrong_type(expected: &'static str) -> Problem {
    Problem::new("wrong_type").with("expected", expected)
}
