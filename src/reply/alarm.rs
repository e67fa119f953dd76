//! The mail that calls the operator: plain text in base64, so that no word of it can end the SMTP
//! data early, marked as made by a machine (RFC 3834 section 5).

use super::headers;
use chrono::{DateTime, FixedOffset};
use data_encoding::BASE64;

/// Base64 on one line (RFC 2045 section 6.8): 57 bytes give 76 characters.
const LINE: usize = 57;

/// What it says.
#[derive(Debug, Clone, Copy)]
pub struct Alarm<'a> {
    /// Our name, beside the address.
    pub from_name: &'a str,
    /// Our address.
    pub from_address: &'a str,
    /// The operator's.
    pub to: &'a str,
    /// Decoded.
    pub subject: &'a str,
    /// With angle brackets.
    pub message_id: &'a str,
    /// When it was made.
    pub date: DateTime<FixedOffset>,
    /// The words, LF line ends.
    pub text: &'a str,
}

/// Puts the mail together.
#[must_use]
pub fn alarm(alarm: &Alarm<'_>) -> Vec<u8> {
    let mut mail = String::with_capacity(1024 + 2 * alarm.text.len());
    let from = headers::mailbox("From", alarm.from_name, alarm.from_address);
    mail.push_str(&from);
    mail.push_str(&headers::mailbox("To", "", alarm.to));
    mail.push_str(&headers::text("Subject", alarm.subject));
    mail.push_str(&headers::ids("Message-ID", [alarm.message_id]));
    mail.push_str(&headers::text("Date", &alarm.date.to_rfc2822()));
    mail.push_str("Auto-Submitted: auto-generated\r\n");
    mail.push_str("X-Auto-Response-Suppress: All\r\n");
    mail.push_str("Content-Language: fr\r\nMIME-Version: 1.0\r\n");
    mail.push_str("Content-Type: text/plain; charset=utf-8\r\n");
    mail.push_str("Content-Transfer-Encoding: base64\r\n\r\n");
    let text = alarm.text.replace('\n', "\r\n");
    for line in text.as_bytes().chunks(LINE) {
        mail.push_str(&BASE64.encode(line));
        mail.push_str("\r\n");
    }
    mail.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_ascii_says_that_a_machine_wrote_it_and_gives_its_words_back() {
        let text = "La boîte ne se lit plus.\n.\nDepuis 09:12.\n".repeat(5);
        let mail = alarm(&Alarm {
            from_name: "Support SI-Samu",
            from_address: "support@vigie.example",
            to: "admin@vigie.example",
            subject: "[Vigie] La boîte ne se lit plus\r\nBcc: x@y.example",
            message_id: "<alarm.mailbox.1@vigie.example>",
            date: DateTime::parse_from_rfc3339("2026-11-24T10:00:00+01:00").unwrap(),
            text: &text,
        });
        assert!(mail.is_ascii());
        let mail = String::from_utf8(mail).unwrap();
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("Auto-Submitted: auto-generated"));
        assert!(!head.to_lowercase().contains("\nbcc"));
        let body: String = body.split("\r\n").collect();
        let read = BASE64.decode(body.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(read).unwrap(), text.replace('\n', "\r\n"));
    }
}
