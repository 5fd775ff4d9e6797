//! Numbers out of many: columns of subforms, lists, or several arguments.
//!
//! Nulls are left out; a value of another type is an error, never silently skipped.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::cmp::Ordering;

use super::{Arguments, Function, MANY, criteria::Criteria, eager};
use crate::{
    failure::Failure,
    operator::compare,
    term::{Outcome, Term},
};

pub(super) const FUNCTIONS: &[Function] = &[
    eager("SUM", "SUM(number or list, …)", (1, MANY), |args| {
        sum(&args.numbers()?).map(Term::Number)
    }),
    eager("AVERAGE", "AVERAGE(number or list, …)", (1, MANY), average),
    eager("COUNT", "COUNT(value or list, …)", (1, MANY), count),
    eager("COUNTIF", "COUNTIF(list, criteria)", (2, 2), count_if),
    eager("SUMIF", "SUMIF(list, criteria[, numbers])", (2, 3), sum_if),
    eager("SUMPRODUCT", "SUMPRODUCT(numbers, numbers, …)", (1, MANY), sum_product),
    eager("PRODUCT", "PRODUCT(number or list, …)", (1, MANY), product),
    eager("MAX", "MAX(value or list, …)", (1, MANY), |args| extreme(args, Ordering::Greater)),
    eager("MIN", "MIN(value or list, …)", (1, MANY), |args| extreme(args, Ordering::Less)),
    eager("LARGE", "LARGE(numbers, position)", (2, 2), |args| ranked(args, true)),
    eager("SMALL", "SMALL(numbers, position)", (2, 2), |args| ranked(args, false)),
];

fn sum(numbers: &[Decimal]) -> Result<Decimal, Failure> {
    numbers.iter().try_fold(Decimal::ZERO, |total, number| {
        total.checked_add(*number).ok_or(Failure::OutOfRange)
    })
}

fn average<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let numbers = args.numbers()?;
    if numbers.is_empty() {
        return Ok(Term::Null);
    }
    let average = sum(&numbers)?.checked_div(Decimal::from(numbers.len()));
    average.map(Term::Number).ok_or(Failure::OutOfRange)
}

/// Counts what is not empty; the rows of a subform count one each.
fn count<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let size = |item: &&Term<'v>| match item {
        Term::Rows(rows) => rows.len(),
        item => usize::from(!item.is_empty()),
    };
    Ok(Decimal::from(args.all_items().iter().map(size).sum::<usize>()).into())
}

/// The items of an argument with their places kept: nulls stay.
fn places<'c, 'v>(args: &Arguments<'c, 'v>, index: usize) -> &'c [Term<'v>] {
    match args.get(index) {
        Term::List(items) => items,
        Term::Null => &[],
        single => std::slice::from_ref(single),
    }
}

fn count_if<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let criteria = Criteria::read(args.get(1))?;
    let zone = args.context.time_zone;
    let count = places(&args, 0).iter().filter(|item| criteria.holds(item, zone)).count();
    Ok(Decimal::from(count).into())
}

fn sum_if<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let criteria = Criteria::read(args.get(1))?;
    let numbers = places(&args, if args.terms.len() > 2 { 2 } else { 0 });
    let mut total = Decimal::ZERO;
    for (item, number) in places(&args, 0).iter().zip(numbers) {
        if criteria.holds(item, args.context.time_zone) {
            let number = number_or(number, Decimal::ZERO)?;
            total = total.checked_add(number).ok_or(Failure::OutOfRange)?;
        }
    }
    Ok(total.into())
}

fn number_or(term: &Term<'_>, empty: Decimal) -> Result<Decimal, Failure> {
    match term {
        Term::Number(number) => Ok(*number),
        Term::Null => Ok(empty),
        _ => Err(Failure::WrongType),
    }
}

/// Multiplies the lists place by place and adds up; a place with a null counts nothing.
fn sum_product<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let lists: Vec<_> = (0..args.terms.len()).map(|index| places(&args, index)).collect();
    let length = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    let mut total = Decimal::ZERO;
    for place in 0..length {
        let mut factors = Decimal::ONE;
        for term in lists.iter().filter_map(|list| list.get(place)) {
            let factor = number_or(term, Decimal::ZERO)?;
            factors = factors.checked_mul(factor).ok_or(Failure::OutOfRange)?;
        }
        total = total.checked_add(factors).ok_or(Failure::OutOfRange)?;
    }
    Ok(total.into())
}

fn product<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let numbers = args.numbers()?;
    if numbers.is_empty() {
        return Ok(Term::Null);
    }
    let product =
        numbers.into_iter().try_fold(Decimal::ONE, |total, number| total.checked_mul(number));
    product.map(Term::Number).ok_or(Failure::OutOfRange)
}

/// The item that stands on one side of all others: numbers, days or moments.
fn extreme<'v>(args: Arguments<'_, 'v>, side: Ordering) -> Outcome<'v> {
    let mut found: Option<&Term<'v>> = None;
    for item in args.all_items() {
        if !matches!(item, Term::Number(_) | Term::Date(_) | Term::Instant(_)) {
            return Err(Failure::WrongType);
        }
        let order = match found {
            None => side,
            Some(best) => compare(item, best, args.context.time_zone).ok_or(Failure::WrongType)?,
        };
        if order == side {
            found = Some(item);
        }
    }
    Ok(found.cloned().unwrap_or(Term::Null))
}

/// The number at a position, from 1, of the numbers in order; null beyond the last.
fn ranked<'v>(args: Arguments<'_, 'v>, descending: bool) -> Outcome<'v> {
    let Some(position) = args.number(1)? else {
        return Ok(Term::Null);
    };
    let mut numbers = super::numbers_of(&args.items(0))?;
    numbers.sort_unstable();
    if descending {
        numbers.reverse();
    }
    let index = position.trunc().to_usize().and_then(|position| position.checked_sub(1));
    let found = index.and_then(|index| numbers.get(index));
    Ok(found.map_or(Term::Null, |number| Term::Number(*number)))
}
