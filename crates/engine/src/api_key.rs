//! API keys: programs that call in a member's name.

use formwork_model::Problem;
use formwork_store::repo::api_key::{
    ApiKeyRow, api_key_get, api_key_insert, api_key_list, api_key_revoke, api_key_touch,
};
use futures_util::FutureExt;

use crate::{Caller, Engine, EngineError, EngineResult};

/// An API key as its member sees it.
pub type ApiKey = ApiKeyRow;

/// A key to store. The secret itself never comes here.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Public part.
    pub id: String,
    /// SHA-256 of the secret part, as hex.
    pub secret_hash: String,
    /// What it is for.
    pub name: String,
}

/// How old the note of the last use may be before it is written again, in milliseconds.
const TOUCH_AFTER_MS: i64 = 3_600_000;

impl Engine {
    /// The member in whose name a key calls; none for an unknown or revoked key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_key_member(
        &self,
        id: &str,
        secret_hash: &str,
    ) -> EngineResult<Option<String>> {
        let mut connection = self.store().read().await?;
        let Some(key) = api_key_get(&mut connection, id).await? else { return Ok(None) };
        drop(connection);
        if key.secret_hash != secret_hash {
            return Ok(None);
        }
        let now = self.now().as_millisecond();
        if key.last_used_at.is_none_or(|last| now - last > TOUCH_AFTER_MS) {
            let id = id.to_owned();
            let touched: EngineResult<()> = self
                .store()
                .write(move |connection| {
                    async move { Ok(api_key_touch(connection, &id, now).await?) }.boxed()
                })
                .await;
            touched?;
        }
        Ok(Some(key.member))
    }

    /// The caller's keys, the revoked included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_key_list(&self, caller: &Caller) -> EngineResult<Vec<ApiKey>> {
        let mut connection = self.store().read().await?;
        Ok(api_key_list(&mut connection, &caller.member).await?)
    }

    /// Adds a key of the caller's.
    ///
    /// # Errors
    /// `required` or `too_long` for the name.
    pub async fn api_key_add(&self, caller: &Caller, key: NewApiKey) -> EngineResult<ApiKey> {
        let name = key.name.trim().to_owned();
        if name.is_empty() {
            return Err(EngineError::problem(Problem::new("required").at("name")));
        }
        if name.chars().count() > 100 {
            return Err(EngineError::problem(Problem::new("too_long").with("max", 100).at("name")));
        }
        let row = ApiKeyRow {
            id: key.id,
            member: caller.member.clone(),
            name,
            secret_hash: key.secret_hash,
            created_at: self.now().as_millisecond(),
            last_used_at: None,
            revoked_at: None,
        };
        let added = row.clone();
        self.change(caller.clone(), move |work| {
            Box::pin(async move { Ok(api_key_insert(work.connection, &added).await?) })
        })
        .await?;
        Ok(row)
    }

    /// Revokes a key of the caller's.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn api_key_revoke(&self, caller: &Caller, id: &str) -> EngineResult<()> {
        let (member, id) = (caller.member.clone(), id.to_owned());
        self.change(caller.clone(), move |work| {
            Box::pin(async move {
                let now = work.now_ms();
                let revoked = api_key_revoke(work.connection, &id, &member, now).await?;
                if revoked { Ok(()) } else { Err(EngineError::NotFound) }
            })
        })
        .await
    }
}
