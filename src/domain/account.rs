//! The people of support: who they are and what they may do (`spec/experience.md`, 2.1).

use chrono::{DateTime, Utc};
use std::fmt;

/// An account's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

/// What a person is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Reviews, asks, merges, closes.
    Agent,
    /// An agent who also runs majors and escalations, closes by force and deletes evidence.
    Lead,
    /// Accounts, purges, details of health; no message.
    Administrator,
    /// Reads everything that an agent reads, and changes nothing.
    Reader,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Lead, Self::Administrator, Self::Reader];

    /// The stable word in the store, the configuration and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Lead => "responsable",
            Self::Administrator => "administrateur",
            Self::Reader => "lecture",
        }
    }

    /// The role with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    fn bit(self) -> u8 {
        match self {
            Self::Agent => 1,
            Self::Lead => 2,
            Self::Administrator => 4,
            Self::Reader => 8,
        }
    }

    fn may(self, right: Right) -> bool {
        match right {
            Right::Anyone => true,
            Right::Read => self != Self::Administrator,
            Right::Act => matches!(self, Self::Agent | Self::Lead),
            Right::Lead => self == Self::Lead,
            Right::Administer => self == Self::Administrator,
        }
    }
}

/// The roles of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// Every role: the demonstration's one account.
    #[must_use]
    pub fn all() -> Self {
        Role::ALL.into_iter().collect()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The roles, in their order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        let held = move |role: &Role| self.0 & role.bit() != 0;
        Role::ALL.into_iter().filter(held)
    }

    /// Whether one of them gives this right.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        self.iter().any(|role| role.may(right))
    }

    /// Reads what [`Roles`] prints: stable words with a blank between two. `None` where one is
    /// unknown, or there is none.
    #[must_use]
    pub fn parse(words: &str) -> Option<Self> {
        let roles: Option<Self> = words.split_whitespace().map(Role::parse).collect();
        roles.filter(|roles| !roles.is_empty())
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Role::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

/// What a page or an act asks of who uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// To have an account.
    Anyone,
    /// To read messages and tickets.
    Read,
    /// To change tickets and write to declarants.
    Act,
    /// To run majors and delete evidence.
    Lead,
    /// To look after the installation.
    Administer,
}

/// A person of support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its row.
    pub id: AccountId,
    /// Typed at the login, lower case.
    pub name: String,
    /// Shown to the others.
    pub display: String,
    /// What they may do.
    pub roles: Roles,
    /// Whether single letters act as keys (WCAG 2.1.4).
    pub shortcuts: bool,
    /// Whether they may no longer log in.
    pub is_disabled: bool,
    /// Whether a password is kept here; else only the identity provider knows them.
    pub has_password: bool,
}

/// Who does something: a person, or the command line of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account; the command line and the demonstration have none.
    pub account: Option<AccountId>,
    /// As the history and the journal name them.
    pub name: String,
}

/// Who does something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

impl By {
    /// Whoever types a command on this machine.
    #[must_use]
    pub fn command(at: DateTime<Utc>) -> Self {
        let actor = Actor {
            account: None,
            name: "commande".to_owned(),
        };
        Self { actor, at }
    }

    /// A person, by their account.
    #[must_use]
    pub fn person(account: &Account, at: DateTime<Utc>) -> Self {
        let actor = Actor {
            account: Some(account.id),
            name: account.display.clone(),
        };
        Self { actor, at }
    }
}

/// Whether a text can be the name of an account: 1 to 64 letters, digits, `.`, `-`, `_`, `@`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    !text.is_empty() && text.chars().count() <= 64 && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_as_they_print() {
        for (words, expected) in [
            ("agent", vec![Role::Agent]),
            ("responsable agent", vec![Role::Agent, Role::Lead]),
            ("lecture", vec![Role::Reader]),
        ] {
            let roles = Roles::parse(words).unwrap();
            assert_eq!(roles.iter().collect::<Vec<_>>(), expected, "{words}");
            assert_eq!(Roles::parse(&roles.to_string()), Some(roles), "{words}");
        }
        for wrong in ["", " ", "chef", "agent chef"] {
            assert_eq!(Roles::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn each_role_gives_its_rights_and_no_other() {
        use Right::{Act, Administer, Anyone, Lead, Read};
        for (role, rights) in [
            (Role::Agent, &[Anyone, Read, Act] as &[Right]),
            (Role::Lead, &[Anyone, Read, Act, Lead]),
            (Role::Administrator, &[Anyone, Administer]),
            (Role::Reader, &[Anyone, Read]),
        ] {
            let roles: Roles = [role].into_iter().collect();
            for right in [Anyone, Read, Act, Lead, Administer] {
                let may = roles.may(right);
                assert_eq!(may, rights.contains(&right), "{role:?} {right:?}");
            }
        }
        assert!(!Roles::default().may(Anyone));
    }

    #[test]
    fn a_name_is_short_and_plain() {
        for name in ["marie", "m.dupont", "m-dupont@chu.example", "élodie_2"] {
            assert!(is_name(name), "{name}");
        }
        let long = "m".repeat(65);
        for name in ["", "marie dupont", "m\u{0}", "a/b", "<b>", &long] {
            assert!(!is_name(name), "{name}");
        }
    }
}
