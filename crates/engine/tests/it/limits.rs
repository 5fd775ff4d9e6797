//! What takes too long comes to its end, and leaves the connections to the others.

use std::time::Duration;

use anyhow::Result;
use formwork_engine::{Engine, EngineError};
use formwork_store::{Store, StoreError};
use formwork_testkit::{Backend, TestClock, TestDatabase};

/// Counts for ever.
const ENDLESS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i > 0)
    select count(*) from n where i < 0";

/// A long time: a test that waits for so long has failed.
const LONG: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_end_is_ended() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let store = Store::open_limited(database.url(), Duration::from_millis(200)).await?;
        let engine = Engine::open(store, TestClock::default().as_clock()).await?;
        let mut reader = engine.store().read().await?;
        let outcome = reader.rows(ENDLESS, &[]).await;
        let Err(error @ StoreError::TooSlow(_)) = outcome else { panic!("{backend:?}") };
        assert!(matches!(EngineError::from(error), EngineError::TooSlow));
        // The connection still works, with a limit of its own for each statement.
        drop(reader);
        engine.ping().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_whose_askers_are_gone_leave_the_readers_to_others() -> Result<()> {
    for backend in Backend::all() {
        let database = TestDatabase::new(backend).await?;
        let store = Store::open_limited(database.url(), LONG * 10).await?;
        for _ in 0..2 * store.readers() {
            let mut reader = store.read().await?;
            // Begun, and not waited for: as when a browser closes its connection.
            drop(tokio::time::timeout(Duration::from_millis(50), reader.rows(ENDLESS, &[])).await);
        }
        let mut reader = tokio::time::timeout(LONG, store.read()).await??;
        let answer = reader.rows("select 1", &[]);
        assert_eq!(tokio::time::timeout(LONG, answer).await??.len(), 1, "{backend:?}");
    }
    Ok(())
}
