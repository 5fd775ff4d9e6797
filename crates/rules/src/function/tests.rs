//! The reference table: what each function gives.

use std::{collections::BTreeSet, path::Path};

use formwork_model::{SubformRow, Value, Values};
use jiff::{
    civil::date,
    tz::{Offset, TimeZone},
};
use serde_json::Value as Json;

use crate::{Context, Expression, Links, Variables};

static CHINA: TimeZone = TimeZone::fixed(Offset::constant(8));

/// Evaluates over a small record; the result as it stands in JSON, or `!reason`.
pub(crate) fn outcome(text: &str) -> String {
    let row = |quantity: Option<i64>, kind: &str| SubformRow {
        id: None,
        values: Values::from([
            (
                "quantity".parse().unwrap(),
                quantity.map_or(Value::Null, |n| Value::Number(n.into())),
            ),
            ("kind".parse().unwrap(), Value::Text(kind.to_owned())),
        ]),
    };
    let record = Values::from([
        ("amount".parse().unwrap(), Value::Number("386000.00".parse().unwrap())),
        ("name".parse().unwrap(), Value::Text("云图科技".to_owned())),
        ("due".parse().unwrap(), Value::Date(date(2026, 6, 30))),
        ("at".parse().unwrap(), Value::Instant("2026-06-18T16:32:11.123Z".parse().unwrap())),
        ("tags".parse().unwrap(), Value::Texts(vec!["a".to_owned(), "b".to_owned()])),
        ("won".parse().unwrap(), Value::Bool(true)),
        ("account".parse().unwrap(), Value::Text("r1".to_owned())),
        ("gone".parse().unwrap(), Value::Text("r2".to_owned())),
        ("数量".parse().unwrap(), Value::Number(7.into())),
        (
            "lines".parse().unwrap(),
            Value::Rows(vec![row(Some(3), "a"), row(None, "b"), row(Some(12), "a")]),
        ),
    ]);
    let linked = Values::from([("region".parse().unwrap(), Value::Text("east".to_owned()))]);
    let links = Links::from([("r1".to_owned(), linked.into())]);
    let context = Context {
        now: "2026-06-18T06:00:00Z".parse().unwrap(),
        today: date(2026, 6, 18),
        time_zone: &CHINA,
        me: "m1",
        my_department: None,
        links: &links,
    };
    let result = Expression::compile(text)
        .and_then(|expression| expression.evaluate(&Variables::of(&record), &context));
    match result {
        Ok(Value::Number(number)) => number.normalize().to_string(),
        Ok(value) => match value.to_json() {
            Json::String(text) => text,
            other => other.to_string(),
        },
        Err(problem) => {
            let reason = problem.params.get("reason").filter(|_| problem.code == "formula_failed");
            format!("!{}", reason.and_then(Json::as_str).unwrap_or(&problem.code))
        }
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(outcome(text), *expected, "{text}");
    }
}

#[test]
fn operators_are_exact_and_let_nothing_stay_nothing() {
    check(&[
        ("1/2", "0.5"),
        ("7/2", "3.5"),
        ("0.1 + 0.2", "0.3"),
        ("0.1 + 0.2 == 0.3", "true"),
        ("数量 * 2 == 14.0", "true"),
        ("-数量 + 1", "-6"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("7 % 3", "1"),
        ("2 ** 10", "1024"),
        ("missing * 3", "null"),
        ("missing + 3", "null"),
        ("3 / missing", "null"),
        ("-missing", "null"),
        ("missing + \"x\"", "x"),
        ("name + 1.50", "云图科技1.5"),
        ("missing == ()", "true"),
        ("missing == \"\"", "true"),
        ("missing != 1", "true"),
        ("missing > 1", "false"),
        ("missing > 1 || won", "true"),
        ("!(missing > 1)", "true"),
        ("!missing", "true"),
        ("amount > 100 && name == \"云图科技\"", "true"),
        ("name == 'x'", "false"),
        ("missing ?? 5", "5"),
        ("\"a\" in tags", "true"),
        ("\"c\" !in tags", "true"),
        ("name in [\"x\", \"云图科技\"]", "true"),
        ("1 / 0", "!division_by_zero"),
        ("1 % 0", "!division_by_zero"),
        ("0 ** -1", "!division_by_zero"),
        ("79228162514264337593543950335 * 2", "!out_of_range"),
        ("10 ** 40", "!out_of_range"),
        ("name * 2", "!wrong_type"),
        ("name > 1", "!wrong_type"),
        ("name == 1", "false"),
        ("1 && true", "!formula_syntax"),
        ("amount && true", "!wrong_type"),
    ]);
}

#[test]
fn days_and_moments_compare_and_count() {
    check(&[
        ("due - TODAY()", "12"),
        ("due + 1", "2026-07-01"),
        ("due - 30", "2026-05-31"),
        ("due > TODAY()", "true"),
        ("due == \"2026-06-30\"", "true"),
        ("due == \"soon\"", "false"),
        ("due < at", "false"),
        ("at + 0.5", "2026-06-19T04:32:11.123Z"),
        ("at - at", "0"),
        ("DATEONLY(at)", "2026-06-19"),
        ("HOUR(at)", "0"),
        ("MINUTE(at)", "32"),
        ("DATE(2026, 14, 1)", "2027-02-01"),
        ("DATE(2026, 3, 0)", "2026-02-28"),
        ("DATE(0, 1, 1)", "!out_of_range"),
        ("YEAR(due) * 100 + MONTH(due)", "202606"),
        ("QUARTER(due)", "2"),
        ("DAY(due)", "30"),
        ("WEEKDAY(due)", "2"),
        ("ISOWEEKNUM(due)", "27"),
        ("DAYS(due, TODAY())", "12"),
        ("DATEDELTA(due, -30)", "2026-05-31"),
        ("EDATE(\"2026-01-31\", 1)", "2026-02-28"),
        ("EOMONTH(due, -4)", "2026-02-28"),
        ("EDATE(missing, 1)", "null"),
        ("NETWORKDAYS(\"2026-06-18\", \"2026-06-30\")", "9"),
        ("NETWORKDAYS(\"2026-06-30\", \"2026-06-18\")", "-9"),
        ("NETWORKDAYS(\"2026-06-18\", \"2026-06-30\", [\"2026-06-19\", \"2026-06-20\"])", "8"),
        ("NETWORKDAYS(\"0001-01-01\", \"9999-12-31\")", "2608615"),
        ("due + 99999999", "!out_of_range"),
        ("due * 2", "!wrong_type"),
        ("NOW()", "2026-06-18T06:00:00.000Z"),
    ]);
}

#[test]
fn the_hour_is_that_of_the_clock_on_that_day() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let links = Links::new();
    let context = Context {
        now: "2026-01-18T06:00:00Z".parse().unwrap(),
        today: date(2026, 1, 18),
        time_zone: &berlin,
        me: "m1",
        my_department: None,
        links: &links,
    };
    for (at, expected) in [("2026-01-18T23:30:00Z", 0), ("2026-06-18T21:30:00Z", 23)] {
        let at = Value::Instant(at.parse().unwrap());
        let record = Values::from([("at".parse().unwrap(), at)]);
        let hour = Expression::compile("HOUR(at)").unwrap();
        let found = hour.evaluate(&Variables::of(&record), &context);
        assert_eq!(found, Ok(Value::Number(expected.into())));
    }
}

#[test]
fn logic_takes_only_the_branch_it_needs() {
    check(&[
        ("IF(0 == 0, 0, 1 / 0)", "0"),
        ("IF(missing > 0, 1 / 0, 2)", "2"),
        ("IF(missing, 1)", "null"),
        ("IFS(false, 1 / 0, true, 2, true, 1 / 0)", "2"),
        ("IFS(false, 1)", "null"),
        ("SWITCH(name, \"x\", 1 / 0, \"云图科技\", 2)", "2"),
        ("SWITCH(name, \"x\", 1, 9)", "9"),
        ("SWITCH(name, \"x\", 1, \"y\", 2)", "null"),
        ("IFERROR(1 / 0, 7)", "7"),
        ("IFERROR(3, 1 / 0)", "3"),
        ("COALESCE(missing, \"\", 4, 1 / 0)", "4"),
        ("AND(true, false, 1 / 0 > 1)", "false"),
        ("OR(false, true, 1 / 0 > 1)", "true"),
        ("false && 1 / 0 > 1", "false"),
        ("true || 1 / 0 > 1", "true"),
        ("XOR(true, true, true)", "true"),
        ("NOT(missing)", "true"),
        ("ISEMPTY(missing)", "true"),
        ("ISEMPTY(0)", "false"),
        ("ISEMPTY(tags)", "false"),
        ("IF(1, 2, 3)", "!wrong_type"),
        ("IF(true)", "!wrong_argument_count"),
        ("NOSUCH(1)", "!unknown_function"),
    ]);
}

#[test]
fn columns_and_links_are_read() {
    check(&[
        ("SUM(lines.quantity)", "15"),
        ("SUM(lines.quantity, 5, [1, 2])", "23"),
        ("AVERAGE(lines.quantity)", "7.5"),
        ("AVERAGE(lines.nothing)", "null"),
        ("SUM(nowhere.at_all)", "0"),
        ("COUNT(lines)", "3"),
        ("COUNT(lines.quantity)", "2"),
        ("COUNT(tags, name, missing)", "3"),
        ("MAX(lines.quantity)", "12"),
        ("MIN(lines.quantity)", "3"),
        ("MAX(due, TODAY())", "2026-06-30"),
        ("MAX(missing)", "null"),
        ("COUNTIF(lines.quantity, \">3\")", "1"),
        ("COUNTIF(lines.kind, \"a\")", "2"),
        ("COUNTIF(lines.kind, \"!=a\")", "1"),
        ("SUMIF(lines.kind, \"a\", lines.quantity)", "15"),
        ("SUMIF(lines.quantity, \">=12\")", "12"),
        ("SUMPRODUCT(lines.quantity, [2, 2, 0.5])", "12"),
        ("PRODUCT(2, 3, missing)", "6"),
        ("LARGE(lines.quantity, 2)", "3"),
        ("SMALL(lines.quantity, 3)", "null"),
        ("SUM(lines.kind)", "!wrong_type"),
        ("JOIN(DISTINCT(lines.kind), \"/\")", "a/b"),
        ("UNION(tags, [\"b\", \"c\"])", "[\"a\",\"b\",\"c\"]"),
        ("INDEX(tags, 2)", "b"),
        ("INDEX(tags, -1)", "b"),
        ("INDEX(tags, 9)", "null"),
        ("account.region", "east"),
        ("account.id", "r1"),
        ("gone.region", "null"),
        ("missing.region", "null"),
        ("amount.region", "!wrong_type"),
        ("record.name", "云图科技"),
        ("old.name", "null"),
        ("a.b.c", "!formula_syntax"),
    ]);
}

#[test]
fn numbers_round_as_people_do() {
    check(&[
        ("ABS(-3)", "3"),
        ("INT(-2.5)", "-3"),
        ("ROUND(2.5)", "3"),
        ("ROUND(-2.5)", "-3"),
        ("ROUND(1.575, 2)", "1.58"),
        ("ROUND(386499, -3)", "386000"),
        ("ROUNDUP(1.21, 1)", "1.3"),
        ("ROUNDDOWN(-1.29, 1)", "-1.2"),
        ("ROUND(missing, 2)", "null"),
        ("ROUND(1, 99)", "!out_of_range"),
        ("CEILING(7, 5)", "10"),
        ("CEILING(-7, 5)", "-5"),
        ("CEILING(-7, -5)", "-10"),
        ("CEILING(7, -5)", "!out_of_range"),
        ("FLOOR(7, 5)", "5"),
        ("FLOOR(-7, 5)", "-10"),
        ("FLOOR(7, 0)", "!division_by_zero"),
        ("MOD(-7, 3)", "2"),
        ("MOD(7, -3)", "-2"),
        ("MOD(7, 0)", "!division_by_zero"),
        ("POWER(2, 0.5) > 1.414", "true"),
        ("POWER(-8, 0.5)", "!out_of_range"),
        ("SQRT(9)", "3"),
        ("SQRT(-1)", "!out_of_range"),
    ]);
}

#[test]
fn texts_count_characters_not_bytes() {
    check(&[
        ("LEFT(name, 2)", "云图"),
        ("RIGHT(name, 2)", "科技"),
        ("MID(name, 2, 2)", "图科"),
        ("LEN(name)", "4"),
        ("LEN(missing)", "0"),
        ("CONCATENATE(name, missing, 1)", "云图科技1"),
        ("UPPER(\"ab\") + LOWER(\"AB\")", "ABab"),
        ("TRIM(\" a \")", "a"),
        ("REPT(\"ab\", 3)", "ababab"),
        ("REPT(\"ab\", 1000000000000)", "!out_of_range"),
        ("REPLACE(name, 3, 2, \"软件\")", "云图软件"),
        ("SUBSTITUTE(\"a-b-c\", \"-\", \"\")", "abc"),
        ("SEARCH(\"科\", name)", "3"),
        ("SEARCH(\"x\", name)", "0"),
        ("SEARCH(\"a\", \"abca\", 2)", "4"),
        ("CONTAINS(name, \"图\")", "true"),
        ("EXACT(\"a\", \"A\")", "false"),
        ("SPLIT(\"a,b\", \",\")", "[\"a\",\"b\"]"),
        ("JOIN(tags)", "a, b"),
        ("CHAR(10) == \"\\n\"", "true"),
        ("CHAR(-1)", "!out_of_range"),
        ("VALUE(\"1,234.50\")", "1234.5"),
        ("VALUE(\"12.5%\")", "0.125"),
        ("VALUE(\"x\")", "!wrong_type"),
        ("VALUE(missing)", "null"),
        ("FIXED(1.005, 2)", "1.01"),
        ("FIXED(3)", "3.00"),
        ("TEXT(amount, \"#,##0.00\")", "386,000.00"),
        ("TEXT(-1234.5, \"¥#,##0.##\")", "-¥1,234.5"),
        ("TEXT(0.125, \"0.0%\")", "12.5%"),
        ("TEXT(7, \"000\")", "007"),
        ("TEXT(due, \"yyyy年M月d日\")", "2026年6月30日"),
        ("TEXT(at, \"yyyy-MM-dd HH:mm\")", "2026-06-19 00:32"),
        ("TEXT(amount)", "386000"),
        ("RMBCAP(amount)", "叁拾捌万陆仟元整"),
        ("RMBCAP(missing)", "null"),
        ("ME()", "m1"),
        ("MYDEPARTMENT()", "null"),
    ]);
}

#[test]
fn every_function_has_a_summary_in_both_languages() {
    let names: BTreeSet<String> = super::functions().map(|entry| entry.name.to_owned()).collect();
    assert_eq!(names.len(), super::functions().count(), "no name twice");
    for locale in ["zh-CN", "en"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../../locales/{locale}/function.json"));
        let json: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let described: BTreeSet<String> = json.as_object().unwrap().keys().cloned().collect();
        assert_eq!(described, names, "{locale}");
    }
    for entry in super::functions() {
        assert!(entry.signature.starts_with(&format!("{}(", entry.name)), "{}", entry.name);
    }
}
