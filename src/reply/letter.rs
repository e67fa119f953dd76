//! What the templates may name: every variable of a mail, made from the declaration.

use super::french::{self, NO_BREAK};
use super::summary::{self, Line};
use super::support::{Second, next_news, second};
use super::wrap::{FORM_WIDTH, clip, lines, one_line, sentence};
use super::{Answered, Settings};
use crate::domain::act::Act;
use crate::domain::field::{FieldName, Value};
use crate::domain::form::{Ask, Form, Item, Question};
use crate::domain::outgoing::Template;
use crate::domain::sender::is_named;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// Reasons that are named for what is asked.
const MOST_PURPOSES: usize = 3;

/// Lines of the writer's own words that are quoted.
const MOST_QUOTED: usize = 6;

/// Characters of one fact that an agent typed.
const MOST_OF_A_FACT: usize = 400;

/// Below this the declarant's name is not sure enough to greet with.
const SURE: f32 = 0.85;

/// Which mail is written, to whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// Which.
    pub template: Template,
    /// To whom, `local@domain`.
    pub to: &'a str,
    /// What it asks for.
    pub asks: &'a [Ask],
    /// When it is made.
    pub now: DateTime<Utc>,
    /// When it leaves if nobody holds it.
    pub leaves_at: DateTime<Utc>,
}

/// The variables of a template.
#[derive(Debug, Clone, Serialize)]
pub struct Letter {
    /// Whom to greet; none where unsure.
    pub nom: Option<String>,
    /// `INC-26-00042`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The support's number as it is printed.
    pub tel_support: String,
    /// The support's number for a `tel:` link.
    pub tel_lien: String,
    /// « deux réponses et une copie d’écran ».
    pub manque: String,
    /// « qu’une ligne », « que deux lignes et une copie d’écran »; with no line what the copy is to
    /// be like too.
    pub reste: String,
    /// The numbered questions.
    pub questions: Vec<Numbered>,
    /// « une copie d’écran, sans donnée de santé… », where one is asked for.
    pub copie: Option<String>,
    /// « à vous rappeler et à reproduire la panne ».
    pub pourquoi: Option<String>,
    /// One thing is asked for, no more.
    pub un_seul: bool,
    /// What was understood.
    pub compris: Vec<Line>,
    /// « Le support SI-Samu ».
    pub signature: String,
    /// What the ticket is about: « module cartographie ».
    pub sujet: Option<String>,
    /// A number is known where the declarant can be called.
    pub tel_connu: bool,
    /// « lundi 23 novembre avant 14 h », where the desk promises it.
    pub prochaine_nouvelle: Option<String>,
    /// Who is behind the support at this minute, for a sender whose domain is known.
    pub second: Option<Second>,
    /// What holds now that the ticket is closed, with its final stop.
    pub maintenant: String,
    /// What had happened, with its final stop.
    pub cause: Option<String>,
    /// What was done, with its final stop.
    pub fait: Option<String>,
    /// The reference of the ticket that this one is part of.
    pub autre_ref: String,
    /// At most six lines of the writer's own words.
    pub citation: Vec<String>,
    /// « 23 novembre, 9 h 12 ».
    pub citation_date: Option<String>,
    /// The items of each number; not for templates.
    #[serde(skip)]
    pub numbers: Vec<Vec<Item>>,
}

/// A question with its number in this mail.
#[derive(Debug, Clone, Serialize)]
pub struct Numbered {
    /// From 1.
    pub numero: usize,
    /// Without a final colon.
    pub texte: String,
}

impl Letter {
    /// The variables of one mail.
    #[must_use]
    pub fn new(
        writing: &Writing<'_>,
        answered: &Answered<'_>,
        settings: &Settings,
        form: &Form,
    ) -> Self {
        let Writing { template, asks, .. } = *writing;
        let (declaration, fields) = (answered.declaration, answered.fields);
        let closing = match answered.act {
            Some(Act::Close(closing)) => Some(closing),
            _ => None,
        };
        let fact = |text: Option<&str>| {
            let text = sentence(text?, MOST_OF_A_FACT);
            (!text.is_empty()).then_some(text)
        };
        let mut questions = questions(asks, form);
        let screenshot = questions
            .pop_if(|question| question.items.contains(&Item::Screenshot))
            .map(|question| one_line(&question.text));
        let quote = template == Template::E1 && answered.sender_is_verified;
        Self {
            nom: greeting(answered),
            reference: answered.reference.to_owned(),
            tel_support: one_line(&settings.phone).replace(' ', &NO_BREAK.to_string()),
            tel_lien: french::phone_link(&settings.phone),
            manque: missing(questions.len(), screenshot.as_deref()),
            reste: left(questions.len(), screenshot.as_deref()),
            pourquoi: purposes(asks, form),
            un_seul: questions.len() + usize::from(screenshot.is_some()) == 1,
            compris: match template {
                Template::E2 => summary::noted(fields, form),
                _ => summary::understood(fields, form),
            },
            signature: signature(&settings.service_name),
            sujet: summary::subject(fields),
            tel_connu: matches!(fields[FieldName::Phone].value(), Some(Value::Phone(_))),
            prochaine_nouvelle: next_news(settings, writing.now),
            second: second(settings, answered, writing),
            maintenant: closing.map_or_else(String::new, |closing| {
                sentence(&closing.now, MOST_OF_A_FACT)
            }),
            cause: closing.and_then(|closing| fact(closing.cause.as_deref())),
            fait: closing.and_then(|closing| fact(closing.done.as_deref())),
            autre_ref: match answered.act {
                Some(Act::Attach { to }) => one_line(to),
                _ => String::new(),
            },
            citation: match quote {
                true => lines(&declaration.own_text, FORM_WIDTH - 2, MOST_QUOTED),
                false => Vec::new(),
            },
            citation_date: answered
                .date
                .map(|date| date.with_timezone(&settings.timezone).fixed_offset())
                .map(|date| format!("{}, {}", french::day(&date), french::hour(&date))),
            numbers: questions
                .iter()
                .map(|question| question.items.clone())
                .collect(),
            questions: (1..)
                .zip(&questions)
                .map(|(numero, question)| Numbered {
                    numero,
                    texte: question.text.clone(),
                })
                .collect(),
            copie: screenshot,
        }
    }
}

/// The questions, each short enough for its line: where the declarant's words make it too long,
/// fewer of them are repeated.
fn questions(asks: &[Ask], form: &Form) -> Vec<Question> {
    // « 12) » and « : » stand around the text, two blanks before it.
    let room = FORM_WIDTH - "  12)  :".len();
    let mut questions = form.questions(asks);
    for most in [40, 24, 16, 8] {
        let fits = |question: &Question| question.text.chars().count() <= room;
        if questions.iter().all(fits) {
            return questions;
        }
        let shorter: Vec<Ask> = asks
            .iter()
            .map(|ask| Ask {
                item: ask.item,
                reason: ask.reason.as_ref().map(|reason| reason.shortened(most)),
            })
            .collect();
        for (question, shorter) in questions.iter_mut().zip(form.questions(&shorter)) {
            if !fits(question) {
                *question = shorter;
            }
        }
    }
    for question in &mut questions {
        if !question.items.contains(&Item::Screenshot) {
            question.text = clip(&one_line(&question.text), room);
        }
    }
    questions
}

/// « deux réponses et une copie d’écran ».
fn missing(questions: usize, screenshot: Option<&str>) -> String {
    let answers = match questions {
        0 => None,
        1 => Some("une réponse".to_owned()),
        several => Some(format!("{} réponses", french::number(several, true))),
    };
    let parts: Vec<String> = answers
        .into_iter()
        .chain(screenshot.map(copy_alone))
        .collect();
    french::enumerate(&parts)
}

/// « qu’une ligne », « que deux lignes et une copie d’écran ».
fn left(questions: usize, screenshot: Option<&str>) -> String {
    let lines = match questions {
        0 => None,
        1 => Some("une ligne".to_owned()),
        several => Some(format!("{} lignes", french::number(several, true))),
    };
    let copy = match questions {
        0 => screenshot.map(str::to_owned),
        _ => screenshot.map(copy_alone),
    };
    let parts: Vec<String> = lines.into_iter().chain(copy).collect();
    // « que onze lignes » takes no elision; of these words only « un » and « une » do.
    let what = french::enumerate(&parts);
    match what.starts_with("un") {
        true => format!("qu’{what}"),
        false => format!("que {what}"),
    }
}

/// « une copie d’écran, sans donnée de santé… »: what follows the comma is said further down.
fn copy_alone(screenshot: &str) -> String {
    let alone = screenshot.split(',').next().unwrap_or(screenshot);
    alone.trim().to_owned()
}

/// « à vous rappeler, à reproduire la panne et à vous répondre », at most three, in the order in
/// which they are asked for.
fn purposes(asks: &[Ask], form: &Form) -> Option<String> {
    let mut purposes: Vec<String> = Vec::new();
    for question in form.questions(asks) {
        let purpose = format!("à {}", question.purpose);
        if !question.purpose.is_empty() && !purposes.contains(&purpose) {
            purposes.push(purpose);
        }
    }
    purposes.truncate(MOST_PURPOSES);
    (!purposes.is_empty()).then(|| french::enumerate(&purposes))
}

/// The declarant's name, if the declarant is the writer: a name that the From header or the
/// writer's address bears too. A message forwarded for somebody greets nobody.
fn greeting(answered: &Answered<'_>) -> Option<String> {
    let field = &answered.fields[FieldName::DeclarantName];
    let Some(Value::Text(name)) = field.value() else {
        return None;
    };
    let is_sure = field
        .evidence
        .as_ref()
        .is_some_and(|evidence| evidence.confidence >= SURE);
    let is_writer = is_named(name, answered.from_name, answered.from_address);
    let name = one_line(name);
    let is_writable = !name.is_empty() && name.chars().count() <= 60;
    (is_sure && is_writer && is_writable).then_some(name)
}

/// « Le support SI-Samu » for « Support SI-Samu »; another desk's name as it is.
fn signature(service: &str) -> String {
    let service = one_line(service);
    match service.split_once(' ') {
        Some((first, rest)) if first.eq_ignore_ascii_case("support") => {
            format!("Le support {rest}")
        }
        _ => service,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_counted_in_words() {
        let copy = Some("une copie d’écran, sans donnée de santé");
        for (questions, screenshot, said) in [
            (2, copy, "deux réponses et une copie d’écran"),
            (1, None, "une réponse"),
            (0, copy, "une copie d’écran"),
            (6, None, "six réponses"),
        ] {
            assert_eq!(missing(questions, screenshot), said);
        }
    }

    #[test]
    fn what_is_left_is_counted_in_lines() {
        let copy = Some("une copie d’écran, sans donnée de santé");
        for (questions, screenshot, said) in [
            (1, None, "qu’une ligne"),
            (2, None, "que deux lignes"),
            (1, copy, "qu’une ligne et une copie d’écran"),
            (11, copy, "que onze lignes et une copie d’écran"),
            (0, copy, "qu’une copie d’écran, sans donnée de santé"),
        ] {
            assert_eq!(left(questions, screenshot), said);
        }
    }

    #[test]
    fn a_desk_signs_with_its_name() {
        for (name, signed) in [
            ("Support SI-Samu", "Le support SI-Samu"),
            ("support régional", "Le support régional"),
            ("Centre de services", "Centre de services"),
        ] {
            assert_eq!(signature(name), signed);
        }
    }
}
