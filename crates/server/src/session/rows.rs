//! Keeps sessions in the database, through whoever reaches it.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The SHA-256 of the session's id, as hex: who reads the table cannot use it to sign in.
    pub key: String,
    /// What the session keeps, as JSON.
    pub data: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Where sessions are stored.
#[async_trait]
pub trait SessionRows: Send + Sync + 'static {
    /// Stores a session, over an earlier one of the same key.
    async fn save(&self, row: SessionRow) -> std::result::Result<(), String>;
    /// The session of a key, unless it has ended.
    async fn load(&self, key: &str) -> std::result::Result<Option<SessionRow>, String>;
    /// Ends a session.
    async fn delete(&self, key: &str) -> std::result::Result<(), String>;
}

/// The session store over [`SessionRows`].
#[derive(Clone)]
pub struct StoredSessions(Arc<dyn SessionRows>);

impl StoredSessions {
    /// Sessions in these rows.
    pub fn new(rows: impl SessionRows) -> Self {
        Self(Arc::new(rows))
    }
}

impl fmt::Debug for StoredSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredSessions")
    }
}

#[async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // Ids are 128 random bits: the default's search for a free one is not needed.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = serde_json::to_string(&record.data)
            .map_err(|error| Error::Encode(error.to_string()))?;
        let expires_at = Timestamp::from_second(record.expiry_date.unix_timestamp())
            .map_err(|error| Error::Encode(error.to_string()))?;
        let row = SessionRow { key: row_key(&record.id), data, expires_at };
        self.0.save(row).await.map_err(Error::Backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(row) = self.0.load(&row_key(id)).await.map_err(Error::Backend)? else {
            return Ok(None);
        };
        let data =
            serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at.as_second())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete(&row_key(id)).await.map_err(Error::Backend)
    }
}

fn row_key(id: &Id) -> String {
    super::api_key::hex(&Sha256::digest(id.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use parking_lot::Mutex;

    use super::*;

    #[derive(Default)]
    struct Memory(Mutex<HashMap<String, SessionRow>>);

    #[async_trait]
    impl SessionRows for Memory {
        async fn save(&self, row: SessionRow) -> std::result::Result<(), String> {
            self.0.lock().insert(row.key.clone(), row);
            Ok(())
        }
        async fn load(&self, key: &str) -> std::result::Result<Option<SessionRow>, String> {
            Ok(self.0.lock().get(key).cloned())
        }
        async fn delete(&self, key: &str) -> std::result::Result<(), String> {
            self.0.lock().remove(key);
            Ok(())
        }
    }

    #[tokio::test]
    async fn keeps_sessions_under_a_hash_of_their_id() {
        let store = StoredSessions::new(Memory::default());
        let mut record = Record {
            id: Id::default(),
            data: HashMap::from([("signed_in".to_owned(), serde_json::json!({"member": "m1"}))]),
            expiry_date: OffsetDateTime::from_unix_timestamp(2_000_000_000).unwrap(),
        };
        store.create(&mut record).await.unwrap();
        assert_ne!(row_key(&record.id), record.id.to_string());
        assert_eq!(store.load(&record.id).await.unwrap().unwrap(), record);
        store.delete(&record.id).await.unwrap();
        assert!(store.load(&record.id).await.unwrap().is_none());
    }
}
