//! Sessions in the engine's database.

use async_trait::async_trait;
use formwork_engine::{Engine, EngineError};

use super::{SessionRow, SessionRows};
use crate::problem::causes;

/// The session layer takes a text alone: the cause is logged here.
fn text(error: EngineError) -> String {
    let cause = causes(&error);
    tracing::error!(error = %cause, "a session could not be read or stored");
    cause
}

#[async_trait]
impl SessionRows for Engine {
    async fn save(&self, row: SessionRow) -> Result<(), String> {
        self.session_save(&row.key, &row.data, row.expires_at).await.map_err(text)
    }

    async fn load(&self, key: &str) -> Result<Option<SessionRow>, String> {
        let found = self.session_load(key).await.map_err(text)?;
        Ok(found.map(|(data, expires_at)| SessionRow { key: key.to_owned(), data, expires_at }))
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.session_delete(key).await.map_err(text)
    }
}
