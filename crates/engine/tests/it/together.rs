//! Records that are made together are made as if each came alone, and what a change costs is
//! counted in statements.

use anyhow::{Context, Result, ensure};
use formwork_engine::{
    BatchItem, BatchMode, BatchOutcome, Caller, EngineError, TaskAnswer, TaskKind,
};
use formwork_model::document::DocumentKind;
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

/// Orders with everything that saving does: serial number, unique reference, links that fill,
/// formulas over links and rows, checks, locks, and a scope that a record may lie outside of.
async fn shop(backend: Backend) -> Result<(Organisation, Caller, Vec<String>)> {
    let organisation = Organisation::new(backend).await?;
    let product = form(
        "product",
        [
            field("name", "text", json!({ "required": true })),
            field("price", "money", json!({})),
            field("region", "text", json!({})),
        ],
    );
    let link = json!({ "options": { "form": "product", "fill": { "region": "region" } } });
    let of_row = json!({ "options": { "form": "product", "fill": { "price": "price" } } });
    let mut order = form(
        "order",
        [
            field(
                "number",
                "serial",
                json!({ "options": { "parts": [{ "text": "A-" }, { "counter": 3 }] } }),
            ),
            field("ref", "text", json!({ "unique": true })),
            field("code", "number", json!({ "unique": true, "options": { "places": 2 } })),
            field("product", "link", link),
            field("region", "text", json!({})),
            field("count", "number", json!({ "options": { "places": 0 }, "default": "1" })),
            field("day", "date", json!({})),
            field("hot", "boolean", json!({})),
            field("note", "text", json!({})),
            field("list", "money", json!({ "formula": "product.price * count" })),
            subform(
                "lines",
                [
                    field("product", "link", of_row),
                    field("price", "money", json!({})),
                    field("count", "number", json!({ "options": { "places": 0 } })),
                    field("sum", "money", json!({ "formula": "price * count" })),
                ],
            ),
            field("total", "money", json!({ "formula": "SUM(lines.sum)" })),
        ],
    );
    order["title"] = json!("number");
    order["rules"] = json!([
        { "kind": "check", "that": "count >= 0", "message": "Never below zero", "fields": ["count"] },
        { "kind": "read_only", "when": "product.price > 100", "fields": ["note"],
          "message": "Not for dear ones" }
    ]);
    for document in [&product, &order] {
        organisation.publish(DocumentKind::Form, document).await?;
    }
    let operations = ["view", "create", "update"];
    let group = json!({
        "key": "sellers", "app": "test", "label": "Sellers", "members": { "everyone": true },
        "forms": {
            "product": { "operations": operations, "scope": "all" },
            "order": { "operations": operations,
                "scope": { "filter": { "field": "region", "op": "ne", "value": "far" } } }
        }
    });
    organisation.publish(DocumentKind::PermissionGroup, &group).await?;
    let seller = organisation.member("seller", None, &[]).await?;
    let mut products = Vec::new();
    for (name, price, region) in
        [("cheap", "2.50", "near"), ("dear", "200", "near"), ("far", "1", "far")]
    {
        let values = json!({ "name": name, "price": price, "region": region });
        let made =
            organisation.engine.record_create(&organisation.admin, "product", &values, false);
        products.push(made.await?.id);
    }
    Ok((organisation, seller, products))
}

/// Orders of all sorts, some of which have to be refused.
fn orders(products: &[String], with_far: bool) -> Vec<Json> {
    let product = |number: usize| &products[number % if with_far { 3 } else { 2 }];
    let mut orders: Vec<Json> = (0..70)
        .map(|number| {
            let rows: Vec<Json> = (0..number % 4)
                .map(|row| json!({ "product": product(number + row), "count": row + 1 }))
                .collect();
            json!({
                "ref": format!("R{number}"), "product": product(number), "count": number % 7,
                "day": "2026-06-30", "hot": number % 2 == 0, "lines": rows
            })
        })
        .collect();
    orders[3]["ref"] = json!("R1");
    orders[9]["code"] = json!("1.5");
    orders[11]["code"] = json!("1.50");
    orders[12]["count"] = json!("-1");
    orders[13]["ref"] = json!("R12");
    orders[20]["product"] = json!("nobody");
    orders[21]["lines"] = json!([{ "product": "nobody", "count": "1" }]);
    orders[22]["nonsense"] = json!(1);
    orders[23]["count"] = json!("many");
    orders[24]["note"] = json!("typed");
    orders[25]["note"] = json!("typed");
    orders[26] = json!({});
    orders[27]["number"] = json!("A-999");
    orders[28]["list"] = json!("1");
    orders
}

/// What became of an order, without ids.
fn told(outcome: Result<String, EngineError>) -> String {
    match outcome {
        Ok(title) => format!("made {title}"),
        Err(error) => format!("{error:?}"),
    }
}

async fn stored(organisation: &Organisation) -> Result<Vec<Json>> {
    let query = ListQuery { limit: 200, ..ListQuery::default() };
    let page = organisation.engine.record_list(&organisation.admin, "order", &query, false).await?;
    let mut records = Vec::new();
    for text in page.records {
        let listed: Json = serde_json::from_str(&text)?;
        let id = listed["id"].as_str().context("an id")?;
        let open = organisation.engine.record_open(&organisation.admin, "order", id).await?;
        let mut record: Json = serde_json::from_str(&open.record)?;
        let history =
            organisation.engine.record_history(&organisation.admin, "order", id, None, 10).await?;
        record["history"] =
            json!(history.iter().map(|entry| entry.kind.clone()).collect::<Vec<_>>());
        without_ids(&mut record);
        records.push(record);
    }
    records.sort_by_key(|record| record["number"].to_string());
    Ok(records)
}

fn without_ids(json: &mut Json) {
    match json {
        Json::Object(object) => {
            object.retain(|key, _| {
                !matches!(key.as_str(), "id" | "owner" | "created_by" | "updated_by")
            });
            object.values_mut().for_each(without_ids);
        }
        Json::Array(list) => list.iter_mut().for_each(without_ids),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn are_made_as_if_each_came_alone() -> Result<()> {
    for backend in Backend::all() {
        for with_far in [false, true] {
            let (alone, seller, products) = shop(backend).await?;
            let mut one_by_one = Vec::new();
            for values in orders(&products, with_far) {
                let made = alone.engine.record_create(&seller, "order", &values, false).await;
                one_by_one.push(told(made.map(|made| made.title)));
            }
            let (together, seller, products) = shop(backend).await?;
            let items = orders(&products, with_far).into_iter();
            let items = items.map(|values| BatchItem::Create { values, draft: false }).collect();
            let outcomes = together.engine.record_batch(&seller, "order", BatchMode::Each, items);
            let batch = outcomes.await?.into_iter().map(|outcome| match outcome {
                BatchOutcome::Created(made) => told(Ok(made.title)),
                BatchOutcome::Refused(error) => told(Err(error)),
                other => format!("{other:?}"),
            });
            let batch: Vec<String> = batch.collect();
            assert_eq!(batch, one_by_one, "{backend:?} {with_far}");
            ensure!(batch.iter().filter(|told| told.starts_with("made")).count() > 30);
            let out_of_scope = batch.iter().filter(|told| told.contains("out_of_scope")).count();
            ensure!((out_of_scope > 0) == with_far, "{batch:#?}");
            assert_eq!(stored(&together).await?, stored(&alone).await?, "{backend:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_batch_share_their_statements() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, seller, products) = shop(backend).await?;
        let engine = &organisation.engine;
        let items = (0..250).map(|number| BatchItem::Create {
            values: json!({ "ref": format!("R{number}"), "product": products[number % 2],
                "lines": [{ "product": products[0], "count": "2" }] }),
            draft: false,
        });
        let items: Vec<BatchItem> = items.collect();
        let before = engine.store().statements_of_changes();
        engine.record_batch(&seller, "order", BatchMode::All, items).await?;
        let ran = engine.store().statements_of_changes() - before;
        ensure!(ran <= 60, "{backend:?}: {ran} statements");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tasks_approval_takes_eight_statements() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let engine = &organisation.engine;
        let bill = form(
            "bill",
            [
                field("code", "text", json!({ "unique": true })),
                field("amount", "money", json!({})),
                field("double", "money", json!({ "formula": "amount * 2" })),
            ],
        );
        organisation.publish(DocumentKind::Form, &bill).await?;
        organisation.grant_all(&["bill"]).await?;
        let boss = organisation.member("boss", None, &[]).await?;
        let step = |key: &str| {
            json!({ "key": key, "kind": "approve", "label": key,
                "assignees": [{ "member": boss.member }] })
        };
        let flow = json!({ "key": "approval", "app": "test", "form": "bill", "label": "Approval",
            "steps": [step("one"), step("two")] });
        organisation.publish(DocumentKind::Flow, &flow).await?;
        let bill = json!({ "code": "B1", "amount": "5" });
        let bill = engine.record_create(&organisation.admin, "bill", &bill, false).await?;
        for (version, next) in [(2, "running"), (2, "approved")] {
            let tasks = engine.task_list(&boss, TaskKind::Open, None, 10).await?;
            let task = &tasks.first().context("a task")?.id;
            let before = engine.store().statements_of_changes();
            let answer = TaskAnswer { version: Some(version), ..TaskAnswer::approve(None) };
            engine.task_answer(&boss, task, answer).await?;
            let ran = engine.store().statements_of_changes() - before;
            ensure!(ran <= 8, "{backend:?}, to {next}: {ran} statements");
            let open = engine.record_open(&organisation.admin, "bill", &bill.id).await?;
            ensure!(open.record.contains(next), "{}", open.record);
        }
    }
    Ok(())
}
