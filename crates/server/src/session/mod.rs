//! Who is signed in, and how they prove it.

mod api_key;
mod password;
mod rows;
mod stored;
mod strength;
mod throttle;

use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

pub use api_key::{ApiKey, NewApiKey};
pub use password::{hash_password, hash_password_now, verify_password};
pub use rows::{SessionRow, SessionRows, StoredSessions};
pub use strength::{MIN_PASSWORD_CHARACTERS, check_password};
pub use throttle::SignInThrottle;

/// The cookie that names the session.
pub const COOKIE_NAME: &str = "formwork_session";

/// A session ends after so many days without use.
const IDLE_DAYS: i64 = 14;

/// The key under which a session keeps who signed in.
const SIGNED_IN: &str = "signed_in";

/// Who signed in, as the session keeps it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignedIn {
    /// The member's id.
    pub member: String,
    /// The member's `session_epoch` when they signed in. Signing out everywhere counts
    /// the member's up, and older sessions are void.
    pub epoch: i64,
}

impl SignedIn {
    /// Who the session belongs to.
    ///
    /// # Errors
    /// When the session cannot be loaded.
    pub async fn load(
        session: &tower_sessions::Session,
    ) -> Result<Option<Self>, tower_sessions::session::Error> {
        session.get(SIGNED_IN).await
    }

    /// Makes the session theirs, under a new id so that an old one, planted, is worthless.
    ///
    /// # Errors
    /// When the session cannot be saved.
    pub async fn save(
        &self,
        session: &tower_sessions::Session,
    ) -> Result<(), tower_sessions::session::Error> {
        session.cycle_id().await?;
        session.insert(SIGNED_IN, self).await
    }
}

/// The layer that loads and saves sessions; `secure` when browsers come over HTTPS.
pub fn layer(rows: StoredSessions, secure: bool) -> SessionManagerLayer<StoredSessions> {
    SessionManagerLayer::new(rows)
        .with_name(COOKIE_NAME)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(IDLE_DAYS)))
}
