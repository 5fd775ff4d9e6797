//! Races for what a decision leans on: records that others change, sets that others add to, and
//! people. Each is run many times, from a barrier; what comes out must be as if one had come
//! after the other.

use std::{future::Future, sync::Arc};

use anyhow::Result;
use formwork_engine::{
    Caller, DepartmentChange, EngineError, EngineResult, KeyScope, MemberChange, OwnChange, Proof,
};
use formwork_model::{Localized, document::DocumentKind};
use formwork_testkit::{Backend, Organisation, field, form};
use serde_json::{Value as Json, json};
use tokio::sync::Barrier;

const ROUNDS: usize = 15;

/// Runs two futures on threads of their own, from the same moment on.
pub(crate) async fn at_once<A, B>(
    one: impl Future<Output = A> + Send + 'static,
    other: impl Future<Output = B> + Send + 'static,
) -> Result<(A, B)>
where
    A: Send + 'static,
    B: Send + 'static,
{
    let barrier = Arc::new(Barrier::new(2));
    let (first, second) = (Arc::clone(&barrier), barrier);
    let one = tokio::spawn(async move {
        first.wait().await;
        one.await
    });
    let other = tokio::spawn(async move {
        second.wait().await;
        other.await
    });
    Ok((one.await?, other.await?))
}

async fn record(organisation: &Organisation, form: &str, id: &str) -> Result<Json> {
    let open = organisation.engine.record_open(&organisation.admin, form, id).await?;
    Ok(serde_json::from_str(&open.record)?)
}

async fn count(organisation: &Organisation, sql: &str) -> Result<i64> {
    Ok(organisation.engine.store().read().await?.rows(sql, &[]).await?[0].int(0)?)
}

/// Orders with something left to be paid, and payments that must not exceed it: by a check
/// over the order's field, or by a script that sums the payments up.
async fn with_payments(backend: Backend) -> Result<Organisation> {
    let organisation = Organisation::new(backend).await?;
    let script = json!({
        "key": "pay", "app": "test", "label": "Pay",
        "source": "let sum = 0;
            for other in find(\"payment\", #{ order: record.order }) { sum += other.amount; }
            if sum + record.amount > 600 { throw \"too much\"; }
            create(\"payment\", #{ order: record.order, amount: record.amount });"
    });
    organisation.publish(DocumentKind::Script, &script).await?;
    let order = form("order", [field("left", "money", json!({}))]);
    let link = || field("order", "link", json!({ "options": { "form": "order" } }));
    let amount = || field("amount", "money", json!({}));
    let mut payment = form("payment", [link(), amount()]);
    payment["rules"] = json!([
        { "kind": "check", "that": "amount <= order.left", "message": "too much" }
    ]);
    let mut wish = form("wish", [link(), amount()]);
    wish["buttons"] = json!([{ "key": "pay", "label": "Pay", "action": { "script": "pay" } }]);
    for document in [&order, &payment, &wish] {
        organisation.publish(DocumentKind::Form, document).await?;
    }
    let flow = json!({
        "key": "booking", "app": "test", "form": "payment", "label": "Booking",
        "steps": [{ "key": "book", "kind": "act", "label": "Book", "effects": [
            { "update": { "link": "order", "set": { "left": "target.left - amount" } } }
        ]}]
    });
    organisation.publish(DocumentKind::Flow, &flow).await?;
    organisation.grant_all(&["order", "payment", "wish"]).await?;
    Ok(organisation)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_payments_that_exceed_together_one_is_refused() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_payments(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for round in 0..ROUNDS {
            let order = json!({ "left": "600" });
            let order = engine.record_create(admin, "order", &order, false).await?.id;
            let pay = || {
                let (engine, admin) = (engine.clone(), admin.clone());
                let payment = json!({ "order": order, "amount": "400" });
                async move { engine.record_create(&admin, "payment", &payment, false).await }
            };
            let (one, other) = at_once(pay(), pay()).await?;
            let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
            won?;
            assert!(
                matches!(lost, Err(EngineError::Problems(_))),
                "{backend:?} round {round}: {lost:?}"
            );
            assert_eq!(record(&organisation, "order", &order).await?["left"], "200.00");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_over_other_records_holds_until_it_is_acted_upon() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_payments(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for round in 0..ROUNDS {
            let order = json!({ "left": "1000" });
            let order = engine.record_create(admin, "order", &order, false).await?.id;
            let mut wishes = Vec::new();
            for _ in 0..2 {
                let wish = json!({ "order": order, "amount": "400" });
                wishes.push(engine.record_create(admin, "wish", &wish, false).await?.id);
            }
            let press = |wish: &str| {
                let (engine, admin, wish) = (engine.clone(), admin.clone(), wish.to_owned());
                async move { engine.button_press(&admin, "wish", &wish, "pay", None, &Json::Null).await }
            };
            let (one, other) = at_once(press(&wishes[0]), press(&wishes[1])).await?;
            assert!(one.is_ok() != other.is_ok(), "{backend:?} round {round}: {one:?} {other:?}");
            let lost = one.err().or(other.err());
            assert!(
                matches!(&lost, Some(EngineError::Problems(found)) if found[0].code == "script_failed"),
                "{backend:?} round {round}: {lost:?}"
            );
        }
    }
    Ok(())
}

/// What two linked records check of each other: neither may be free while the other is.
#[tokio::test(flavor = "multi_thread")]
async fn two_that_lean_on_each_other_do_not_both_go() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let mut guard = form(
            "guard",
            [
                field("other", "link", json!({ "options": { "form": "guard" } })),
                field("free", "boolean", json!({})),
            ],
        );
        organisation.publish(DocumentKind::Form, &guard).await?;
        guard["rules"] = json!([
            { "kind": "check", "that": "!(free && other.free)", "message": "one must stay" }
        ]);
        organisation.publish(DocumentKind::Form, &guard).await?;
        organisation.grant_all(&["guard"]).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for round in 0..ROUNDS {
            let stays = json!({ "free": false });
            let one = engine.record_create(admin, "guard", &stays, false).await?.id;
            let values = json!({ "free": false, "other": one });
            let other = engine.record_create(admin, "guard", &values, false).await?.id;
            engine.record_update(admin, "guard", &one, 1, &json!({ "other": other })).await?;
            let go = |id: &str, version| {
                let (engine, admin, id) = (engine.clone(), admin.clone(), id.to_owned());
                let free = json!({ "free": true });
                async move { engine.record_update(&admin, "guard", &id, version, &free).await }
            };
            let (first, second) = at_once(go(&one, 2), go(&other, 1)).await?;
            assert!(
                first.is_ok() != second.is_ok(),
                "{backend:?} round {round}: {first:?} {second:?}"
            );
        }
    }
    Ok(())
}

async fn is_active_and_admin(organisation: &Organisation, id: &str) -> Result<(bool, bool)> {
    organisation.engine.refresh().await?;
    let catalog = organisation.engine.catalog();
    let member = catalog.directory.member(id).unwrap();
    Ok((member.active, member.is_admin))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_own_theme_undoes_nothing() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for round in 0..ROUNDS {
            let member = organisation.member(&format!("m{round}"), None, &[]).await?;
            let promoted = MemberChange { is_admin: Some(true), ..MemberChange::default() };
            engine.member_change(admin, &member.member, promoted).await?;
            let (own, demoted) = (engine.clone(), engine.clone());
            let (by, id) = (admin.clone(), member.member.clone());
            let change = MemberChange {
                is_admin: Some(false),
                active: (round % 2 == 0).then_some(false),
                ..MemberChange::default()
            };
            let (_, changed) = at_once(
                async move {
                    let theme = Some("dark".to_owned());
                    let change = OwnChange { theme, ..OwnChange::default() };
                    own.member_change_self(&member, change).await
                },
                async move { demoted.member_change(&by, &id, change).await },
            )
            .await?;
            changed?;
            let id = &engine
                .catalog()
                .directory
                .member_by_account(&format!("m{round}"))
                .unwrap()
                .id
                .clone();
            let expected = (round % 2 != 0, false);
            assert_eq!(is_active_and_admin(&organisation, id).await?, expected, "{backend:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_last_two_admins_one_stays() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, mut root) = (&organisation.engine, organisation.admin.clone());
        for round in 0..ROUNDS {
            let second = organisation_member(engine, &root, &format!("a{round}")).await?;
            let demote = |by: &Caller, whom: &Caller| {
                let (engine, by, whom) = (engine.clone(), by.clone(), whom.member.clone());
                let change = MemberChange { is_admin: Some(false), ..MemberChange::default() };
                async move { engine.member_change(&by, &whom, change).await }
            };
            let (one, other) = at_once(demote(&root, &second), demote(&second, &root)).await?;
            assert!(one.is_ok() != other.is_ok(), "{backend:?} round {round}: {one:?} {other:?}");
            engine.refresh().await?;
            assert_eq!(engine.catalog().directory.admins().len(), 1, "{backend:?}");
            if one.is_err() {
                root = second;
            }
        }
    }
    Ok(())
}

async fn organisation_member(
    engine: &formwork_engine::Engine,
    admin: &Caller,
    account: &str,
) -> Result<Caller> {
    let new = formwork_engine::NewMember {
        account: account.to_owned(),
        name: account.to_owned(),
        is_admin: true,
        ..formwork_engine::NewMember::default()
    };
    let member = engine.member_add(admin, new).await?;
    Ok(Caller { member, ..admin.clone() })
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_put_below_each_other_at_once_make_no_circle() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for round in 0..ROUNDS {
            let mut ids = Vec::new();
            for _ in 0..2 {
                let name = Localized::new("部", "D");
                ids.push(engine.department_add(admin, name, None, None, 0).await?);
            }
            let below = |id: &str, parent: &str| {
                let (engine, admin, id) = (engine.clone(), admin.clone(), id.to_owned());
                let parent = Some(Some(parent.to_owned()));
                let change = DepartmentChange { parent, ..DepartmentChange::default() };
                async move { engine.department_change(&admin, &id, change).await }
            };
            let (one, other) = at_once(below(&ids[0], &ids[1]), below(&ids[1], &ids[0])).await?;
            assert!(one.is_ok() != other.is_ok(), "{backend:?} round {round}: {one:?} {other:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_posts_of_one_role_one_adds_it() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for round in 0..5 {
            let key = format!("role{round}");
            let posts = (0..10).map(|_| {
                let (engine, admin, key) = (engine.clone(), admin.clone(), key.clone());
                let label = Localized::new("角色", "Role");
                tokio::spawn(async move { engine.role_add(&admin, &key, label).await })
            });
            let mut added = 0;
            for post in posts.collect::<Vec<_>>() {
                match post.await? {
                    Ok(()) => added += 1,
                    Err(EngineError::Problems(found)) => assert_eq!(found[0].code, "not_unique"),
                    Err(other) => panic!("{backend:?}: {other:?}"),
                }
            }
            assert_eq!(added, 1, "{backend:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_set_up_once() -> Result<()> {
    for backend in Backend::all() {
        let database = formwork_testkit::TestDatabase::new(backend).await?;
        let clock = formwork_testkit::TestClock::default();
        let mut set_ups = Vec::new();
        for number in 0..6 {
            // Each from a process of its own.
            let store = formwork_store::Store::open(database.url()).await?;
            let engine = formwork_engine::Engine::open(store, clock.as_clock()).await?;
            let admin = formwork_engine::NewMember {
                account: format!("root{number}"),
                name: "Root".to_owned(),
                ..formwork_engine::NewMember::default()
            };
            set_ups.push((engine, admin));
        }
        let barrier = Arc::new(Barrier::new(set_ups.len()));
        let running: Vec<_> = set_ups
            .into_iter()
            .map(|(engine, admin)| {
                let barrier = Arc::clone(&barrier);
                tokio::spawn(async move {
                    barrier.wait().await;
                    engine.set_up("Test", admin).await
                })
            })
            .collect();
        let mut made = 0;
        for one in running {
            match one.await? {
                Ok(_) => made += 1,
                Err(EngineError::Refused(problem)) => assert_eq!(problem.code, "already_set_up"),
                Err(EngineError::Busy) => {}
                Err(other) => panic!("{backend:?}: {other:?}"),
            }
        }
        assert_eq!(made, 1, "{backend:?}");
    }
    Ok(())
}

/// A second process on the database of an organisation.
async fn second_process(organisation: &Organisation) -> Result<formwork_engine::Engine> {
    let store = formwork_store::Store::open(organisation.database.url()).await?;
    Ok(formwork_engine::Engine::open(store, organisation.clock.as_clock()).await?)
}

fn is_refused<T>(outcome: &EngineResult<T>) -> bool {
    matches!(outcome, Err(EngineError::NotSignedIn | EngineError::Forbidden))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_their_right_on_one_process_changes_nothing_on_another() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let note = form("note", [field("text", "text", json!({}))]);
        organisation.publish(DocumentKind::Form, &note).await?;
        organisation.grant_all(&["note"]).await?;
        let other = second_process(&organisation).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let write = async |caller: &Caller| {
            other.record_create(caller, "note", &json!({ "text": "a" }), false).await
        };
        let change = async |caller: &Caller, change| {
            engine.member_change(admin, &caller.member, change).await
        };

        let member = organisation.member("one", None, &[]).await?;
        write(&member).await?;
        let gone = MemberChange { active: Some(false), ..MemberChange::default() };
        change(&member, gone).await?;
        assert!(is_refused(&write(&member).await), "{backend:?}: deactivated");

        let member = organisation.member("two", None, &[]).await?;
        let member = Caller { proof: Proof::Session(0), ..member };
        write(&member).await?;
        engine.member_sign_out_everywhere(&member).await?;
        assert!(is_refused(&write(&member).await), "{backend:?}: signed out");

        let member = organisation.member("three", None, &[]).await?;
        let key = formwork_engine::NewApiKey {
            id: "abc".to_owned(),
            secret_hash: "hash".to_owned(),
            name: "key".to_owned(),
            scope: KeyScope::everything(),
        };
        engine.api_key_add(&member, key).await?;
        let program = Caller {
            proof: Proof::Key { id: "abc".to_owned(), scope: KeyScope::everything() },
            ..member.clone()
        };
        write(&program).await?;
        write(&program).await?;
        engine.api_key_revoke(&member, "abc").await?;
        assert!(is_refused(&write(&program).await), "{backend:?}: revoked");
        if backend == Backend::Postgres {
            assert_eq!(other.api_key_member("abc", "hash").await?, None, "{backend:?}");
        }

        let second = organisation_member(engine, admin, "four").await?;
        let demoted = MemberChange { is_admin: Some(false), ..MemberChange::default() };
        change(&second, demoted).await?;
        let label = Localized::new("角色", "Role");
        let added = other.role_add(&second, "role", label).await;
        assert!(is_refused(&added), "{backend:?}: demoted: {added:?}");
        assert_eq!(count(&organisation, "select count(*) from role").await?, 0);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_does_so_without_old_keys() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let member = organisation.member("one", None, &[]).await?;
        let key = formwork_engine::NewApiKey {
            id: "abc".to_owned(),
            secret_hash: "hash".to_owned(),
            name: "key".to_owned(),
            scope: KeyScope::everything(),
        };
        engine.api_key_add(&member, key).await?;
        for active in [false, true] {
            let change = MemberChange { active: Some(active), ..MemberChange::default() };
            engine.member_change(admin, &member.member, change).await?;
        }
        assert_eq!(engine.api_key_member("abc", "hash").await?, None, "{backend:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_save_a_draft_at_once_one_is_told() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let mut version = 0;
        for round in 0..ROUNDS {
            let save = |text: &str| {
                let (engine, admin) = (engine.clone(), admin.clone());
                let draft = form("note", [field("text", "text", json!({ "label": text }))]);
                let of = (DocumentKind::Form, "note");
                async move { engine.draft_save(&admin, of, &draft, 0, version).await }
            };
            let (one, other) = at_once(save("one"), save("other")).await?;
            let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
            let saved = won?;
            assert!(
                matches!(lost, Err(EngineError::VersionConflict { version, .. }) if version == saved),
                "{backend:?} round {round}: {lost:?}"
            );
            version = saved;
            if round % 5 == 4 {
                let stale =
                    engine.draft_discard(admin, DocumentKind::Form, "note", version - 1).await;
                assert!(matches!(stale, Err(EngineError::VersionConflict { .. })), "{stale:?}");
                engine.draft_discard(admin, DocumentKind::Form, "note", version).await?;
                version = 0;
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_leaves_what_somebody_else_is_drafting() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Organisation::new(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        let second = organisation_member(engine, admin, "second").await?;
        let note = |label: &str| form("note", [field("text", "text", json!({ "label": label }))]);
        let of = (DocumentKind::Form, "note");
        engine.draft_save(&second, of, &note("theirs"), 0, 0).await?;
        organisation.publish(DocumentKind::Form, &note("mine")).await?;
        let left = engine.draft_get(&second, DocumentKind::Form, "note").await?;
        assert_eq!(left.document, note("theirs"), "{backend:?}");
        organisation.publish(DocumentKind::Form, &note("theirs")).await?;
        let left = engine.draft_get(&second, DocumentKind::Form, "note").await?;
        assert_eq!(left.saved_at, None, "{backend:?}");
    }
    Ok(())
}
