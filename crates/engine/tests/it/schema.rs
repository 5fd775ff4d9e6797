//! What publishing does to tables and values: any shape again, values converted, nothing lost.

use anyhow::{Context, Result, bail, ensure};
use formwork_engine::{Engine, EngineError, PublishPlan};
use formwork_model::{Problems, document::DocumentKind, schema::SMALL_TABLE};
use formwork_query::{Dialect, ListQuery};
use formwork_store::{Hold, StoreError};
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

pub(crate) fn views(mut form: Json, sorts: &[&str]) -> Json {
    let sort: Vec<Json> = sorts.iter().map(|key| json!({ "field": key })).collect();
    form["views"] = json!([{ "key": "all", "label": "All", "columns": sorts, "sort": sort }]);
    form
}

pub(crate) fn deal(fields: impl IntoIterator<Item = Json>) -> Json {
    let mut form = form("deal", fields);
    form["title"] = json!("name");
    form
}

pub(crate) fn name() -> Json {
    field("name", "text", json!({}))
}

pub(crate) fn problems(error: anyhow::Error) -> Problems {
    match error.downcast::<EngineError>() {
        Ok(EngineError::Problems(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn create(organisation: &Organisation, values: Json) -> Result<String> {
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    Ok(engine.record_create(admin, "deal", &values, false).await?.id)
}

pub(crate) async fn read(organisation: &Organisation, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, "deal", id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

pub(crate) async fn check(organisation: &Organisation, document: &Json) -> Result<PublishPlan> {
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    Ok(engine.document_check(admin, DocumentKind::Form, "deal", document).await?)
}

pub(crate) async fn publish_all_the_same(
    organisation: &Organisation,
    document: &Json,
) -> Result<formwork_engine::Published> {
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    let (_, revision) = engine.document_get(admin, DocumentKind::Form, "deal").await?;
    let kind = DocumentKind::Form;
    Ok(engine.document_publish_with(admin, kind, "deal", document, revision, true).await?)
}

/// Fills the table of `deal` with so many records, faster than people could.
pub(crate) async fn fill(engine: &Engine, count: u64, column: &str, value: &str) -> Result<()> {
    let numbers = match engine.store().dialect() {
        Dialect::Sqlite => format!(
            "(with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) \
             select i from n)"
        ),
        Dialect::Postgres => format!("(select generate_series(1, {count}) as i)"),
    };
    let id = match engine.store().dialect() {
        Dialect::Sqlite => "format('bulk%08d', i)",
        Dialect::Postgres => "'bulk' || lpad(i::text, 8, '0')",
    };
    let moment = match engine.store().dialect() {
        Dialect::Sqlite => "'2026-06-30T00:00:00.000Z'",
        Dialect::Postgres => "'2026-06-30T00:00:00.000Z'::timestamptz",
    };
    let sql = format!(
        "insert into r_deal (id, version, revision, title, owner, created_at, created_by, \
         updated_at, updated_by, f_name, {column}) select {id}, 1, 1, {id}, 'me', {moment}, 'me', \
         {moment}, 'me', {id}, {value} from {numbers} numbers"
    );
    engine
        .store()
        .write(Hold::Nothing, move |connection| {
            Box::pin(async move {
                connection.execute(&sql, &[]).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_sorted_by_one_field_then_another_then_the_first_again() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let fields = || deal([name(), field("amount", "money", json!({}))]);
        for (revision, sorts) in
            [["name"].as_slice(), &["amount"], &["name"], &["amount", "name"], &["amount"]]
                .into_iter()
                .enumerate()
        {
            let done = organisation.publish(DocumentKind::Form, &views(fields(), sorts)).await?;
            assert_eq!(done, i64::try_from(revision)? + 1);
        }
        create(&organisation, json!({ "name": "x", "amount": "1" })).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_unique_then_not_then_again() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let plain = deal([name()]);
        let unique = deal([field("name", "text", json!({ "unique": true }))]);
        organisation.publish(DocumentKind::Form, &unique).await?;
        let first = create(&organisation, json!({ "name": "x" })).await?;
        assert!(create(&organisation, json!({ "name": "x" })).await.is_err());
        organisation.publish(DocumentKind::Form, &plain).await?;
        let second =
            create(&organisation, json!({ "name": "x" })).await.context("not unique now")?;

        let found = problems(organisation.publish(DocumentKind::Form, &unique).await.unwrap_err());
        assert_eq!(found[0].code, "values_not_unique");
        let named = serde_json::to_string(&found[0].params["records"])?;
        assert!(named.contains(&first) && named.contains(&second), "{named}");
        let plan = check(&organisation, &unique).await?;
        assert_eq!(plan.problems, found, "the plan says the same");

        let admin = &organisation.admin;
        organisation.engine.record_delete(admin, "deal", &second, 1).await?;
        organisation.publish(DocumentKind::Form, &unique).await?;
        assert!(create(&organisation, json!({ "name": "x" })).await.is_err());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_taken_out_and_put_back() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let account = form("account", [name()]);
        organisation.publish(DocumentKind::Form, &account).await?;
        let link = field("account", "link", json!({ "options": { "form": "account" } }));
        let with = deal([name(), link]);
        organisation.publish(DocumentKind::Form, &with).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let acme =
            engine.record_create(admin, "account", &json!({ "name": "Acme" }), false).await?;
        let id = create(&organisation, json!({ "name": "x", "account": acme.id })).await?;
        organisation.publish(DocumentKind::Form, &deal([name()])).await?;
        organisation.publish(DocumentKind::Form, &with).await?;
        assert_eq!(read(&organisation, &id).await?["account"]["id"], json!(acme.id));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn decimals_go_up_and_down_again_with_their_values() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let number = |places: u32| {
            deal([name(), field("n", "number", json!({ "options": { "places": places } }))])
        };
        organisation.publish(DocumentKind::Form, &number(2)).await?;
        let kept = create(&organisation, json!({ "name": "kept", "n": "12.34" })).await?;
        let large =
            create(&organisation, json!({ "name": "large", "n": "1234567890123.45" })).await?;
        let none = create(&organisation, json!({ "name": "none" })).await?;

        let plan = check(&organisation, &number(4)).await?;
        let report = &plan.conversions[0];
        assert_eq!((report.converted, report.rounded, report.refused), (1, 0, 1));
        let lost = &report.lost[0];
        assert_eq!((lost.record.as_str(), lost.title.as_str()), (large.as_str(), "large"));
        assert_eq!(lost.value, json!("1234567890123.45"));
        let refused =
            problems(organisation.publish(DocumentKind::Form, &number(4)).await.unwrap_err());
        assert_eq!(refused[0].code, "values_do_not_convert");
        assert_eq!(read(&organisation, &large).await?["n"], json!("1234567890123.45"));

        assert!(!publish_all_the_same(&organisation, &number(4)).await?.preparing);
        assert_eq!(read(&organisation, &kept).await?["n"], json!("12.3400"));
        assert_eq!(read(&organisation, &large).await?["n"], Json::Null);
        let fine = create(&organisation, json!({ "name": "fine", "n": "0.12345" })).await;
        assert!(fine.is_err(), "five places");
        let fine = create(&organisation, json!({ "name": "fine", "n": "0.1235" })).await?;

        publish_all_the_same(&organisation, &number(2)).await?;
        assert_eq!(read(&organisation, &kept).await?["n"], json!("12.34"));
        let back = read(&organisation, &large).await?;
        assert_eq!(back["n"], json!("1234567890123.45"), "what had not converted comes back");
        assert_eq!(read(&organisation, &fine).await?["n"], json!("0.12"));
        assert_eq!(read(&organisation, &none).await?["n"], Json::Null);
        let filter = serde_json::from_value(json!({ "field": "n", "op": "gte", "value": "12" }))?;
        let query = ListQuery { filter: Some(filter), limit: 9, ..ListQuery::default() };
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        assert_eq!(engine.record_list(admin, "deal", &query, true).await?.total, Some(2));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_become_members_and_what_names_nobody_is_reported_and_kept() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let anna = organisation.member("anna", None, &[]).await?;
        let kind = |kind: &str| deal([name(), field("who", kind, json!({}))]);
        organisation.publish(DocumentKind::Form, &kind("text")).await?;
        let named = create(&organisation, json!({ "name": "named", "who": "anna" })).await?;
        let nobody = create(&organisation, json!({ "name": "nobody", "who": "someone" })).await?;

        let plan = check(&organisation, &kind("member")).await?;
        let report = &plan.conversions[0];
        assert_eq!(report.kinds, (Some("text".to_owned()), "member".to_owned()));
        assert_eq!((report.converted, report.refused), (1, 1));
        assert_eq!(report.lost[0].record, nobody);
        let problem = report.lost[0].problem.as_ref().context("a reason")?;
        assert_eq!(problem.code, "unknown_member");

        publish_all_the_same(&organisation, &kind("member")).await?;
        assert_eq!(read(&organisation, &named).await?["who"], json!(anna.member));
        assert_eq!(read(&organisation, &nobody).await?["who"], Json::Null);
        publish_all_the_same(&organisation, &kind("text")).await?;
        assert_eq!(read(&organisation, &named).await?["who"], json!("anna"));
        assert_eq!(read(&organisation, &nobody).await?["who"], json!("someone"));
    }
    Ok(())
}

/// Over several kinds nothing that was stored is lost; what was typed on the way counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_comes_back_over_several_kinds() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let of = |words: &str, places: u32| {
            let number = field("n", "number", json!({ "options": { "places": places } }));
            deal([name(), field("words", words, json!({})), number])
        };
        let kept = json!({ "name": "kept", "words": "012.50", "n": "1.2345" });
        let typed = json!({ "name": "typed", "words": "by hand", "n": "1.2345" });
        organisation.publish(DocumentKind::Form, &of("text", 4)).await?;
        let kept = create(&organisation, kept).await?;
        let typed = create(&organisation, typed).await?;
        publish_all_the_same(&organisation, &of("number", 2)).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let change = json!({ "words": "7", "n": "9.75" });
        engine.record_update(admin, "deal", &typed, 1, &change).await?;

        publish_all_the_same(&organisation, &of("date", 0)).await?;
        assert_eq!(read(&organisation, &kept).await?["words"], Json::Null);
        assert_eq!(read(&organisation, &kept).await?["n"], json!("1"));
        publish_all_the_same(&organisation, &of("text", 4)).await?;
        let back = read(&organisation, &kept).await?;
        assert_eq!((&back["words"], &back["n"]), (&json!("012.50"), &json!("1.2345")));
        let back = read(&organisation, &typed).await?;
        assert_eq!((&back["words"], &back["n"]), (&json!("7"), &json!("9.7500")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_become_others_on_both_databases() -> Result<()> {
    let options = json!({ "options": [
        { "key": "new", "label": { "zh-CN": "新", "en": "New" } },
        { "key": "won", "label": { "zh-CN": "赢", "en": "Won" } }
    ] });
    let cases = [
        ("number", json!({}), json!("12.50"), "text", json!({}), json!("12.5")),
        ("text", json!({}), json!("1,234.5"), "money", json!({}), json!("1234.50")),
        ("text", json!({}), json!("2026/6/3"), "date", json!({}), json!("2026-06-03")),
        ("text", json!({}), json!("New"), "choice", options.clone(), json!("new")),
        ("choice", options.clone(), json!("won"), "choices", options.clone(), json!(["won"])),
        ("choices", options.clone(), json!(["won"]), "choice", options.clone(), json!("won")),
        ("choice", options.clone(), json!("won"), "text", json!({}), json!("Won")),
        ("boolean", json!({}), json!(true), "text", json!({}), json!("Yes")),
        ("text", json!({}), json!("Yes"), "boolean", json!({}), json!(true)),
        (
            "date",
            json!({}),
            json!("2026-06-03"),
            "datetime",
            json!({}),
            json!("2026-06-02T16:00:00.000Z"),
        ),
        (
            "datetime",
            json!({}),
            json!("2026-06-02T16:00:00.000Z"),
            "date",
            json!({}),
            json!("2026-06-03"),
        ),
        (
            "datetime",
            json!({}),
            json!("2026-06-02T16:00:00.000Z"),
            "text",
            json!({}),
            json!("2026-06-03 00:00"),
        ),
        ("text", json!({}), json!("as it is"), "long_text", json!({}), json!("as it is")),
    ];
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        for (index, (from, from_options, value, to, to_options, expected)) in
            cases.iter().enumerate()
        {
            let key = format!("v{index}");
            let of = |kind: &str, options: &Json| {
                deal([
                    name(),
                    field(&key, kind, json!({ "options": options })),
                    subform("lines", [field(&key, kind, json!({ "options": options }))]),
                ])
            };
            organisation.publish(DocumentKind::Form, &of(from, from_options)).await?;
            let values = json!({ "name": "x", &key: value, "lines": [{ &key: value }, {}] });
            let id = create(&organisation, values).await?;
            organisation
                .publish(DocumentKind::Form, &of(to, to_options))
                .await
                .with_context(|| format!("{from} to {to}"))?;
            let record = read(&organisation, &id).await?;
            assert_eq!(record[&key], *expected, "{from} to {to}");
            assert_eq!(record["lines"][0][&key], *expected, "{from} to {to} in rows");
            assert_eq!(record["lines"][1][&key], Json::Null, "{from} to {to} in rows");
            // The record can be saved as it stands, and says what changed.
            let change = json!({ "name": "y" });
            organisation.engine.record_update(&organisation.admin, "deal", &id, 1, &change).await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_retired_and_put_back_has_its_data_again() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let lines = || subform("lines", [field("qty", "number", json!({}))]);
        let whole = deal([name(), field("note", "text", json!({})), lines()]);
        organisation.publish(DocumentKind::Form, &whole).await?;
        let values =
            json!({ "name": "x", "note": "12", "lines": [{ "qty": "2" }, { "qty": "3" }] });
        let id = create(&organisation, values).await?;
        organisation.publish(DocumentKind::Form, &deal([name()])).await?;
        let change = json!({ "name": "y" });
        organisation.engine.record_update(&organisation.admin, "deal", &id, 1, &change).await?;

        organisation.publish(DocumentKind::Form, &whole).await?;
        let record = read(&organisation, &id).await?;
        assert_eq!(record["note"], json!("12"));
        assert_eq!(record["lines"][1]["qty"], json!("3.00"));

        organisation
            .publish(
                DocumentKind::Form,
                &deal([name(), subform("lines", [field("other", "text", json!({}))])]),
            )
            .await?;
        let other = deal([name(), field("note", "number", json!({})), lines()]);
        organisation.publish(DocumentKind::Form, &other).await?;
        let record = read(&organisation, &id).await?;
        assert_eq!(record["note"], json!("12.00"), "as another kind as well");
        assert_eq!(record["lines"][1]["qty"], json!("3.00"), "a column of rows alike");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_become_the_same_cannot_be_unique() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let of = |kind: &str| deal([name(), field("n", kind, json!({ "unique": true }))]);
        organisation.publish(DocumentKind::Form, &of("text")).await?;
        for value in ["1.5", "1.50", "2"] {
            create(&organisation, json!({ "name": value, "n": value })).await?;
        }
        let found =
            problems(organisation.publish(DocumentKind::Form, &of("number")).await.unwrap_err());
        assert_eq!(found[0].code, "values_not_unique");
        let named = serde_json::to_string(&found[0].params["records"])?;
        assert!(named.contains("1.50") && !named.contains("\"2\""), "{named}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn subforms_whose_names_look_alike_have_tables_of_their_own() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let rows = |key: &str| subform(key, [field("x", "text", json!({}))]);
        organisation.publish(DocumentKind::Form, &deal([name(), rows("明细"), rows("c2")])).await?;
        let both = deal([name(), rows("c1"), rows("明细"), rows("c2"), rows("另一")]);
        organisation.publish(DocumentKind::Form, &both).await?;
        let values =
            json!({ "name": "x", "c2": [{ "x": "a" }], "明细": [{ "x": "b" }], "另一": [] });
        let id = create(&organisation, values).await?;
        let record = read(&organisation, &id).await?;
        assert_eq!((&record["c2"][0]["x"], &record["明细"][0]["x"]), (&json!("a"), &json!("b")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_table_is_prepared_beside_its_writers() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let of = |places: u32| {
            views(
                deal([name(), field("n", "number", json!({ "options": { "places": places } }))]),
                &["n"],
            )
        };
        organisation.publish(DocumentKind::Form, &of(2)).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        fill(engine, 12_000, "f_n", "i").await?;
        let plan = check(&organisation, &of(4)).await?;
        assert_eq!(plan.conversions[0].converted, 12_000);
        assert_eq!(plan.conversions[0].when, formwork_model::schema::When::Deferred);

        let writer = {
            let (engine, admin) = (engine.clone(), admin.clone());
            tokio::spawn(async move {
                for number in (1..=300).map(|step| step * 40) {
                    let id = format!("bulk{number:08}");
                    let change = json!({ "n": format!("{number}.75") });
                    loop {
                        match engine.record_update(&admin, "deal", &id, 1, &change).await {
                            Ok(_) => break,
                            Err(EngineError::Busy) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
                Ok(())
            })
        };
        let (kind, four) = (DocumentKind::Form, of(4));
        let done = engine.document_publish_with(admin, kind, "deal", &four, 1, false).await?;
        assert!(done.preparing);
        while engine.catalog().compiled("deal").context("deal")?.model.revision == 1 {
            // Whatever is read is right, before and after.
            let number = json!({ "field": "n", "op": "eq", "value": "0.07" });
            let filter = serde_json::from_value(number)?;
            let query = ListQuery { filter: Some(filter), limit: 2, ..ListQuery::default() };
            let page = engine.record_list(admin, "deal", &query, true).await?;
            assert_eq!(page.total, Some(1), "bulk00000007");
            engine.work_off().await?;
            engine.refresh().await?;
        }
        writer.await??;
        for number in [1_u32, 39, 40, 6000, 11_960, 12_000] {
            let record = read(&organisation, &format!("bulk{number:08}")).await?;
            let expected = match number % 40 {
                0 => format!("{number}.7500"),
                _ => format!("{:.4}", f64::from(number) / 100.0),
            };
            assert_eq!(record["n"], json!(expected), "{number}");
        }
        engine.work_off().await?;
        assert!(engine.deferred_work("deal").await?.is_empty());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_that_waits_for_its_values_keeps_the_next_one_out() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let of = |kind: &str| deal([name(), field("n", kind, json!({}))]);
        organisation.publish(DocumentKind::Form, &of("text")).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        fill(engine, SMALL_TABLE, "f_n", "'7'").await?;
        let step = formwork_store::repo::schema_step::StepRow {
            id: "s".into(),
            form: "deal".into(),
            kind: "conversion".into(),
            subject: "form/deal".into(),
            body: "{}".into(),
            state: "running".into(),
            done: 1,
            total: 2,
            problem: None,
            created_at: 0,
            created_by: admin.member.clone(),
        };
        engine
            .store()
            .write(Hold::Nothing, move |connection| {
                Box::pin(async move {
                    formwork_store::repo::schema_step::step_add(connection, &step).await
                })
            })
            .await?;
        let refused =
            engine.document_publish(admin, DocumentKind::Form, "deal", &of("text"), 1).await;
        assert!(
            matches!(&refused, Err(EngineError::Refused(p)) if p.code == "conversion_unfinished"),
            "{refused:?}"
        );
        engine.conversion_discard(admin, "deal").await?;
        engine.document_publish(admin, DocumentKind::Form, "deal", &of("text"), 1).await?;
    }
    Ok(())
}

/// Works off what waits; what others were in the way of is tried again, as the worker does.
async fn all_done(engine: &Engine, form: &str) -> Result<()> {
    for _ in 0..20 {
        engine.work_off().await?;
        let left = engine.deferred_work(form).await?;
        ensure!(left.iter().all(|work| work.state != "failed"), "{left:?}");
        if left.is_empty() {
            return Ok(());
        }
    }
    bail!("it is never done: {:?}", engine.deferred_work(form).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_of_large_tables_are_built_and_dropped_behind() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let fields = || deal([name(), field("n", "number", json!({}))]);
        organisation.publish(DocumentKind::Form, &views(fields(), &["name"])).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        fill(engine, SMALL_TABLE, "f_n", "i").await?;
        for sorts in [["n"], ["name"], ["n"]] {
            organisation.publish(DocumentKind::Form, &views(fields(), &sorts)).await?;
            all_done(engine, "deal").await?;
            let plan = check(&organisation, &views(fields(), &sorts)).await?;
            assert!(plan.operations.is_empty(), "{:?}", plan.operations);
        }
        let unique = deal([name(), field("n", "number", json!({ "unique": true }))]);
        engine.document_publish(admin, DocumentKind::Form, "deal", &unique, 4).await?;
        all_done(engine, "deal").await?;
        assert!(check(&organisation, &unique).await?.operations.is_empty());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_that_changes_tells_that_records_keep_their_values_until_saved() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let of = |formula: &str| {
            let double = field("double", "number", json!({ "formula": formula }));
            deal([name(), field("n", "number", json!({})), double])
        };
        organisation.publish(DocumentKind::Form, &of("n * 2")).await?;
        let warned = async |document: &Json| {
            let plan = check(&organisation, document).await?;
            let codes = plan.warnings.iter().map(|warning| warning.code.to_string());
            Ok::<_, anyhow::Error>(codes.collect::<Vec<_>>())
        };
        assert!(warned(&of("n * 3")).await?.is_empty(), "there are no records yet");
        create(&organisation, json!({ "name": "a", "n": "1" })).await?;
        assert_eq!(warned(&of("n * 3")).await?, ["computed_on_saving"]);
        assert!(warned(&of("n * 2")).await?.is_empty());
    }
    Ok(())
}
