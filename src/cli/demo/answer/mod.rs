//! A declarant's answer to a request of ours, as their client writes it: headers, MIME, and how it
//! quotes our text or our HTML. Pure: a request, a style and what is said give the bytes.
//!
//! `fixtures/replies/` shows how each client really quotes; one file here a family of clients.

mod apple;
mod blocks;
mod gmail;
mod mime;
mod outlook;
mod plain;
mod request;
mod values;
mod zimbra;

pub use request::{Asked, Request};
pub use values::{PICTURE, Values};

use crate::domain::form::Item;
use crate::reply::french;
use blocks::Block;
use chrono::{DateTime, Datelike, FixedOffset};

/// A client and a way of answering with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// Outlook: our HTML in Word's clothes, each answer in blue behind its question
    Outlook,
    /// Outlook on the web: each answer below its question
    Owa,
    /// Gmail: each answer between two pieces of the quote
    Gmail,
    /// Thunderbird, plain text: each answer between two pieces quoted with `> `
    Thunderbird,
    /// An iPhone: numbered answers on top, all of our mail below
    Iphone,
    /// Zimbra: each answer behind its question
    Zimbra,
    /// Sentences on top, no number
    Prose,
    /// Outlook, plain text: « je ne sais pas » behind every question
    Unknown,
}

impl Style {
    /// All styles.
    pub const ALL: [Self; 8] = [
        Self::Outlook,
        Self::Owa,
        Self::Gmail,
        Self::Thunderbird,
        Self::Iphone,
        Self::Zimbra,
        Self::Prose,
        Self::Unknown,
    ];

    /// Whether whoever answers so has something to say.
    #[must_use]
    pub fn knows(self) -> bool {
        self != Self::Unknown
    }
}

/// What a declarant answers, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// The client.
    pub style: Style,
    /// What is said of each item; what is asked and not here stays empty.
    pub said: &'a [(Item, String)],
    /// A picture to send with it (PNG).
    pub picture: Option<&'a [u8]>,
    /// When it is written.
    pub at: DateTime<FixedOffset>,
}

/// Writes the answer: the whole message, CRLF line ends.
#[must_use]
pub fn answer(request: &Request, reply: &Reply<'_>) -> Vec<u8> {
    let writing = Writing { request, reply };
    let mail = match reply.style {
        Style::Outlook => outlook::desktop(&writing),
        Style::Owa => outlook::web(&writing),
        Style::Gmail => gmail::write(&writing),
        Style::Thunderbird => plain::thunderbird(&writing),
        Style::Iphone => apple::write(&writing),
        Style::Zimbra => zimbra::write(&writing),
        Style::Prose => plain::prose(&writing),
        Style::Unknown => plain::unknown(&writing),
    };
    mail.replace("\r\n", "\n")
        .replace('\n', "\r\n")
        .into_bytes()
}

/// What the clients' files write from.
struct Writing<'a> {
    request: &'a Request,
    reply: &'a Reply<'a>,
}

impl Writing<'_> {
    /// What is answered to a question: both things where it asks for two; empty where nothing is
    /// said.
    fn to(&self, asked: &Asked) -> String {
        let said = |item: &Item| {
            let found = self.reply.said.iter().find(|(about, _)| about == item);
            found.map(|(_, words)| words.as_str())
        };
        let parts: Vec<&str> = asked.items.iter().filter_map(said).collect();
        parts.join(", ")
    }

    /// What is answered below or behind this block of ours.
    fn after(&self, block: &Block) -> Option<String> {
        let asked = self.request.questions.get(block.question?)?;
        Some(self.to(asked)).filter(|answer| !answer.is_empty())
    }

    /// What stands on top of an answer that is given further down.
    fn opening(&self) -> &'static str {
        match (self.request.questions.is_empty(), self.reply.picture) {
            (true, Some(_)) => "Voici la copie d'écran demandée.",
            (true, None) => "Je ne peux pas vous envoyer de copie d'écran.",
            (false, Some(_)) => "Mes réponses sont ci-dessous, avec la copie d'écran.",
            (false, None) => "Mes réponses sont ci-dessous.",
        }
    }

    /// The declarant's name, where our mail greets with it.
    fn name(&self) -> &str {
        &self.request.name
    }

    fn day(&self) -> String {
        let date = self.request.date;
        let month = french::month(date.month());
        format!("{} {month} {}", date.day(), date.year())
    }

    fn weekday(&self) -> &'static str {
        french::weekday(&self.request.date)
    }
}

#[cfg(test)]
mod tests;
