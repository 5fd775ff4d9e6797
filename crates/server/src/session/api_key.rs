//! API keys: `fwk_<id>_<secret>`. The id finds the key, the secret is stored hashed.

use sha2::{Digest, Sha256};

const PREFIX: &str = "fwk_";
const ID_BYTES: usize = 6;
const SECRET_BYTES: usize = 24;

/// A key as a client sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The public part: finds the key.
    pub id: String,
    /// The SHA-256 of the secret part, as hex.
    pub secret_hash: String,
}

/// A key that was just made. Its text is shown once and kept nowhere.
pub struct NewApiKey {
    /// What is stored.
    pub key: ApiKey,
    /// The whole key.
    pub text: String,
}

impl ApiKey {
    /// Reads `fwk_<id>_<secret>`; none when it is no key.
    pub fn read(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_hex = |part: &str, bytes: usize| {
            part.len() == bytes * 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        (is_hex(id, ID_BYTES) && is_hex(secret, SECRET_BYTES))
            .then(|| Self { id: id.to_owned(), secret_hash: hash(secret) })
    }

    /// Makes a new key from random bytes.
    pub fn generate() -> NewApiKey {
        let id = hex(&rand::random::<[u8; ID_BYTES]>());
        let secret = hex(&rand::random::<[u8; SECRET_BYTES]>());
        let text = format!("{PREFIX}{id}_{secret}");
        NewApiKey { key: Self { id, secret_hash: hash(&secret) }, text }
    }

    /// What is shown of a key afterwards.
    pub fn shown_prefix(id: &str) -> String {
        format!("{PREFIX}{id}_…")
    }
}

/// The secret has 192 random bits, so that a fast hash without salt is enough, and
/// comparing hashes tells an attacker nothing about it.
fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Bytes as lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_makes_and_nothing_else() {
        let made = ApiKey::generate();
        assert!(ApiKey::read(&made.text) == Some(made.key.clone()));
        assert!(!made.text.contains(&made.key.secret_hash));
        let mut longer = made.text.clone();
        longer.push('0');
        for wrong in ["", "fwk_", "fwk_a_b", &longer, &made.text.replace("fwk", "fwx")] {
            assert!(ApiKey::read(wrong).is_none(), "{wrong}");
        }
    }
}
