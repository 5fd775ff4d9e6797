//! What a field held before is there again when it gets its old kind back, whatever has been
//! renamed meanwhile; and what does not come over is told before.

use anyhow::{Context, Result};
use formwork_engine::MemberChange;
use formwork_model::{document::DocumentKind, schema::SMALL_TABLE};
use formwork_testkit::{Backend, Organisation, field, subform};
use serde_json::{Value as Json, json};

use crate::schema::{check, create, deal, fill, name, problems, publish_all_the_same, read};

fn of(kind: &str, options: &Json) -> Json {
    deal([name(), field("v", kind, json!({ "options": options }))])
}

fn choices(keys: &[&str]) -> Json {
    let option = |key: &&str| json!({ "key": key, "label": format!("L{}", key.to_uppercase()) });
    json!({ "options": keys.iter().map(option).collect::<Vec<_>>() })
}

async fn values(organisation: &Organisation, ids: &[String]) -> Result<Vec<Json>> {
    let mut values = Vec::new();
    for id in ids {
        values.push(read(organisation, id).await?["v"].clone());
    }
    Ok(values)
}

async fn made(organisation: &Organisation, all: &[Json]) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for value in all {
        ids.push(create(organisation, json!({ "name": "x", "v": value })).await?);
    }
    Ok(ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_come_back_from_members_who_were_renamed_or_came_later() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let zhao = organisation.member("zhao", None, &[]).await?;
        organisation.publish(DocumentKind::Form, &of("text", &json!({}))).await?;
        let texts = [json!("zhao"), json!("missing"), json!("zhao")];
        let ids = made(&organisation, &texts).await?;
        publish_all_the_same(&organisation, &of("member", &json!({}))).await?;
        let id = json!(zhao.member);
        assert_eq!(values(&organisation, &ids).await?, [id.clone(), Json::Null, id.clone()]);

        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let missing = organisation.member("missing", None, &[]).await?;
        let renamed = MemberChange { name: Some("Renamed".into()), ..MemberChange::default() };
        engine.member_change(admin, &zhao.member, renamed).await?;
        // Somebody picks whoever stood there already, and then another one: that counts.
        let other = json!({ "v": missing.member });
        engine.record_update(admin, "deal", &ids[2], 1, &other).await?;

        let back = of("text", &json!({}));
        let plan = check(&organisation, &back).await?;
        assert_eq!(plan.conversions[0].refused, 0, "{plan:?}");
        publish_all_the_same(&organisation, &back).await?;
        let found = values(&organisation, &ids).await?;
        assert_eq!(found, [json!("zhao"), json!("missing"), json!("missing")]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_come_back_over_several_kinds_and_new_options() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        organisation.publish(DocumentKind::Form, &of("text", &json!({}))).await?;
        let ids = made(&organisation, &[json!("LX"), json!("LQ")]).await?;
        let ways = [
            ("choice", choices(&["x", "y"])),
            ("choice", choices(&["x", "q"])),
            ("choices", choices(&["x", "q"])),
            ("text", json!({})),
        ];
        for (kind, options) in ways {
            publish_all_the_same(&organisation, &of(kind, &options)).await?;
        }
        assert_eq!(values(&organisation, &ids).await?, [json!("LX"), json!("LQ")]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn options_that_are_gone_keep_their_labels() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let both = choices(&["x", "y"]);
        organisation.publish(DocumentKind::Form, &of("choices", &both)).await?;
        let ids = made(&organisation, &[json!(["x", "y"])]).await?;
        publish_all_the_same(&organisation, &of("choice", &choices(&["x"]))).await?;
        assert_eq!(values(&organisation, &ids).await?, [Json::Null]);
        publish_all_the_same(&organisation, &of("text", &json!({}))).await?;
        assert_eq!(values(&organisation, &ids).await?, [json!("LX, LY")]);
    }
    Ok(())
}

/// What was typed is what counts, also where a conversion would have made the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_was_typed_is_not_taken_for_a_converted_one() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let places = |places: u32| of("number", &json!({ "places": places }));
        organisation.publish(DocumentKind::Form, &places(2)).await?;
        let ids = made(&organisation, &[json!("1.25"), json!("1.25")]).await?;
        publish_all_the_same(&organisation, &places(0)).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for (version, value) in [(1, "2"), (2, "1")] {
            engine.record_update(admin, "deal", &ids[1], version, &json!({ "v": value })).await?;
        }
        publish_all_the_same(&organisation, &places(2)).await?;
        assert_eq!(values(&organisation, &ids).await?, [json!("1.25"), json!("1.00")]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_loses_something_is_told_before() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        organisation.publish(DocumentKind::Form, &of("text", &json!({}))).await?;
        let ids = made(&organisation, &[json!("1234.5"), json!("3")]).await?;

        let rating = check(&organisation, &of("rating", &json!({ "max": 5 }))).await?;
        let report = &rating.conversions[0];
        assert_eq!((report.converted, report.refused), (1, 1), "a mark beyond its scale");

        publish_all_the_same(&organisation, &of("boolean", &json!({}))).await?;
        let whole = of("number", &json!({ "places": 0 }));
        let plan = check(&organisation, &whole).await?;
        let report = &plan.conversions[0];
        // Nothing is seen of it now, and something would be lost of it.
        assert_eq!(report.lost.len(), 1, "{report:?}");
        assert_eq!(report.lost[0].record, ids[0]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_becomes_a_subform_tells_what_does_not_come_over() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let text = of("text", &json!({}));
        let rows = deal([name(), subform("v", [field("z", "text", json!({}))])]);
        organisation.publish(DocumentKind::Form, &text).await?;
        let ids = made(&organisation, &[json!("a"), json!("b"), Json::Null]).await?;
        let refused = organisation.publish(DocumentKind::Form, &rows).await;
        let found = problems(refused.err().context("it is refused")?);
        assert_eq!(found[0].code, "values_do_not_convert");
        let plan = check(&organisation, &rows).await?;
        assert_eq!((plan.conversions[0].refused, plan.conversions[0].lost.len()), (2, 2));
        assert_eq!(plan.conversions[0].lost[0].value, json!("a"));

        publish_all_the_same(&organisation, &rows).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let cells = json!({ "v": [{ "z": "1" }, { "z": "2" }] });
        engine.record_update(admin, "deal", &ids[2], 1, &cells).await?;
        let back = check(&organisation, &text).await?;
        assert_eq!(
            (back.conversions[0].refused, &back.conversions[0].lost[0].value),
            (1, &json!(2))
        );
        publish_all_the_same(&organisation, &text).await?;
        assert_eq!(values(&organisation, &ids).await?, [json!("a"), json!("b"), Json::Null]);
        assert!(engine.schema_findings().await?.is_empty(), "{backend:?}");
    }
    Ok(())
}

/// While values are converted beside the running form, others type what is no longer unique
/// afterwards: the form stays what it is, and the records are named.
#[tokio::test(flavor = "multi_thread")]
async fn values_that_come_meanwhile_must_be_unique_as_well() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let unique = |places: u32| {
            let options = json!({ "unique": true, "options": { "places": places } });
            deal([name(), field("v", "number", options)])
        };
        organisation.publish(DocumentKind::Form, &unique(2)).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        fill(engine, SMALL_TABLE + 10, "f_v", "i * 100").await?;
        let done = publish_all_the_same(&organisation, &unique(0)).await?;
        assert!(done.preparing);
        for cents in ["00", "04"] {
            create(&organisation, json!({ "name": cents, "v": format!("900000.{cents}") })).await?;
        }
        engine.work_off().await?;
        let (_, revision) = engine.document_get(admin, DocumentKind::Form, "deal").await?;
        assert_eq!(revision, 1, "{backend:?}");
        let work = engine.deferred_work("deal").await?;
        let problem = work[0].problem.clone().context("why it failed")?;
        assert_eq!(
            (problem.code.as_ref(), &problem.params["count"]),
            ("values_not_unique", &json!(2))
        );
        assert!(problem.params["titles"].as_str().is_some_and(|titles| titles.contains("04")));
    }
    Ok(())
}

/// While the unique index of a large table waits to be built, nobody is let in twice.
#[tokio::test(flavor = "multi_thread")]
async fn values_are_unique_before_their_index_is_built() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let of = |unique: bool| deal([name(), field("v", "number", json!({ "unique": unique }))]);
        organisation.publish(DocumentKind::Form, &of(false)).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        fill(engine, SMALL_TABLE + 10, "f_v", "i * 100").await?;
        publish_all_the_same(&organisation, &of(true)).await?;
        assert!(!engine.deferred_work("deal").await?.is_empty(), "the index waits");
        for round in 0..10 {
            let value = json!({ "name": "x", "v": format!("{}", 900_000 + round) });
            let press = || engine.record_create(admin, "deal", &value, false);
            let (one, other) = tokio::join!(press(), press());
            assert!(one.is_ok() != other.is_ok(), "{backend:?} {round}: {one:?} {other:?}");
        }
        engine.work_off().await?;
        assert!(engine.deferred_work("deal").await?.is_empty(), "{backend:?}");
    }
    Ok(())
}
