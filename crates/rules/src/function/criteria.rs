//! Criteria of `COUNTIF` and `SUMIF`: a value, or a text such as `">2"` or `"!=won"`.

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::{
    failure::Failure,
    operator::Operator,
    term::{Outcome, Term},
};

/// What an item is compared with, and how.
pub(super) struct Criteria<'v> {
    operator: Operator,
    value: Term<'v>,
}

/// Longer signs before those that they begin with.
const SIGNS: [(&str, Operator); 8] = [
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("!=", Operator::NotEqual),
    ("<>", Operator::NotEqual),
    ("==", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

impl<'v> Criteria<'v> {
    pub(super) fn read(term: &Term<'v>) -> Result<Self, Failure> {
        let Term::Text(text) = term else {
            return Ok(Self { operator: Operator::Equal, value: term.clone() });
        };
        let found =
            SIGNS.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        let Some((operator, rest)) = found else {
            return Ok(Self { operator: Operator::Equal, value: term.clone() });
        };
        let rest = rest.trim();
        let value = match rest.parse::<Decimal>() {
            Ok(number) => Term::Number(number),
            Err(_) => Term::text(rest.to_owned())?,
        };
        Ok(Self { operator, value })
    }

    /// Whether an item meets the criteria. An item of another type does not, but differs.
    pub(super) fn holds(&self, item: &Term<'v>, zone: &TimeZone) -> bool {
        let outcome: Outcome<'_> = self.operator.apply(item, &self.value, zone);
        matches!(outcome, Ok(Term::Bool(true)))
    }
}
