//! Numbers of example data that look random and are not: a pure function of a seed and a
//! key, so that one more record or field never shifts the others.

use rust_decimal::{Decimal, MathematicalOps};

/// Bits of a 64-bit number that a uniform number takes from its top.
const UNIFORM_BITS: u32 = 53;

/// A 64-bit number for a key such as `lead/0/source`.
pub fn hash(seed: u64, key: &str) -> u64 {
    split_mix(split_mix(seed) ^ fnv1a(key.as_bytes()))
}

/// A number from 0 up to, but not including, 1.
pub fn uniform(seed: u64, key: &str) -> Decimal {
    let unit = Decimal::from(1_u64 << UNIFORM_BITS);
    Decimal::from(hash(seed, key) >> (u64::BITS - UNIFORM_BITS)) / unit
}

/// The number below which a standard normal variable falls with a probability between 0
/// and 1; probabilities closer to them than a billionth count as a billionth away.
///
/// Acklam's rational approximation, right to nine digits.
pub fn normal_quantile(probability: Decimal) -> Decimal {
    let edge = Decimal::new(1, 9);
    let probability = probability.clamp(edge, Decimal::ONE - edge);
    let tail = Decimal::new(2_425, 5);
    if probability > Decimal::ONE - tail {
        return -normal_quantile(Decimal::ONE - probability);
    }
    if probability < tail {
        let q =
            (Decimal::NEGATIVE_ONE * Decimal::TWO * probability.ln()).sqrt().unwrap_or_default();
        return polynomial(TAIL_TOP, q) / (polynomial(TAIL_BOTTOM, q) * q + Decimal::ONE);
    }
    let q = probability - Decimal::new(5, 1);
    let r = q * q;
    polynomial(MIDDLE_TOP, r) * q / (polynomial(MIDDLE_BOTTOM, r) * r + Decimal::ONE)
}

/// The quantile of a log-normal variable with this median and standard deviation of the
/// logarithm, to 6 places.
pub fn lognormal_quantile(median: Decimal, deviation: Decimal, probability: Decimal) -> Decimal {
    (median * (deviation * normal_quantile(probability)).exp()).round_dp(6)
}

/// Coefficients of a polynomial, highest power first, as integers and their decimal places.
type Coefficients<'c> = (&'c [i64], u32);

const MIDDLE_TOP: Coefficients<'_> = (
    &[
        -396_968_302_866_538,
        2_209_460_984_245_205,
        -2_759_285_104_469_687,
        1_383_577_518_672_690,
        -306_647_980_661_472,
        25_066_282_774_592,
    ],
    13,
);
const MIDDLE_BOTTOM: Coefficients<'_> = (
    &[
        -544_760_987_982_241,
        1_615_858_368_580_409,
        -1_556_989_798_598_866,
        668_013_118_877_197,
        -132_806_815_528_857,
    ],
    13,
);
const TAIL_TOP: Coefficients<'_> = (
    &[
        -7_784_894_002_430,
        -322_396_458_041_137,
        -2_400_758_277_161_838,
        -2_549_732_539_343_734,
        4_374_664_141_464_968,
        2_938_163_982_698_783,
    ],
    15,
);
const TAIL_BOTTOM: Coefficients<'_> =
    (&[7_784_695_709_041, 322_467_129_070_040, 2_445_134_137_142_996, 3_754_408_661_907_416], 15);

fn polynomial((coefficients, places): Coefficients<'_>, x: Decimal) -> Decimal {
    coefficients
        .iter()
        .fold(Decimal::ZERO, |sum, coefficient| sum * x + Decimal::new(*coefficient, places))
}

fn split_mix(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_give_the_published_numbers() {
        assert_eq!(split_mix(0), 0xe220_a839_7b1d_cdaf);
        let cases = [
            ("lead/0/source", 0xb20c_2621_cfff_32cd, "0.695497878318"),
            ("lead/1/source", 0xf11a_909d_bb65_aa5c, "0.941811598309"),
            ("contract/3/delay/2", 0xde2d_bb97_d972_09c7, "0.867885326932"),
        ];
        for (key, bits, fraction) in cases {
            assert_eq!(hash(42, key), bits, "{key}");
            assert_eq!(uniform(42, key).round_dp(12).to_string(), fraction, "{key}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        let cases =
            [("0.5", "0"), ("0.975", "1.959964"), ("0.02", "-2.053749"), ("0.001", "-3.090232")];
        for (probability, expected) in cases {
            let found = normal_quantile(probability.parse().unwrap()).round_dp(6).normalize();
            assert_eq!(found.to_string(), expected, "{probability}");
        }
        let middle =
            lognormal_quantile(Decimal::from(80_000), Decimal::new(4, 1), Decimal::new(5, 1));
        assert_eq!(middle, Decimal::from(80_000));
    }
}
