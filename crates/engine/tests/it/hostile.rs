//! Hostile texts in every kind of field: each is stored exactly or refused with a problem,
//! and none reaches the database as anything but a value.

use anyhow::Result;
use formwork_engine::EngineError;
use formwork_model::{Filter, Operator, document::DocumentKind};
use formwork_query::{ListQuery, Page};
use formwork_testkit::{Backend, Organisation, field, form, subform};
use serde_json::{Value as Json, json};

const KINDS: [&str; 15] = [
    "text",
    "long_text",
    "number",
    "money",
    "boolean",
    "date",
    "datetime",
    "choice",
    "choices",
    "member",
    "members",
    "department",
    "departments",
    "link",
    "lines",
];

/// The field of a kind.
fn key(kind: &str) -> String {
    format!("x_{kind}")
}

fn every_kind() -> Json {
    let choice = json!({ "options": { "options": [{ "key": "a", "label": "A" }] } });
    let plain = [
        "text",
        "long_text",
        "number",
        "money",
        "boolean",
        "date",
        "datetime",
        "member",
        "members",
        "department",
        "departments",
    ];
    let fields = plain.into_iter().map(|kind| field(&key(kind), kind, json!({})));
    let rest = [
        field("x_choice", "choice", choice.clone()),
        field("x_choices", "choices", choice),
        field("x_link", "link", json!({ "options": { "form": "target" } })),
        subform("x_lines", [field("note", "long_text", json!({}))]),
        field(
            "shout",
            "text",
            json!({ "formula": "UPPER(x_text)", "options": { "max_length": 1000 } }),
        ),
    ];
    form("every", fields.chain(rest))
}

fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "'; drop table r_every; --",
        "\" or \"\"=\"",
        "\u{0}nul",
        "\u{1}\u{1}\u{1}",
        "a\u{1}b",
        "$1 $2 {} {{}} %s ?",
        "<script>alert(1)</script>",
        "\u{202e}gnp.exe",
        "\u{200b}\u{feff}",
        "🏳️‍🌈👩‍👩‍👧",
        "\u{10ffff}",
        "e\u{301}",
        "NaN",
        "Infinity",
        "-0",
        "1e400",
        "1e-400",
        "9223372036854775808",
        "-999999999999999999999999999999",
        "0x10",
        "١٢٣",
        "0001-01-01",
        "9999-12-31",
        "-9999-01-01",
        "2026-02-30",
        "9999-12-31T23:59:59.999Z",
        "0001-01-01T00:00:00Z",
        "2026-06-18T06:32:11.123456789+23:59",
        "../../etc/passwd",
        "${jndi:ldap://x}",
        "\r\n\r\nHTTP/1.1 200 OK",
        " leading and trailing ",
        "null",
        "{\"$ne\":null}",
        "\\",
        "%_",
        "",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend(["x".repeat(60_000), "长".repeat(60_000), "9".repeat(5000)]);
    texts
}

fn shapes(text: &str) -> Vec<Json> {
    vec![
        json!(text),
        json!([text]),
        json!([text, [text]]),
        json!({ "id": text }),
        json!([{ "note": text }]),
        json!([{ "id": text, "note": text }]),
        json!([{ text: text }]),
        json!({ text: text }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_are_stored_exactly_or_refused() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let target = form("target", [field("name", "text", json!({}))]);
        organisation.publish(DocumentKind::Form, &target).await?;
        organisation.publish(DocumentKind::Form, &every_kind()).await?;
        organisation.grant_all(&["target", "every"]).await?;
        let member = organisation.member("lin", None, &[]).await?;
        let engine = &organisation.engine;
        for text in hostile_texts() {
            for kind in KINDS {
                for value in shapes(&text) {
                    let values = json!({ key(kind): value });
                    match engine.record_create(&member, "every", &values, false).await {
                        Ok(made) => {
                            let open = engine.record_open(&member, "every", &made.id).await?;
                            let open: Json = serde_json::from_str(&open.record)?;
                            must_be_as_sent(kind, &value, &open[key(kind)]);
                        }
                        Err(EngineError::Problems(problems)) => assert!(!problems.is_empty()),
                        Err(other) => panic!("{backend:?}: {kind} {value:.80}: {other:?}"),
                    }
                }
            }
        }
    }
    Ok(())
}

/// Texts come back as they were but for the spaces at their ends.
fn must_be_as_sent(kind: &str, sent: &Json, found: &Json) {
    let expected = match (kind, sent) {
        ("text", Json::String(text)) => text.trim().to_owned(),
        ("long_text", Json::String(text)) => text.replace("\r\n", "\n").trim_end().to_owned(),
        _ => return,
    };
    let found = found.as_str().unwrap_or_default();
    assert_eq!(found, expected, "{kind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_in_lists_find_nothing_or_are_refused() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let target = form("target", [field("name", "text", json!({}))]);
        organisation.publish(DocumentKind::Form, &target).await?;
        organisation.publish(DocumentKind::Form, &every_kind()).await?;
        organisation.grant_all(&["target", "every"]).await?;
        let member = organisation.member("lin", None, &[]).await?;
        let engine = &organisation.engine;
        let list =
            async |query: ListQuery| match engine.record_list(&member, "every", &query, true).await
            {
                Ok(page) => assert_eq!(page.total, Some(0)),
                Err(EngineError::Problems(problems)) => assert!(!problems.is_empty()),
                Err(other) => panic!("{backend:?}: {query:?}: {other:?}"),
            };
        for text in hostile_texts() {
            let searched =
                ListQuery { search: Some(text.clone()), limit: 5, ..ListQuery::default() };
            list(searched).await;
            let after =
                ListQuery { page: Page::After(text.clone()), limit: 5, ..ListQuery::default() };
            list(after).await;
            for kind in KINDS {
                for operator in [
                    Operator::Eq,
                    Operator::In,
                    Operator::Contains,
                    Operator::HasAny,
                    Operator::Between,
                ] {
                    for value in [json!(text), json!([text, text])] {
                        let filter = Filter::condition(key(kind), operator, value);
                        list(ListQuery { filter: Some(filter), limit: 5, ..ListQuery::default() })
                            .await;
                    }
                }
            }
            let gone = engine.record_open(&member, "every", &text).await;
            let refused = matches!(gone, Err(EngineError::NotFound | EngineError::Problems(_)));
            assert!(refused, "{backend:?}: {text:.80}: {gone:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_moved_out_of_all_time_are_refused_or_empty() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let plan = form("plan", [field("day", "date", json!({}))]);
        organisation.publish(DocumentKind::Form, &plan).await?;
        engine.record_create(admin, "plan", &json!({ "day": "2026-06-30" }), false).await?;
        for (by, count) in [
            ("year", i32::MAX),
            ("year", i32::MIN),
            ("month", i32::MAX),
            ("week", i32::MIN),
            ("day", i32::MAX),
            ("year", 9000),
            ("year", -3000),
            ("month", 1),
        ] {
            for (field, bucket) in [("day", "day"), ("created_at", "month"), ("day", "week")] {
                let request = serde_json::from_value(json!({
                    "dimensions": [{ "field": field, "bucket": bucket,
                                     "shift": { "by": by, "count": count } }],
                    "measures": [{ "key": "n", "aggregate": "count" }]
                }))?;
                let answer = engine.record_aggregate(admin, "plan", &request).await;
                assert!(
                    matches!(answer, Ok(_) | Err(EngineError::Problems(_))),
                    "{backend:?} {by} {count}: {answer:?}"
                );
            }
        }
    }
    Ok(())
}
