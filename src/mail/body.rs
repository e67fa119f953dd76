//! Which text of a message is read: plain or derived from HTML, joined over several parts.
//!
//! HTML is preferred where it says the same words: it alone knows table cells, struck choices,
//! coloured answers and who is quoted. Plain text is read where HTML is missing or holds less.

use super::LeftOut;
use super::armour;
use super::charset;
use super::container;
use super::html::{self, Mark, Picture, Rendered};
use super::nesting::{Content, Entity};
use crate::domain::field::Part;
use std::borrow::Cow;
use std::ops::Range;

/// Text parts larger than this are cut: no person wrote them.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
/// HTML larger than this is cut.
const LONGEST_HTML: usize = 12 * 1024 * 1024;

/// What a message's tree holds: its words, and the leaves and messages beside them.
#[derive(Debug, Default)]
pub(super) struct Parts<'e, 'r> {
    segments: Vec<Segment<'e, 'r>>,
    /// Leaves and attached messages that are attachments, in order.
    pub files: Vec<&'e Entity<'r>>,
    /// Encrypted content was met.
    pub encrypted: bool,
}

impl<'e, 'r> Parts<'e, 'r> {
    /// Whether any text of the message itself has a word.
    pub(super) fn has_words(&self) -> bool {
        let has_word = |entity: &&Entity<'_>| {
            let (text, _) = text(entity);
            text.chars().any(char::is_alphanumeric)
        };
        self.segments.iter().any(|segment| match segment {
            Segment::Plain(entity) | Segment::Html(entity) => has_word(entity),
            Segment::Either { plain, html } => plain.iter().chain(html).any(has_word),
        })
    }

    /// The part of plain text that is all the words there are.
    pub(super) fn only_plain(&self) -> Option<&'e Entity<'r>> {
        match self.segments.as_slice() {
            [Segment::Plain(entity)] => Some(entity),
            _ => None,
        }
    }
}

#[derive(Debug)]
enum Segment<'e, 'r> {
    Plain(&'e Entity<'r>),
    Html(&'e Entity<'r>),
    /// multipart/alternative with both.
    Either {
        plain: Vec<&'e Entity<'r>>,
        html: Vec<&'e Entity<'r>>,
    },
}

/// The text chosen, before its lines are told apart.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub part: Part,
    pub text: String,
    pub emphasis: Vec<Range<usize>>,
    pub marks: Vec<Mark>,
    pub pictures: Vec<Picture>,
    pub left_out: Vec<LeftOut>,
    pub repaired: bool,
    /// A block of the text is encrypted.
    pub encrypted: bool,
}

/// Walks the tree of one message.
pub(super) fn parts<'e, 'r>(message: &'e Entity<'r>) -> Parts<'e, 'r> {
    let mut parts = Parts::default();
    walk(message, false, &mut parts);
    parts
}

fn walk<'e, 'r>(entity: &'e Entity<'r>, inside: bool, parts: &mut Parts<'e, 'r>) {
    match &entity.content {
        Content::Parts(children) => match entity.media_type.subtype.as_str() {
            "alternative" => alternative(children, parts),
            "report" => {
                // The human part; the status and the returned mail are no attachments of a person.
                if let Some(first) = children.first() {
                    walk(first, true, parts);
                }
            }
            "encrypted" => {
                parts.encrypted = true;
                parts.files.extend(children);
            }
            _ => children.iter().for_each(|child| walk(child, true, parts)),
        },
        Content::Message(_) => parts.files.push(entity),
        Content::Leaf => leaf(entity, inside, parts),
    }
}

fn leaf<'e, 'r>(entity: &'e Entity<'r>, inside: bool, parts: &mut Parts<'e, 'r>) {
    let attached = entity
        .disposition
        .as_ref()
        .is_some_and(|d| d.kind == "attachment");
    let named = !super::attachment::filename(entity).is_empty();
    let first = parts.segments.is_empty() && parts.files.is_empty();
    // A named text part inside a multipart is a file, unless it is where the words must be.
    let words = !(inside && (attached || named && !first) || attached && named);
    match (
        entity.media_type.kind.as_str(),
        entity.media_type.subtype.as_str(),
    ) {
        ("text", "html") if words => parts.segments.push(Segment::Html(entity)),
        ("text", "calendar" | "x-amp-html") if !named => {}
        ("text", "enriched" | "richtext" | "css" | "rtf") => parts.files.push(entity),
        ("text", "plain" | "" | "x-plain" | "markdown") if words => {
            parts.segments.push(Segment::Plain(entity));
        }
        ("message", "delivery-status" | "disposition-notification" | "feedback-report") => {}
        ("application", _) if container::is_cms(entity) => {
            parts.encrypted |= container::is_encrypted(entity);
            parts.files.push(entity);
        }
        ("application", "pgp-encrypted") => parts.encrypted = true,
        _ if !inside && !entity.body.is_empty() && entity.media_type.kind == "text" => {
            parts.segments.push(Segment::Plain(entity));
        }
        _ if entity.body.is_empty() && !named => {}
        _ => parts.files.push(entity),
    }
}

fn alternative<'e, 'r>(children: &'e [Entity<'r>], parts: &mut Parts<'e, 'r>) {
    let mut plain = Vec::new();
    let mut html = Vec::new();
    for child in children {
        let mut inner = Parts::default();
        walk(child, true, &mut inner);
        parts.encrypted |= inner.encrypted;
        for segment in inner.segments {
            match segment {
                Segment::Plain(entity) => plain.push(entity),
                Segment::Html(entity) => html.push(entity),
                Segment::Either { plain: p, html: h } => {
                    plain.extend(p);
                    html.extend(h);
                }
            }
        }
        parts.files.extend(inner.files);
    }
    parts.segments.push(Segment::Either { plain, html });
}

/// Decodes, renders and joins the words of a message.
pub(super) fn source(parts: &Parts<'_, '_>) -> Source {
    let mut whole = Source {
        part: Part::Text,
        text: String::new(),
        emphasis: Vec::new(),
        marks: Vec::new(),
        pictures: Vec::new(),
        left_out: Vec::new(),
        repaired: false,
        encrypted: false,
    };
    for segment in &parts.segments {
        match segment {
            Segment::Plain(entity) => whole.add_plain(entity),
            Segment::Html(entity) => whole.add_html(rendered(entity)),
            Segment::Either { plain, html } => {
                let pages: Vec<_> = html.iter().map(|entity| rendered(entity)).collect();
                let texts: Vec<_> = plain.iter().map(|entity| text(entity)).collect();
                let html_words: usize = pages
                    .iter()
                    .map(|(page, _)| words(&page.text) + page.struck)
                    .sum();
                let plain_words: usize = texts.iter().map(|(text, _)| words(text)).sum();
                // HTML that holds much less than the text is a teaser, a picture or broken.
                if !pages.is_empty() && (html_words * 10 >= plain_words * 6 || texts.is_empty()) {
                    pages.into_iter().for_each(|page| whole.add_html(page));
                } else {
                    texts
                        .into_iter()
                        .for_each(|(text, repaired)| whole.add_text(text, repaired));
                    // The places of pictures count in the HTML's own text; none is known here.
                    whole.pictures.extend(
                        pages
                            .into_iter()
                            .flat_map(|(page, _)| page.pictures)
                            .map(|p| Picture { at: 0, ..p }),
                    );
                }
            }
        }
    }
    whole
}

impl Source {
    fn add_plain(&mut self, entity: &Entity<'_>) {
        let (text, repaired) = text(entity);
        self.add_text(text, repaired);
    }

    fn add_text(&mut self, text: String, repaired: bool) {
        let (text, encrypted) = armour::taken_off(text);
        self.encrypted |= encrypted;
        self.separate();
        self.repaired |= repaired;
        self.text.push_str(text.trim_end_matches(['\n', ' ']));
    }

    fn add_html(&mut self, (page, repaired): (Rendered, bool)) {
        self.separate();
        self.part = Part::Html;
        self.repaired |= repaired;
        let base = self.text.len();
        self.text.push_str(&page.text);
        self.emphasis
            .extend(page.emphasis.iter().map(|r| r.start + base..r.end + base));
        self.marks.extend(page.marks.iter().map(|m| Mark {
            start: m.start + base,
            ..*m
        }));
        self.left_out
            .extend(page.left_out.into_iter().map(|l| LeftOut {
                at: l.at + base,
                ..l
            }));
        self.pictures
            .extend(page.pictures.into_iter().map(|p| Picture {
                at: p.at + base,
                ..p
            }));
    }

    fn separate(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }
}

fn rendered(entity: &Entity<'_>) -> (Rendered, bool) {
    let bytes = entity.decoded();
    let bytes = &bytes[..bytes.len().min(LONGEST_HTML)];
    let label = entity
        .media_type
        .parameter("charset")
        .map(Cow::Borrowed)
        .or_else(|| meta_charset(bytes));
    let decoded = charset::decode(bytes, label.as_deref());
    let page = html::render(&charset::tidy(decoded.text));
    (page, decoded.repaired)
}

/// The charset that the HTML itself declares in its first 4 KiB.
fn meta_charset(bytes: &[u8]) -> Option<Cow<'static, str>> {
    let head = bytes[..bytes.len().min(4096)].to_ascii_lowercase();
    let at = memchr::memmem::find(&head, b"charset=")? + b"charset=".len();
    let label: String = head[at..]
        .iter()
        .skip_while(|b| matches!(b, b'"' | b'\'' | b' '))
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'))
        .map(|&b| char::from(b))
        .collect();
    (!label.is_empty()).then_some(Cow::Owned(label))
}

fn text(entity: &Entity<'_>) -> (String, bool) {
    let bytes = entity.decoded();
    let bytes = &bytes[..bytes.len().min(LONGEST_TEXT)];
    let decoded = charset::decode(bytes, entity.media_type.parameter("charset"));
    let text = charset::tidy(decoded.text);
    let flowed = entity
        .media_type
        .parameter("format")
        .is_some_and(|f| f.eq_ignore_ascii_case("flowed"));
    let delete = entity
        .media_type
        .parameter("delsp")
        .is_some_and(|d| d.eq_ignore_ascii_case("yes"));
    (
        if flowed { unflow(&text, delete) } else { text },
        decoded.repaired,
    )
}

/// Joins the soft line breaks of format=flowed (RFC 3676, section 4): a line that ends in a blank
/// goes on in the next one of the same quote depth.
fn unflow(text: &str, delete_space: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut flowing: Option<usize> = None;
    for line in text.split('\n') {
        let depth = line.bytes().take_while(|&b| b == b'>').count();
        let unstuffed = line[depth..].strip_prefix(' ').unwrap_or(&line[depth..]);
        let signature = unstuffed == "-- ";
        match flowing {
            Some(before) if before == depth && !signature => {}
            _ => {
                if !joined.is_empty() || flowing.is_some() {
                    joined.push('\n');
                }
                joined.extend(std::iter::repeat_n('>', depth));
                if depth > 0 {
                    joined.push(' ');
                }
            }
        }
        let soft = unstuffed.ends_with(' ') && !signature;
        joined.push_str(if soft && delete_space {
            &unstuffed[..unstuffed.len() - 1]
        } else {
            unstuffed
        });
        if soft {
            flowing = Some(depth);
        } else {
            flowing = None;
            if joined.is_empty() {
                // An empty first line is a line all the same.
                joined.push('\n');
            }
        }
    }
    joined
}

/// Letters and digits of a text, addresses between angle brackets left out: Outlook and Gmail
/// write a link's target beside it in plain text only.
fn words(text: &str) -> usize {
    let mut count = 0;
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' | '[' => inside = true,
            '>' | ']' | '\n' => inside = false,
            c if !inside && c.is_alphanumeric() => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::nesting::Budget;
    use super::*;

    fn read(raw: &str) -> Source {
        let entity = Entity::message(raw.as_bytes(), 0, &mut Budget::default());
        source(&parts(&entity))
    }

    #[test]
    fn flowed_lines_are_joined_within_their_quote_depth() {
        for (flowed, text) in [
            ("une longue \nligne\nautre", "une longue ligne\nautre"),
            (
                "> quelle est l'erreur, \n> quel comportement\nréponse",
                "> quelle est l'erreur, quel comportement\nréponse",
            ),
            ("> a \nb", "> a \nb"),
            ("a \n-- \nnom", "a \n-- \nnom"),
            (" stuffed\n From x", "stuffed\nFrom x"),
        ] {
            assert_eq!(unflow(flowed, false), text, "{flowed}");
        }
        assert_eq!(unflow("a \nb", true), "ab");
    }

    #[test]
    fn html_is_read_where_it_says_the_same_words() {
        for (plain, html, part, text) in [
            (
                "Env : formation, production",
                "<p>Env : <s>formation</s>, production",
                Part::Html,
                "Env : , production",
            ),
            (
                "la carte est blanche depuis ce matin",
                "<img src=x>",
                Part::Text,
                "la carte est blanche depuis ce matin",
            ),
            (
                "Votre client",
                "<p>la carte est blanche</p>",
                Part::Html,
                "la carte est blanche",
            ),
        ] {
            let source = read(&format!(
                "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
            ));
            assert_eq!((source.part, source.text.as_str()), (part, text));
        }
    }

    #[test]
    fn several_text_parts_are_one_text_and_named_ones_are_files() {
        let raw = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nphoto jointe\n--b\nContent-Type: image/png; name=a.png\n\nx\n--b\nContent-Type: text/plain\n\nEnvoyé de mon iPhone\n--b\nContent-Type: text/plain; name=journal.log\nContent-Disposition: attachment\n\nlog\n--b--\n";
        let entity = Entity::message(raw.as_bytes(), 0, &mut Budget::default());
        let parts = parts(&entity);
        assert_eq!(source(&parts).text, "photo jointe\nEnvoyé de mon iPhone");
        assert_eq!(parts.files.len(), 2);
    }

    #[test]
    fn the_charset_of_html_may_stand_in_the_html_alone() {
        let raw = b"Content-Type: text/html\n\n<meta http-equiv=Content-Type content='text/html; charset=windows-1252'><p>incident \x96 \xe9cran";
        let entity = Entity::message(raw, 0, &mut Budget::default());
        assert_eq!(source(&parts(&entity)).text, "incident – écran");
    }
}
