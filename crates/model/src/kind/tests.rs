use serde_json::{Value as Json, json};

use super::*;

fn read(kind: &str, options: Json, value: Json) -> Result<Json, String> {
    let kind = parse(kind, &options).map_err(|problem| problem.code.to_string())?;
    kind.read(&value).map(|value| value.to_json()).map_err(|problem| problem.code.to_string())
}

#[test]
fn registry_is_alphabetical_and_without_repeats() {
    let keys: Vec<_> = REGISTRY.iter().map(|registration| registration.key).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(keys, sorted);
}

#[test]
fn figures_are_shown_with_separators_sign_and_unit() {
    let cases = [
        ("money", json!({}), json!("-1234567.5"), "-¥1,234,567.50"),
        ("money", json!({"currency": "JPY", "places": 0}), json!("999"), "JPY 999"),
        ("number", json!({"places": 3}), json!("1000.500"), "1,000.5"),
        ("number", json!({"unit": {"zh-CN": "天", "en": "days"}}), json!("150"), "150 天"),
        ("number", json!({"places": 3, "percent": true}), json!("0.125"), "12.5%"),
    ];
    for (key, options, value, expected) in cases {
        let kind = parse(key, &options).unwrap();
        let value = kind.read(&value).unwrap();
        assert_eq!(kind.display(&value, &Locale::chinese()), expected);
    }
}

#[test]
fn numbers_are_exact_and_bounded() {
    let cents = json!({"places": 2});
    let cases = [
        (json!("0.1"), Ok(json!("0.10"))),
        (json!(1234567.89), Ok(json!("1234567.89"))),
        (json!("-0.05"), Ok(json!("-0.05"))),
        (json!("1e3"), Ok(json!("1000.00"))),
        (json!("9999999999999.99"), Ok(json!("9999999999999.99"))),
        (json!("10000000000000"), Err("number_out_of_range")),
        (json!("0.123"), Err("too_many_places")),
        (json!("12a"), Err("wrong_type")),
        (json!(true), Err("wrong_type")),
        (json!([1]), Err("wrong_type")),
    ];
    for (input, expected) in cases {
        let expected = expected.map_err(str::to_owned);
        assert_eq!(read("number", cents.clone(), input.clone()), expected, "{input}");
    }
    assert_eq!(read("money", json!({"min": "0"}), json!("-1")), Err("too_small".into()));
}

#[test]
fn computed_numbers_are_rounded_half_away_from_zero() {
    let money = parse("money", &json!({})).unwrap();
    for (input, expected) in [("1.005", "1.01"), ("-1.005", "-1.01"), ("2.344", "2.34")] {
        let value = money.fit(Value::Number(input.parse().unwrap())).unwrap();
        assert_eq!(value.to_json(), json!(expected));
    }
}

#[test]
fn texts_are_trimmed_and_checked() {
    assert_eq!(read("text", json!({}), json!("  a  ")), Ok(json!("a")));
    assert_eq!(read("text", json!({"max_length": 2}), json!("三个字")), Err("too_long".into()));
    assert_eq!(read("text", json!({}), json!("a\u{0}b")), Err("control_character".into()));
    assert_eq!(read("text", json!({"format": "email"}), json!("a@b")), Err("not_an_email".into()));
    assert_eq!(
        read("text", json!({"format": "phone"}), json!("+86 138-0000")),
        Ok(json!("+86 138-0000"))
    );
    assert_eq!(read("long_text", json!({}), json!("a\r\nb ")), Ok(json!("a\nb")));
}

#[test]
fn choices_keep_the_order_of_the_list() {
    let options = json!({"options": [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}]});
    assert_eq!(read("choices", options.clone(), json!(["b", "a", "b"])), Ok(json!(["a", "b"])));
    assert_eq!(read("choice", options, json!("c")), Err("not_an_option".into()));
}

#[test]
fn moments_keep_milliseconds_and_days_have_no_time() {
    let moment = json!("2026-06-18T14:32:11.123456+08:00");
    assert_eq!(read("datetime", json!({}), moment), Ok(json!("2026-06-18T06:32:11.123Z")));
    assert_eq!(read("datetime", json!({}), json!("2026-06-18")), Err("wrong_type".into()));
    assert_eq!(read("date", json!({}), json!("2026-02-30")), Err("wrong_type".into()));
    assert_eq!(read("date", json!({}), json!("2026-06-18T00:00:00Z")), Err("wrong_type".into()));
}

#[test]
fn a_month_is_kept_as_its_first_day() {
    let options = json!({"precision": "month"});
    assert_eq!(read("date", options.clone(), json!("2026-06-18")), Ok(json!("2026-06-01")));
    let kind = parse("date", &options).unwrap();
    let fitted = kind.fit(Value::Date(jiff::civil::date(2026, 6, 30))).unwrap();
    assert_eq!(fitted, Value::Date(jiff::civil::date(2026, 6, 1)));
    assert_eq!(kind.display(&fitted, &Locale::chinese()), "2026-06");
    assert_eq!(
        read("date", json!({"precision": "year"}), json!("2026-06-18")),
        Err("invalid_options".into())
    );
}

#[test]
fn options_with_unknown_keys_or_bad_values_are_refused() {
    assert_eq!(read("boolean", json!({"x": 1}), json!(true)), Err("invalid_options".into()));
    assert_eq!(read("nonsense", json!({}), json!(1)), Err("unknown_field_kind".into()));
    let serial = parse("serial", &json!({"parts": [{"text": "QT-"}]})).unwrap();
    assert_eq!(serial.check_options()[0].code, "serial_needs_one_counter");
}

#[test]
fn serial_numbers_are_built_from_their_parts() {
    let options = json!({"parts": [{"text": "QT-"}, {"date": "%Y"}, {"text": "-"}, {"counter": 4}], "reset": "year"});
    let kind = parse("serial", &options).unwrap();
    let Shape::Serial(serial) = kind.shape() else { panic!("not a serial") };
    let day = jiff::civil::date(2026, 6, 18);
    assert_eq!(serial.render(618, day), "QT-2026-0618");
    assert_eq!(serial.counter_name(day), "2026");
}
