//! Durations, sizes, addresses and URLs as people write them.

use super::{Security, Sender};
use std::time::Duration;

/// `0s`, `30s`, `2m`, `24h`, `3d`: a whole number and its unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("« {text} » is no duration; write 30s, 2m, 24h or 3d");
    let (number, unit) = split_unit(text).ok_or_else(wrong)?;
    let factor = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let seconds = number.checked_mul(factor).ok_or_else(wrong)?;
    // Ten years: sums of instants stay far from what chrono can hold.
    if seconds > 315_360_000 {
        return Err(wrong());
    }
    Ok(Duration::from_secs(seconds))
}

/// `25MB`, `512kB`, `1048576B`: a whole number and its unit, in powers of 1,000.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("« {text} » is no size; write 25MB or 512kB");
    let (number, unit) = split_unit(text).ok_or_else(wrong)?;
    let factor = match unit {
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(factor)
        .filter(|bytes| (1_000..=1_000_000_000).contains(bytes))
        .ok_or_else(|| format!("« {text} » is out of bounds; between 1kB and 1GB"))
}

fn split_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

/// `Support SI-Samu <box@domain>`, or the address alone.
pub(super) fn sender(text: &str) -> Result<Sender, String> {
    let wrong = || "write it as \"Name <address@domain>\"".to_owned();
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(wrong());
    }
    let (name, address) = match text.strip_suffix('>') {
        Some(inner) => inner.rsplit_once('<').ok_or_else(wrong)?,
        None => ("", text),
    };
    let name = name.trim().trim_matches('"').trim();
    Ok(Sender {
        name: (!name.is_empty()).then(|| name.to_owned()),
        address: address_of(address).ok_or_else(wrong)?,
    })
}

/// An address that can stand in a header and in SMTP without quoting.
pub(super) fn address_of(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c);
    let good = !local.is_empty()
        && !domain.is_empty()
        && local.chars().all(is_plain)
        && domain.chars().all(is_plain)
        && domain.is_ascii();
    good.then(|| text.to_owned())
}

/// A server's address: how it is protected, host (without brackets) and port.
pub(super) struct Server {
    pub(super) security: Security,
    pub(super) host: String,
    pub(super) port: u16,
}

/// Reads `imaps://host:993` and its kin; `protocol` is `imap` or `smtp`, `ports` those of TLS,
/// STARTTLS and plain.
pub(super) fn server(text: &str, protocol: &str, ports: [u16; 3]) -> Result<Server, String> {
    let url = url::Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    let scheme = url.scheme();
    let (security, port) = if scheme == format!("{protocol}s") {
        (Security::Tls, ports[0])
    } else if scheme == format!("{protocol}+starttls") {
        (Security::StartTls, ports[1])
    } else if scheme == protocol {
        (Security::Plain, ports[2])
    } else {
        return Err(format!(
            "« {scheme}: » is not known; {protocol}s://, {protocol}+starttls:// or, on this machine only, {protocol}://"
        ));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("no user or password in a URL; use user and password_file".to_owned());
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("only host and port belong here".to_owned());
    }
    let host = bare_host(url.host_str().unwrap_or_default());
    if host.is_empty() {
        return Err("the host is missing".to_owned());
    }
    if security == Security::Plain && !is_loopback(&host) {
        return Err(format!(
            "without TLS only this machine may be reached; use {protocol}s:// or {protocol}+starttls://"
        ));
    }
    Ok(Server {
        security,
        host,
        port: url.port().unwrap_or(port),
    })
}

/// A URL's host without the brackets of IPv6.
pub(super) fn bare_host(host: &str) -> String {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
        .to_owned()
}

/// Whether only this machine can be meant.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_as_written() {
        for (text, seconds) in [
            ("0s", 0),
            ("30s", 30),
            ("2m", 120),
            ("24h", 86_400),
            ("3d", 259_200),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for (text, bytes) in [
            ("25MB", 25_000_000),
            ("512kB", 512_000),
            ("1 GB", 1_000_000_000),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "s",
            "2",
            "-2s",
            "2 weeks",
            "99999999999999999999s",
            "9999999d",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["", "25", "25 mega", "0B", "99999999999GB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let named = sender("Support SI-Samu <aide@samu.example>").unwrap();
        assert_eq!(named.name.as_deref(), Some("Support SI-Samu"));
        assert_eq!(named.address, "aide@samu.example");
        assert_eq!(named.domain(), "samu.example");
        assert_eq!(sender("aide@samu.example").unwrap().name, None);
        for text in [
            "",
            "aide",
            "a@b@c",
            "A <>",
            "A <a@b>\r\nBcc: x@y",
            "a b@c",
            "a@é.fr",
        ] {
            assert!(sender(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_server_without_tls_must_be_this_machine() {
        let read = |text: &str| server(text, "imap", [993, 143, 143]);
        let tls = read("imaps://imap.example").unwrap();
        assert_eq!((tls.security, tls.port), (Security::Tls, 993));
        let starttls = read("imap+starttls://imap.example:1143").unwrap();
        assert_eq!(
            (starttls.security, starttls.port),
            (Security::StartTls, 1143)
        );
        for text in [
            "imap://127.0.0.1:1143",
            "imap://localhost",
            "imap://[::1]:1143",
        ] {
            assert_eq!(read(text).unwrap().security, Security::Plain, "{text}");
        }
        assert_eq!(read("imap://[::1]:1143").unwrap().host, "::1");
        for text in [
            "imap://imap.example",
            "imap://127.0.0.1.evil.example",
            "http://imap.example",
            "imaps://user:password@imap.example",
            "imaps://imap.example/INBOX",
            "imaps://",
            "imap.example:993",
            "",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
