//! Several at once: savers of one record, a publish among writers, failures among the writes
//! that share a commit.

use std::sync::Arc;

use anyhow::Result;
use formwork_engine::{Engine, EngineError};
use formwork_model::document::DocumentKind;
use formwork_query::ListQuery;
use formwork_store::{
    Hold, Store, StoreError, binds,
    repo::setting::{setting_list, setting_save},
};
use formwork_testkit::{Backend, Organisation, TestDatabase, field, form, subform};
use futures_util::{FutureExt, future::join_all};
use serde_json::{Value as Json, json};

fn visit(more: Option<Json>) -> Json {
    let fields = [
        field("subject", "text", json!({ "required": true })),
        field("result", "text", json!({})),
        subform("people", [field("name", "text", json!({}))]),
    ];
    form("visit", fields.into_iter().chain(more))
}

async fn with_visits(backend: Backend) -> Result<Organisation> {
    let organisation = Organisation::new(backend).await?;
    organisation.publish(DocumentKind::Form, &visit(None)).await?;
    organisation.grant_all(&["visit"]).await?;
    Ok(organisation)
}

async fn count(engine: &Engine, sql: &str) -> Result<i64> {
    Ok(engine.store().read().await?.rows(sql, &[]).await?[0].int(0)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_save_at_once_one_wins_and_the_other_is_told_what_changed() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_visits(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for round in 0..20 {
            let values = json!({ "subject": format!("no. {round}") });
            let created = engine.record_create(admin, "visit", &values, false).await?;
            let save = async |result: &str| {
                let values = json!({ "result": result });
                engine.record_update(admin, "visit", &created.id, 1, &values).await
            };
            let (one, other) = tokio::join!(save("one"), save("other"));
            let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
            assert_eq!(won?.version, 2, "{backend:?}");
            let Err(EngineError::VersionConflict { version, changed }) = lost else {
                panic!("{backend:?}: {lost:?}")
            };
            assert_eq!(version, 2);
            assert_eq!(changed[0]["field"], "result", "{backend:?}: {changed:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_and_a_change_at_once_do_not_both_happen() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_visits(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for _ in 0..20 {
            let values = json!({ "subject": "a" });
            let created = engine.record_create(admin, "visit", &values, false).await?;
            let values = json!({ "result": "b" });
            let (deleted, changed) = tokio::join!(
                engine.record_delete(admin, "visit", &created.id, 1),
                engine.record_update(admin, "visit", &created.id, 1, &values),
            );
            assert!(deleted.is_ok() != changed.is_ok(), "{backend:?}: {deleted:?} {changed:?}");
            let refused = deleted.err().or(changed.err());
            assert!(
                matches!(
                    refused,
                    Some(EngineError::VersionConflict { .. } | EngineError::NotFound)
                ),
                "{backend:?}: {refused:?}"
            );
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_while_others_write_loses_nothing() -> Result<()> {
    for backend in Backend::all() {
        let organisation = Arc::new(with_visits(backend).await?);
        let writers = (0..200).map(|number| {
            let organisation = Arc::clone(&organisation);
            tokio::spawn(async move {
                let values = json!({
                    "subject": format!("no. {number}"),
                    "people": [{ "name": "林岚" }, { "name": "周敏" }]
                });
                organisation
                    .engine
                    .record_create(&organisation.admin, "visit", &values, false)
                    .await
            })
        });
        let writers: Vec<_> = writers.collect();
        for added in ["second", "third"] {
            let document = visit(Some(field(added, "money", json!({ "formula": "1 / 4" }))));
            organisation.publish(DocumentKind::Form, &document).await?;
        }
        let mut stored = 0;
        for writer in writers {
            match writer.await? {
                Ok(_) => stored += 1,
                Err(EngineError::Busy) => {}
                Err(other) => panic!("{backend:?}: {other:?}"),
            }
        }
        let engine = &organisation.engine;
        assert!(stored > 0);
        let query = ListQuery { limit: 1, ..ListQuery::default() };
        let page = engine.record_list(&organisation.admin, "visit", &query, true).await?;
        assert_eq!(page.total, Some(stored), "{backend:?}");
        let rows = count(engine, "select count(*) from s_visit__people").await?;
        assert_eq!(rows, stored * 2, "{backend:?}");
        let events = "select count(*) from event where kind = 'record_created'";
        assert_eq!(count(engine, events).await?, stored, "{backend:?}");
        let third = json!({ "subject": "after" });
        let after = engine.record_create(&organisation.admin, "visit", &third, false).await?;
        let open = engine.record_open(&organisation.admin, "visit", &after.id).await?;
        let open: Json = serde_json::from_str(&open.record)?;
        assert_eq!(open["third"], "0.25");
    }
    Ok(())
}

/// What the numbered write among many does after it has stored its setting.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Well,
    WithAnError,
    InAPanic,
    WithAStatementRefused,
}

impl Ends {
    fn of(number: usize) -> Self {
        match number % 10 {
            3 => Self::WithAnError,
            5 => Self::InAPanic,
            7 => Self::WithAStatementRefused,
            _ => Self::Well,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_among_writes_that_share_a_commit_undoes_only_itself() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let store = Store::open(database.url()).await?;
        let writes = (0..200).map(|number| {
            let store = store.clone();
            async move {
                let outcome: Result<(), StoreError> = store
                    .write(Hold::Nothing, move |connection| {
                        async move {
                            setting_save(connection, &format!("s{number}"), "x").await?;
                            match Ends::of(number) {
                                Ends::Well => Ok(()),
                                Ends::WithAnError => Err(StoreError::Corrupt("as wanted".into())),
                                Ends::InAPanic => panic!("as the test wants"),
                                Ends::WithAStatementRefused => {
                                    let sql = "insert into setting (name, value) values ($1, $2)";
                                    let again = binds![format!("s{number}"), "y"];
                                    connection.execute(sql, again).await.map(|_| ())
                                }
                            }
                        }
                        .boxed()
                    })
                    .await;
                assert_eq!(outcome.is_ok(), Ends::of(number) == Ends::Well, "{outcome:?}");
            }
        });
        join_all(writes).await;
        let found = setting_list(&mut store.read().await?).await?;
        let mut found: Vec<String> = found.into_iter().map(|(name, _)| name).collect();
        found.sort_unstable();
        let mut expected: Vec<String> = (0..200)
            .filter(|number| Ends::of(*number) == Ends::Well)
            .map(|number| format!("s{number}"))
            .collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{backend:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_transaction_ends_under_it_is_not_taken_for_stored() -> Result<()> {
    // SQLite ends a transaction by itself when the disk is full or cannot be read.
    let database = TestDatabase::new(Backend::Sqlite).await?;
    let store = Store::open(database.url()).await?;
    let writes = (0..50).map(|number| {
        let store = store.clone();
        async move {
            let outcome: Result<(), StoreError> = store
                .write(Hold::Nothing, move |connection| {
                    async move {
                        setting_save(connection, &format!("s{number}"), "x").await?;
                        if number % 10 == 4 {
                            connection.execute("rollback", &[]).await?;
                            return Err(StoreError::Corrupt("as wanted".into()));
                        }
                        Ok(())
                    }
                    .boxed()
                })
                .await;
            outcome.is_ok().then(|| format!("s{number}"))
        }
    });
    let mut acknowledged: Vec<String> = join_all(writes).await.into_iter().flatten().collect();
    acknowledged.sort_unstable();
    let found = setting_list(&mut store.read().await?).await?;
    let mut found: Vec<String> = found.into_iter().map(|(name, _)| name).collect();
    found.sort_unstable();
    assert_eq!(found, acknowledged);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_goes_on_when_its_caller_stops_waiting() -> Result<()> {
    for backend in Backend::all() {
        let organisation = with_visits(backend).await?;
        let (engine, admin) = (&organisation.engine, &organisation.admin);
        for number in 0..50 {
            let values = json!({ "subject": format!("no. {number}"), "people": [{ "name": "x" }] });
            let create = engine.record_create(admin, "visit", &values, false);
            // Polled once, then dropped: as when a browser closes its connection.
            drop(create.now_or_never());
        }
        // One that waits comes after all of them on SQLite; on PostgreSQL some may still run.
        engine.record_create(admin, "visit", &json!({ "subject": "last" }), false).await?;
        let records = count(engine, "select count(*) from r_visit where title <> 'last'").await?;
        let rows = count(engine, "select count(*) from s_visit__people").await?;
        let events = "select count(*) from event where kind = 'record_created'";
        if backend == Backend::Sqlite {
            assert_eq!(records, 50);
            assert_eq!(rows, 50);
            assert_eq!(count(engine, events).await?, 51);
        }
        let half = "select count(*) from r_visit r where r.title <> 'last' and not exists
            (select 1 from s_visit__people s where s.record_id = r.id)";
        assert_eq!(count(engine, half).await?, 0, "{backend:?}");
    }
    Ok(())
}
