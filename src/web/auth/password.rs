//! Passwords: Argon2id with OWASP's present cost (Password Storage Cheat Sheet: 19 MiB, two passes,
//! one lane), kept as PHC strings.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;

/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Characters of a password at the least (NIST SP 800-63B asks for 8; nobody types these all day).
const SHORTEST: usize = 12;

/// Bytes at the most, so that nobody makes us hash a novel.
const LONGEST: usize = 1024;

/// Why a password is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It can be guessed.
    #[error("a password has at least {SHORTEST} characters")]
    TooShort,
    /// It is no password.
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random(#[source] getrandom::Error),
    /// The hash could not be made.
    #[error("the password can't be hashed: {0}")]
    Hash(argon2::password_hash::Error),
}

/// A hash that no password has: what is checked where there is no account, so that both take as
/// long (BRUTE-01).
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("personne n’a ce mot").ok());

/// The hash of a new password, with a salt of its own. Takes some 20 ms, where blocking is allowed.
///
/// # Errors
/// See [`PasswordError`].
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(PasswordError::Random)?;
    let salt = SaltString::encode_b64(&salt).map_err(PasswordError::Hash)?;
    let hash = hasher().and_then(|hasher| {
        Ok(hasher
            .hash_password(password.as_bytes(), &salt)?
            .to_string())
    });
    hash.map_err(PasswordError::Hash)
}

/// Whether this is the password of that hash; without a hash it is none, after as long a while.
pub(super) fn is_right(password: &str, hash: Option<&str>) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let known = hash.is_some();
    let Some(hash) = hash.or(NOBODY.as_deref()) else {
        return false;
    };
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    let verified = Argon2::default().verify_password(password.as_bytes(), &hash);
    verified.is_ok() && known
}

fn hasher() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_by_no_other() {
        let one = hash("un mot de passe long").unwrap();
        let two = hash("un mot de passe long").unwrap();
        assert_ne!(one, two, "each has its own salt");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(is_right("un mot de passe long", Some(&one)));
        assert!(!is_right("un mot de passe lonG", Some(&one)));
        assert!(!is_right("un mot de passe long", None));
        assert!(!is_right("un mot de passe long", Some("")));
        assert!(!is_right("personne n’a ce mot", None));
    }

    #[test]
    fn a_password_is_neither_guessed_nor_a_novel() {
        assert!(matches!(hash("onze lettre"), Err(PasswordError::TooShort)));
        assert!(hash("douze lettre").is_ok());
        let novel = "a".repeat(1025);
        assert!(matches!(hash(&novel), Err(PasswordError::TooLong)));
    }
}
