//! The form: which fields are asked for, how they are called, and how we ask. Read from TOML.

use super::declaration::Declaration;
use super::field::{FieldName, Reason};
use serde::{Deserialize, Serialize};

/// Something that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Item {
    /// One of the fields.
    Field(FieldName),
    /// A screenshot; always asked last, as a sentence.
    Screenshot,
}

impl Item {
    /// The stable name: the field's, or `screenshot`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Field(name) => name.as_str(),
            Self::Screenshot => "screenshot",
        }
    }
}

impl From<Item> for String {
    fn from(item: Item) -> Self {
        item.as_str().to_owned()
    }
}

impl TryFrom<String> for Item {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if name == "screenshot" {
            return Ok(Self::Screenshot);
        }
        FieldName::parse(&name)
            .map(Self::Field)
            .ok_or_else(|| format!("no such item: {name}"))
    }
}

/// One thing to ask for, and why where an answer could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// What.
    pub item: Item,
    /// Why, where the field was unclear.
    pub reason: Option<Reason>,
}

/// A form definition (owned by the reader; see `si-samu.toml`).
#[derive(Debug, Clone)]
pub struct Form {}

impl Form {
    /// What must be asked for after this declaration alone, in the order of the form; empty for
    /// kinds that are never answered and for a reply (what it lacks is known to its incident only).
    #[must_use]
    pub fn ask(&self, _declaration: &Declaration) -> Vec<Ask> {
        Vec::new()
    }
}
