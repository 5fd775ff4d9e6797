//! The function library: one file per category, one table entry per function.
//!
//! A function is a name in capitals, its signature for the reference, and a body. Eager
//! bodies get their arguments as terms; lazy ones take only those that they need, so
//! `IF(quantity == 0, 0, amount / quantity)` never divides by zero. Summaries for people
//! are in the locale files, under `function.<NAME>`.

mod aggregate;
mod criteria;
mod date;
mod format;
mod list;
mod logic;
mod number;
mod people;
mod renminbi;
mod text;

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use jiff::{civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Serialize;

use crate::{
    context::Context,
    failure::Failure,
    operator,
    term::{Outcome, Term},
};

/// A function of the library, for the reference that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FunctionEntry {
    /// Its name.
    pub name: &'static str,
    /// How it is called: `IF(condition, then, else)`; brackets mark what may be left out.
    pub signature: &'static str,
    /// `logic`, `text`, `number`, `aggregate`, `list`, `date` or `people`.
    pub category: &'static str,
}

/// Every function, by category and then in the order of the reference.
pub fn functions() -> impl Iterator<Item = FunctionEntry> {
    CATEGORIES.iter().flat_map(|(category, functions)| {
        functions.iter().map(|function| FunctionEntry {
            name: function.name,
            signature: function.signature,
            category,
        })
    })
}

const CATEGORIES: &[(&str, &[Function])] = &[
    ("logic", logic::FUNCTIONS),
    ("number", number::FUNCTIONS),
    ("aggregate", aggregate::FUNCTIONS),
    ("text", text::FUNCTIONS),
    ("date", date::FUNCTIONS),
    ("list", list::FUNCTIONS),
    ("people", people::FUNCTIONS),
];

/// A function with its body.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    signature: &'static str,
    /// Fewest and most arguments.
    pub(crate) arity: (usize, usize),
    pub(crate) body: Body,
}

/// Most arguments of a function that takes any number of them.
pub(crate) const MANY: usize = 40;

/// What a function does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    Eager(for<'c, 'v> fn(Arguments<'c, 'v>) -> Outcome<'v>),
    Lazy(for<'b, 'v> fn(&'b dyn Branches<'v>) -> Outcome<'v>),
}

const fn eager(
    name: &'static str,
    signature: &'static str,
    arity: (usize, usize),
    body: for<'c, 'v> fn(Arguments<'c, 'v>) -> Outcome<'v>,
) -> Function {
    Function { name, signature, arity, body: Body::Eager(body) }
}

const fn lazy(
    name: &'static str,
    signature: &'static str,
    arity: (usize, usize),
    body: for<'b, 'v> fn(&'b dyn Branches<'v>) -> Outcome<'v>,
) -> Function {
    Function { name, signature, arity, body: Body::Lazy(body) }
}

/// Every function with its body.
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    CATEGORIES.iter().flat_map(|(_, functions)| functions.iter())
}

/// The function with a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> =
        LazyLock::new(|| all().map(|function| (function.name, function)).collect());
    BY_NAME.get(name).copied()
}

impl Function {
    /// How the function is called.
    pub(crate) fn signature(&self) -> &'static str {
        self.signature
    }

    /// Whether the function can be called with so many arguments.
    pub(crate) fn takes(&self, count: usize) -> bool {
        (self.arity.0..=self.arity.1).contains(&count)
    }
}

/// Arguments that are evaluated only when they are taken.
pub(crate) trait Branches<'v> {
    /// How many there are.
    fn count(&self) -> usize;

    /// Evaluates one; null when there is none.
    fn take(&self, index: usize) -> Outcome<'v>;

    /// The organisation's time zone.
    fn time_zone(&self) -> &TimeZone;

    /// Whether every operand holds: no as soon as one does not, null when one is missing.
    fn all(&self) -> Outcome<'v> {
        let mut result = Term::Bool(true);
        for index in 0..self.count() {
            match self.take(index)? {
                Term::Null => result = Term::Null,
                operand if !operand.truth()? => return Ok(Term::Bool(false)),
                _ => {}
            }
        }
        Ok(result)
    }

    /// Whether an operand holds: yes as soon as one does, null when one is missing.
    fn any(&self) -> Outcome<'v> {
        let mut result = Term::Bool(false);
        for index in 0..self.count() {
            match self.take(index)? {
                Term::Null => result = Term::Null,
                operand if operand.truth()? => return Ok(Term::Bool(true)),
                _ => {}
            }
        }
        Ok(result)
    }

    /// The first operand that is not empty.
    fn first_present(&self) -> Outcome<'v> {
        for index in 0..self.count() {
            let operand = self.take(index)?;
            if !operand.is_empty() {
                return Ok(operand);
            }
        }
        Ok(Term::Null)
    }
}

/// The evaluated arguments of a call, read by type. A missing argument is null.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'c, 'v> {
    pub(crate) terms: &'c [Term<'v>],
    pub(crate) context: &'c Context<'c>,
}

impl<'c, 'v> Arguments<'c, 'v> {
    fn get(&self, index: usize) -> &'c Term<'v> {
        self.terms.get(index).unwrap_or(&Term::Null)
    }

    fn number(&self, index: usize) -> Result<Option<Decimal>, Failure> {
        match self.get(index) {
            Term::Null => Ok(None),
            Term::Number(number) => Ok(Some(*number)),
            _ => Err(Failure::WrongType),
        }
    }

    /// A whole number; what stands after the point does not count.
    fn integer(&self, index: usize) -> Result<Option<i64>, Failure> {
        let number = self.number(index)?;
        number.map(|n| n.trunc().to_i64().ok_or(Failure::OutOfRange)).transpose()
    }

    /// A number of characters or places: negative counts as none.
    fn count(&self, index: usize, default: usize) -> Result<usize, Failure> {
        let count = self.integer(index)?;
        Ok(count.map_or(default, |count| usize::try_from(count).unwrap_or(0)))
    }

    /// The argument as text; null is empty.
    fn text(&self, index: usize) -> Cow<'c, str> {
        self.get(index).display(self.context.time_zone)
    }

    fn day(&self, index: usize) -> Result<Option<Date>, Failure> {
        match self.get(index) {
            term if term.is_empty() => Ok(None),
            term => {
                operator::day_of(term, self.context.time_zone).map(Some).ok_or(Failure::WrongType)
            }
        }
    }

    /// The items of a list argument; a single value is a list of one, null of none.
    fn items(&self, index: usize) -> Vec<&'c Term<'v>> {
        let mut items = Vec::new();
        if let Some(term) = self.terms.get(index) {
            flatten(term, &mut items);
        }
        items
    }

    /// The items of all arguments, lists laid out.
    fn all_items(&self) -> Vec<&'c Term<'v>> {
        let mut items = Vec::new();
        self.terms.iter().for_each(|term| flatten(term, &mut items));
        items
    }

    /// The numbers among all arguments, nulls left out.
    fn numbers(&self) -> Result<Vec<Decimal>, Failure> {
        numbers_of(&self.all_items())
    }
}

fn flatten<'c, 'v>(term: &'c Term<'v>, items: &mut Vec<&'c Term<'v>>) {
    match term {
        Term::List(list) => list.iter().for_each(|item| flatten(item, items)),
        Term::Null => {}
        other => items.push(other),
    }
}

fn numbers_of(items: &[&Term<'_>]) -> Result<Vec<Decimal>, Failure> {
    items
        .iter()
        .map(|item| match item {
            Term::Number(number) => Ok(*number),
            _ => Err(Failure::WrongType),
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
