//! Headers and parts as clients write them. Nothing is random: boundaries and Message-IDs derive
//! from the request's own.

use super::Writing;
use data_encoding::{BASE64, HEXLOWER};
use encoding_rs::WINDOWS_1252;
use sha2::{Digest, Sha256};

/// How a body crosses the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    QuotedPrintable,
    Base64,
    EightBit,
}

/// A text part in UTF-8; `parameters` follow its type.
pub(super) fn utf8(kind: &str, parameters: &str, encoding: Encoding, text: &str) -> String {
    part(
        &format!("{kind}; charset=utf-8{parameters}"),
        encoding,
        text.as_bytes(),
    )
}

/// A text part in Windows-1252, in UTF-8 where that lacks a letter.
pub(super) fn windows(kind: &str, text: &str) -> String {
    let (bytes, _, lacks) = WINDOWS_1252.encode(text);
    if lacks {
        return utf8(kind, "", Encoding::QuotedPrintable, text);
    }
    let kind = format!("{kind}; charset=\"windows-1252\"");
    part(&kind, Encoding::QuotedPrintable, &bytes)
}

fn part(kind: &str, encoding: Encoding, bytes: &[u8]) -> String {
    let (name, body) = match encoding {
        Encoding::QuotedPrintable => ("quoted-printable", quoted(bytes)),
        Encoding::Base64 => ("base64", base64(bytes)),
        Encoding::EightBit => ("8bit", String::from_utf8_lossy(bytes).into_owned()),
    };
    format!("Content-Type: text/{kind}\nContent-Transfer-Encoding: {name}\n\n{body}\n")
}

/// Quoted-printable, each line for itself: what ends a line is no part of the text.
fn quoted(bytes: &[u8]) -> String {
    let lines: Vec<String> = bytes
        .split(|byte| *byte == b'\n')
        .map(quoted_printable::encode_to_str)
        .collect();
    lines.join("\n")
}

fn base64(bytes: &[u8]) -> String {
    let text = BASE64.encode(bytes);
    let mut lines = String::with_capacity(text.len() + text.len() / 76 + 1);
    for (index, letter) in text.chars().enumerate() {
        if index > 0 && index % 76 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines
}

/// A PNG as a part; `more` are header lines of its own.
pub(super) fn picture(name: &str, disposition: &str, more: &str, bytes: &[u8]) -> String {
    format!(
        "Content-Type: image/png; name=\"{name}\"\n\
         Content-Disposition: {disposition}; filename=\"{name}\"\n{more}\
         Content-Transfer-Encoding: base64\n\n{}\n",
        base64(bytes)
    )
}

/// Several parts in one; `boundary` may occur in none of them.
pub(super) fn multipart(kind: &str, boundary: &str, parts: &[String]) -> String {
    let mut whole = format!("Content-Type: multipart/{kind};\n boundary=\"{boundary}\"\n\n");
    for part in parts {
        whole.push_str(&format!("--{boundary}\n{part}\n"));
    }
    whole.push_str(&format!("--{boundary}--\n"));
    whole
}

/// An unstructured header, encoded where it must be (RFC 2047, 5).
pub(super) fn header(name: &str, value: &str) -> String {
    if value.is_ascii() {
        return format!("{name}: {value}\n");
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in value.chars() {
        if word.len() + letter.len_utf8() > 39 {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter);
    }
    words.push(word);
    let encoded: Vec<String> = words
        .iter()
        .map(|word| format!("=?UTF-8?B?{}?=", BASE64.encode(word.as_bytes())))
        .collect();
    format!("{name}: {}\n", encoded.join("\n "))
}

impl Writing<'_> {
    /// From, To, Subject, Date, Message-ID and the thread, as every client writes them; `re` is how
    /// this one begins a subject, `id` the Message-ID's local part.
    pub(super) fn head(&self, re: &str, id: &str) -> String {
        let request = self.request;
        let from = match self.name() {
            "" => format!("From: {}\n", request.to),
            name if name.is_ascii() => format!("From: {name} <{}>\n", request.to),
            name => format!("{} <{}>\n", header("From", name).trim_end(), request.to),
        };
        let bare = request.subject.trim_start_matches("Re: ");
        let domain = request.to.rsplit_once('@').map_or("", |(_, domain)| domain);
        let ids: Vec<String> = request
            .references
            .iter()
            .chain([&request.message_id])
            .map(|id| format!("<{id}>"))
            .collect();
        format!(
            "{from}To: {} <{}>\n{}Date: {}\nMessage-ID: <{id}@{domain}>\nIn-Reply-To: <{}>\n\
             References: {}\nMIME-Version: 1.0\n",
            request.from_name,
            request.reply_to,
            header("Subject", &format!("{re} {bare}")),
            self.reply.at.to_rfc2822(),
            request.message_id,
            ids.join("\n "),
        )
    }

    /// So many hexadecimal digits that derive from the request, the style and a word; at most 64.
    pub(super) fn token(&self, word: &str, digits: usize) -> String {
        let text = format!("{} {:?} {word}", self.request.message_id, self.reply.style);
        let mut token = HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
        token.truncate(digits);
        token
    }

    /// The same in capitals.
    pub(super) fn capital_token(&self, word: &str, digits: usize) -> String {
        self.token(word, digits).to_uppercase()
    }
}

/// Thirty-two hexadecimal digits in the groups of a UUID (RFC 9562, section 4).
pub(super) fn uuid(digits: &str) -> String {
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups
        .map(|group| digits.get(group).unwrap_or_default())
        .join("-")
}
