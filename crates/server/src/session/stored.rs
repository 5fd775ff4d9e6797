//! Sessions in the engine's database.

use async_trait::async_trait;
use formwork_engine::EngineError;

use super::{SessionRow, SessionRows};
use crate::state::ServerState;

fn text(error: EngineError) -> String {
    error.to_string()
}

#[async_trait]
impl SessionRows for ServerState {
    async fn save(&self, row: SessionRow) -> Result<(), String> {
        self.engine.session_save(&row.key, &row.data, row.expires_at).await.map_err(text)
    }

    async fn load(&self, key: &str) -> Result<Option<SessionRow>, String> {
        let found = self.engine.session_load(key).await.map_err(text)?;
        Ok(found.map(|(data, expires_at)| SessionRow { key: key.to_owned(), data, expires_at }))
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.engine.session_delete(key).await.map_err(text)
    }
}
