//! Plan or execution: why a result differs from its plan, factor by factor.
//!
//! A chain of totals, such as leads → opportunities → proposals → wins → revenue, is a
//! product by construction: `R = L · O/L · P/O · W/P · R/W`. Its change is explained in two
//! legs: from the plan to the baseline (what the evidence promised; the plan assumed
//! otherwise) and from the baseline to what happened (execution).

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{shapley, split};

/// Longest chain of totals.
pub const MAX_FACTORS: usize = 8;

/// Decimal places of a factor's value; enough for a rate to survive being multiplied.
const VALUE_PLACES: u32 = 12;

/// Why a gap cannot be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttributionError {
    /// The chains are of different lengths, empty, or longer than [`MAX_FACTORS`].
    #[error("the chains are of different or wrong lengths")]
    Lengths,
    /// A total follows from nothing: the one before it is zero, and it is not. Index of
    /// the total.
    #[error("total {0} stands on a total of zero")]
    FromNothing(usize),
    /// An amount is beyond what a decimal holds.
    #[error("an amount is out of range")]
    OutOfRange,
}

/// Why a result differs from its plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// One for each total of the chain, in order.
    pub factors: Vec<FactorEffect>,
    /// Actual minus plan.
    pub gap: Decimal,
    /// Baseline minus plan: the sum of the assumption effects. None without a baseline.
    pub assumption: Option<Decimal>,
    /// Actual minus baseline: the sum of the execution effects. None without a baseline.
    pub execution: Option<Decimal>,
}

/// One factor: its three values and what its changes did to the result.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorEffect {
    /// The factor as planned; none when it is zero divided by zero.
    pub plan: Option<Decimal>,
    /// The factor by the evidence.
    pub baseline: Option<Decimal>,
    /// The factor as it came.
    pub actual: Option<Decimal>,
    /// Effect from plan to actual in one leg, rounded to cents.
    pub direct: Decimal,
    /// Effect from plan to baseline, rounded to cents.
    pub assumption: Option<Decimal>,
    /// Effect from baseline to actual, rounded to cents.
    pub execution: Option<Decimal>,
    /// What the factor did altogether: both legs, or the direct effect without a baseline.
    pub total: Decimal,
}

/// Explains the gap between two chains of totals, by way of a baseline where there is one.
///
/// Each list of effects adds up to its gap to the cent.
///
/// # Errors
/// When a chain cannot be read as a product.
pub fn attribution(
    plan: &[Decimal],
    baseline: Option<&[Decimal]>,
    actual: &[Decimal],
) -> Result<Attribution, AttributionError> {
    let direct = leg(plan, actual)?;
    let assumption = baseline.map(|baseline| leg(plan, baseline)).transpose()?;
    let execution = baseline.map(|baseline| leg(baseline, actual)).transpose()?;
    let values = |chain: &[Decimal]| factors(chain).map(|values| decimals(&values));
    let (plan_values, actual_values) = (values(plan)?, values(actual)?);
    let baseline_values = baseline.map(values).transpose()?;
    let factor = |index: usize| {
        let at = |leg: &Option<Vec<Decimal>>| leg.as_ref().map(|effects| effects[index]);
        let (assumption, execution) = (at(&assumption), at(&execution));
        FactorEffect {
            plan: plan_values[index],
            baseline: baseline_values.as_ref().and_then(|values| values[index]),
            actual: actual_values[index],
            direct: direct[index],
            assumption,
            execution,
            total: match (assumption, execution) {
                (Some(assumption), Some(execution)) => assumption + execution,
                _ => direct[index],
            },
        }
    };
    let sum = |effects: &Vec<Decimal>| effects.iter().sum::<Decimal>();
    Ok(Attribution {
        factors: (0..plan.len()).map(factor).collect(),
        gap: sum(&direct),
        assumption: assumption.as_ref().map(sum),
        execution: execution.as_ref().map(sum),
    })
}

/// The effects of each factor between two chains, rounded to cents that add up.
fn leg(from: &[Decimal], to: &[Decimal]) -> Result<Vec<Decimal>, AttributionError> {
    if from.len() != to.len() || from.is_empty() || from.len() > MAX_FACTORS {
        return Err(AttributionError::Lengths);
    }
    let (from_values, to_values) = agree(&factors(from)?, &factors(to)?);
    let hundred = BigRational::from_integer(BigInt::from(100));
    let cents: Vec<BigRational> = shapley::effects(&from_values, &to_values)
        .into_iter()
        .map(|effect| effect * &hundred)
        .collect();
    let change = cents.iter().sum::<BigRational>().round().to_integer();
    let rounded = split::round_to_sum(&change, &cents);
    let decimal = |cents: &BigInt| {
        let cents = cents.to_i128().ok_or(AttributionError::OutOfRange)?;
        Decimal::try_from_i128_with_scale(cents, 2).map_err(|_| AttributionError::OutOfRange)
    };
    rounded.iter().map(decimal).collect()
}

/// The chain as factors: the first total, then each divided by the one before. `None`
/// where that is zero by zero.
fn factors(chain: &[Decimal]) -> Result<Vec<Option<BigRational>>, AttributionError> {
    let totals: Vec<BigRational> = chain.iter().map(rational).collect();
    let mut before = BigRational::one();
    let mut factors = Vec::with_capacity(totals.len());
    for (index, total) in totals.into_iter().enumerate() {
        factors.push(match (before.is_zero(), total.is_zero()) {
            (true, false) => return Err(AttributionError::FromNothing(index)),
            (true, true) => None,
            (false, _) => Some(&total / &before),
        });
        before = total;
    }
    Ok(factors)
}

/// Gives a factor that is not defined on one side the value of the other, so that it has
/// no effect and the cause sits in the factor that fell to zero.
fn agree(
    from: &[Option<BigRational>],
    to: &[Option<BigRational>],
) -> (Vec<BigRational>, Vec<BigRational>) {
    let either = |one: &Option<BigRational>, other: &Option<BigRational>| {
        one.clone().or_else(|| other.clone()).unwrap_or_else(BigRational::zero)
    };
    let pairs = from.iter().zip(to);
    pairs.map(|(from, to)| (either(from, to), either(to, from))).unzip()
}

fn rational(number: &Decimal) -> BigRational {
    let places = BigInt::from(10).pow(number.scale());
    BigRational::new(BigInt::from(number.mantissa()), places)
}

fn decimals(values: &[Option<BigRational>]) -> Vec<Option<Decimal>> {
    let scale = BigInt::from(10).pow(VALUE_PLACES);
    let decimal = |value: &BigRational| {
        let scaled = (value * &scale).round().to_integer().to_i128()?;
        let number = Decimal::try_from_i128_with_scale(scaled, VALUE_PLACES).ok()?;
        Some(rounded_value(number))
    };
    values.iter().map(|value| value.as_ref().and_then(decimal)).collect()
}

fn rounded_value(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(8, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests;
