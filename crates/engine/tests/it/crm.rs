//! The CRM package, installed with its example company.

use std::time::Instant;

use anyhow::{Context, Result};
use formwork_engine::{Caller, EvaluationRequest, Proof, TaskKind};
use formwork_model::{Filter, Locale};
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation};
use serde_json::{Value as Json, json};

/// Somebody of the example company.
fn sign_in(organisation: &Organisation, account: &str) -> Result<Caller> {
    let catalog = organisation.engine.catalog();
    let member = catalog.directory.member_by_account(account).context("an account")?.id.clone();
    Ok(Caller { member, locale: Locale::english(), is_admin: false, proof: Proof::Member })
}

/// The numbers of a chart without what leads to their records.
async fn numbers(
    organisation: &Organisation,
    account: &str,
    chart: (&str, &str),
    picked: Json,
) -> Result<Json> {
    fn strip(json: &mut Json) {
        match json {
            Json::Object(map) => {
                map.remove("drill");
                map.values_mut().for_each(strip);
            }
            Json::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let caller = sign_in(organisation, account)?;
    let answer = organisation.engine.chart_data(&caller, chart.0, chart.1, &picked).await?;
    let mut json = answer.to_json();
    strip(&mut json);
    Ok(json)
}

/// What managers and reps see is their region and themselves, of the plan as of the actual.
async fn everybody_sees_plan_and_actual_of_the_same(organisation: &Organisation) -> Result<()> {
    let people = [("lin.zhixia", "east", "chen.yu"), ("han.lei", "north", "gao.yuan")];
    for (manager, region, rep) in people {
        for chart in [
            ("gap", "gap"),
            ("funnel", "figures"),
            ("funnel", "funnel"),
            ("plan_actual", "figures"),
            ("plan_actual", "by_month"),
            ("plan_actual", "by_person"),
        ] {
            for period in ["last_quarter", "this_year"] {
                let own = json!({ "period": period });
                let mine = numbers(organisation, manager, chart, own).await?;
                let of_region = json!({ "period": period, "region": [region] });
                let all = numbers(organisation, "gu.mingyuan", chart, of_region).await?;
                assert_eq!(mine, all, "{manager}: {chart:?} {period}");
            }
        }
        let person = sign_in(organisation, rep)?.member;
        let of_person = json!({ "person": [person] });
        let chart = ("plan_actual", "figures");
        let mine = numbers(organisation, rep, chart, json!({})).await?;
        assert_eq!(mine, numbers(organisation, "gu.mingyuan", chart, of_person).await?, "{rep}");
    }
    Ok(())
}

/// A figure over records that somebody cannot see is left out rather than shown as zero.
async fn figures_out_of_sight_are_left_out(organisation: &Organisation) -> Result<()> {
    let keys = |json: Json| -> Vec<String> {
        let figures = json["figures"].as_array().cloned().unwrap_or_default();
        figures.iter().filter_map(|figure| figure["key"].as_str().map(str::to_owned)).collect()
    };
    let chart = ("plan_actual", "figures");
    let seen = keys(numbers(organisation, "bai.jing", chart, json!({})).await?);
    assert_eq!(seen, ["revenue", "payment", "win_rate", "deal_size"]);
    Ok(())
}

/// Trying discounts until the margin light turns red tells a representative no more of a cost
/// than a tenth of the list price.
async fn the_margin_light_tells_no_cost(organisation: &Organisation) -> Result<()> {
    let (engine, rep) = (&organisation.engine, sign_in(organisation, "chen.yu")?);
    let query = ListQuery { limit: 5, ..ListQuery::default() };
    for product in engine.record_list(&rep, "product", &query, false).await?.records {
        let product: Json = serde_json::from_str(&product)?;
        assert_eq!(product.get("cost"), None);
        let (mut green, mut red) = (0_u32, 10_000_u32);
        while red - green > 1 {
            let tried = (green + red) / 2;
            let line = json!({ "product": product["id"], "qty": "1",
                "discount": format!("0.{tried:04}") });
            let request = EvaluationRequest {
                values: json!({ "lines": [line] }),
                changed: vec!["lines/0/product".to_owned()],
                ..EvaluationRequest::default()
            };
            let values = engine.form_evaluate(&rep, "quotation", &request).await?.values;
            if values["margin_light"] == "red" { red = tried } else { green = tried }
        }
        // What is learned: 0.8 × (1 − discount), in hundredths of a percent.
        let learned = (10_000 - red) * 8 / 10;
        let off = learned % 1000;
        assert!(!(15..=985).contains(&off), "a cost of {learned} of 10,000 is told");
    }
    Ok(())
}

async fn something_waits_for_those_who_decide(organisation: &Organisation) -> Result<()> {
    for account in ["gu.mingyuan", "lin.zhixia", "shen.yue", "bai.jing"] {
        let caller = sign_in(organisation, account)?;
        let tasks = organisation.engine.task_list(&caller, TaskKind::Open, None, 10).await?;
        assert!(!tasks.is_empty(), "{account}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn installs_with_the_example_company() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let started = Instant::now();
        let report = organisation.install_crm(true).await?;
        eprintln!("{backend:?}: {} documents in {:?}", report.documents, started.elapsed());
        let query = ListQuery { limit: 10, ..ListQuery::default() };
        let leads =
            organisation.engine.record_list(&organisation.admin, "lead", &query, true).await?;
        assert!(leads.total.unwrap_or_default() > 4_000, "{:?}", leads.total);
        let mine = Filter::condition("stage", formwork_model::Operator::Eq, "won");
        let query = ListQuery { filter: Some(mine), limit: 10, ..ListQuery::default() };
        let won = organisation
            .engine
            .record_list(&organisation.admin, "opportunity", &query, true)
            .await?;
        assert!(won.total.unwrap_or_default() > 200, "{:?}", won.total);
        everybody_sees_plan_and_actual_of_the_same(&organisation).await?;
        figures_out_of_sight_are_left_out(&organisation).await?;
        something_waits_for_those_who_decide(&organisation).await?;
        the_margin_light_tells_no_cost(&organisation).await?;
    }
    Ok(())
}
