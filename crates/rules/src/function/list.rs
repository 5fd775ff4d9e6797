//! Lists: columns of subforms and fields with several values.

use super::{Arguments, Function, MANY, eager};
use crate::{
    failure::Failure,
    operator::is_equal,
    term::{Outcome, Term},
};

/// Most different items that are told apart: each is compared with every other.
const MAX_DISTINCT_ITEMS: usize = 5000;

pub(super) const FUNCTIONS: &[Function] = &[
    eager("UNION", "UNION(list, …)", (1, MANY), distinct),
    eager("DISTINCT", "DISTINCT(list)", (1, 1), distinct),
    eager("INDEX", "INDEX(list, position)", (2, 2), index),
];

/// The items of all lists, each once, in the order in which they first stand.
fn distinct<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let items = args.all_items();
    if items.len() > MAX_DISTINCT_ITEMS {
        return Err(Failure::TooLongRunning);
    }
    let mut kept: Vec<Term<'v>> = Vec::new();
    for item in items {
        if !kept.iter().any(|known| is_equal(known, item, args.context.time_zone)) {
            kept.push(item.clone());
        }
    }
    Ok(Term::List(kept))
}

/// The item at a position, from 1; from the end when negative.
fn index<'v>(args: Arguments<'_, 'v>) -> Outcome<'v> {
    let Some(position) = args.integer(1)? else {
        return Ok(Term::Null);
    };
    let Term::List(items) = args.get(0) else {
        return if args.get(0).is_empty() { Ok(Term::Null) } else { Err(Failure::WrongType) };
    };
    let from_start = if position < 0 {
        i64::try_from(items.len()).unwrap_or(i64::MAX).saturating_add(position)
    } else {
        position - 1
    };
    let found = usize::try_from(from_start).ok().and_then(|index| items.get(index));
    Ok(found.cloned().unwrap_or(Term::Null))
}
