//! What people and programs get wrong, and what definitions do to records that are there.

use anyhow::Result;
use formwork_engine::{
    EngineError, EngineResult, EvaluationRequest, HandOver, MemberChange, Submission,
};
use formwork_model::document::DocumentKind;
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

fn codes(refused: EngineResult<Submission>) -> Vec<(String, String)> {
    let Err(EngineError::Problems(problems)) = refused else { panic!("{refused:?}") };
    let mut found: Vec<_> =
        problems.iter().map(|p| (p.code.to_string(), p.pointer.clone())).collect();
    found.sort_unstable();
    found
}

fn own(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(code, pointer)| ((*code).to_owned(), (*pointer).to_owned())).collect()
}

async fn record(organisation: &Organisation, form: &str, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, form, id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

async fn stored(organisation: &Organisation, form: &str) -> Result<Option<i64>> {
    let query = ListQuery { limit: 1, ..ListQuery::default() };
    Ok(organisation.engine.record_list(&organisation.admin, form, &query, true).await?.total)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_that_divides_by_zero_names_its_field_and_is_empty() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let document = form(
            "ratio",
            [
                field("a", "number", json!({})),
                field("b", "number", json!({})),
                field("c", "number", json!({ "formula": "a / b" })),
                field("safe", "number", json!({ "formula": "IFERROR(a / b, 0)" })),
                subform(
                    "lines",
                    [
                        field("n", "number", json!({})),
                        field("part", "number", json!({ "formula": "1 / n" })),
                    ],
                ),
            ],
        );
        organisation.publish(DocumentKind::Form, &document).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let zero = json!({ "a": 1, "b": 0, "lines": [{ "n": 2 }, { "n": 0 }] });
        let made = engine.record_create(admin, "ratio", &zero, false).await?;
        let opened = engine.record_open(admin, "ratio", &made.id).await?;
        let failed = opened.failures.iter().map(|p| (p.code.as_ref(), p.pointer.as_str()));
        let expected = [("formula_failed", "/c"), ("formula_failed", "/lines/1/part")];
        assert_eq!(failed.collect::<Vec<_>>(), expected, "{backend:?}");
        assert_eq!(stored(&organisation, "ratio").await?, Some(1));

        let request = EvaluationRequest { values: zero, ..EvaluationRequest::default() };
        let seen = engine.form_evaluate(admin, "ratio", &request).await?;
        assert_eq!(seen.values["c"], Json::Null);
        assert_eq!(seen.values["safe"], "0.00");
        assert_eq!(seen.values["lines"][0]["part"], "0.50");
        assert!(seen.problems.iter().any(|problem| problem.pointer == "/c"));

        let empty = engine.record_create(admin, "ratio", &json!({ "a": 1 }), false).await?;
        assert_eq!(record(&organisation, "ratio", &empty.id).await?["c"], Json::Null);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn subforms_with_too_many_rows_are_refused_before_anything_is_made_of_them() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let document = form("order", [subform("lines", [field("n", "number", json!({}))])]);
    organisation.publish(DocumentKind::Form, &document).await?;
    let rows: Vec<Json> = (0..100_000).map(|n| json!({ "n": n })).collect();
    let values = json!({ "lines": rows });
    let refused =
        organisation.engine.record_create(&organisation.admin, "order", &values, false).await;
    assert_eq!(codes(refused), own(&[("too_many_rows", "/lines")]));
    let request = EvaluationRequest { values, ..EvaluationRequest::default() };
    let seen = organisation.engine.form_evaluate(&organisation.admin, "order", &request).await?;
    assert!(seen.problems.iter().any(|problem| problem.code == "too_many_rows"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_no_object_and_fields_that_do_not_exist_are_problems() -> Result<()> {
    let organisation = Organisation::new(Backend::Sqlite).await?;
    let document = form("note", [field("text", "text", json!({}))]);
    organisation.publish(DocumentKind::Form, &document).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    for (values, expected) in [
        (json!([]), own(&[("wrong_type", "")])),
        (json!("x"), own(&[("wrong_type", "")])),
        (
            json!({ "nope": 1, "id": "x" }),
            own(&[("unknown_field", "/id"), ("unknown_field", "/nope")]),
        ),
        (
            json!({ "version": 7, "deleted_at": null }),
            own(&[("unknown_field", "/deleted_at"), ("unknown_field", "/version")]),
        ),
        (
            json!({ "text": { "a": 1 }, "a/b~c": 1 }),
            own(&[("unknown_field", "/a~1b~0c"), ("wrong_type", "/text")]),
        ),
    ] {
        let refused = engine.record_create(admin, "note", &values, false).await;
        assert_eq!(codes(refused), expected, "{values}");
        let made = engine.record_create(admin, "note", &json!({ "text": "a" }), false).await?;
        let refused = engine.record_update(admin, "note", &made.id, 1, &values).await;
        assert_eq!(codes(refused), expected, "{values}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_record_whose_definition_narrowed_since_loses_nothing() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let wide = form(
            "deal",
            [
                field("name", "text", json!({ "options": { "max_length": 100 } })),
                field(
                    "stage",
                    "choice",
                    json!({ "options": { "options": [
                        { "key": "old", "label": "Old" }, { "key": "new", "label": "New" }
                    ]}}),
                ),
                field(
                    "gone",
                    "choice",
                    json!({ "options": { "options": [
                        { "key": "x", "label": "X" }, { "key": "y", "label": "Y" }
                    ]}}),
                ),
                field(
                    "tags",
                    "choices",
                    json!({ "options": { "options": [
                        { "key": "a", "label": "A" }, { "key": "b", "label": "B" }
                    ]}}),
                ),
                field("amount", "money", json!({})),
                subform(
                    "lines",
                    [
                        field(
                            "kind",
                            "choice",
                            json!({ "options": { "options": [
                                { "key": "p", "label": "P" }, { "key": "q", "label": "Q" }
                            ]}}),
                        ),
                        field("n", "number", json!({})),
                    ],
                ),
            ],
        );
        let narrow = form(
            "deal",
            [
                field("name", "text", json!({ "options": { "max_length": 5 } })),
                field(
                    "stage",
                    "choice",
                    json!({ "options": { "options": [
                        { "key": "old", "label": "Old", "retired": true }, { "key": "new", "label": "New" }
                    ]}}),
                ),
                // Not retired but taken out, as an admin may do by hand in the document.
                field(
                    "gone",
                    "choice",
                    json!({ "options": { "options": [{ "key": "y", "label": "Y" }] } }),
                ),
                field(
                    "tags",
                    "choices",
                    json!({ "options": { "options": [{ "key": "b", "label": "B" }] } }),
                ),
                field("amount", "money", json!({ "options": { "max": "100" } })),
                subform(
                    "lines",
                    [
                        field(
                            "kind",
                            "choice",
                            json!({ "options": { "options": [{ "key": "q", "label": "Q" }] } }),
                        ),
                        field("n", "number", json!({ "options": { "max": "10" } })),
                    ],
                ),
                field("note", "text", json!({})),
            ],
        );
        organisation.publish(DocumentKind::Form, &wide).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let values = json!({
            "name": "岚屿精密的一个很长的名字", "stage": "old", "gone": "x", "tags": ["a", "b"],
            "amount": "5000.00", "lines": [{ "kind": "p", "n": 500 }, { "kind": "q", "n": 1 }]
        });
        let made = engine.record_create(admin, "deal", &values, false).await?;
        organisation.publish(DocumentKind::Form, &narrow).await?;

        let before = record(&organisation, "deal", &made.id).await?;
        engine.record_update(admin, "deal", &made.id, 1, &json!({ "note": "called" })).await?;
        let after = record(&organisation, "deal", &made.id).await?;
        assert_eq!(after["note"], "called");
        for kept in ["name", "stage", "gone", "tags", "amount", "lines"] {
            assert_eq!(after[kept], before[kept], "{backend:?}: {kept}");
        }
        // A browser sends the whole form back, as it was, with one field changed.
        let mut whole = json!({ "note": "called again" });
        for same in ["name", "stage", "gone", "tags", "amount", "lines"] {
            whole[same] = after[same].clone();
        }
        engine.record_update(admin, "deal", &made.id, 2, &whole).await?;
        let again = record(&organisation, "deal", &made.id).await?;
        assert_eq!(again["note"], "called again");
        for kept in ["name", "stage", "gone", "tags", "amount", "lines"] {
            assert_eq!(again[kept], before[kept], "{backend:?}: {kept}");
        }
        // What is newly typed keeps to the new definition.
        let typed = json!({ "amount": "101", "gone": "z" });
        let refused = engine.record_update(admin, "deal", &made.id, 3, &typed).await;
        assert_eq!(codes(refused), own(&[("not_an_option", "/gone"), ("too_large", "/amount")]));
    }
    Ok(())
}

/// What another record has become holds nobody up who changes something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_was_broken_before_stops_only_changes_of_what_it_reads() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let base = form("base", [field("z", "number", json!({}))]);
        organisation.publish(DocumentKind::Form, &base).await?;
        let mut document = form(
            "ratio",
            [
                field("x", "number", json!({})),
                field("note", "text", json!({})),
                field("b", "link", json!({ "options": { "form": "base" } })),
                field("q", "number", json!({ "formula": "x / b.z" })),
            ],
        );
        document["rules"] = json!([
            { "kind": "check", "that": "q < 10", "message": "Too much", "fields": ["q"] }
        ]);
        organisation.publish(DocumentKind::Form, &document).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for (z, code) in [("0", "formula_failed"), ("0.5", "rule")] {
            let one = json!({ "z": "1" });
            let linked = engine.record_create(admin, "base", &one, false).await?;
            let sound = json!({ "x": "6", "b": linked.id });
            let made = engine.record_create(admin, "ratio", &sound, false).await?;
            let z = json!({ "z": z });
            engine.record_update(admin, "base", &linked.id, linked.version, &z).await?;

            let note = json!({ "note": "seen" });
            let saved = engine.record_update(admin, "ratio", &made.id, made.version, &note).await?;
            for touching in [json!({ "x": "7" }), json!({ "x": "7", "note": "both" })] {
                let refused =
                    engine.record_update(admin, "ratio", &made.id, saved.version, &touching).await;
                let expected = vec![(code.to_owned(), "/q".to_owned())];
                assert_eq!(codes(refused), expected, "{backend:?} {touching}");
            }
            let out = json!({ "b": null });
            engine.record_update(admin, "ratio", &made.id, saved.version, &out).await?;
            let new = engine.record_create(admin, "ratio", &sound, false).await;
            assert!(new.is_err(), "a new record keeps every check");
        }
    }
    Ok(())
}

/// Who has left is picked by nobody, and stays where they stood; what is carried over may name them.
#[tokio::test(flavor = "multi_thread")]
async fn members_who_have_left_are_not_picked_and_stay_where_they_are() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let gone = organisation.member("gone", None, &[]).await?.member;
        let here = organisation.member("here", None, &[]).await?.member;
        let customer = form("customer", [field("manager", "member", json!({}))]);
        let fill = json!({ "options": { "form": "customer", "fill": { "manager": "manager" } } });
        let visit = form(
            "visit",
            [
                field("customer", "link", fill),
                field("manager", "member", json!({})),
                field("team", "members", json!({})),
                field("note", "text", json!({})),
            ],
        );
        organisation.publish(DocumentKind::Form, &customer).await?;
        organisation.publish(DocumentKind::Form, &visit).await?;
        let led =
            engine.record_create(admin, "customer", &json!({ "manager": gone }), false).await?;
        let before = json!({ "team": [gone], "owner": gone });
        let before = engine.record_create(admin, "visit", &before, false).await?;
        let leaves = MemberChange {
            active: Some(false),
            hand_over: Some(HandOver::Admins),
            ..MemberChange::default()
        };
        engine.member_change(admin, &gone, leaves).await?;

        let filled = json!({ "customer": led.id });
        engine.record_create(admin, "visit", &filled, false).await?;
        let kept = json!({ "team": [gone, here], "owner": gone, "note": "x" });
        engine.record_update(admin, "visit", &before.id, before.version, &kept).await?;
        for (values, at) in [
            (json!({ "manager": gone }), "/manager"),
            (json!({ "team": [here, gone] }), "/team"),
            (json!({ "owner": gone }), "/owner"),
        ] {
            let refused = engine.record_create(admin, "visit", &values, false).await;
            assert_eq!(codes(refused), own(&[("member_inactive", at)]), "{backend:?}");
        }
    }
    Ok(())
}

/// What a link fills in may lead to what is gone, or out of the writer's sight: that keeps
/// nobody from saving.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_fills_in_what_is_gone_keeps_nobody_from_saving() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let link = |form: &str, more: Json| {
            let mut options = json!({ "form": form });
            if let (Some(options), Json::Object(more)) = (options.as_object_mut(), more) {
                options.extend(more);
            }
            json!({ "options": options })
        };
        organisation
            .publish(DocumentKind::Form, &form("c", [field("x", "text", json!({}))]))
            .await?;
        let b = form("b", [field("c", "link", link("c", json!({})))]);
        organisation.publish(DocumentKind::Form, &b).await?;
        let a = form(
            "a",
            [
                field("b", "link", link("b", json!({ "fill": { "fc": "c" } }))),
                field("fc", "link", link("c", json!({}))),
                field("acc", "link", json!({ "formula": "b.c", "options": { "form": "c" } })),
            ],
        );
        organisation.publish(DocumentKind::Form, &a).await?;
        let c = engine.record_create(admin, "c", &json!({ "x": "1" }), false).await?;
        let b = engine.record_create(admin, "b", &json!({ "c": c.id }), false).await?;
        engine.record_delete(admin, "c", &c.id, c.version).await?;
        engine.record_create(admin, "a", &json!({ "b": b.id }), false).await?;
        let picked = json!({ "b": b.id, "fc": c.id });
        let refused = engine.record_create(admin, "a", &picked, false).await;
        assert_eq!(codes(refused), own(&[("unknown_record", "/fc")]), "{backend:?}");
    }
    Ok(())
}
