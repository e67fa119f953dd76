//! Where a quoted or forwarded message begins: attribution lines and header blocks.
//!
//! Clients, as met: Gmail, Apple Mail, Thunderbird, K-9, SOGo and Roundcube write an attribution
//! (« Le … a écrit : », « On … wrote: »), which may run over several lines and, with Apple, stands
//! inside the quote; Outlook and OWA write a header block (« De : / Envoyé : / À : / Objet : »)
//! under a rule; Zimbra, Thunderbird and Gmail put a separator above it when they forward.

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
const FORWARDS: [&str; 8] = [
    "message transfere",
    "mail transfere",
    "courriel transfere",
    "forwarded message",
    "begin forwarded message",
    "debut du message reexpedie",
    "debut du message transfere",
    "message reexpedie",
];
const ORIGINALS: [&str; 9] = [
    "message d'origine",
    "message original",
    "message initial",
    "mail original",
    "courriel original",
    "courriel d'origine",
    "original message",
    "original appointment",
    "ursprungliche nachricht",
];

/// A separator line, and the header block or attribution below it.
fn separated(raws: &[Raw<'_>], at: usize) -> Option<Heading> {
    let line = raws[at].folded.as_str();
    if line.len() > 80 {
        return None;
    }
    let bare = line.trim_matches(|c: char| matches!(c, '-' | '_' | '=' | '*' | ' ' | ':' | '>'));
    let framed = line.starts_with("--") || line.starts_with("==") || line.ends_with(':');
    let rule = bare.is_empty() && line.len() >= 5;
    let forwarded = FORWARDS.contains(&bare);
    if !(rule || framed && (forwarded || ORIGINALS.contains(&bare))) {
        return None;
    }
    let below = (at + 1..raws.len().min(at + 4)).find(|&n| !raws[n].is_blank());
    let inner = below.and_then(|below| block(raws, below, !rule));
    match inner {
        Some(heading) => Some(Heading {
            lines: at..heading.lines.end,
            forwarded,
            ..heading
        }),
        None if rule => None,
        None => Some(Heading {
            lines: at..at + 1,
            style: Style::Block,
            forwarded,
            from: None,
            date: None,
            subject: None,
        }),
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
    let colon = folded.find(':')?;
    let word = folded
        .get(..colon)?
        .trim_matches(|c: char| c.is_whitespace() || c == '*');
    Some(match word {
        "de" | "from" | "expediteur" | "emetteur" | "von" | "de la part de" => Label::From,
        "envoye" | "envoye le" | "date" | "sent" | "date d'envoi" | "gesendet" | "recu"
        | "recu le" => Label::Sent,
        "a" | "to" | "pour" | "destinataire" | "destinataires" | "an" => Label::To,
        "cc" | "copie" | "copie a" | "copies" | "cci" | "bcc" => Label::Copy,
        "objet" | "subject" | "sujet" | "betreff" => Label::Subject,
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
    let mut heading = Heading {
        lines: at..at + 1,
        style: Style::Block,
        forwarded: false,
        from: None,
        date: None,
        subject: None,
    };
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

/// « Le … a écrit : » from `at` on, over at most four lines.
fn attribution(raws: &[Raw<'_>], at: usize) -> Option<Heading> {
    let first = &raws[at];
    let starts = ["le ", "on ", "am ", "el ", "il ", "em "]
        .iter()
        .any(|s| first.folded.starts_with(s));
    let whole = ends_attribution(&first.folded) && first.folded.contains('@');
    if !(starts || whole) || first.folded.len() > 400 {
        return None;
    }
    let mut folded = String::new();
    let mut text = String::new();
    for (line, raw) in raws.iter().enumerate().skip(at).take(4) {
        if raw.is_blank() || raw.depth < first.depth || folded.len() > 400 {
            return None;
        }
        if line > at {
            folded.push(' ');
            text.push(' ');
        }
        folded.push_str(&raw.folded);
        text.push_str(raw.text.trim());
        if ends_attribution(&folded) {
            let dated = folded.bytes().filter(u8::is_ascii_digit).count() >= 3;
            if !dated && !folded.contains('@') {
                return None;
            }
            return Some(Heading {
                lines: at..line + 1,
                style: Style::Attribution,
                forwarded: false,
                from: author(&text),
                date: dates::read(&text),
                subject: None,
            });
        }
    }
    None
}

fn ends_attribution(folded: &str) -> bool {
    let line = folded.trim_end_matches(|c: char| c.is_whitespace() || c == '*');
    let Some(line) = line.strip_suffix(':') else {
        return false;
    };
    let line = line.trim_end();
    [
        "a ecrit",
        "wrote",
        "schrieb",
        "ha scritto",
        "escribio",
        "a envoye",
    ]
    .iter()
    .any(|verb| line.ends_with(verb))
        || ["a ecrit le ", " wrote on "]
            .iter()
            .any(|verb| line.contains(verb))
}

/// The name between the date and the verb, and the address where one stands there.
fn author(text: &str) -> Option<Address> {
    let verb = [
        "a écrit",
        "a ecrit",
        "wrote",
        "schrieb",
        "a envoyé",
        "ha scritto",
    ]
    .iter()
    .filter_map(|verb| text.rfind(verb))
    .max()
    .unwrap_or(text.len());
    let before = &text[..verb];
    let open = before
        .rfind(['<', '('])
        .filter(|&at| before[at..].contains('@'));
    let name = &before[..open.unwrap_or(before.len())];
    // What follows the last digit of the date is the name; months and « PM » aside.
    let after_date = name
        .rfind(|c: char| c.is_ascii_digit())
        .map_or(name, |at| &name[at + 1..]);
    let name = if after_date.trim().is_empty() {
        name.rsplit(',').next().unwrap_or(name)
    } else {
        after_date
    };
    let mut name =
        name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | '*' | ')' | '-'));
    for noise in ["PM", "AM", "CET", "CEST", "UTC", "GMT", "h", "h,"] {
        name = name
            .strip_prefix(noise)
            .filter(|n| n.starts_with([' ', ',', '\u{a0}']))
            .unwrap_or(name);
    }
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | ':'));
    let inside = open
        .map(|at| {
            before[at + 1..]
                .trim_start_matches("mailto:")
                .split(['>', ')', '<', ' '])
                .next()
                .unwrap_or("")
        })
        .or_else(|| before.split_whitespace().find(|w| w.contains('@')))
        .unwrap_or("");
    let found = address(if name.contains('@') { "" } else { name }, inside);
    (!found.name.is_empty() || !found.address.is_empty()).then_some(found)
}
