//! Our request, read as a client shows it: who wrote, what is asked under which number, its text
//! and its HTML.

use super::blocks::{self, Block};
use crate::domain::asked::{self, asks_for_screenshot, numbered};
use crate::domain::form::{Form, Item};
use crate::mail::Email;
use crate::reply;
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
        let asked = asked::Asked::of_text(&text, form);
        let screenshot = asks_for_screenshot(&text, form);
        if asked.numbers.is_empty() && !screenshot {
            return None;
        }
        let questions: Vec<Asked> = (1..)
            .zip(asked.numbers)
            .map(|(number, items)| Asked { number, items })
            .collect();
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
        let (number, _) = numbered(line).filter(|(_, question)| question.ends_with(':'))?;
        self.questions
            .iter()
            .position(|asked| asked.number == number)
    }
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
