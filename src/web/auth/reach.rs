//! Under which names the console is reached, and through whom: what a client says of itself is
//! believed only from the proxies of the configuration (HOST-01).

use axum::http::{HeaderMap, header};
use std::net::IpAddr;

/// How the console is reached.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// `https://vigie.example`, without a slash at its end; `None`: this machine only.
    pub public: Option<String>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct Peer(pub(in crate::web) IpAddr);

impl Reach {
    /// The origin of our pages, where it is configured.
    pub(super) fn public_origin(&self) -> Option<&str> {
        self.public.as_deref()
    }

    /// Whether pages go without TLS: nothing else is configured.
    pub(super) fn is_plain(&self) -> bool {
        !self.is_secure()
    }

    /// Whether browsers reach it by TLS.
    pub(in crate::web) fn is_secure(&self) -> bool {
        self.public
            .as_deref()
            .is_some_and(|public| public.starts_with("https://"))
    }
}

/// Where a request comes from: the other end, or whom a trusted proxy names, the last that is no
/// proxy itself.
pub(in crate::web) fn client(reach: &Reach, peer: Peer, headers: &HeaderMap) -> IpAddr {
    let Peer(peer) = peer;
    if !reach.proxies.contains(&peer) {
        return peer;
    }
    let named = headers.get_all("x-forwarded-for").iter();
    let named: Vec<&str> = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut named = named.iter().rev().map(|name| name.trim().parse::<IpAddr>());
    named
        .find_map(|address| match address {
            Ok(address) if reach.proxies.contains(&address) => None,
            Ok(address) => Some(address),
            // Beyond what can't be read nobody is named any more.
            Err(_) => Some(peer),
        })
        .unwrap_or(peer)
}

/// Whether a request came under a name of this machine, and not under the public one.
pub(in crate::web) fn is_from_here(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.is_some_and(is_this_machine)
}

/// Whether the request's Host is a name of ours. A page of another site could point its own name at
/// 127.0.0.1 (DNS rebinding); its requests still carry that name.
pub(in crate::web) fn is_answered(reach: &Reach, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    let public = reach.public.as_deref();
    let public = public.and_then(|public| public.split_once("://"));
    public.is_some_and(|(_, public)| public.eq_ignore_ascii_case(host)) || is_this_machine(host)
}

fn is_this_machine(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) => (name, port.strip_prefix(':').or(Some(port))),
            None => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let is_port = port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    is_port && (matches!(name, "127.0.0.1" | "::1") || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn asks(reach: &Reach, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        is_answered(reach, &headers)
    }

    #[test]
    fn only_this_machines_names_are_answered_where_no_other_is_configured() {
        let here = Reach::default();
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "localhost:8080",
            "LOCALHOST",
            "[::1]:8080",
            "[::1]",
        ] {
            assert!(asks(&here, host), "{host}");
        }
        for host in [
            "",
            "vigie.example",
            "127.0.0.1.vigie.example",
            "localhost.example:8080",
            "127.0.0.1:80@evil.example",
            "[::1",
            "0.0.0.0",
        ] {
            assert!(!asks(&here, host), "{host}");
        }
        assert!(!is_answered(&here, &HeaderMap::new()));
    }

    #[test]
    fn host_01_a_public_name_is_answered_and_no_other() {
        let public = Reach {
            public: Some("https://vigie.example".to_owned()),
            proxies: Vec::new(),
        };
        for host in ["vigie.example", "VIGIE.example", "127.0.0.1:8080"] {
            assert!(asks(&public, host), "{host}");
        }
        for host in ["vigie.example.evil", "vigie.example:81", "evil.example"] {
            assert!(!asks(&public, host), "{host}");
        }
    }

    #[test]
    fn host_01_only_a_trusted_proxy_names_another_client() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let reach = Reach {
            public: None,
            proxies: vec![address("10.0.0.5"), address("10.0.0.6")],
        };
        let from = |peer: &str, named: &[&str]| {
            let mut headers = HeaderMap::new();
            for named in named {
                let value = HeaderValue::from_str(named).unwrap();
                headers.append("x-forwarded-for", value);
            }
            client(&reach, Peer(address(peer)), &headers).to_string()
        };
        for (peer, named, expected) in [
            ("192.0.2.9", &["1.1.1.1"] as &[&str], "192.0.2.9"),
            ("10.0.0.5", &[], "10.0.0.5"),
            ("10.0.0.5", &["203.0.113.7"], "203.0.113.7"),
            ("10.0.0.5", &["6.6.6.6, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.5", &["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
            ("10.0.0.5", &["203.0.113.7, 10.0.0.6"], "203.0.113.7"),
            ("10.0.0.5", &["203.0.113.7, nonsense"], "10.0.0.5"),
        ] {
            assert_eq!(from(peer, named), expected, "{peer} {named:?}");
        }
    }
}
