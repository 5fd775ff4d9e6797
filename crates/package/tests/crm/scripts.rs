//! What the buttons' scripts make.

use std::collections::BTreeMap;

use formwork_model::document::{Document, DocumentKind};
use formwork_rules::script::json_to_dynamic;
use jiff::civil::date;
use rhai::{Array, Dynamic, Map};
use rust_decimal::Decimal;
use serde_json::json;

use crate::{host, template};

fn source(key: &str) -> String {
    match &template().document(DocumentKind::Script, key).unwrap().document {
        Document::Script(script) => script.source.clone(),
        _ => panic!("not a script"),
    }
}

fn plan(kind: &str, months: i8, target: Decimal) -> Dynamic {
    let month = |month: i8| -> Dynamic {
        let weight = Decimal::new(80 + i64::from(month) * 7, 2);
        let first = Dynamic::from(date(2026, month, 1));
        let row = [("month", first), ("weight", weight.into())];
        Map::from_iter(row.map(|(key, value)| (key.into(), value))).into()
    };
    let people = json!([
        {"person": "a", "region": "east", "node": "d1", "weight": 3},
        {"person": "b", "region": "east", "node": "d1", "weight": 4},
        {"person": "c", "region": "north", "node": "d2", "weight": 3}
    ]);
    let mut plan: Map = json_to_dynamic(&json!({
        "id": "p", "kind": kind, "name": "P", "plan_version": 1, "people": people,
        "metrics": [{"metric": "revenue", "weight": 1}]
    }))
    .cast();
    let season: Array = (1..=months).map(month).collect();
    plan.insert("season".into(), season.into());
    let mut metric: Map = plan["metrics"].clone().cast::<Array>().remove(0).cast();
    metric.insert("target".into(), target.into());
    plan.insert("metrics".into(), vec![Dynamic::from(metric)].into());
    plan.into()
}

#[test]
fn split_targets_add_up_at_every_level() {
    let source = source("split_targets");
    for (kind, months, periods) in [("year", 12, 17), ("quarter", 3, 4), ("half", 6, 9)] {
        let total = Decimal::from(10_000_003);
        let made = host::run_button(&source, plan(kind, months, total));
        let rows = &made.records["target_item"];
        assert_eq!(rows.len(), periods * (1 + 2 + 3), "{kind}");
        let value =
            |index: usize| -> Decimal { rows[index]["value"].as_str().unwrap().parse().unwrap() };
        assert_eq!(value(0), total);
        assert!((0..rows.len()).all(|index| value(index).is_integer()), "{kind}");
        let mut sums: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            if let Some(parent) = row["parent"].as_str() {
                *sums.entry((parent, row["cut"].as_str().unwrap())).or_default() += value(index);
            }
        }
        for ((parent, cut), sum) in sums {
            let index: usize = parent.strip_prefix("target_item/").unwrap().parse().unwrap();
            assert_eq!(sum, value(index), "{kind}: {parent} by {cut}");
        }
    }
}
