//! Passwords: argon2id, away from the threads that answer requests.

use std::{sync::LazyLock, thread::available_parallelism};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::strength::MAX_PASSWORD_BYTES;
use crate::problem::HttpProblem;

/// A hash that no password is known for. Verifying against it takes as long as against a
/// real one, so that the time of a refusal does not tell whether the account exists.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let secret = rand::random::<[u8; 32]>();
    Argon2::default().hash_password(&secret).map(|hash| hash.to_string()).unwrap_or_default()
});

/// How many passwords are hashed at a time: each takes a processor and 19 MiB of memory, and
/// strangers decide how many are asked for.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(2, usize::from)));

/// Hashes in turn, away from the threads that answer requests.
async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HttpProblem> {
    let turn = TURNS.acquire().await.map_err(HttpProblem::failure)?;
    let hashing = spawn_blocking(move || {
        // Held until the work is done, also when the request is given up.
        let _turn = turn;
        work()
    });
    hashing.await.map_err(HttpProblem::failure)
}

/// Hashes a password for storing (PHC text), on this thread. Takes some hundredths of a
/// second; none when the system gives no random numbers.
pub fn hash_password_now(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

/// Hashes a password for storing (PHC text), away from the threads that answer requests.
///
/// # Errors
/// A failure when the hashing thread ends early.
pub async fn hash_password(password: String) -> Result<String, HttpProblem> {
    in_turn(move || hash_password_now(&password)).await?.ok_or_else(HttpProblem::unexplained)
}

/// Whether the password belongs to the hash; never for an account without one, after the
/// same time.
///
/// # Errors
/// A failure when the hashing thread ends early.
pub async fn verify_password(
    password: String,
    stored: Option<String>,
) -> Result<bool, HttpProblem> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Ok(false);
    }
    in_turn(move || {
        let (text, exists) = match &stored {
            Some(text) => (text, true),
            None => (&*NOBODY, false),
        };
        let matches = PasswordHash::new(text).is_ok_and(|hash| {
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        });
        matches && exists
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn verifies_only_the_right_password_of_an_account() {
        let stored = hash_password("长城 horse".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        for (password, stored, expected) in [
            ("长城 horse", Some(stored.clone()), true),
            ("长城 horsE", Some(stored), false),
            ("", None, false),
            ("x", Some("not a hash".to_owned()), false),
        ] {
            let found = verify_password(password.to_owned(), stored).await.unwrap();
            assert_eq!(found, expected, "{password}");
        }
    }
}
