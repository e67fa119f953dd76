//! Our request, read as a client shows it: who wrote, what is asked under which number, its text
//! and its HTML.

use super::blocks::{self, Block};
use crate::domain::form::{Form, Item};
use crate::mail::Email;
use crate::reply;
use crate::text::fold;
use chrono::{DateTime, FixedOffset};
use quoted_printable::ParseMode;

/// A mail of ours that asks for something.
#[derive(Debug, Clone)]
pub struct Request {
    /// The numbered questions, in order.
    pub questions: Vec<Asked>,
    /// It asks for a screenshot.
    pub screenshot: bool,
    /// When it was written.
    pub date: DateTime<FixedOffset>,
    /// Whom it was sent to.
    pub to: String,
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// The name it greets; empty where it greets nobody.
    pub(super) name: String,
    pub(super) from_name: String,
    pub(super) from: String,
    /// Where an answer goes.
    pub(super) reply_to: String,
    pub(super) subject: String,
    pub(super) references: Vec<String>,
    /// The text part, LF.
    pub(super) text: String,
    /// The HTML part, cut into its paragraphs.
    pub(super) blocks: Vec<Block>,
}

/// One numbered question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its number in this mail.
    pub number: usize,
    /// What it asks for.
    pub items: Vec<Item>,
}

impl Request {
    /// Reads a mail as it left us or as it arrived; `None` where it is no mail of ours or asks for
    /// nothing. The questions are known by the form's words.
    #[must_use]
    pub fn read(mail: &[u8], form: &Form) -> Option<Self> {
        let email = Email::parse(mail);
        let text = text(mail)?;
        let html = reply::html(with_crlf(mail).as_bytes())?;
        let questions: Vec<Asked> = text.lines().filter_map(|line| asked(line, form)).collect();
        let screenshot = one_line(&text).contains(&one_line(&form.screenshot_question));
        if questions.is_empty() && !screenshot {
            return None;
        }
        let from = email.from?;
        let greeted = text.lines().next().and_then(|line| {
            let name = line.strip_prefix("Bonjour ")?.strip_suffix(',')?;
            Some(name.to_owned())
        });
        Some(Self {
            blocks: blocks::cut(&html, questions.len()),
            screenshot,
            date: email.date?,
            to: email.recipients.first()?.address.clone(),
            name: greeted.unwrap_or_default(),
            from_name: from.name,
            reply_to: email
                .reply_to
                .map_or_else(|| from.address.clone(), |to| to.address),
            from: from.address,
            subject: email.subject,
            message_id: email.message_id?,
            references: email.references,
            questions,
            text,
        })
    }

    /// The number of the question that a line of our text asks, as an index.
    pub(super) fn question_of(&self, line: &str) -> Option<usize> {
        let (number, _) = numbered(line)?;
        self.questions
            .iter()
            .position(|asked| asked.number == number)
    }
}

/// « 3) Depuis quand (jour et heure) : » with its number.
fn numbered(line: &str) -> Option<(usize, &str)> {
    let (number, text) = line.trim_start().split_once(") ")?;
    Some((number.parse().ok()?, text.trim_end().strip_suffix(':')?))
}

fn asked(line: &str, form: &Form) -> Option<Asked> {
    let (number, text) = numbered(line)?;
    let text = one_line(text);
    let begins = |words: &str| text.starts_with(one_line(words).trim_end_matches(')'));
    let items: Vec<Item> = form
        .fields
        .iter()
        .filter(|field| begins(&field.short) || field.alone.as_deref().is_some_and(begins))
        .map(|field| Item::Field(field.name))
        .collect();
    (!items.is_empty()).then_some(Asked { number, items })
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    fold(&words.join(" "))
}

/// The text part: we write it first, quoted-printable, in UTF-8.
fn text(mail: &[u8]) -> Option<String> {
    let mail = with_crlf(mail);
    let (_, part) = mail.split_once("\r\nContent-Type: text/plain")?;
    let (_, body) = part.split_once("\r\n\r\n")?;
    let (body, _) = body.split_once("\r\n--=_")?;
    let decoded = quoted_printable::decode(body, ParseMode::Robust).ok()?;
    Some(String::from_utf8(decoded).ok()?.replace("\r\n", "\n"))
}

/// A mailbox may have kept it with LF.
fn with_crlf(mail: &[u8]) -> String {
    String::from_utf8_lossy(mail)
        .replace("\r\n", "\n")
        .replace('\n', "\r\n")
}
