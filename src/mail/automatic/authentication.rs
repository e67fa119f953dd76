//! What the receiving server found about the sender (RFC 8601), and where it can be believed.
//!
//! Anyone may write an `Authentication-Results` of their own. Only the topmost is read. Where the
//! name of the receiving server is configured, the field must bear it, and may stand below one
//! `Received`: filters insert it there, below the line that the server itself adds. Without that
//! name nothing is proved; a failure noted above all `Received` lines still casts a doubt, since
//! nothing that a sender wrote can stand there.

use super::super::header::{Headers, utf8};

/// Bytes of the field that are read.
const MOST: usize = 4096;

/// What the topmost `Authentication-Results` says of From's domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// Who says so (RFC 8601, section 2.2, authserv-id), lower case.
    pub server: String,
    /// Number of `Received` fields above it.
    pub below: usize,
    /// `Some(true)` where the domain of From is proved, `Some(false)` where it is disproved.
    pub verdict: Option<bool>,
}

impl Authentication {
    /// The verdict as far as it can be believed; `server` is the receiving server's configured
    /// name, lower case.
    pub(super) fn believed(&self, server: Option<&str>) -> Option<bool> {
        match server {
            Some(name) if self.server == name && self.below <= 1 => self.verdict,
            Some(_) => None,
            None => self.verdict.filter(|proved| self.below == 0 && !proved),
        }
    }
}

/// Reads the topmost field, where there is one and From has a domain.
pub(super) fn read(headers: &Headers<'_>, from: &str) -> Option<Authentication> {
    let below = headers
        .names()
        .take_while(|name| !name.eq_ignore_ascii_case(b"Authentication-Results"))
        .filter(|name| name.eq_ignore_ascii_case(b"Received"))
        .count();
    let (_, domain) = from.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    let raw = headers.raw("Authentication-Results")?;
    let value = utf8(&raw[..raw.len().min(MOST)]).to_ascii_lowercase();
    let value = without_comments(&value);
    let mut pieces = value.split(';');
    // A version number may follow the name.
    let server = pieces.next()?.split_whitespace().next()?.to_owned();
    let results: Vec<Vec<&str>> = pieces
        .map(|result| result.split_whitespace().collect())
        .collect();
    let says = |word: &str| results.iter().any(|result| result.first() == Some(&word));
    let proves = |method: &str, property: &str| {
        results
            .iter()
            .filter(|result| result.first() == Some(&method))
            .flatten()
            .filter_map(|word| word.strip_prefix(property))
            .any(|named| is_aligned(named, &domain))
    };
    let verdict = if says("dmarc=pass") {
        Some(true)
    } else if says("dmarc=fail") {
        Some(false)
    } else if proves("dkim=pass", "header.d=") || proves("spf=pass", "smtp.mailfrom=") {
        // A forwarded mail fails SPF and keeps its signature (RFC 7489, section 10.2).
        Some(true)
    } else {
        says("spf=fail").then_some(false)
    };
    Some(Authentication {
        server,
        below,
        verdict,
    })
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

    fn verdict(head: &str, server: Option<&str>) -> Option<bool> {
        let raw = format!("{head}\r\nFrom: claire@chu.samu.example\r\n\r\nx\r\n");
        Email::parse(raw.as_bytes())
            .automatic
            .sender_verified(server)
    }

    const RECEIVED: &str = "Received: from a by b; Mon, 23 Nov 2026 09:12:00 +0100";

    #[test]
    fn loop_09_what_our_server_found_is_believed() {
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
                "MX.example 1; spf=pass smtp.mailfrom=claire@chu.samu.example",
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
            // Forwarded by a colleague's mailbox: the signature holds, the path does not.
            (
                "mx.example; spf=fail smtp.mailfrom=x@elsewhere.example; dkim=pass header.d=chu.samu.example",
                Some(true),
            ),
            ("mx.example; spf=none (x; dmarc=pass )", None),
            ("mx.example; none", None),
            ("another.example; dmarc=pass", None),
            ("(((((", None),
        ] {
            let above = format!("Authentication-Results: {results}\r\n{RECEIVED}");
            let below = format!("{RECEIVED}\r\nAuthentication-Results: {results}\r\n{RECEIVED}");
            for head in [above, below] {
                assert_eq!(verdict(&head, Some("mx.example")), found, "{head}");
            }
        }
    }

    #[test]
    fn loop_09_what_a_sender_writes_about_itself_is_not() {
        let own = "Authentication-Results: mx.example; dmarc=pass";
        let server = Some("mx.example");
        let deep = format!("{RECEIVED}\r\n{RECEIVED}\r\n{own}");
        assert_eq!(verdict(&deep, server), None);
        let denied = "Authentication-Results: mx.example; dmarc=fail";
        assert_eq!(
            verdict(&format!("{denied}\r\n{RECEIVED}\r\n{own}"), server),
            Some(false)
        );
        let other = "Authentication-Results: evil.example; spf=none";
        assert_eq!(
            verdict(&format!("{other}\r\n{RECEIVED}\r\n{own}"), server),
            None,
            "only the topmost counts"
        );
        assert_eq!(verdict(RECEIVED, server), None);
    }

    #[test]
    fn without_the_servers_name_a_failure_is_doubted_and_nothing_is_proved() {
        for (result, found) in [("dmarc=pass", None), ("dmarc=fail", Some(false))] {
            let field = format!("Authentication-Results: mx.example; {result}");
            assert_eq!(verdict(&format!("{field}\r\n{RECEIVED}"), None), found);
            assert_eq!(verdict(&format!("{RECEIVED}\r\n{field}"), None), None);
        }
    }
}
