//! The thirteen fields of a declaration and those that a form adds, what each can say, and the
//! evidence for it.
//!
//! Source: the published form (`DECLARATION D'INCIDENT`) of the SI-Samu support.

pub use super::fields::Fields;
pub use super::own_name::OwnName;
pub use super::reason::Reason;
pub use super::value_origin::ValueOrigin;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// One of the thirteen fields, in the order of the published form, or one that a form adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum FieldName {
    /// Who declares: « Prénom Nom ».
    DeclarantName,
    /// Their job, as written, shortest form.
    DeclarantRole,
    /// The SAMU, ARS or hospital concerned.
    Entity,
    /// Who is affected: a name, a login, a group.
    AffectedUser,
    /// Where the declarant can be reached.
    Phone,
    /// The declarant's address.
    Email,
    /// When the incident began.
    StartedAt,
    /// Production or training.
    Environment,
    /// The part of the portal concerned.
    Feature,
    /// How many people are affected.
    AffectedCount,
    /// What goes wrong and what was expected, in the declarant's words.
    Description,
    /// Whether the workstation's prerequisites were checked.
    PrerequisitesChecked,
    /// Whether it can be reproduced.
    Reproducible,
    /// A field that the form adds, read after its label: a text, or one of some choices.
    Own(OwnName),
}

impl FieldName {
    /// The thirteen, in the order of the published form.
    pub const ALL: [Self; 13] = [
        Self::DeclarantName,
        Self::DeclarantRole,
        Self::Entity,
        Self::AffectedUser,
        Self::Phone,
        Self::Email,
        Self::StartedAt,
        Self::Environment,
        Self::Feature,
        Self::AffectedCount,
        Self::Description,
        Self::PrerequisitesChecked,
        Self::Reproducible,
    ];

    /// The stable name in JSON, exports and the form definition.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::DeclarantName => "declarant_name",
            Self::DeclarantRole => "declarant_role",
            Self::Entity => "entity",
            Self::AffectedUser => "affected_user",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::StartedAt => "started_at",
            Self::Environment => "environment",
            Self::Feature => "feature",
            Self::AffectedCount => "affected_count",
            Self::Description => "description",
            Self::PrerequisitesChecked => "prerequisites_checked",
            Self::Reproducible => "reproducible",
            Self::Own(name) => name.as_str(),
        }
    }

    /// The field with that stable name: one of the thirteen, else one that some form may add.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| field.as_str() == name)
            .or_else(|| OwnName::new(name).map(Self::Own))
    }

    /// Its place among the thirteen.
    pub(super) fn place(self) -> Result<usize, OwnName> {
        Ok(match self {
            Self::DeclarantName => 0,
            Self::DeclarantRole => 1,
            Self::Entity => 2,
            Self::AffectedUser => 3,
            Self::Phone => 4,
            Self::Email => 5,
            Self::StartedAt => 6,
            Self::Environment => 7,
            Self::Feature => 8,
            Self::AffectedCount => 9,
            Self::Description => 10,
            Self::PrerequisitesChecked => 11,
            Self::Reproducible => 12,
            Self::Own(name) => return Err(name),
        })
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.as_str().to_owned()
    }
}

impl TryFrom<String> for FieldName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name).ok_or_else(|| format!("no such field: {name}"))
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How exactly a start is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// « 14h30 », « vers 10h15 ».
    Minute,
    /// « 9h », « vers minuit ».
    Hour,
    /// No time was given; the time part is 00:00:00.
    Day,
}

/// The two environments of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// « production », « prod », « en réel ».
    Production,
    /// « formation », « bac à sable », « école ».
    Training,
}

/// How often the incident can be reproduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Always.
    Yes,
    /// Never again.
    No,
    /// Sometimes.
    Intermittent,
}

/// A number of people; `min` and `max` are absent where only « tous » was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// At least so many.
    pub min: Option<u32>,
    /// At most so many.
    pub max: Option<u32>,
    /// Everyone, of the room, the site or the service.
    pub all: bool,
}

/// What a field says once it is usable. Which variant stands in which field is fixed by
/// `spec/declaration.md`; the readers and the typed input of the console only make those.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "value")]
pub enum Value {
    /// A name, role, user, address (lower case), feature or description.
    Text(String),
    /// An entity as written, with its gazetteer id (`samu-44`, `PDL`) where it resolves.
    Entity {
        /// As written.
        name: String,
        /// `samu-<department>` or an ARS region code.
        id: Option<String>,
    },
    /// A telephone number in E.164.
    Phone(String),
    /// An instant, with Europe/Paris's offset of that day.
    Instant {
        /// RFC 3339 in Europe/Paris.
        at: DateTime<FixedOffset>,
        /// How exactly it is known.
        precision: Precision,
    },
    /// Production or training.
    Environment(Environment),
    /// A number of people.
    Count(Count),
    /// Whether prerequisites were checked.
    YesNo(bool),
    /// How often it happens.
    Frequency(Frequency),
}

/// What kind of place a value was read from, or who entered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Written after a label of the form.
    Label,
    /// Written in a sentence of the writer's own words, or in the subject.
    Prose,
    /// Read from the signature.
    Signature,
    /// Read from a header.
    Header,
    /// Written inside our quoted request, or in the writer's own earlier words.
    Quoted,
    /// Entered by support.
    Agent,
    /// Taken down on the telephone.
    Phone,
}

/// The text that a span indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Part {
    /// The decoded subject.
    Subject,
    /// The decoded From header, as `Name <address>`.
    From,
    /// The decoded plain text of the body.
    Text,
    /// The text derived from the HTML body.
    Html,
    /// The text of an attachment (1-based, in the order listed): a message or a document.
    Attachment(u16),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject => f.write_str("subject"),
            Self::From => f.write_str("from"),
            Self::Text => f.write_str("text"),
            Self::Html => f.write_str("html"),
            Self::Attachment(number) => write!(f, "attachment:{number}"),
        }
    }
}

impl From<Part> for String {
    fn from(part: Part) -> Self {
        part.to_string()
    }
}

impl TryFrom<String> for Part {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        match name.as_str() {
            "subject" => Ok(Self::Subject),
            "from" => Ok(Self::From),
            "text" => Ok(Self::Text),
            "html" => Ok(Self::Html),
            other => other
                .strip_prefix("attachment:")
                .and_then(|number| number.parse().ok())
                .map(Self::Attachment)
                .ok_or_else(|| "unknown part".to_owned()),
        }
    }
}

/// Where a value was read: the words themselves, their place, and how sure the reader is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What kind of place.
    pub source: Source,
    /// Which text; absent for values that a person entered.
    pub part: Option<Part>,
    /// Bytes of that part's decoded text, on character boundaries.
    pub span: Range<usize>,
    /// The words at `span`, as written.
    pub raw: String,
    /// How likely the value is right, 0 to 1.
    pub confidence: f32,
}

/// What the message says of one field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "of")]
pub enum Reading {
    /// A usable value.
    Present(Value),
    /// Something was answered that can't be used; asked again, saying why.
    Unclear(Reason),
    /// The declarant does not know, or it does not apply; never asked again.
    Unknown,
    /// Nothing, or the form's own placeholder.
    #[default]
    Missing,
}

impl Reading {
    /// The stable state word: `present`, `unclear`, `unknown` or `missing`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Present(_) => "present",
            Self::Unclear(_) => "unclear",
            Self::Unknown => "unknown",
            Self::Missing => "missing",
        }
    }
}

/// A reading with its evidence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Field {
    /// What is said.
    pub reading: Reading,
    /// Where; absent where the field is missing.
    pub evidence: Option<Evidence>,
}

impl Field {
    /// The value, where there is a usable one.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match &self.reading {
            Reading::Present(value) => Some(value),
            _ => None,
        }
    }
}
