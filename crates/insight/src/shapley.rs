//! Which factor moved a product, exactly.
//!
//! The effect of a factor is the average, over every order in which the factors could
//! have changed, of what its change did. Unlike changing one after the other, the result
//! does not depend on an order, and the effects add up to the change without a residual.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// The effect of each factor on the change of the product from `from` to `to`, in order.
///
/// With the values of the other factors as `f + t·z`, the product of these binomials has
/// as its k-th coefficient the sum over all ways in which k of them have changed; each way
/// comes before the factor in `k! (n−1−k)!` of the `n!` orders.
pub fn effects(from: &[BigRational], to: &[BigRational]) -> Vec<BigRational> {
    let count = from.len().min(to.len());
    let shares = order_shares(count);
    (0..count)
        .map(|factor| {
            let others = (0..count).filter(|other| *other != factor);
            let ways = others.fold(vec![BigRational::one()], |ways, other| {
                times_binomial(&ways, &from[other], &to[other])
            });
            let average: BigRational =
                ways.iter().zip(&shares).map(|(way, share)| way * share).sum();
            (&to[factor] - &from[factor]) * average
        })
        .collect()
}

/// For each k the share of orders in which just a given k factors come before another.
fn order_shares(count: usize) -> Vec<BigRational> {
    let factorials: Vec<BigInt> = (0..=count)
        .scan(BigInt::one(), |product, number| {
            if number > 0 {
                *product *= number;
            }
            Some(product.clone())
        })
        .collect();
    (0..count)
        .map(|k| {
            let orders = &factorials[k] * &factorials[count - 1 - k];
            BigRational::new(orders, factorials[count].clone())
        })
        .collect()
}

/// A polynomial times `constant + linear·z`.
fn times_binomial(
    polynomial: &[BigRational],
    constant: &BigRational,
    linear: &BigRational,
) -> Vec<BigRational> {
    let mut product = vec![BigRational::zero(); polynomial.len() + 1];
    for (power, coefficient) in polynomial.iter().enumerate() {
        product[power] += coefficient * constant;
        product[power + 1] += coefficient * linear;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(numerator: i64, denominator: i64) -> BigRational {
        BigRational::new(numerator.into(), denominator.into())
    }

    #[test]
    fn five_factors_to_the_fraction() {
        let plan = [ratio(1200, 1), ratio(1, 4), ratio(3, 5), ratio(3, 10), ratio(90_000, 1)];
        let actual =
            [ratio(1150, 1), ratio(22, 100), ratio(161, 253), ratio(46, 161), ratio(86_500, 1)];
        let expected = [
            ratio(-57_822_097, 308),
            ratio(-173_429_877, 308),
            ratio(20_019_122, 77),
            ratio(-860_781, 4),
            ratio(-699_901, 4),
        ];
        let found = effects(&plan, &actual);
        assert_eq!(found, expected);
        assert_eq!(found.iter().sum::<BigRational>(), ratio(-881_000, 1));
    }

    #[test]
    fn no_factor_and_one_factor() {
        assert_eq!(effects(&[], &[]), []);
        assert_eq!(effects(&[ratio(2, 1)], &[ratio(5, 1)]), [ratio(3, 1)]);
    }

    fn factors() -> impl Strategy<Value = Vec<(BigRational, BigRational)>> {
        let one = (-50_i64..50, 1_i64..9).prop_map(|(n, d)| ratio(n, d));
        let two = (-50_i64..50, 1_i64..9).prop_map(|(n, d)| ratio(n, d));
        prop::collection::vec((one, two), 1..=8)
    }

    proptest! {
        #[test]
        fn effects_add_up_to_the_change(factors in factors()) {
            let (from, to): (Vec<_>, Vec<_>) = factors.into_iter().unzip();
            let change = to.iter().product::<BigRational>() - from.iter().product::<BigRational>();
            prop_assert_eq!(effects(&from, &to).iter().sum::<BigRational>(), change);
        }

        #[test]
        fn there_and_back_cancel_out(factors in factors()) {
            let (from, to): (Vec<_>, Vec<_>) = factors.into_iter().unzip();
            let back: Vec<_> = effects(&to, &from).into_iter().map(|effect| -effect).collect();
            prop_assert_eq!(effects(&from, &to), back);
        }
    }
}
