//! Where a quoted or forwarded message begins: attribution lines and header blocks.
//!
//! Clients, as met: Gmail, Apple Mail, Thunderbird, K-9, SOGo and Roundcube write an attribution
//! (« Le … a écrit : », « On … wrote: »), which may run over several lines and, with Apple, stands
//! inside the quote; Outlook and OWA write a header block (« De : / Envoyé : / À : / Objet : »)
//! under a rule; Zimbra, Thunderbird and Gmail put a separator above it when they forward.

use super::attribution::attribution;
use super::client::{self, Introduced};
use super::{Address, Raw, dates};
use crate::mail::header::address;
use chrono::{DateTime, FixedOffset};
use std::ops::Range;

/// How a quoted message is introduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// « Le … a écrit : »: a reply.
    Attribution,
    /// Header lines or a separator: a reply of Outlook's, or a forward.
    Block,
}

/// The lines that introduce a quoted or forwarded message.
#[derive(Debug)]
pub(super) struct Heading {
    pub lines: Range<usize>,
    pub style: Style,
    /// A separator says that it is forwarded.
    pub forwarded: bool,
    pub from: Option<Address>,
    pub date: Option<DateTime<FixedOffset>>,
    pub subject: Option<String>,
    pub introduced: Introduced,
}

/// Finds the headings, in order, not overlapping.
pub(super) fn find(raws: &[Raw<'_>]) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut at = 0;
    while at < raws.len() {
        let found = if raws[at].is_blank() {
            None
        } else {
            separated(raws, at)
                .or_else(|| block(raws, at, false))
                .or_else(|| attribution(raws, at))
        };
        match found {
            Some(heading) => {
                at = heading.lines.end;
                headings.push(heading);
            }
            None => at += 1,
        }
    }
    headings
}

/// Words of separators, folded; those of forwards first.
const FORWARDS: [&str; 18] = [
    "message transfere",
    "mail transfere",
    "courriel transfere",
    "message reexpedie",
    "debut du message reexpedie",
    "debut du message transfere",
    "forwarded message",
    "begin forwarded message",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "mensagem encaminhada",
    "inicio da mensagem reencaminhada",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
];
const ORIGINALS: [&str; 13] = [
    "message d'origine",
    "message original",
    "message initial",
    "mail original",
    "courriel original",
    "courriel d'origine",
    "original message",
    "original appointment",
    "ursprungliche nachricht",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
];
/// Notes names who forwarded: « ----- Transféré par Paul MARTIN/CHU le 02/03/2026 10:02 ----- ».
const FORWARDED_BY: [&str; 5] = [
    "transfere par ",
    "reachemine par ",
    "forwarded by ",
    "weitergeleitet von ",
    "reexpedie par ",
];

/// A separator line, and the header block or attribution below it.
fn separated(raws: &[Raw<'_>], at: usize) -> Option<Heading> {
    let line = raws[at].folded.as_str();
    if line.len() > 80 {
        return glued(raws, at);
    }
    let bare = line.trim_matches(|c: char| matches!(c, '-' | '_' | '=' | '*' | ' ' | ':' | '>'));
    let framed = line.starts_with("--") || line.starts_with("==") || line.ends_with(':');
    let rule = bare.is_empty() && line.len() >= 5;
    let by = line.starts_with("--") && FORWARDED_BY.iter().any(|by| bare.starts_with(by));
    let forwarded = FORWARDS.contains(&bare) || by;
    if !(rule || framed && (forwarded || ORIGINALS.contains(&bare))) {
        return glued(raws, at);
    }
    let below = (at + 1..raws.len().min(at + 4)).find(|&n| !raws[n].is_blank());
    let inner = below.and_then(|below| block(raws, below, !rule));
    match inner {
        Some(heading) => Some(Heading {
            lines: at..heading.lines.end,
            forwarded,
            introduced: client::below_separator(bare, by, heading.introduced),
            ..heading
        }),
        None if rule => None,
        None => Some(Heading {
            forwarded,
            introduced: client::below_separator(bare, by, Introduced::default()),
            ..Heading::empty(at)
        }),
    }
}

/// « -------- Message d'origine --------De : … Date : … À : … Objet : … » on one line: Samsung's,
/// where the line ends were lost.
fn glued(raws: &[Raw<'_>], at: usize) -> Option<Heading> {
    let line = raws[at].folded.as_str();
    let inner = line.strip_prefix("--")?.trim_start_matches(['-', ' ']);
    let (forwarded, rest) = FORWARDS
        .iter()
        .map(|words| (true, words))
        .chain(ORIGINALS.iter().map(|words| (false, words)))
        .find_map(|(forwarded, words)| Some((forwarded, inner.strip_prefix(words)?)))?;
    if !rest.starts_with([' ', '-']) {
        return None;
    }
    let mut heading = Heading::empty(at);
    heading.forwarded = forwarded;
    one_line(&raws[at], &mut heading).then_some(heading)
}

impl Heading {
    /// One line that is known to be a heading, and no more.
    fn empty(at: usize) -> Self {
        Self {
            lines: at..at + 1,
            style: Style::Block,
            forwarded: false,
            from: None,
            date: None,
            subject: None,
            introduced: Introduced::default(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    From,
    Sent,
    To,
    Copy,
    Subject,
    Other,
}

fn label(folded: &str) -> Option<Label> {
    let colon = memchr::memchr(b':', folded.as_bytes())?;
    let word = folded
        .get(..colon)?
        .trim_matches(|c: char| c.is_whitespace() || c == '*');
    Some(match word {
        "de" | "from" | "expediteur" | "emetteur" | "von" | "de la part de" | "da" | "van" => {
            Label::From
        }
        "envoye" | "envoye le" | "date" | "sent" | "date d'envoi" | "gesendet" | "recu"
        | "recu le" | "enviado el" | "enviado" | "enviada em" | "enviado em" | "fecha" | "data"
        | "inviato" | "verzonden" | "datum" => Label::Sent,
        "a" | "to" | "pour" | "destinataire" | "destinataires" | "an" | "para" | "aan" => Label::To,
        "cc" | "copie" | "copie a" | "copies" | "cci" | "bcc" | "copia" | "kopie" => Label::Copy,
        "objet" | "subject" | "sujet" | "betreff" | "asunto" | "assunto" | "oggetto"
        | "onderwerp" => Label::Subject,
        "importance" | "repondre a" | "reply-to" | "priorite" | "pieces jointes"
        | "attachments" | "piece jointe" | "organisation" => Label::Other,
        _ => return None,
    })
}

/// Header lines from `at` on. Below a separator any label may come first; else « De : » must,
/// with « Envoyé » or « Objet » below it.
fn block(raws: &[Raw<'_>], at: usize, separated: bool) -> Option<Heading> {
    let first = label(&raws[at].folded)?;
    if first != Label::From && !separated {
        return None;
    }
    let depth = raws[at].depth;
    let mut heading = Heading::empty(at);
    if one_line(&raws[at], &mut heading) {
        return Some(heading);
    }
    let mut seen: Vec<Label> = Vec::new();
    let mut line = at;
    while line < raws.len().min(at + 16) {
        let raw = &raws[line];
        if raw.is_blank() {
            // Outlook's paragraphs may leave one blank line between two labels.
            let next = raws.get(line + 1).and_then(|r| label(&r.folded));
            if seen.len() < 2 || next.is_none_or(|n| n == Label::From || seen.contains(&n)) {
                break;
            }
            line += 1;
            continue;
        }
        if raw.depth != depth {
            break;
        }
        match label(&raw.folded) {
            Some(found) if found == Label::From && seen.contains(&Label::From) => break,
            Some(found) => {
                let value = value(raw.text);
                match found {
                    Label::From => heading.from = heading.from.or_else(|| mailbox(value)),
                    Label::Sent => heading.date = heading.date.or_else(|| dates::read(value)),
                    Label::Subject => {
                        heading.subject = heading.subject.or_else(|| Some(value.to_owned()));
                    }
                    _ => {}
                }
                if !seen.contains(&found) {
                    seen.push(found);
                }
                heading.lines.end = line + 1;
            }
            // Long lists of recipients and subjects are wrapped.
            None if seen
                .last()
                .is_some_and(|l| matches!(l, Label::To | Label::Copy))
                && raw.text.contains(['@', ';']) => {}
            None => break,
        }
        line += 1;
    }
    let dated = seen.contains(&Label::Sent) || seen.contains(&Label::Subject);
    let enough =
        seen.contains(&Label::From) && dated && seen.len() >= if separated { 2 } else { 3 }
            || separated && seen.len() >= 2;
    heading.introduced = client::of_block(
        raws[heading.lines.clone()]
            .iter()
            .map(|raw| raw.folded.as_str()),
    );
    enough.then_some(heading)
}

/// « De : … Envoyé : … À : … Objet : … » on one line, where a client lost the line breaks.
fn one_line(raw: &Raw<'_>, heading: &mut Heading) -> bool {
    let folded = &raw.folded;
    let sent = ["envoye :", "envoye:", "sent:", "date :", "date:"]
        .iter()
        .find_map(|w| folded.find(w));
    let subject = ["objet :", "objet:", "subject:", "sujet :"]
        .iter()
        .find_map(|w| folded.find(w));
    if sent.is_none() || subject.is_none() {
        return false;
    }
    let lower = raw.text;
    let cut = |words: &[&str]| {
        words
            .iter()
            .find_map(|w| lower.find(w).map(|at| (at, at + w.len())))
    };
    let sent = cut(&["Envoyé", "Sent", "Date"]);
    let subject = cut(&["Objet", "Subject", "Sujet"]);
    heading.from = sent.and_then(|(at, _)| mailbox(value(&lower[..at])));
    heading.date = sent.and_then(|(_, end)| dates::read(&lower[end..]));
    heading.subject = subject.map(|(_, end)| value(&lower[end..]).to_owned());
    true
}

fn value(line: &str) -> &str {
    line.split_once(':')
        .map_or("", |(_, value)| value)
        .trim_matches(|c: char| c.is_whitespace() || c == '*')
}

/// `NOM Prénom <a@b>`, `NOM Prénom [mailto:a@b]`, `a@b`, `NOM Prénom`.
fn mailbox(value: &str) -> Option<Address> {
    let value = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '*' | ','));
    if value.is_empty() {
        return None;
    }
    let open = value.find(['<', '[', '(']);
    let (name, rest) = open.map_or((value, ""), |at| (&value[..at], &value[at + 1..]));
    let inside = rest
        .trim_start_matches("mailto:")
        .split(['>', ']', ')', '<'])
        .next()
        .unwrap_or("")
        .trim();
    if inside.contains('@') {
        return Some(address(name, inside));
    }
    let word = value.split_whitespace().find(|w| w.contains('@'));
    Some(match word {
        Some(word) => {
            let bare = word
                .trim_matches(|c: char| matches!(c, '<' | '>' | ',' | ';' | '"' | ':' | '(' | ')'));
            address(name.split(word).next().unwrap_or(""), bare)
        }
        None => address(name, ""),
    })
}
