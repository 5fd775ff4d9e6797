//! Amounts in capital Chinese numerals, as on cheques and contracts.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use crate::failure::Failure;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const YI: u64 = 100_000_000;
const WAN: u64 = 10_000;
/// Below this amount the words are in use.
const LIMIT_YUAN: u64 = YI * YI;

/// An amount in words, rounded to 分: 壹仟陆佰捌拾元叁角贰分. An amount that ends on 元 or 角
/// is closed with 整.
pub(super) fn in_words(amount: Decimal) -> Result<String, Failure> {
    let rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let fen = rounded.abs().checked_mul(Decimal::ONE_HUNDRED).and_then(|fen| fen.to_u64());
    let fen = fen.ok_or(Failure::OutOfRange)?;
    let (yuan, jiao, fen) = (fen / 100, fen / 10 % 10, fen % 10);
    if yuan >= LIMIT_YUAN {
        return Err(Failure::OutOfRange);
    }
    let mut words = String::new();
    if rounded.is_sign_negative() && !rounded.is_zero() {
        words.push('负');
    }
    if yuan > 0 {
        write_number(yuan, &mut words);
        words.push('元');
    } else if jiao == 0 && fen == 0 {
        words.push_str("零元");
    }
    if jiao > 0 {
        words.push(digit(jiao));
        words.push('角');
    } else if yuan > 0 && fen > 0 {
        words.push('零');
    }
    if fen > 0 {
        words.push(digit(fen));
        words.push('分');
    } else {
        words.push('整');
    }
    Ok(words)
}

fn digit(value: u64) -> char {
    usize::try_from(value).ok().and_then(|value| DIGITS.get(value)).copied().unwrap_or('零')
}

/// A whole number above zero: the part above 亿, the part above 万, and four digits; a
/// part that does not fill its places is led by 零.
fn write_number(number: u64, words: &mut String) {
    for (unit, name) in [(YI, '亿'), (WAN, '万')] {
        if number >= unit {
            let (above, below) = (number / unit, number % unit);
            write_number(above, words);
            words.push(name);
            if below > 0 {
                if below < unit / 10 {
                    words.push('零');
                }
                write_number(below, words);
            }
            return;
        }
    }
    write_four_digits(number, words);
}

fn write_four_digits(number: u64, words: &mut String) {
    let mut begun = false;
    let mut gap = false;
    for (unit, name) in [(1000, Some('仟')), (100, Some('佰')), (10, Some('拾')), (1, None)] {
        let value = number / unit % 10;
        if value == 0 {
            gap = begun;
            continue;
        }
        if gap {
            words.push('零');
        }
        words.push(digit(value));
        words.extend(name);
        (begun, gap) = (true, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_on_a_cheque() {
        let cases = [
            ("0", "零元整"),
            ("0.004", "零元整"),
            ("-0.001", "零元整"),
            ("0.05", "伍分"),
            ("0.5", "伍角整"),
            ("0.55", "伍角伍分"),
            ("1", "壹元整"),
            ("1.05", "壹元零伍分"),
            ("1.005", "壹元零壹分"),
            ("10", "壹拾元整"),
            ("15.50", "壹拾伍元伍角整"),
            ("100", "壹佰元整"),
            ("101", "壹佰零壹元整"),
            ("110", "壹佰壹拾元整"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("1001", "壹仟零壹元整"),
            ("1010", "壹仟零壹拾元整"),
            ("1409.50", "壹仟肆佰零玖元伍角整"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("10000", "壹万元整"),
            ("10001", "壹万零壹元整"),
            ("10010", "壹万零壹拾元整"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("100500", "壹拾万零伍佰元整"),
            ("107000.53", "壹拾万柒仟元伍角叁分"),
            ("386000", "叁拾捌万陆仟元整"),
            ("10000000", "壹仟万元整"),
            ("100000000", "壹亿元整"),
            ("100000001", "壹亿零壹元整"),
            ("100010000", "壹亿零壹万元整"),
            ("120000000", "壹亿贰仟万元整"),
            ("1000000000000", "壹万亿元整"),
            ("1000100000000", "壹万零壹亿元整"),
            (
                "9999999999999999.99",
                "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
            ),
            ("-1234.5", "负壹仟贰佰叁拾肆元伍角整"),
        ];
        for (amount, words) in cases {
            assert_eq!(in_words(amount.parse().unwrap()).unwrap(), words, "{amount}");
        }
        assert_eq!(in_words(Decimal::MAX), Err(Failure::OutOfRange));
        assert_eq!(in_words("10000000000000000".parse().unwrap()), Err(Failure::OutOfRange));
    }
}
