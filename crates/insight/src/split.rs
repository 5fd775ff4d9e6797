//! Splitting a whole number into parts that add up to it again.
//!
//! Amounts are counted in their smallest unit (cents), so that nothing is ever "about
//! equal": rounding each part by itself would lose or invent a unit here and there.

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};
use rust_decimal::Decimal;

/// Why a total cannot be split as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// There are not as many weights, locks and caps as cells.
    #[error("weights, locks and caps are of different lengths")]
    Lengths,
    /// A weight, a cap or a margin is below zero.
    #[error("a weight, a cap or a margin is negative")]
    Negative,
    /// The locked cells hold more than the total.
    #[error("the locked cells exceed the total by {0}")]
    LockedTooMuch(i64),
    /// Locks and caps leave this much without a cell to take it.
    #[error("{0} is left over")]
    LeftOver(i64),
    /// The rows and the columns of a grid have different sums.
    #[error("the margins differ: {rows} and {columns}")]
    MarginsDiffer {
        /// Sum of the row totals.
        rows: i64,
        /// Sum of the column totals.
        columns: i64,
    },
    /// A number is beyond 64 bits.
    #[error("a number is out of range")]
    OutOfRange,
}

/// Splits a total by weights; the parts add up to it exactly.
///
/// Each part is its quota rounded down, and the units that are missing then go one each
/// to the largest fractions (ties: the larger weight, then the earlier cell). Weights that
/// are all zero split evenly. A `locked` cell keeps its value and the rest is split over
/// the others; a cell above its cap stays at the cap. `locked` and `caps` may be empty. A
/// negative total is split like its opposite, locks turn with it, caps bound the size.
///
/// # Errors
/// When the lists do not fit each other, a weight is negative, or locks and caps do not
/// leave room for the total.
pub fn split_exact(
    total: i64,
    weights: &[Decimal],
    locked: &[Option<i64>],
    caps: &[Option<i64>],
) -> Result<Vec<i64>, SplitError> {
    let fits = |list: &[Option<i64>]| list.is_empty() || list.len() == weights.len();
    if !fits(locked) || !fits(caps) {
        return Err(SplitError::Lengths);
    }
    if weights.iter().any(Decimal::is_sign_negative) || caps.iter().flatten().any(|c| *c < 0) {
        return Err(SplitError::Negative);
    }
    if total < 0 {
        let turned = turn(locked)?;
        let opposite = total.checked_neg().ok_or(SplitError::OutOfRange)?;
        let parts = split_exact(opposite, weights, &turned, caps)?;
        return Ok(parts.into_iter().map(|part| -part).collect());
    }
    let weights = whole_weights(weights);
    let lock_at = |index: usize| locked.get(index).copied().flatten();
    let cap_at = |index: usize| caps.get(index).copied().flatten();
    let mut parts: Vec<Option<i64>> = (0..weights.len()).map(lock_at).collect();
    loop {
        let rest = rest_of(total, &parts)?;
        let open: Vec<usize> = (0..parts.len()).filter(|i| parts[*i].is_none()).collect();
        if open.is_empty() {
            return if rest == 0 {
                Ok(parts.into_iter().flatten().collect())
            } else {
                Err(SplitError::LeftOver(rest))
            };
        }
        let open_weights: Vec<&BigInt> = open.iter().map(|index| &weights[*index]).collect();
        let shares = largest_remainder(rest, &open_weights)?;
        let mut capped = false;
        for (index, share) in open.iter().zip(&shares) {
            if let Some(cap) = cap_at(*index).filter(|cap| share > cap) {
                parts[*index] = Some(cap);
                capped = true;
            }
        }
        if !capped {
            for (index, share) in open.into_iter().zip(shares) {
                parts[index] = Some(share);
            }
        }
    }
}

/// Splits by rows and columns at once: both totals come out exactly, and each cell is less
/// than two units from `row × column ÷ total`.
///
/// # Errors
/// When the margins are negative or add up differently.
pub fn split_grid(rows: &[i64], columns: &[i64]) -> Result<Vec<Vec<i64>>, SplitError> {
    if rows.iter().chain(columns).any(|margin| *margin < 0) {
        return Err(SplitError::Negative);
    }
    let (total, across) = (sum(rows)?, sum(columns)?);
    if total != across {
        return Err(SplitError::MarginsDiffer { rows: total, columns: across });
    }
    if total == 0 {
        return Ok(vec![vec![0; columns.len()]; rows.len()]);
    }
    let mut grid = Vec::with_capacity(rows.len());
    let mut above = vec![0; columns.len()];
    let mut row_sum = 0;
    for row in rows {
        row_sum += row;
        let mut cells = Vec::with_capacity(columns.len());
        let (mut column_sum, mut left, mut left_above) = (0, 0, 0);
        for (column, above) in columns.iter().zip(&mut above) {
            column_sum += column;
            let corner = rounded_share(row_sum, column_sum, total)?;
            cells.push(corner - *above - left + left_above);
            (left, left_above) = (corner, std::mem::replace(above, corner));
        }
        grid.push(cells);
    }
    lift_negative_cells(&mut grid);
    Ok(grid)
}

/// Rounds each exact part down and gives the units that are missing from `total` to the
/// largest fractions. `parts` must add up to within their count of `total`.
pub(crate) fn round_to_sum(total: &BigInt, parts: &[num_rational::BigRational]) -> Vec<BigInt> {
    let mut rounded: Vec<BigInt> = parts.iter().map(|part| part.floor().to_integer()).collect();
    let missing = total - rounded.iter().sum::<BigInt>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let fraction = |index: &usize| &parts[*index] - parts[*index].floor();
    order.sort_by(|a, b| fraction(b).cmp(&fraction(a)).then(a.cmp(b)));
    let missing = missing.to_usize().unwrap_or_default();
    for index in order.into_iter().take(missing) {
        rounded[index] += 1;
    }
    rounded
}

fn turn(locked: &[Option<i64>]) -> Result<Vec<Option<i64>>, SplitError> {
    let opposite = |value: &Option<i64>| match value {
        Some(value) => value.checked_neg().map(Some).ok_or(SplitError::OutOfRange),
        None => Ok(None),
    };
    locked.iter().map(opposite).collect()
}

fn sum(values: &[i64]) -> Result<i64, SplitError> {
    values
        .iter()
        .try_fold(0_i64, |sum, value| sum.checked_add(*value))
        .ok_or(SplitError::OutOfRange)
}

fn rest_of(total: i64, parts: &[Option<i64>]) -> Result<i64, SplitError> {
    let held: Vec<i64> = parts.iter().flatten().copied().collect();
    let rest = total.checked_sub(sum(&held)?).ok_or(SplitError::OutOfRange)?;
    if rest < 0 { Err(SplitError::LockedTooMuch(-rest)) } else { Ok(rest) }
}

/// The weights as whole numbers in the same proportion.
fn whole_weights(weights: &[Decimal]) -> Vec<BigInt> {
    let places = weights.iter().map(Decimal::scale).max().unwrap_or(0);
    let whole = |weight: &Decimal| {
        BigInt::from(weight.mantissa()) * BigInt::from(10).pow(places - weight.scale())
    };
    weights.iter().map(whole).collect()
}

fn largest_remainder(total: i64, weights: &[&BigInt]) -> Result<Vec<i64>, SplitError> {
    let one = BigInt::from(1);
    let even = weights.iter().all(|weight| weight.is_zero());
    let weights: Vec<&BigInt> = if even { vec![&one; weights.len()] } else { weights.to_vec() };
    let whole: BigInt = weights.iter().copied().sum();
    let quota = |weight: &BigInt| BigInt::from(total) * weight;
    let mut parts = Vec::with_capacity(weights.len());
    for weight in &weights {
        parts.push((quota(weight) / &whole).to_i64().ok_or(SplitError::OutOfRange)?);
    }
    let missing = usize::try_from(total - sum(&parts)?).map_err(|_| SplitError::OutOfRange)?;
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let fraction = |index: usize| quota(weights[index]) % &whole;
    order.sort_by(|a, b| {
        fraction(*b).cmp(&fraction(*a)).then(weights[*b].cmp(weights[*a])).then(a.cmp(b))
    });
    for index in order.into_iter().take(missing) {
        parts[index] += 1;
    }
    Ok(parts)
}

/// `row × column ÷ total`, halves rounded up.
fn rounded_share(row: i64, column: i64, total: i64) -> Result<i64, SplitError> {
    let total = i128::from(total);
    let doubled = i128::from(row)
        .checked_mul(i128::from(column))
        .and_then(|product| product.checked_mul(2))
        .ok_or(SplitError::OutOfRange)?;
    i64::try_from((doubled + total).div_euclid(2 * total)).map_err(|_| SplitError::OutOfRange)
}

/// Lifts cells below zero by moving a unit around a rectangle, which keeps every sum.
fn lift_negative_cells(grid: &mut [Vec<i64>]) {
    let width = grid.first().map_or(0, Vec::len);
    for row in 0..grid.len() {
        for column in 0..width {
            while grid[row][column].is_negative() {
                let giving_column = (0..width).find(|other| grid[row][*other] > 0);
                let giving_row = (0..grid.len()).find(|other| grid[*other][column] > 0);
                let (Some(other_column), Some(other_row)) = (giving_column, giving_row) else {
                    return;
                };
                grid[row][column] += 1;
                grid[row][other_column] -= 1;
                grid[other_row][column] -= 1;
                grid[other_row][other_column] += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests;
