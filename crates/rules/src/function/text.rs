//! Texts. Positions count characters from 1. Other types are taken as they are shown.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Arguments, Function, MANY, eager, format, number, renminbi};
use crate::{
    failure::Failure,
    operator::is_equal,
    term::{MAX_TEXT_BYTES, Outcome, Term},
};

/// Most parts into which a text is split.
const MAX_PARTS: usize = 10_000;

pub(super) const FUNCTIONS: &[Function] = &[
    eager("CONCATENATE", "CONCATENATE(text, …)", (1, MANY), |args| {
        Term::text((0..args.terms.len()).map(|index| args.text(index)).collect())
    }),
    eager("LEFT", "LEFT(text[, count])", (1, 2), |args| {
        let count = args.count(1, 1)?;
        Term::text(args.text(0).chars().take(count).collect())
    }),
    eager("RIGHT", "RIGHT(text[, count])", (1, 2), |args| {
        let (text, count) = (args.text(0), args.count(1, 1)?);
        let skipped = text.chars().count().saturating_sub(count);
        Term::text(text.chars().skip(skipped).collect())
    }),
    eager("MID", "MID(text, start, count)", (3, 3), |args| {
        let (start, count) = (args.count(1, 1)?.saturating_sub(1), args.count(2, 0)?);
        Term::text(args.text(0).chars().skip(start).take(count).collect())
    }),
    eager(
        "LEN",
        "LEN(text)",
        (1, 1),
        |args| Ok(Decimal::from(args.text(0).chars().count()).into()),
    ),
    eager("LOWER", "LOWER(text)", (1, 1), |args| Term::text(args.text(0).to_lowercase())),
    eager("UPPER", "UPPER(text)", (1, 1), |args| Term::text(args.text(0).to_uppercase())),
    eager("TRIM", "TRIM(text)", (1, 1), |args| Term::text(args.text(0).trim().to_owned())),
    eager("REPT", "REPT(text, count)", (2, 2), repeat),
    eager("REPLACE", "REPLACE(text, start, count, new)", (4, 4), replace),
    eager("SUBSTITUTE", "SUBSTITUTE(text, old, new)", (3, 3), substitute),
    eager("SEARCH", "SEARCH(part, text[, from])", (2, 3), search),
    eager("CONTAINS", "CONTAINS(text or list, part)", (2, 2), contains),
    eager("EXACT", "EXACT(text, text)", (2, 2), |args| Ok((args.text(0) == args.text(1)).into())),
    eager("SPLIT", "SPLIT(text, separator)", (2, 2), split),
    eager("JOIN", "JOIN(list[, separator])", (1, 2), join),
    eager("CHAR", "CHAR(code)", (1, 1), character),
    eager("TEXT", "TEXT(value[, format])", (1, 2), |args| {
        format::apply(args.get(0), &args.text(1), args.context.time_zone)
    }),
    eager("VALUE", "VALUE(text)", (1, 1), value),
    eager("FIXED", "FIXED(number[, places])", (1, 2), fixed),
    eager("RMBCAP", "RMBCAP(number)", (1, 1), |args| {
        args.number(0)?.map_or(Ok(Term::Null), |amount| Term::text(renminbi::in_words(amount)?))
    }),
];

fn repeat<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let (text, count) = (args.text(0), args.count(1, 0)?);
    if text.len().saturating_mul(count) > MAX_TEXT_BYTES {
        return Err(Failure::OutOfRange);
    }
    Term::text(text.repeat(count))
}

fn replace<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let text = args.text(0);
    let (start, count) = (args.count(1, 1)?.saturating_sub(1), args.count(2, 0)?);
    let mut changed: String = text.chars().take(start).collect();
    changed.push_str(&args.text(3));
    changed.extend(text.chars().skip(start.saturating_add(count)));
    Term::text(changed)
}

fn substitute<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let (text, old, new) = (args.text(0), args.text(1), args.text(2));
    if old.is_empty() {
        return Term::text(text.into_owned());
    }
    let growth = text.matches(old.as_ref()).count().saturating_mul(new.len());
    if text.len().saturating_add(growth) > 2 * MAX_TEXT_BYTES {
        return Err(Failure::OutOfRange);
    }
    Term::text(text.replace(old.as_ref(), &new))
}

/// The position at which a part first stands, 0 when it does not.
fn search<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let (part, text) = (args.text(0), args.text(1));
    let skipped = args.count(2, 1)?.saturating_sub(1);
    let Some((from, _)) = text.char_indices().nth(skipped) else {
        return Ok(0.into());
    };
    let rest = text.get(from..).unwrap_or_default();
    let position = rest
        .find(part.as_ref())
        .and_then(|found| rest.get(..found))
        .map_or(0, |before| before.chars().count() + skipped + 1);
    Ok(Decimal::from(position).into())
}

/// Whether a list has an item, or a text a part.
fn contains<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let zone = args.context.time_zone;
    match args.get(0) {
        Term::Null => Ok(false.into()),
        Term::List(items) => Ok(items.iter().any(|item| is_equal(item, args.get(1), zone)).into()),
        Term::Text(text) => Ok(text.contains(args.text(1).as_ref()).into()),
        _ => Err(Failure::WrongType),
    }
}

fn split<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let (text, separator) = (args.text(0), args.text(1));
    if text.is_empty() {
        return Ok(Term::List(Vec::new()));
    }
    if separator.is_empty() {
        return Ok(Term::List(vec![Term::text(text.into_owned())?]));
    }
    let parts = text.split(separator.as_ref()).map(|part| Term::text(part.to_owned()));
    let parts = parts.take(MAX_PARTS + 1).collect::<Result<Vec<_>, _>>()?;
    if parts.len() > MAX_PARTS { Err(Failure::OutOfRange) } else { Ok(Term::List(parts)) }
}

fn join<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let zone = args.context.time_zone;
    let separator = if args.terms.len() > 1 { args.text(1) } else { ", ".into() };
    let mut joined = String::new();
    for item in args.items(0).into_iter().filter(|item| !item.is_empty()) {
        if !joined.is_empty() {
            joined.push_str(&separator);
        }
        joined.push_str(&item.display(zone));
        if joined.len() > MAX_TEXT_BYTES {
            return Err(Failure::OutOfRange);
        }
    }
    Term::text(joined)
}

fn character<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let Some(code) = args.integer(0)? else {
        return Ok(Term::Null);
    };
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    Term::text(character.ok_or(Failure::OutOfRange)?.to_string())
}

/// Reads a number from a text; spaces and commas between digits do not matter.
fn value<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let text: String = args.text(0).chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if text.is_empty() {
        return Ok(Term::Null);
    }
    let (digits, unit) = match text.strip_suffix('%') {
        Some(digits) => (digits, Decimal::ONE_HUNDRED),
        None => (text.as_str(), Decimal::ONE),
    };
    let number: Decimal = digits.parse().map_err(|_| Failure::WrongType)?;
    Ok((number / unit).into())
}

fn fixed<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let Some(amount) = args.number(0)? else {
        return Ok(Term::Null);
    };
    let places = args.integer(1)?.unwrap_or(2);
    let rounded = number::round_to(amount, places, RoundingStrategy::MidpointAwayFromZero)?;
    let shown = usize::try_from(places).unwrap_or(0);
    Term::text(format!("{rounded:.shown$}"))
}
