//! Sessions and the health of the database, for the server.

use formwork_store::{
    Hold,
    repo::session::{session_delete, session_load, session_save, session_sweep},
};
use futures_util::FutureExt;
use jiff::Timestamp;

use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// A session's data, and when it ends; none when it has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_load(&self, id: &str) -> EngineResult<Option<(String, Timestamp)>> {
        let mut connection = self.store().read().await?;
        let Some((data, expires_at)) = session_load(&mut connection, id).await? else {
            return Ok(None);
        };
        let expires_at = Timestamp::from_millisecond(expires_at)
            .map_err(EngineError::unexpected_in("the end of a session"))?;
        Ok((expires_at > self.now()).then_some((data, expires_at)))
    }

    /// Stores a session, over an earlier one of the same id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_save(
        &self,
        id: &str,
        data: &str,
        expires_at: Timestamp,
    ) -> EngineResult<()> {
        let (id, data, at) = (id.to_owned(), data.to_owned(), expires_at.as_millisecond());
        self.store()
            .write(Hold::Nothing, move |connection| {
                async move { Ok(session_save(connection, &id, &data, at).await?) }.boxed()
            })
            .await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_delete(&self, id: &str) -> EngineResult<()> {
        let id = id.to_owned();
        self.store()
            .write(Hold::Nothing, move |connection| {
                async move { Ok(session_delete(connection, &id).await?) }.boxed()
            })
            .await
    }

    /// Forgets the sessions that have ended; answers how many. The worker does so by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_sweep(&self) -> EngineResult<u64> {
        let now = self.now().as_millisecond();
        self.store()
            .write(Hold::Nothing, move |connection| {
                async move { Ok(session_sweep(connection, now, i64::MAX).await?) }.boxed()
            })
            .await
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn ping(&self) -> EngineResult<()> {
        self.store().read().await?.rows("select 1", &[]).await?;
        Ok(())
    }
}
