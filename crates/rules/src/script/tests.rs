//! Scripts speak as formulas do.

use formwork_model::{FormModel, Value};
use jiff::{
    civil::date,
    tz::{Offset, TimeZone},
};
use rhai::{Dynamic, EvalAltResult, Scope};
use serde_json::{Value as Json, json};

use super::*;
use crate::Links;

static CHINA: TimeZone = TimeZone::fixed(Offset::constant(8));

fn run(source: &str) -> Result<Json, Box<EvalAltResult>> {
    run_with(source, Dynamic::UNIT)
}

fn run_with(source: &str, record: Dynamic) -> Result<Json, Box<EvalAltResult>> {
    let links = Links::new();
    let context = Context {
        now: "2026-06-18T06:00:00Z".parse().unwrap(),
        today: date(2026, 6, 18),
        time_zone: &CHINA,
        me: "m1",
        my_department: None,
        links: &links,
    };
    let mut scope = Scope::new();
    scope.push_dynamic("record", record);
    // Read once by one engine and run by another, as scripts are.
    let script = compile(source).map_err(|problem| format!("{problem:?}"))?;
    let engine = engine(&context, 100_000);
    engine.eval_ast_with_scope::<Dynamic>(&mut scope, script.ast()).map(from_dynamic)
}

#[test]
fn operators_and_functions_mean_the_same_as_in_formulas() {
    let cases = [
        ("1 / 2 == 0.5", json!(true)),
        ("7 / 2 == 3.5", json!(true)),
        ("let a = [1, 2, 3]; a[1 + 1]", json!(3)),
        ("2 * 1.5", json!("3.0")),
        ("() * 3", json!(null)),
        ("() > 1", json!(false)),
        ("() + \"x\"", json!("x")),
        ("1 == 1.0", json!(true)),
        ("if 12.5 > 10 && 3 < 4.5 { \"yes\" } else { \"no\" }", json!("yes")),
        ("TODAY() + 12", json!("2026-06-30")),
        ("(TODAY() + 12) - TODAY()", json!("12")),
        ("TODAY() < TODAY() + 1", json!(true)),
        ("`${TODAY()}`", json!("2026-06-18")),
        ("let q = 0; IF(q == 0, 0, 5 / q)", json!("0")),
        ("IFERROR(1 / 0, 7)", json!("7")),
        ("IFERROR(throw_up(), 7)", json!("7")),
        ("SUM([1, 2, ()], 4.5)", json!("7.5")),
        ("LEN(\")\") + LEN(\",\")", json!("2")),
        ("CONCATENATE(\"a\", 1, \"b\", 2)", json!("a1b2")),
        ("SUM([#{a: 1}, #{a: 2}].map(|line| line.a))", json!("3")),
        ("let total = 0; for n in 0..10 { total += n * 1.5; } total", json!("67.5")),
        ("ME()", json!("m1")),
        ("ISEMPTY(\"\")", json!(true)),
        ("RMBCAP(10)", json!("壹拾元整")),
        (
            "#{amount: 12.5, on: TODAY(), tags: [\"a\"], none: ()}",
            json!({"amount": "12.5", "none": null, "on": "2026-06-18", "tags": ["a"]}),
        ),
    ];
    for (source, expected) in cases {
        match run(source) {
            Ok(found) => assert_eq!(found, expected, "{source}"),
            Err(error) => panic!("{source}: {error}"),
        }
    }
}

#[test]
fn scripts_are_kept_within_limits() {
    for source in [
        "loop {}",
        "let t = \"x\"; loop { t += t; }",
        "let a = []; loop { a.push(a); }",
        "fn f() { f() } f()",
        "IFERROR(loop_for_ever(), 1); fn loop_for_ever() { loop {} }",
        "eval(\"1\")",
        "import \"x\" as x;",
        "sleep(10)",
        "1 / 0",
        "IF(true)",
        "NOSUCH(1)",
    ] {
        assert!(run(source).is_err(), "{source}");
    }
}

#[test]
fn deep_scripts_are_refused_not_followed() {
    let calls = |count: usize| format!("{}1{}", "ABS(".repeat(count), ")".repeat(count));
    assert_eq!(run(&calls(10)).unwrap(), json!("1"));
    assert!(run(&calls(3000)).is_err());
    assert!(run(&"(".repeat(3000)).is_err());
    let recursion =
        format!("fn f(n) {{ if n == 0 {{ 0 }} else {{ {} }} }} f(1000)", "ABS(f(n - 1))");
    assert!(run(&recursion).is_err());
}

#[test]
fn records_reach_a_script_typed() {
    let document = json!({
        "key": "deal", "app": "crm", "label": "Deal",
        "fields": [
            {"key": "amount", "kind": "number", "label": "Amount"},
            {"key": "due", "kind": "date", "label": "Due"},
            {"key": "account", "kind": "link", "label": "Account", "options": {"form": "account"}},
            {"key": "lines", "kind": "subform", "label": "Lines", "options": {"fields": [
                {"key": "price", "kind": "number", "label": "Price"}
            ]}}
        ]
    });
    let form = FormModel::build(serde_json::from_value(document).unwrap(), 1, None).unwrap();
    let record = json!({
        "id": "r9", "version": 3, "amount": "386000.00", "due": "2026-06-30", "other": null,
        "account": {"id": "r1", "title": "云图科技"}, "lines": [{"id": "l1", "price": "1.50"}],
        "created_at": "2026-06-18T06:32:11.123Z"
    });
    let dynamic = record_to_dynamic(&form, &record);
    let check = |source: &str| run_with(source, dynamic.clone()).unwrap();
    assert_eq!(check("record.amount * 2"), json!("772000.00"));
    assert_eq!(check("record.due - TODAY()"), json!("12"));
    assert_eq!(check("record.account"), json!("r1"));
    assert_eq!(check("record.lines[0].price + 1"), json!("2.50"));
    assert_eq!(check("record.version"), json!(3));
    assert_eq!(check("HOUR(record.created_at)"), json!("14"));
    assert_eq!(check("COUNT(record.lines)"), json!("1"));
    assert_eq!(check("record.other"), json!(null));
    assert_eq!(from_dynamic(to_dynamic(&Value::Bool(true))), json!(true));
}

#[test]
fn an_error_of_the_script_keeps_its_message() {
    let error = run("IF(true, throw \"no stock\", 1)");
    assert!(error.is_err());
    let error = run("SUM(1, refuse()); fn refuse() { throw \"no stock\" }").unwrap_err();
    assert!(error.to_string().contains("no stock"), "{error}");
}
