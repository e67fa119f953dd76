//! A webhook: Standard Webhooks 1.0.0 (standardwebhooks.com), a thin body signed with HMAC-SHA256.
//!
//! An address of a private network is called only where it is listed: whoever can write a name into
//! the DNS must not choose which machine behind our firewall is talked to. The address that was
//! judged is the one that is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::config;
use crate::http::{self, HttpError, Post};
use crate::tls::{self, TlsError};

/// Standard Webhooks asks for 15 to 30 s.
const LIMIT: Duration = Duration::from_secs(15);

/// A receiver.
#[derive(Debug)]
pub struct Webhook(config::Webhook);

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is no such host.
    #[error("the webhook's host has no address")]
    Resolve(#[source] io::Error),
    /// All its addresses are private, and it is not listed.
    #[error("the webhook's address is private: list its host in [alarm] webhook_private")]
    Private,
    /// It can't be reached.
    #[error("the webhook's server cannot be reached")]
    Connect(#[source] io::Error),
    /// No protected connection came about.
    #[error("no protected connection to the webhook")]
    Tls(#[from] TlsError),
    /// No answer came.
    #[error("the webhook's server did not answer")]
    Http(#[from] HttpError),
    /// It answered something else than 2xx.
    #[error("the webhook was refused ({0})")]
    Status(u16),
    /// It took more than 15 s.
    #[error("the webhook's server did not answer in time")]
    Slow,
}

impl Webhook {
    /// A receiver; nothing is opened yet.
    #[must_use]
    pub fn new(config: config::Webhook) -> Self {
        Self(config)
    }

    /// Calls it once. `id` stays the same for the same event: the receiver knows it by that.
    ///
    /// # Errors
    /// It was not taken.
    pub async fn call(
        &self,
        id: &str,
        now: DateTime<Utc>,
        body: &[u8],
    ) -> Result<(), WebhookError> {
        timeout(LIMIT, self.try_to_call(id, now, body))
            .await
            .unwrap_or(Err(WebhookError::Slow))
    }

    /// Whether it can be reached: connects, protected where that is asked for, and says nothing.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), WebhookError> {
        let hook = &self.0;
        let tried = async {
            let tcp = self.connect().await?;
            if hook.tls {
                let connector = tls::connector(hook.ca_file.as_deref())?;
                tls::handshake(&connector, &hook.host, tcp).await?;
            }
            Ok(())
        };
        timeout(LIMIT, tried)
            .await
            .unwrap_or(Err(WebhookError::Slow))
    }

    async fn try_to_call(
        &self,
        id: &str,
        now: DateTime<Utc>,
        body: &[u8],
    ) -> Result<(), WebhookError> {
        let hook = &self.0;
        let timestamp = now.timestamp().to_string();
        let signature = format!("v1,{}", sign(&hook.key, id, &timestamp, body));
        let usual = if hook.tls { 443 } else { 80 };
        let host = if hook.host.contains(':') {
            format!("[{}]", hook.host)
        } else {
            hook.host.clone()
        };
        let host = if hook.port == usual {
            host
        } else {
            format!("{host}:{}", hook.port)
        };
        let post = Post {
            host: &host,
            target: &hook.target,
            headers: &[
                ("webhook-id", id),
                ("webhook-timestamp", &timestamp),
                ("webhook-signature", &signature),
            ],
            body,
        };
        let mut tcp = self.connect().await?;
        let status = if hook.tls {
            let connector = tls::connector(hook.ca_file.as_deref())?;
            let mut stream = tls::handshake(&connector, &hook.host, tcp).await?;
            http::post(&mut stream, &post).await?
        } else {
            http::post(&mut tcp, &post).await?
        };
        match status {
            200..300 => Ok(()),
            status => Err(WebhookError::Status(status)),
        }
    }

    async fn connect(&self) -> Result<TcpStream, WebhookError> {
        let hook = &self.0;
        let found = lookup_host((hook.host.as_str(), hook.port))
            .await
            .map_err(WebhookError::Resolve)?;
        let is_listed = |address: &SocketAddr| {
            let ip = address.ip().to_canonical().to_string();
            let listed = hook.private.iter();
            let mut listed = listed.map(String::as_str);
            listed.any(|name| name.eq_ignore_ascii_case(&hook.host) || name == ip)
        };
        let mut last = WebhookError::Private;
        for address in found.filter(|address| !is_private(address.ip()) || is_listed(address)) {
            match TcpStream::connect(address).await {
                Ok(tcp) => return Ok(tcp),
                Err(error) => last = WebhookError::Connect(error),
            }
        }
        Err(last)
    }
}

/// The signature of Standard Webhooks, version 1, without its `v1,`.
fn sign(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length, so the error can't come.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    BASE64.encode(&mac.finalize().into_bytes())
}

/// Whether an address belongs to this machine, to a network behind it, or to nobody.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_multicast()
                || a == 0
                // Shared by providers (RFC 6598), benchmarks (RFC 2544), reserved.
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
                || a >= 240
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, whose key is `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`.
    #[test]
    fn the_signature_is_the_one_of_the_specification() {
        let key = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(
            sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn private_addresses_are_known_however_they_are_written() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["193.252.1.1", "8.8.8.8", "2001:41d0::1"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }
}
