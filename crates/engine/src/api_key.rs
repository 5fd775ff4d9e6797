//! API keys: programs that call in a member's name.

use std::{collections::HashMap, error::Error};

use formwork_model::name::name_problem;
use formwork_store::{
    Connection, Dialect, Hold,
    repo::api_key::{
        ApiKeyRow, api_key_get, api_key_insert, api_key_list, api_key_revoke, api_key_touch,
    },
};
use futures_util::FutureExt;
use parking_lot::RwLock;

use crate::{
    Caller, Engine, EngineError, EngineResult, KeyScope, catalog::Catalog, error::no_problems,
    settings::Generation,
};

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
    /// How far it reaches.
    pub scope: KeyScope,
}

/// How old the note of the last use may be before it is written again, in milliseconds.
const TOUCH_AFTER_MS: i64 = 3_600_000;

/// Most keys that are kept in memory.
const MOST_KNOWN: usize = 10_000;

/// Keys that were used lately, so that not every request asks the database for its key.
///
/// Revoking a key makes a new generation of the people, and what is known is good for
/// one generation: so other processes on the database notice it as they notice a publish.
#[derive(Default)]
pub(crate) struct KnownKeys(RwLock<HashMap<String, (Generation, ApiKeyRow)>>);

impl KnownKeys {
    fn get(&self, id: &str, generation: Generation) -> Option<ApiKeyRow> {
        let known = self.0.read();
        known.get(id).filter(|(of, _)| *of == generation).map(|(_, key)| key.clone())
    }

    fn put(&self, generation: Generation, key: ApiKeyRow) {
        let mut known = self.0.write();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(key.id.clone(), (generation, key));
    }
}

impl Engine {
    /// The member in whose name a key calls, and how far it reaches; none for an unknown or
    /// revoked key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api_key_member(
        &self,
        id: &str,
        secret_hash: &str,
    ) -> EngineResult<Option<(String, KeyScope)>> {
        // Asked for before the key: a key that is revoked meanwhile is of an older generation.
        let generation = self.catalog().generation;
        let known = self.shared.api_keys.get(id, generation);
        // Other processes on a PostgreSQL may have revoked it a moment ago.
        let known = known.filter(|_| self.store().dialect() == Dialect::Sqlite);
        let key = match known {
            Some(key) => key,
            None => {
                let found = api_key_get(&mut self.store().read().await?, id).await?;
                let Some(key) = found else { return Ok(None) };
                self.shared.api_keys.put(generation, key.clone());
                key
            }
        };
        if key.secret_hash != secret_hash {
            return Ok(None);
        }
        let now = self.now().as_millisecond();
        if key.last_used_at.is_none_or(|last| now - last > TOUCH_AFTER_MS) {
            let id = id.to_owned();
            let touched: EngineResult<()> = self
                .store()
                .write(Hold::Nothing, move |connection| {
                    async move { Ok(api_key_touch(connection, &id, now).await?) }.boxed()
                })
                .await;
            // A full disk must not keep programs from reading. It is tried again in an hour.
            if let Err(error) = touched {
                tracing::warn!(error = &error as &dyn Error, "cannot note the use of an API key");
            }
            self.shared
                .api_keys
                .put(generation, ApiKeyRow { last_used_at: Some(now), ..key.clone() });
        }
        let scope = KeyScope::from_stored(key.scope.as_deref());
        Ok(Some((key.member, scope)))
    }

    /// Whether a key is not revoked as a transaction sees it. What is known of a key is good
    /// for one generation of the people, so that most changes need not ask.
    pub(crate) async fn key_stands(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        id: &str,
    ) -> EngineResult<bool> {
        if self.shared.api_keys.get(id, catalog.generation).is_some() {
            return Ok(true);
        }
        let found = api_key_get(connection, id).await?;
        let stands = found.is_some();
        if let Some(key) = found {
            self.shared.api_keys.put(catalog.generation, key);
        }
        Ok(stands)
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
    /// Problems of the name; a scope that contradicts itself or names forms
    /// that are not there; `OutsideKeyScope` for keys that do not reach as far as their member.
    pub async fn api_key_add(&self, caller: &Caller, key: NewApiKey) -> EngineResult<ApiKey> {
        caller.must_be_whole()?;
        let problems = key.scope.check(&self.catalog()).into_iter();
        no_problems(problems.map(|problem| problem.at("scope")).collect())?;
        let name = key.name.trim().to_owned();
        if let Some(problem) = name_problem(&name) {
            return Err(EngineError::problem(problem.at("name")));
        }
        let row = ApiKeyRow {
            id: key.id,
            member: caller.member.clone(),
            name,
            secret_hash: key.secret_hash,
            scope: key.scope.to_stored(),
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
        caller.must_be_whole()?;
        let (member, id) = (caller.member.clone(), id.to_owned());
        self.change_own(caller.clone(), move |work| {
            Box::pin(async move {
                let now = work.now_ms();
                let revoked = api_key_revoke(work.connection, &id, &member, now).await?;
                if revoked { Ok(()) } else { Err(EngineError::NotFound) }
            })
        })
        .await
    }
}
