//! Whatever is typed as an expression, nothing panics and no limit is passed.

use proptest::prelude::*;

use crate::{
    Expression,
    function::{self, tests::outcome},
    term::MAX_TEXT_BYTES,
};

/// Expressions that are well formed, with names and functions that exist.
fn expressions() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "amount",
        "name",
        "due",
        "at",
        "tags",
        "won",
        "lines",
        "lines.quantity",
        "lines.kind",
        "account.region",
        "missing",
        "数量",
        "()",
        "true",
        "0",
        "-1",
        "2.5",
        "1000000",
        "79228162514264337593543950335",
        "\"\"",
        "\"2026-01-31\"",
        "\"云\"",
        "[1, (), \"a\"]",
    ]);
    let functions: Vec<_> = function::functions().map(|entry| entry.name).collect();
    let operators = vec![
        "+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "in",
    ];
    names.prop_map(str::to_owned).prop_recursive(5, 40, 4, move |inner| {
        let call =
            (prop::sample::select(functions.clone()), prop::collection::vec(inner.clone(), 0..5));
        let binary = (inner.clone(), prop::sample::select(operators.clone()), inner.clone());
        prop_oneof![
            call.prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            binary.prop_map(|(left, sign, right)| format!("({left} {sign} {right})")),
            inner.prop_map(|operand| format!("!({operand})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn formed_expressions_give_a_value_or_a_problem(text in expressions()) {
        prop_assert!(outcome(&text).len() <= 8 * MAX_TEXT_BYTES);
    }

    #[test]
    fn powers_of_any_numbers_end(base in any::<i64>(), scale in 0_u32..18, exponent in any::<i32>(), places in 0_u32..10) {
        let number = |mantissa, scale| rust_decimal::Decimal::new(mantissa, scale);
        outcome(&format!("{} ** {}", number(base, scale), number(exponent.into(), places)));
        outcome(&format!("SQRT({})", number(base, scale)));
    }

    #[test]
    fn any_text_gives_a_value_or_a_problem(text in "[-a-z0-9()\\[\\]{}+*/%.,!<>=&|?:;\"'`$# \\\\数量]{0,60}") {
        outcome(&text);
    }
}

#[test]
fn deep_and_long_expressions_are_refused() {
    let nested = |count: usize| format!("{}1{}", "(".repeat(count), ")".repeat(count));
    let calls = |count: usize| format!("{}1{}", "ABS(".repeat(count), ")".repeat(count));
    let deep = [
        nested(1900),
        calls(700),
        "-".repeat(3999) + "1",
        "!".repeat(3999) + "true",
        vec!["1"; 1900].join("+"),
        vec!["true"; 600].join("&&"),
        "[".repeat(3999),
        "a.".repeat(1500) + "a",
        "1".repeat(4001),
    ];
    for text in deep {
        if let Ok(expression) = Expression::compile(&text) {
            drop(expression);
        }
        outcome(&text);
    }
    assert!(Expression::compile(&nested(20)).is_ok());
    assert!(Expression::compile(&calls(20)).is_ok());
    assert!(Expression::compile(&vec!["1"; 40].join("+")).is_ok());
}

#[test]
fn work_is_bounded() {
    let doubled = |text: String| format!("CONCATENATE({text}, {text})");
    let mut text = "REPT(\"xxxxxxxxxx\", 9999)".to_owned();
    for _ in 0..6 {
        text = doubled(text);
    }
    assert_eq!(outcome(&text), "!out_of_range");
    let parts = "SPLIT(REPT(\"a,\", 9000), \",\")";
    let lists = vec![format!("UNION({parts})"); 39].join(", ");
    assert_eq!(outcome(&format!("COUNT({lists})")), "!too_long_running");
}
