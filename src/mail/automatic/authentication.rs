//! What the receiving server found about the sender (RFC 8601), where it can be believed.
//!
//! Anyone may write an `Authentication-Results` of their own. Only the topmost is looked at, and
//! only where it stands above the topmost `Received`: that line is our own server's, and nothing
//! that a sender wrote can stand above it.

use super::super::header::{Headers, utf8};

/// Bytes of the field that are read.
const MOST: usize = 4096;

/// `Some(true)` where the domain of From is proved, `Some(false)` where it is disproved.
pub(super) fn verdict(headers: &Headers<'_>, from: &str) -> Option<bool> {
    let is_ours = headers
        .names()
        .find(|name| {
            name.eq_ignore_ascii_case(b"Authentication-Results")
                || name.eq_ignore_ascii_case(b"Received")
        })
        .is_some_and(|first| first.eq_ignore_ascii_case(b"Authentication-Results"));
    let (_, domain) = from.rsplit_once('@')?;
    let raw = headers.raw("Authentication-Results").filter(|_| is_ours)?;
    let value = utf8(&raw[..raw.len().min(MOST)]).to_ascii_lowercase();
    let value = without_comments(&value);
    let results: Vec<Vec<&str>> = value
        .split(';')
        .map(|result| result.split_whitespace().collect())
        .collect();
    let says = |word: &str| results.iter().any(|result| result.first() == Some(&word));
    let proves = |method: &str, property: &str| {
        results
            .iter()
            .filter(|result| result.first() == Some(&method))
            .flatten()
            .filter_map(|word| word.strip_prefix(property))
            .any(|named| is_aligned(named, &domain.to_ascii_lowercase()))
    };
    if says("dmarc=pass") {
        Some(true)
    } else if says("dmarc=fail") || says("spf=fail") {
        Some(false)
    } else if proves("dkim=pass", "header.d=") || proves("spf=pass", "smtp.mailfrom=") {
        Some(true)
    } else {
        None
    }
}

/// Whether a domain (or an address of it) is From's, or the one above it.
fn is_aligned(named: &str, domain: &str) -> bool {
    let named = named.rsplit('@').next().unwrap_or(named);
    let above = domain
        .strip_suffix(named)
        .is_some_and(|rest| rest.ends_with('.'));
    named == domain || (above && named.contains('.'))
}

/// Comments may hold anything, a semicolon too; an open one hides the rest.
fn without_comments(value: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use crate::mail::Email;

    fn verdict(head: &str) -> Option<bool> {
        let raw = format!("{head}\r\nFrom: claire@chu.samu.example\r\n\r\nx\r\n");
        Email::parse(raw.as_bytes()).automatic.sender_verified
    }

    const RECEIVED: &str = "Received: from a by b; Mon, 23 Nov 2026 09:12:00 +0100";

    #[test]
    fn what_our_server_found_is_believed() {
        for (results, found) in [
            (
                "mx.example; dmarc=pass (p=reject) header.from=chu.samu.example",
                Some(true),
            ),
            (
                "mx.example;\r\n dkim=pass header.d=samu.example;\r\n spf=none",
                Some(true),
            ),
            (
                "mx.example; spf=pass smtp.mailfrom=claire@chu.samu.example",
                Some(true),
            ),
            (
                "mx.example; spf=pass smtp.mailfrom=spammer@evil.example",
                None,
            ),
            ("mx.example; dkim=pass header.d=example", None),
            (
                "mx.example; dmarc=fail header.from=chu.samu.example; dkim=pass header.d=evil.example",
                Some(false),
            ),
            (
                "mx.example; spf=fail smtp.mailfrom=claire@chu.samu.example",
                Some(false),
            ),
            ("mx.example; spf=none (x; dmarc=pass )", None),
            ("mx.example; none", None),
            ("(((((", None),
        ] {
            let head = format!("Authentication-Results: {results}\r\n{RECEIVED}");
            assert_eq!(verdict(&head), found, "{results}");
        }
    }

    #[test]
    fn what_a_sender_writes_about_itself_is_not() {
        let own = "Authentication-Results: mx.example; dmarc=pass";
        assert_eq!(verdict(&format!("{RECEIVED}\r\n{own}")), None);
        let denied = "Authentication-Results: mx.example; dmarc=fail";
        assert_eq!(
            verdict(&format!("{denied}\r\n{RECEIVED}\r\n{own}")),
            Some(false)
        );
        assert_eq!(verdict(RECEIVED), None);
    }
}
