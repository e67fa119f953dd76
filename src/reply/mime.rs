//! The whole mail as it leaves: headers, then the text and the HTML part, both quoted-printable.
//!
//! Everything is ASCII with CRLF line ends and no bare CR or LF, so that nothing of it can end the
//! SMTP data early (RUSTSEC-2026-0561, RFC 5321 section 4.5.2). Nothing is random: the boundary
//! derives from the Message-ID, and `=_` can't occur in quoted-printable text.

use super::headers;
use chrono::{DateTime, FixedOffset};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// What the headers say.
#[derive(Debug, Clone)]
pub struct Head<'a> {
    /// Our name, beside the address.
    pub from_name: &'a str,
    /// Our address.
    pub from_address: &'a str,
    /// The one recipient.
    pub to: &'a str,
    /// Where answers go, if not to `from_address`.
    pub reply_to: Option<&'a str>,
    /// Decoded.
    pub subject: &'a str,
    /// With angle brackets.
    pub message_id: &'a str,
    /// The message that is answered, where it has a sound id.
    pub in_reply_to: Option<&'a str>,
    /// The ids of its thread, oldest first, `in_reply_to` not among them.
    pub references: &'a [String],
    /// When it was made.
    pub date: DateTime<FixedOffset>,
    /// What Auto-Submitted says, where a machine wrote (RFC 3834, section 5).
    pub auto_submitted: Option<&'a str>,
}

/// Puts the mail together.
#[must_use]
pub fn mail(head: &Head<'_>, text: &str, html: &str) -> Vec<u8> {
    let boundary = boundary(head.message_id);
    let mut mail = String::with_capacity(4096 + 2 * (text.len() + html.len()));
    mail.push_str(&headers::mailbox("From", head.from_name, head.from_address));
    mail.push_str(&headers::mailbox("To", "", head.to));
    if let Some(reply_to) = head.reply_to {
        mail.push_str(&headers::mailbox("Reply-To", "", reply_to));
    }
    mail.push_str(&headers::text("Subject", head.subject));
    mail.push_str(&headers::ids("Message-ID", [head.message_id]));
    mail.push_str(&headers::ids("In-Reply-To", head.in_reply_to));
    let thread = head.references.iter().map(String::as_str);
    mail.push_str(&headers::ids("References", thread.chain(head.in_reply_to)));
    mail.push_str(&headers::text("Date", &head.date.to_rfc2822()));
    if let Some(auto_submitted) = head.auto_submitted {
        mail.push_str(&headers::text("Auto-Submitted", auto_submitted));
    }
    mail.push_str("X-Auto-Response-Suppress: OOF, AutoReply\r\n");
    mail.push_str("Content-Language: fr\r\n");
    mail.push_str("MIME-Version: 1.0\r\n");
    mail.push_str("Content-Type: multipart/alternative;\r\n boundary=\"");
    mail.push_str(&boundary);
    mail.push_str("\"\r\n\r\n");
    for (kind, body) in [
        ("plain; charset=utf-8; format=fixed", text),
        ("html; charset=utf-8", html),
    ] {
        mail.push_str(&format!("--{boundary}\r\nContent-Type: text/{kind}\r\n"));
        mail.push_str("Content-Transfer-Encoding: quoted-printable\r\n\r\n");
        mail.push_str(&quoted_printable(body));
    }
    mail.push_str(&format!("--{boundary}--\r\n"));
    mail.into_bytes()
}

/// The HTML part of a mail that this file made.
#[must_use]
pub fn html(mail: &[u8]) -> Option<String> {
    let mail = std::str::from_utf8(mail).ok()?;
    let (_, part) = mail.split_once("\r\nContent-Type: text/html")?;
    let (_, body) = part.split_once("\r\n\r\n")?;
    // `=_` opens the closing boundary and can't occur in the encoded text.
    let (body, _) = body.rsplit_once("\r\n--=_")?;
    let decoded = quoted_printable::decode(body, quoted_printable::ParseMode::Robust).ok()?;
    Some(String::from_utf8(decoded).ok()?.replace("\r\n", "\n"))
}

fn boundary(message_id: &str) -> String {
    let digest = Sha256::digest(message_id.as_bytes());
    format!("=_{}", HEXLOWER.encode(&digest[..12]))
}

/// The body with every line end as CRLF, whatever it was.
fn quoted_printable(body: &str) -> String {
    let unix = body.replace("\r\n", "\n").replace('\r', "\n");
    let lines = unix.trim_end_matches('\n').replace('\n', "\r\n");
    let mut encoded = quoted_printable::encode_to_str(lines);
    encoded.push_str("\r\n");
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head<'static> {
        Head {
            from_name: "Support",
            from_address: "support@vigie.example",
            to: "a@samu.example",
            reply_to: None,
            subject: "Re: x [INC-26-00042]",
            message_id: "<INC-26-00042.1.ff@vigie.example>",
            in_reply_to: Some("1@samu.example"),
            references: &[],
            date: DateTime::parse_from_rfc3339("2026-11-23T09:14:00+01:00").unwrap(),
            auto_submitted: Some("auto-replied"),
        }
    }

    #[test]
    fn nothing_in_a_body_can_end_the_data() {
        let nasty = "a\n.\nb\r.\rc\r\n.\r\nMAIL FROM:<x>\n\n.\n--=_x\n\u{2028}.\u{85}é\0";
        let mail = mail(&head(), nasty, nasty);
        let bare = |at: usize| match mail[at] {
            b'\n' => at == 0 || mail[at - 1] != b'\r',
            b'\r' => mail.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        assert!((0..mail.len()).all(|at| !bare(at)));
        assert!(mail.is_ascii());
        assert!(mail.split(|b| *b == b'\n').all(|line| line.len() <= 998));
    }

    #[test]
    fn the_html_part_is_read_back() {
        let page = "<p>é = à\nà demain</p>";
        assert_eq!(html(&mail(&head(), "x", page)).as_deref(), Some(page));
        assert_eq!(html(b"Subject: x\r\n\r\nx"), None);
    }

    #[test]
    fn the_same_mail_is_made_twice_byte_for_byte() {
        assert_eq!(
            mail(&head(), "é", "<p>é</p>"),
            mail(&head(), "é", "<p>é</p>")
        );
    }

    #[test]
    fn the_headers_are_these_and_no_others() {
        let mail = String::from_utf8(mail(&head(), "x", "<p>x</p>")).unwrap();
        let names: Vec<&str> = mail
            .split("\r\n\r\n")
            .next()
            .unwrap()
            .lines()
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.split(':').next().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "From",
                "To",
                "Subject",
                "Message-ID",
                "In-Reply-To",
                "References",
                "Date",
                "Auto-Submitted",
                "X-Auto-Response-Suppress",
                "Content-Language",
                "MIME-Version",
                "Content-Type",
            ]
        );
    }
}
