//! Containers that stand in place of MIME: opaque signed content (`smime.p7m`, RFC 8551, 3.5.2) and
//! `winmail.dat` (TNEF). Each is rewritten as its plain twin, the MIME that another client would
//! have sent, and the twin is read like any message.
//!
//! The signed object gives way to the entity inside it, whoever signed. `winmail.dat` stays as the
//! document that it is; what it holds stands beside it, and its words count where the message has
//! none of its own. Both are linear: a twin is at most a constant times as long as its source.

use super::attachment;
use super::body;
use super::nesting::{Budget, Content, Entity};
use crate::media::cms::{self, Cms};
use crate::media::tnef::{self, File, Text, Tnef};
use data_encoding::BASE64_MIME;
use std::ops::Range;

/// Attached messages within attached messages that are looked into.
const DEEPEST: usize = 4;

/// Which container a leaf is, by its label and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signed,
    Tnef,
}

/// A part of the source that gives way to other bytes.
struct Edit {
    at: Range<usize>,
    to: Vec<u8>,
}

/// The plain twin of a message, where it has a container that can be opened.
pub(super) fn opened(raw: &[u8], message: &Entity<'_>) -> Option<Vec<u8>> {
    if !holds_one(message, 0) {
        return None;
    }
    let mut twin: Option<Vec<u8>> = None;
    // Gateways sign what a client signed; a TNEF file may hold a signed object.
    for kind in [Kind::Signed, Kind::Signed, Kind::Tnef, Kind::Signed] {
        let source = twin.as_deref().unwrap_or(raw);
        let message = Entity::message(source, 0, &mut Budget::default());
        let mut edits = Vec::new();
        find(source, &message, kind, 0, &mut edits);
        if !edits.is_empty() {
            twin = Some(edited(source, edits));
        }
    }
    twin
}

/// Whether a leaf holds a CMS object for a reader's key.
pub(super) fn is_encrypted(leaf: &Entity<'_>) -> bool {
    match cms::read(&leaf.decoded()) {
        Some(cms) => cms == Cms::Encrypted,
        // Broken: the label says what it was.
        None => leaf
            .media_type
            .parameter("smime-type")
            .is_some_and(|kind| kind.contains("enveloped")),
    }
}

/// Whether a leaf is labelled or named as a CMS object that holds content.
pub(super) fn is_cms(leaf: &Entity<'_>) -> bool {
    kind(leaf) == Some(Kind::Signed)
}

fn kind(leaf: &Entity<'_>) -> Option<Kind> {
    if !matches!(leaf.content, Content::Leaf) || leaf.media_type.kind != "application" {
        return None;
    }
    match leaf.media_type.subtype.as_str() {
        "pkcs7-mime" | "x-pkcs7-mime" => Some(Kind::Signed),
        "ms-tnef" | "vnd.ms-tnef" => Some(Kind::Tnef),
        "octet-stream" => {
            let name = attachment::filename(leaf).to_lowercase();
            if name.ends_with(".p7m") {
                Some(Kind::Signed)
            } else {
                (name == "winmail.dat" || name == "win.dat").then_some(Kind::Tnef)
            }
        }
        _ => None,
    }
}

fn holds_one(entity: &Entity<'_>, level: usize) -> bool {
    match &entity.content {
        Content::Leaf => kind(entity).is_some(),
        Content::Parts(parts) => parts.iter().any(|part| holds_one(part, level)),
        Content::Message(inner) => level < DEEPEST && holds_one(inner, level + 1),
    }
}

fn find(raw: &[u8], message: &Entity<'_>, wanted: Kind, level: usize, edits: &mut Vec<Edit>) {
    let parts = body::parts(message);
    let mut wordless = !parts.has_words();
    for file in &parts.files {
        match &file.content {
            Content::Message(inner) if level < DEEPEST => {
                find(raw, inner, wanted, level + 1, edits);
            }
            Content::Leaf if kind(file) == Some(wanted) => match wanted {
                Kind::Signed => edits.extend(signed(raw, file)),
                Kind::Tnef => {
                    let contents = file.decoded();
                    let Some(tnef) = tnef::read(&contents) else {
                        continue;
                    };
                    // HTML shows where pictures and cells stand: beside plain words it is their
                    // alternative.
                    if let (Some(plain), Some(html)) = (parts.only_plain(), &tnef.html) {
                        let mut to = Vec::new();
                        let mut boundaries = Boundaries::under(file);
                        let boundary = boundaries.open(&mut to, "alternative");
                        delimiter(&mut to, &boundary);
                        to.extend_from_slice(&raw[plain.at.clone()]);
                        delimiter(&mut to, &boundary);
                        text(&mut to, "html", html);
                        close(&mut to, &boundary);
                        edits.push(Edit {
                            at: plain.at.clone(),
                            to,
                        });
                    }
                    edits.push(beside(raw, file, &tnef, wordless));
                    wordless = false;
                }
            },
            _ => {}
        }
    }
}

/// The source with its edits, in order of place; of two at one place the first holds.
fn edited(raw: &[u8], mut edits: Vec<Edit>) -> Vec<u8> {
    edits.sort_by_key(|edit| edit.at.start);
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    for edit in edits {
        if edit.at.start < at {
            continue;
        }
        out.extend_from_slice(&raw[at..edit.at.start]);
        out.extend_from_slice(&edit.to);
        at = edit.at.end;
    }
    out.extend_from_slice(&raw[at..]);
    out
}

/// The entity that a signed object holds, under the headers of the part that held it.
fn signed(raw: &[u8], leaf: &Entity<'_>) -> Option<Edit> {
    let object = leaf.decoded();
    let Some(Cms::Signed(content)) = cms::read(&object) else {
        return None;
    };
    let (_, mut to) = split_headers(header_block(raw, leaf));
    // Content without a header is text all the same.
    let name = content.iter().position(|&b| b == b':').unwrap_or(0);
    let headed = name > 0 && content[..name].iter().all(|&b| b.is_ascii_graphic());
    if !headed {
        to.extend_from_slice(b"\r\n");
    }
    to.extend_from_slice(&content);
    Some(Edit {
        at: leaf.at.clone(),
        to,
    })
}

/// The file as it is, and what it holds beside it.
fn beside(raw: &[u8], leaf: &Entity<'_>, tnef: &Tnef<'_>, with_words: bool) -> Edit {
    let (own, mut to) = split_headers(header_block(raw, leaf));
    let mut boundaries = Boundaries::under(leaf);
    let boundary = boundaries.open(&mut to, "mixed");
    if with_words {
        words(&mut to, tnef, &boundary, &mut boundaries);
    }
    delimiter(&mut to, &boundary);
    to.extend_from_slice(&own);
    to.extend_from_slice(b"\r\n");
    to.extend_from_slice(leaf.body);
    files(&mut to, tnef, &boundary, &mut boundaries);
    close(&mut to, &boundary);
    Edit {
        at: leaf.at.clone(),
        to,
    }
}

/// The header block, without the blank line after it.
fn header_block<'r>(raw: &'r [u8], entity: &Entity<'_>) -> &'r [u8] {
    let end = entity.at.end.saturating_sub(entity.body.len());
    raw.get(entity.at.start..end).unwrap_or_default()
}

/// The fields that describe the content (RFC 2045, 3), and the others.
fn split_headers(block: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut content, mut others) = (Vec::new(), Vec::new());
    let mut of_content = false;
    for line in block.split_inclusive(|&b| b == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            of_content = line
                .get(..8)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
        }
        let to = if of_content {
            &mut content
        } else {
            &mut others
        };
        to.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            to.extend_from_slice(b"\r\n");
        }
    }
    (content, others)
}

/// Boundaries of one rewritten part, told apart from those of others by its place.
struct Boundaries {
    place: usize,
    count: usize,
}

impl Boundaries {
    fn under(leaf: &Entity<'_>) -> Self {
        Self {
            place: leaf.at.start,
            count: 0,
        }
    }

    fn open(&mut self, to: &mut Vec<u8>, subtype: &str) -> String {
        self.count += 1;
        let boundary = format!("=_opened_{}_{}", self.place, self.count);
        to.extend_from_slice(
            format!("Content-Type: multipart/{subtype}; boundary=\"{boundary}\"\r\n").as_bytes(),
        );
        boundary
    }
}

fn delimiter(to: &mut Vec<u8>, boundary: &str) {
    to.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
}

fn close(to: &mut Vec<u8>, boundary: &str) {
    to.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
}

fn words(to: &mut Vec<u8>, tnef: &Tnef<'_>, boundary: &str, boundaries: &mut Boundaries) {
    match (&tnef.plain, &tnef.html) {
        (None, None) => {}
        (Some(only), None) => {
            delimiter(to, boundary);
            text(to, "plain", only);
        }
        (None, Some(only)) => {
            delimiter(to, boundary);
            text(to, "html", only);
        }
        (Some(plain), Some(html)) => {
            delimiter(to, boundary);
            let inner = boundaries.open(to, "alternative");
            delimiter(to, &inner);
            text(to, "plain", plain);
            delimiter(to, &inner);
            text(to, "html", html);
            close(to, &inner);
        }
    }
}

fn files(to: &mut Vec<u8>, tnef: &Tnef<'_>, boundary: &str, boundaries: &mut Boundaries) {
    for file in &tnef.attachments {
        delimiter(to, boundary);
        if let Some(message) = &file.message {
            to.extend_from_slice(b"Content-Type: message/rfc822\r\n\r\n");
            if let Some(subject) = &message.subject {
                let subject = subject.decoded().replace(char::is_control, " ");
                to.extend_from_slice(format!("Subject: {subject}\r\n").as_bytes());
            }
            let inner = boundaries.open(to, "mixed");
            words(to, message, &inner, boundaries);
            files(to, message, &inner, boundaries);
            close(to, &inner);
        } else {
            attached(to, file);
        }
    }
}

fn attached(to: &mut Vec<u8>, file: &File<'_>) {
    let is_type = |name: &&str| {
        let token = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-.+_".contains(&b))
        };
        name.split_once('/')
            .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
            && !name.to_ascii_lowercase().starts_with("multipart/")
            && !name.to_ascii_lowercase().starts_with("message/")
    };
    let media_type = file
        .media_type
        .as_deref()
        .filter(is_type)
        .unwrap_or("application/octet-stream");
    let disposition = if file.shown { "inline" } else { "attachment" };
    to.extend_from_slice(
        format!("Content-Type: {media_type}\r\nContent-Disposition: {disposition}").as_bytes(),
    );
    if !file.name.is_empty() {
        // RFC 2231: every byte that is no letter or digit as %XX.
        to.extend_from_slice(b"; filename*=utf-8''");
        for byte in file.name.bytes() {
            if byte.is_ascii_alphanumeric() {
                to.push(byte);
            } else {
                to.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
        }
    }
    if let Some(id) = &file.content_id {
        let id: String = id.chars().filter(char::is_ascii_graphic).collect();
        to.extend_from_slice(
            format!("\r\nContent-ID: <{}>", id.trim_matches(['<', '>'])).as_bytes(),
        );
    }
    base64(to, file.data);
}

fn text(to: &mut Vec<u8>, subtype: &str, text: &Text<'_>) {
    to.extend_from_slice(format!("Content-Type: text/{subtype}; charset=").as_bytes());
    if text.charset.starts_with("utf-16") {
        // MIME knows no text whose bytes hold NUL.
        to.extend_from_slice(b"utf-8");
        base64(to, text.decoded().as_bytes());
    } else {
        to.extend_from_slice(text.charset.as_bytes());
        base64(to, &text.bytes);
    }
}

fn base64(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend_from_slice(b"\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    to.extend_from_slice(BASE64_MIME.encode(bytes).as_bytes());
}
