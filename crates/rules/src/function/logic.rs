//! Choices and conditions. All of them are lazy.

use super::{Branches, Function, MANY, lazy};
use crate::{
    failure::Failure,
    operator::is_equal,
    term::{Outcome, Term},
};

pub(super) const FUNCTIONS: &[Function] = &[
    lazy("IF", "IF(condition, then[, else])", (2, 3), if_else),
    lazy("IFS", "IFS(condition, value, …)", (2, MANY), ifs),
    lazy("SWITCH", "SWITCH(value, case, result, …[, default])", (3, MANY), switch),
    lazy("IFERROR", "IFERROR(value, instead)", (2, 2), if_error),
    lazy("COALESCE", "COALESCE(value, …)", (1, MANY), |branches| branches.first_present()),
    lazy("AND", "AND(condition, …)", (1, MANY), |branches| branches.all()),
    lazy("OR", "OR(condition, …)", (1, MANY), |branches| branches.any()),
    lazy("XOR", "XOR(condition, …)", (1, MANY), xor),
    lazy("NOT", "NOT(condition)", (1, 1), |branches| Ok((!branches.take(0)?.truth()?).into())),
    lazy("TRUE", "TRUE()", (0, 0), |_| Ok(Term::Bool(true))),
    lazy("FALSE", "FALSE()", (0, 0), |_| Ok(Term::Bool(false))),
    lazy("ISEMPTY", "ISEMPTY(value)", (1, 1), |branches| Ok(branches.take(0)?.is_empty().into())),
];

fn if_else<'v>(branches: &dyn Branches<'v>) -> Outcome<'v> {
    let holds = branches.take(0)?.truth()?;
    branches.take(if holds { 1 } else { 2 })
}

fn ifs<'v>(branches: &dyn Branches<'v>) -> Outcome<'v> {
    for index in (0..branches.count()).step_by(2) {
        if branches.take(index)?.truth()? {
            return branches.take(index + 1);
        }
    }
    Ok(Term::Null)
}

fn switch<'v>(branches: &dyn Branches<'v>) -> Outcome<'v> {
    let value = branches.take(0)?;
    let cases = (branches.count() - 1) / 2;
    for case in 0..cases {
        if is_equal(&value, &branches.take(1 + 2 * case)?, branches.time_zone()) {
            return branches.take(2 + 2 * case);
        }
    }
    branches.take(1 + 2 * cases)
}

/// Running too long is not forgiven: what follows would run on.
fn if_error<'v>(branches: &dyn Branches<'v>) -> Outcome<'v> {
    match branches.take(0) {
        Err(Failure::TooLongRunning) => Err(Failure::TooLongRunning),
        Err(_) => branches.take(1),
        value => value,
    }
}

fn xor<'v>(branches: &dyn Branches<'v>) -> Outcome<'v> {
    let mut odd = false;
    for index in 0..branches.count() {
        odd ^= branches.take(index)?.truth()?;
    }
    Ok(odd.into())
}
