//! The form: which fields are asked for, how they are called, and how we ask. Read from TOML.
//!
//! The SI-Samu form is compiled in (`si-samu.toml`, which documents every key); another desk
//! names its own file with `form = "path"`. [`Form::ask`] says what is missing after one message,
//! [`Form::questions`] how it is asked for, in the order in which support needs it. A form chooses,
//! renames and orders among the thirteen fields and may add texts and choices of its own
//! (`fixtures/forms/README.md`).

use super::declaration::{Declaration, Kind};
use super::field::{FieldName, Fields, Reading, Reason};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

mod choice;
mod definition;
mod label_table;
mod labels;
mod opening;
mod parse;
mod separator;
mod words;

pub use choice::{Choice, Chosen, choose};
pub use labels::{LabelHit, LabelName, Labels};
pub use parse::FormError;
pub use separator::Separator;

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
    pub fn as_str(&self) -> &str {
        match self {
            Self::Field(name) => name.as_str(),
            Self::Screenshot => "screenshot",
        }
    }

    /// The field, where it is one.
    #[must_use]
    pub fn field(&self) -> Option<FieldName> {
        match self {
            Self::Field(name) => Some(*name),
            Self::Screenshot => None,
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

/// One numbered question of a request, or the sentence on the screenshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it asks for: one item, or the name and the role together.
    pub items: Vec<Item>,
    /// « Téléphone où vous joindre », « Téléphone (lu 02 40 08 77 0, il manque un chiffre) »;
    /// without a final stop or colon.
    pub text: String,
    /// What the answer serves: « vous rappeler ».
    pub purpose: String,
}

/// One field of the form.
#[derive(Debug, Clone)]
pub struct FormField {
    /// Which field.
    pub name: FieldName,
    /// Whether it is asked for when missing.
    pub mandatory: bool,
    /// Its line in the published form, from 1: answers numbered without labels follow it.
    pub line: u8,
    /// Its place in a request: support needs the lowest first.
    pub ask: u8,
    /// The label as published.
    pub label: String,
    /// How we ask for it when it is missing.
    pub question: String,
    /// How we call it when a reason follows in brackets.
    pub short: String,
    /// How we ask for it when its question is shared and the other field is known.
    pub alone: Option<String>,
    /// What the answer serves.
    pub purpose: String,
    /// How it is called in « ce que nous avons compris ».
    pub summary: String,
    /// How it is called on pages.
    pub heading: String,
    /// For a choice of the form's own, the answers that it offers.
    pub choices: Vec<Choice>,
}

/// A ticket mark of an earlier tool: three patterns, each with the reference as its group.
#[derive(Debug, Clone)]
pub struct FormerMark {
    subject: Option<Regex>,
    message_id: Option<Regex>,
    address: Option<Regex>,
}

impl FormerMark {
    /// The reference that this subject carries.
    #[must_use]
    pub fn in_subject<'a>(&self, subject: &'a str) -> Option<&'a str> {
        group(self.subject.as_ref(), subject)
    }

    /// The reference that this Message-ID (without brackets) carries.
    #[must_use]
    pub fn in_message_id<'a>(&self, id: &'a str) -> Option<&'a str> {
        group(self.message_id.as_ref(), id)
    }

    /// The reference that this plus-address carries.
    #[must_use]
    pub fn in_address<'a>(&self, address: &'a str) -> Option<&'a str> {
        group(self.address.as_ref(), address)
    }
}

fn group<'a>(pattern: Option<&Regex>, text: &'a str) -> Option<&'a str> {
    pattern?.captures(text)?.get(1).map(|found| found.as_str())
}

/// A form definition, checked.
#[derive(Debug, Clone)]
pub struct Form {
    /// What the form is called: « SI-Samu ».
    pub name: String,
    /// Its heading as published.
    pub title: String,
    /// The fields, in the order of the form.
    pub fields: Vec<FormField>,
    /// Whether a screenshot is asked for.
    pub screenshot_mandatory: bool,
    /// How it is asked for.
    pub screenshot_question: String,
    /// What it serves.
    pub screenshot_purpose: String,
    /// Marks of earlier tools that still count as ours.
    pub former_marks: Vec<FormerMark>,
    labels: Labels,
}

impl Form {
    /// The SI-Samu form.
    #[must_use]
    pub fn si_samu() -> &'static Self {
        static FORM: OnceLock<Form> = OnceLock::new();
        FORM.get_or_init(|| {
            // A test reads the embedded definition; without one nothing could be asked at all.
            Self::parse(include_str!("si-samu.toml")).unwrap_or_else(|_| Self::empty())
        })
    }

    fn empty() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            fields: Vec::new(),
            screenshot_mandatory: false,
            screenshot_question: String::new(),
            screenshot_purpose: String::new(),
            former_marks: Vec::new(),
            labels: Labels::default(),
        }
    }

    /// The definition of one field, where the form has it.
    #[must_use]
    pub fn field(&self, name: FieldName) -> Option<&FormField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The names of its fields, in its order.
    pub fn names(&self) -> impl Iterator<Item = FieldName> {
        self.fields.iter().map(|field| field.name)
    }

    /// How a field is called on pages; its stable name where the form has it no more.
    #[must_use]
    pub fn heading<'a>(&'a self, name: &'a FieldName) -> &'a str {
        self.field(*name)
            .map_or_else(|| name.as_str(), |field| &field.heading)
    }

    /// The labels by which the fields are found in a message.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// What must be asked for after this declaration alone, in the order of the form; empty for
    /// kinds that are never answered and for a reply (what it lacks is known to its incident only).
    #[must_use]
    pub fn ask(&self, declaration: &Declaration) -> Vec<Ask> {
        if !matches!(declaration.kind, Kind::Declaration | Kind::Escalation) {
            return Vec::new();
        }
        self.ask_for(&declaration.fields, declaration.has_screenshot())
    }

    /// What must be asked for where these fields, and a screenshot or none, are there. Of a message
    /// that nobody can read only a plain copy is asked for.
    #[must_use]
    pub fn ask_for(&self, fields: &Fields, has_screenshot: bool) -> Vec<Ask> {
        let mut asks = self.ask_fields(|name| &fields[name].reading);
        let unread = |ask: &Ask| ask.reason == Some(Reason::Encrypted);
        if asks.iter().any(unread) {
            asks.retain(unread);
        } else if self.screenshot_mandatory && !has_screenshot {
            asks.push(Ask {
                item: Item::Screenshot,
                reason: None,
            });
        }
        asks
    }

    /// The mandatory fields that are missing or unclear, in the order of the form.
    pub fn ask_fields<'a>(&self, reading: impl Fn(FieldName) -> &'a Reading) -> Vec<Ask> {
        self.fields
            .iter()
            .filter(|field| field.mandatory)
            .filter_map(|field| {
                let reason = match reading(field.name) {
                    Reading::Missing => None,
                    Reading::Unclear(reason) => Some(reason.clone()),
                    Reading::Present(_) | Reading::Unknown => return None,
                };
                Some(Ask {
                    item: Item::Field(field.name),
                    reason,
                })
            })
            .collect()
    }

    /// The questions of a request, in order of use: the name and the role are one question, the
    /// screenshot comes last and is a sentence, not a numbered line.
    #[must_use]
    pub fn questions(&self, asks: &[Ask]) -> Vec<Question> {
        let mut fields: Vec<(&FormField, &Ask)> = asks
            .iter()
            .filter_map(|ask| Some((self.field(ask.item.field()?)?, ask)))
            .collect();
        fields.sort_by_key(|(field, _)| field.ask);
        let mut questions: Vec<Question> = Vec::new();
        for (field, ask) in fields {
            let item = Item::Field(field.name);
            if let Some(last) = questions.last_mut()
                && last.text.starts_with(&field.short)
                && last
                    .items
                    .iter()
                    .all(|other| self.same_question(*other, field))
            {
                last.items.push(item);
                continue;
            }
            let text = match &ask.reason {
                None => field.question.clone(),
                Some(reason) => match field.short.strip_suffix(')') {
                    Some(open) => format!("{open} ; {})", reason.french()),
                    None => format!("{} ({})", field.short, reason.french()),
                },
            };
            questions.push(Question {
                items: vec![item],
                text,
                purpose: field.purpose.clone(),
            });
        }
        for question in &mut questions {
            // What the other field of a shared question said is not asked for again.
            if let [Item::Field(name)] = question.items[..]
                && let Some(field) = self.field(name)
                && let Some(alone) = &field.alone
            {
                question.text = question.text.replacen(&field.short, alone, 1);
            }
        }
        if asks.iter().any(|ask| ask.item == Item::Screenshot) {
            questions.push(Question {
                items: vec![Item::Screenshot],
                text: self.screenshot_question.clone(),
                purpose: self.screenshot_purpose.clone(),
            });
        }
        questions
    }

    fn same_question(&self, other: Item, field: &FormField) -> bool {
        match other {
            Item::Field(name) => self
                .field(name)
                .is_some_and(|other| other.line == field.line && other.question == field.question),
            Item::Screenshot => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(name: FieldName, reason: Option<Reason>) -> Ask {
        Ask {
            item: Item::Field(name),
            reason,
        }
    }

    #[test]
    fn the_embedded_form_is_whole() {
        let form = Form::parse(include_str!("si-samu.toml")).unwrap();
        assert_eq!(
            form.fields
                .iter()
                .map(|field| field.name)
                .collect::<Vec<_>>(),
            FieldName::ALL
        );
        assert!(form.fields.iter().all(|field| field.mandatory));
        let mark = &form.former_marks[0];
        assert_eq!(
            mark.in_subject("RE: [SI-SAMU #2026-000123] x"),
            Some("2026-000123")
        );
        assert_eq!(
            mark.in_message_id("incident-2026-000123.1@a.invalid"),
            Some("2026-000123")
        );
        assert_eq!(
            mark.in_address("si-samu+2026-000123@a.invalid"),
            Some("2026-000123")
        );
    }

    #[test]
    fn a_name_that_is_known_is_not_asked_for_with_the_role() {
        let form = Form::si_samu();
        let role = form.questions(&[ask(FieldName::DeclarantRole, None)]);
        assert_eq!(role[0].text, "Votre fonction");
        let read = "Claire".to_owned();
        let name = form.questions(&[ask(
            FieldName::DeclarantName,
            Some(Reason::NotClear { read }),
        )]);
        assert_eq!(name[0].text, "Votre nom et prénom (réponse peu claire)");
    }

    #[test]
    fn questions_come_in_order_of_use_and_name_and_role_are_one() {
        let asks = [
            ask(FieldName::DeclarantName, None),
            ask(FieldName::DeclarantRole, None),
            ask(
                FieldName::Phone,
                Some(Reason::PhoneDigits {
                    read: "02 40 08 77 0".to_owned(),
                    digits: 9,
                    expected: 10,
                }),
            ),
            ask(FieldName::PrerequisitesChecked, None),
            Ask {
                item: Item::Screenshot,
                reason: None,
            },
        ];
        let questions = Form::si_samu().questions(&asks);
        let texts: Vec<&str> = questions.iter().map(|q| q.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Téléphone (lu 02 40 08 77 0, il manque un chiffre)",
                "Prérequis du poste vérifiés (oui, non)",
                "Votre nom, prénom et fonction",
                "une copie d’écran, sans donnée de santé et sans nom de personne visible",
            ]
        );
        assert_eq!(questions[2].items.len(), 2);
    }

    #[test]
    fn an_unknown_key_a_double_field_and_a_wrong_name_are_refused() {
        let base = include_str!("si-samu.toml");
        let unknown = base.replacen("mandatory = true", "mandatory = true\ncolour = 1", 1);
        assert!(
            matches!(Form::parse(&unknown), Err(FormError::Syntax(e)) if e.to_string().contains("line"))
        );
        let double = base.replacen("name = \"entity\"", "name = \"phone\"", 1);
        assert!(matches!(
            Form::parse(&double),
            Err(FormError::Twice(FieldName::Phone))
        ));
        let wrong = base.replacen("name = \"entity\"", "name = \"colour\"", 1);
        assert!(
            matches!(Form::parse(&wrong), Err(FormError::UnknownField(name)) if name == "colour")
        );
        let mark = base.replacen("(\\d{4}-\\d{6})", "\\d{4}-\\d{6}", 1);
        assert!(matches!(Form::parse(&mark), Err(FormError::Mark(_))));
    }
}
