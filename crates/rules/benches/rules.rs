//! How fast expressions and whole records are computed.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark of fixed data")]

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use formwork_model::{FieldKey, FormModel, SubformRow, Value, Values, form::Forms};
use formwork_rules::{Context, Expression, FormRules, Links, Variables};
use jiff::{
    Timestamp,
    civil::date,
    tz::{Offset, TimeZone},
};
use serde_json::json;

static CHINA: TimeZone = TimeZone::fixed(Offset::constant(8));

struct NoForms;

impl Forms for NoForms {
    fn form(&self, _key: &str) -> Option<Arc<FormModel>> {
        None
    }
}

fn context(links: &Links) -> Context<'_> {
    Context {
        now: Timestamp::UNIX_EPOCH,
        today: date(2026, 6, 18),
        time_zone: &CHINA,
        me: "m1",
        my_department: None,
        links,
    }
}

fn key(text: &str) -> FieldKey {
    text.parse().expect("a field key")
}

fn number(value: i64) -> Value {
    Value::Number(value.into())
}

/// Twelve fields with formulas over three rows that have one of their own.
fn quotation() -> FormModel {
    let money = |key: &str| json!({"key": key, "kind": "number", "label": key});
    let formula = |key: &str, text: &str| json!({"key": key, "kind": "number", "label": key, "formula": text});
    let document = json!({
        "key": "quotation", "app": "crm", "label": "Quotation",
        "fields": [
            {"key": "name", "kind": "text", "label": "Name"},
            money("discount"), money("shipping"), money("tax_rate"), money("cost"), money("paid"),
            {"key": "lines", "kind": "subform", "label": "Lines", "options": {"fields": [
                money("quantity"), money("price"),
                formula("amount", "IF(quantity > 10, quantity * price * 0.9, quantity * price)")
            ]}},
            formula("subtotal", "SUM(lines.amount)"),
            formula("net", "subtotal * (1 - discount)"),
            formula("tax", "ROUND(net * tax_rate, 2)"),
            formula("total", "net + tax + shipping"),
            formula("open", "IF(total > paid, total - paid, 0)")
        ]
    });
    let document = serde_json::from_value(document).expect("a form");
    FormModel::build(document, 1, None).expect("a form model")
}

fn record() -> Values {
    let row = |quantity, price| SubformRow {
        id: None,
        values: Values::from([(key("quantity"), number(quantity)), (key("price"), number(price))]),
    };
    Values::from([
        (key("name"), Value::Text("Q-1".to_owned())),
        (key("discount"), Value::Number("0.05".parse().expect("a number"))),
        (key("shipping"), number(120)),
        (key("tax_rate"), Value::Number("0.13".parse().expect("a number"))),
        (key("paid"), number(1000)),
        (key("lines"), Value::Rows(vec![row(3, 1200), row(12, 80), row(1, 9900)])),
    ])
}

fn rules(criterion: &mut Criterion) {
    let links = Links::new();
    let context = context(&links);
    let expression =
        Expression::compile("IF(数量 > 10, 数量*单价*0.9, 数量*单价)").expect("an expression");
    let values = Values::from([(key("数量"), number(12)), (key("单价"), number(80))]);
    criterion.bench_function("expression", |bencher| {
        bencher.iter(|| expression.evaluate(black_box(&Variables::of(&values)), &context));
    });
    let rules = FormRules::compile(&quotation(), &NoForms).expect("rules");
    let mut record = record();
    criterion.bench_function("record of 12 fields and 3 rows", |bencher| {
        bencher.iter(|| rules.compute(black_box(&mut record), &context));
    });
}

criterion_group!(benches, rules);
criterion_main!(benches);
