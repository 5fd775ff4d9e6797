//! A record stays where its writer may write it, what writes for people keeps to the rules of
//! every record that it touches, and drafts are their owner's alone.

use anyhow::{Context, Result};
use formwork_engine::{
    AggregateRequest, BatchItem, BatchMode, BatchOutcome, ButtonOutcome, Caller, EngineError,
    TaskAnswer, TaskKind,
};
use formwork_flow::Answer;
use formwork_model::{Filter, Localized, Operator, document::DocumentKind};
use formwork_query::ListQuery;
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};

async fn record(organisation: &Organisation, form: &str, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, form, id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

fn problems<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> Vec<(String, String)> {
    match answer {
        Err(EngineError::Problems(problems)) => {
            problems.into_iter().map(|p| (p.code.to_string(), p.pointer)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn out(pointer: &str) -> Vec<(String, String)> {
    vec![("out_of_scope".to_owned(), pointer.to_owned())]
}

struct Regions {
    organisation: Organisation,
    /// Changes what lies in the east.
    east: Caller,
    /// Changes what is its own.
    own: Caller,
    north: String,
}

/// Deals by region, with everything that can move one: a fill, a stamp, a formula, a button.
async fn regions(backend: Backend, hand_over: bool) -> Result<Regions> {
    let organisation = Organisation::new(backend).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    for role in ["east", "own"] {
        engine.role_add(admin, role, Localized::new("角色", "Role")).await?;
    }
    let name = Localized::new("北区", "North");
    let north = engine.department_add(admin, name, None, None, 0).await?;
    let account = form("account", [field("region", "text", json!({}))]);
    let mut deal = form(
        "deal",
        [
            field("name", "text", json!({})),
            field(
                "account",
                "link",
                json!({ "options": {
                "form": "account", "fill": { "region": "region" } } }),
            ),
            field("region", "text", json!({})),
            field("code", "text", json!({})),
            field("area", "text", json!({ "formula": "COALESCE(code, \"e\")" })),
        ],
    );
    deal["rules"] = json!([{ "kind": "stamp", "on": ["name"], "when": "name == \"go\"",
        "set": { "region": "\"west\"" } }]);
    deal["buttons"] = json!([{ "key": "move", "label": "Move",
        "action": { "update": { "set": { "region": "\"west\"" } } } }]);
    organisation.publish(DocumentKind::Form, &account).await?;
    organisation.publish(DocumentKind::Form, &deal).await?;
    organisation.grant_all(&["account"]).await?;
    let group = |role: &str, scope: Json| {
        json!({ "key": role, "app": "test", "label": role, "members": { "roles": [role] },
            "forms": { "deal": { "operations": ["view", "create", "update"],
                                 "scope": scope, "hand_over": hand_over } } })
    };
    let in_east = json!({ "filter": { "all": [
        { "field": "region", "op": "eq", "value": "east" },
        { "field": "area", "op": "eq", "value": "e" }
    ] } });
    organisation.publish(DocumentKind::PermissionGroup, &group("east", in_east)).await?;
    organisation.publish(DocumentKind::PermissionGroup, &group("own", json!("own"))).await?;
    let east = organisation.member("east", None, &["east"]).await?;
    let own = organisation.member("own", None, &["own"]).await?;
    Ok(Regions { organisation, east, own, north })
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_moves_a_record_out_of_the_own_scope() -> Result<()> {
    for backend in Backend::all() {
        let Regions { organisation, east, own, .. } = regions(backend, false).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let west = json!({ "region": "west" });
        let west = engine.record_create(admin, "account", &west, false).await?.id;
        let deal = json!({ "region": "east" });
        let id = engine.record_create(&east, "deal", &deal, false).await?.id;
        for (change, at) in [
            (json!({ "region": "west" }), "/region"),
            (json!({ "account": west }), "/region"),
            (json!({ "name": "go" }), "/region"),
            (json!({ "code": "w" }), "/area"),
        ] {
            let refused = engine.record_update(&east, "deal", &id, 1, &change).await;
            assert_eq!(problems(refused), out(at), "{change}");
        }
        let refused = engine.button_press(&east, "deal", &id, "move", None, &json!({})).await;
        assert_eq!(problems(refused), out("/region"));
        assert_eq!(record(&organisation, "deal", &id).await?["version"], 1);
        engine.record_update(&east, "deal", &id, 1, &json!({ "name": "stays" })).await?;

        let elsewhere = json!({ "region": "west" });
        let refused = engine.record_create(&east, "deal", &elsewhere, false).await;
        assert_eq!(problems(refused), out("/area"));
        let mine = engine.record_create(&own, "deal", &json!({}), false).await?.id;
        let given = json!({ "owner": east.member });
        let refused = engine.record_update(&own, "deal", &mine, 1, &given).await;
        assert_eq!(problems(refused), out("/owner"));
        let refused = engine.record_create(&own, "deal", &given, false).await;
        assert_eq!(problems(refused), out("/owner"));
        // Whoever sees all may.
        engine.record_update(admin, "deal", &mine, 1, &given).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_may_hand_over() -> Result<()> {
    for backend in Backend::all() {
        let Regions { organisation, east, own, .. } = regions(backend, true).await?;
        let engine = &organisation.engine;
        let deal = json!({ "region": "east" });
        let id = engine.record_create(&east, "deal", &deal, false).await?.id;
        engine.record_update(&east, "deal", &id, 1, &json!({ "region": "west" })).await?;
        let given = json!({ "owner": east.member });
        let mine = engine.record_create(&own, "deal", &json!({}), false).await?.id;
        engine.record_update(&own, "deal", &mine, 1, &given).await?;
        assert_eq!(record(&organisation, "deal", &mine).await?["owner"], json!(east.member));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_a_member() -> Result<()> {
    for backend in Backend::all() {
        let Regions { organisation, own, .. } = regions(backend, true).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let nope = json!({ "owner": "nope" });
        let unknown = vec![("unknown_member".to_owned(), "/owner".to_owned())];
        for by in [admin, &own] {
            let refused = engine.record_create(by, "deal", &nope, false).await;
            assert_eq!(problems(refused), unknown);
            let id = engine.record_create(by, "deal", &json!({}), false).await?.id;
            let refused = engine.record_update(by, "deal", &id, 1, &nope).await;
            assert_eq!(problems(refused), unknown);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_set_what_is_there_and_no_history() -> Result<()> {
    for backend in Backend::all() {
        let Regions { organisation, north, .. } = regions(backend, true).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let number = json!({ "options": { "parts": [{ "counter": 3 }] } });
        let fields = [field("name", "text", json!({})), field("code", "serial", number)];
        let mut deal: Json = form("job", fields);
        let scripts = [
            ("a", "update(\"job\", record.id, #{ owner: \"nope\" });", "/owner"),
            ("b", "create(\"job\", #{ department: \"nope\" });", "/job/0/department"),
            (
                "c",
                "update(\"job\", record.id, #{ created_at: \"2020-01-01T00:00:00Z\" });",
                "/created_at",
            ),
            ("d", "create(\"job\", #{ flow_status: \"approved\" });", "/job/0/flow_status"),
            ("e", "update(\"job\", record.id, #{ created_by: \"nope\" });", "/created_by"),
            ("f", "update(\"job\", record.id, #{ code: \"007\" });", "/code"),
            ("g", "create(\"job\", #{ code: \"007\" });", "/job/0/code"),
        ];
        for (key, source, _) in scripts {
            let script = json!({ "key": key, "app": "test", "label": key, "source": source });
            organisation.publish(DocumentKind::Script, &script).await?;
        }
        let fine = format!("update(\"job\", record.id, #{{ department: \"{north}\" }});");
        let fine = json!({ "key": "fine", "app": "test", "label": "Fine", "source": fine });
        organisation.publish(DocumentKind::Script, &fine).await?;
        let keys = ["a", "b", "c", "d", "e", "f", "g", "fine"];
        let buttons =
            keys.map(|key| json!({ "key": key, "label": key, "action": { "script": key } }));
        let sets = |field: &str, value: &str| json!({ "key": "x", "label": "x", "action": { "update": { "set": { field: value } } } });
        for (field, value) in
            [("flow_status", "\"approved\""), ("created_at", "NOW()"), ("code", "\"7\"")]
        {
            deal["buttons"] = json!([sets(field, value)]);
            let refused =
                problems(engine.document_publish(admin, DocumentKind::Form, "job", &deal, 0).await);
            assert_eq!(refused[0].1, format!("/buttons/0/action/update/set/{field}"));
        }
        deal["buttons"] = json!(buttons);
        organisation.publish(DocumentKind::Form, &deal).await?;
        let id = engine.record_create(admin, "job", &json!({}), false).await?.id;
        let places = scripts.iter().map(|(key, _, at)| (*key, *at));
        for (key, at) in places {
            let refused = engine.button_press(admin, "job", &id, key, None, &json!({})).await;
            let found = problems(refused);
            assert_eq!(found[0].1, at, "{key}: {found:?}");
        }
        assert_eq!(record(&organisation, "job", &id).await?["version"], 1);
        engine.button_press(admin, "job", &id, "fine", None, &json!({})).await?;
        assert_eq!(record(&organisation, "job", &id).await?["department"], json!(north));
    }
    Ok(())
}

/// A script takes the record on which it is run out of nobody's reach, and may delete it.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_carries_no_record_off() -> Result<()> {
    for backend in Backend::all() {
        let Regions { organisation, own, .. } = regions(backend, false).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let give = format!("update(\"deal\", record.id, #{{ owner: \"{}\" }});", admin.member);
        let (mut deal, _) = engine.document_get(admin, DocumentKind::Form, "deal").await?;
        for (key, source) in [("give", give.as_str()), ("drop", "remove(\"deal\", record.id);")] {
            let script = json!({ "key": key, "app": "test", "label": key, "source": source });
            organisation.publish(DocumentKind::Script, &script).await?;
            let button = json!({ "key": key, "label": key, "action": { "script": key } });
            deal["buttons"].as_array_mut().context("buttons")?.push(button);
        }
        organisation.publish(DocumentKind::Form, &deal).await?;
        let id = engine.record_create(&own, "deal", &json!({ "name": "a" }), false).await?.id;
        let given = engine.button_press(&own, "deal", &id, "give", None, &json!({})).await;
        assert_eq!(problems(given), out(""));
        assert_eq!(record(&organisation, "deal", &id).await?["owner"], json!(own.member));
        engine.button_press(&own, "deal", &id, "drop", None, &json!({})).await?;
        let gone = engine.record_open(admin, "deal", &id).await;
        assert!(matches!(gone, Err(EngineError::NotFound)), "{gone:?}");
    }
    Ok(())
}

/// A script finds all that there is, goes through more than it can hold one by one, and is
/// told when there is too much.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_finds_all_or_is_told() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let mut row = form("row", [field("n", "number", json!({ "options": { "places": 0 } }))]);
        let scripts = [
            ("all", "let sum = 0; for r in find(\"row\", #{}) { sum += r.n; } `${sum}`"),
            (
                "each",
                "let seen = each(\"row\", #{}, |r| { if r.n == 1 { update(\"row\", r.id, #{ n: 2 }); } }); \
                 let one = each(\"row\", #{}, |r| false); `${seen} ${one}`",
            ),
        ];
        let buttons = scripts
            .map(|(key, _)| json!({ "key": key, "label": key, "action": { "script": key } }));
        row["buttons"] = json!(buttons);
        for (key, source) in scripts {
            let script = json!({ "key": key, "app": "test", "label": key, "source": source });
            organisation.publish(DocumentKind::Script, &script).await?;
        }
        organisation.publish(DocumentKind::Form, &row).await?;
        let mut id = String::new();
        let batch = |count: usize| {
            let item = || BatchItem::Create { values: json!({ "n": "1" }), draft: false };
            (0..count).map(|_| item()).collect::<Vec<_>>()
        };
        for _ in 0..3 {
            let made = engine.record_batch(admin, "row", BatchMode::All, batch(1000)).await?;
            if let Some(BatchOutcome::Created(made)) = made.into_iter().next() {
                id = made.id;
            }
        }
        let press =
            async |key: &str| engine.button_press(admin, "row", &id, key, None, &json!({})).await;
        let said = |outcome| match outcome {
            ButtonOutcome::Ran(Some(said)) => said,
            other => panic!("{other:?}"),
        };
        assert_eq!(said(press("all").await?), "3000");
        for _ in 0..2 {
            engine.record_batch(admin, "row", BatchMode::All, batch(1000)).await?;
        }
        engine.record_batch(admin, "row", BatchMode::All, batch(1)).await?;
        assert_eq!(problems(press("all").await)[0].0, "too_many_found");
        assert_eq!(said(press("each").await?), "5001 1");
        assert_eq!(record(&organisation, "row", &id).await?["n"], "2");
    }
    Ok(())
}

/// Orders that take from a stock that may not become less than nothing.
async fn stocks(backend: Backend) -> Result<(Organisation, Caller, String)> {
    let organisation = Organisation::new(backend).await?;
    let mut stock = form(
        "stock",
        [
            field("name", "text", json!({ "required": true })),
            field("left", "number", json!({ "options": { "places": 0 } })),
            field("note", "text", json!({})),
        ],
    );
    stock["rules"] = json!([{ "kind": "check", "that": "left >= 0",
        "message": { "zh-CN": "库存不足。", "en": "Not enough." }, "fields": ["left"] }]);
    let mut order = form(
        "order",
        [
            field("stock", "link", json!({ "options": { "form": "stock" } })),
            field("qty", "number", json!({ "options": { "places": 0 } })),
        ],
    );
    let take = "update(\"stock\", record.stock, #{ left: -2 });";
    let take = json!({ "key": "take", "app": "test", "label": "Take", "source": take });
    organisation.publish(DocumentKind::Script, &take).await?;
    order["buttons"] = json!([{ "key": "take", "label": "Take", "action": { "script": "take" } }]);
    organisation.publish(DocumentKind::Form, &stock).await?;
    organisation.publish(DocumentKind::Form, &order).await?;
    organisation.grant_all(&["stock", "order"]).await?;
    let (engine, admin) = (&organisation.engine, &organisation.admin);
    let boss = organisation.member("boss", None, &[]).await?;
    let stock = json!({ "name": "Bolts", "left": 3 });
    let stock = engine.record_create(admin, "stock", &stock, false).await?.id;
    Ok((organisation, boss, stock))
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_and_scripts_keep_to_the_checks_of_what_they_change() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, boss, stock) = stocks(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let script = json!({ "stock": stock, "qty": 1 });
        let id = engine.record_create(admin, "order", &script, false).await?.id;
        let refused = engine.button_press(admin, "order", &id, "take", None, &json!({})).await;
        assert_eq!(problems(refused), [("rule".to_owned(), "/left".to_owned())]);

        let flow = json!({
            "key": "approval", "app": "test", "form": "order", "label": "Approval",
            "steps": [
                { "key": "boss", "kind": "approve", "label": "Boss",
                  "assignees": [{ "member": boss.member }] },
                { "key": "take", "kind": "act", "label": "Take", "effects": [
                    { "update": { "link": "stock", "set": { "left": "target.left - qty" } } } ] }
            ]
        });
        organisation.publish(DocumentKind::Flow, &flow).await?;
        for qty in [5, 2] {
            let order = json!({ "stock": stock, "qty": qty });
            let id = engine.record_create(admin, "order", &order, false).await?.id;
            let tasks = engine.task_list(&boss, TaskKind::Open, None, 9).await?;
            let task = tasks.iter().find(|task| task.record == id).context("a task")?.id.clone();
            let version = record(&organisation, "order", &id).await?["version"].as_i64();
            let approve = TaskAnswer { version, ..TaskAnswer::plain(Answer::Approve, None) };
            // Whether the answer fails or the instance stops is the flow's; the stock stays.
            drop(engine.task_answer(&boss, &task, approve).await);
            let left = record(&organisation, "stock", &stock).await?["left"].clone();
            assert_eq!(left, if qty == 5 { json!("3") } else { json!("1") });
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_already_wrong_with_a_record_stops_no_step() -> Result<()> {
    for backend in Backend::all() {
        let (organisation, _, stock) = stocks(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        // The form asks for more than it did when the record was made.
        let mut stricter = form(
            "stock",
            [
                field("name", "text", json!({ "required": true })),
                field("left", "number", json!({ "options": { "places": 0 } })),
                field("note", "text", json!({ "required": true })),
            ],
        );
        stricter["rules"] = json!([]);
        organisation.publish(DocumentKind::Form, &stricter).await?;
        let order = json!({ "stock": stock });
        let id = engine.record_create(admin, "order", &order, false).await?.id;
        engine.button_press(admin, "order", &id, "take", None, &json!({})).await?;
        assert_eq!(record(&organisation, "stock", &stock).await?["left"], "-2");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_its_owners_alone() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let deal = form("deal", [field("amount", "money", json!({}))]);
        let follow =
            form("follow", [field("deal", "link", json!({ "options": { "form": "deal" } }))]);
        organisation.publish(DocumentKind::Form, &deal).await?;
        organisation.publish(DocumentKind::Form, &follow).await?;
        organisation.grant_all(&["deal", "follow"]).await?;
        let rep = organisation.member("rep", None, &[]).await?;
        let director = organisation.member("director", None, &[]).await?;
        let huge = json!({ "amount": "99999999.00" });
        let draft = engine.record_create(&rep, "deal", &huge, true).await?;
        engine.record_create(&rep, "deal", &json!({ "amount": "1.00" }), false).await?;

        let plain = ListQuery { limit: 10, ..ListQuery::default() };
        let asked = ListQuery { drafts: true, ..plain.clone() };
        let only = Filter::condition("flow_status", Operator::Eq, "draft");
        let only = ListQuery { filter: Some(only), ..plain.clone() };
        for (by, counts) in [(&rep, [1, 2, 1]), (&director, [1, 1, 0]), (admin, [1, 2, 1])] {
            for (query, count) in [&plain, &asked, &only].into_iter().zip(counts) {
                let page = engine.record_list(by, "deal", query, true).await?;
                assert_eq!((page.total, page.records.len()), (Some(count), count as usize));
            }
            let sum: AggregateRequest = serde_json::from_value(json!({
                "measures": [{ "key": "s", "aggregate": "sum", "field": "amount" }] }))?;
            let rows = engine.record_aggregate(by, "deal", &sum).await?;
            assert_eq!(rows[0]["s"], "1.00");
        }
        let gone = engine.record_open(&director, "deal", &draft.id).await;
        assert!(matches!(gone, Err(EngineError::NotFound)), "{gone:?}");
        let gone = engine.record_update(&director, "deal", &draft.id, 1, &json!({})).await;
        assert!(matches!(gone, Err(EngineError::NotFound)), "{gone:?}");
        let follow = json!({ "deal": draft.id });
        let unknown = engine.record_create(&director, "follow", &follow, false).await;
        assert_eq!(problems(unknown)[0].0, "unknown_record");
        engine.record_create(&rep, "follow", &follow, false).await?;
        engine.record_open(&rep, "deal", &draft.id).await?;
        engine.record_submit(&rep, "deal", &draft.id, 1, &json!({})).await?;
        assert_eq!(engine.record_list(&director, "deal", &plain, true).await?.total, Some(2));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_hold_no_control_characters() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        organisation
            .publish(DocumentKind::Form, &form("deal", [field("a", "text", json!({}))]))
            .await?;
        let id = engine.record_create(admin, "deal", &json!({}), false).await?.id;
        for text in ["a\u{0}b", "a\u{7}b", "a\u{1b}[31mb", "a\u{85}b"] {
            let refused = engine.comment_add(admin, "deal", &id, text).await;
            assert_eq!(problems(refused), [("control_character".to_owned(), "/text".to_owned())]);
        }
        engine.comment_add(admin, "deal", &id, "a\n\tb").await?;
    }
    Ok(())
}
