//! TLS towards a mail server, for reading and for sending: whom we trust, and what a refused
//! certificate means in words. The section of the configuration is known to whoever shows the error.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

/// Why no protected connection came about. Nothing has been sent when one of these is raised.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file named in `ca_file` can't be read, or holds no certificate.
    #[error("the authority's file holds no readable certificate: check ca_file")]
    Authority(#[source] pem::Error),
    /// Neither a file was named nor does the system hold any authority.
    #[error("this system trusts no authority: install ca-certificates or set ca_file")]
    NoAuthority,
    /// The host in the address is neither a name nor an address.
    #[error("the host is no valid name for TLS: check the url")]
    Name,
    /// The certificate was judged and refused.
    #[error("the server's certificate {0}")]
    Certificate(CertificateFault),
    /// No common protocol version, an alert, bytes that are no TLS.
    #[error("the TLS handshake failed: is this the TLS port?")]
    Handshake(#[source] io::Error),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Its end has passed.
    #[error("has expired: the server's administrator must renew it")]
    Expired,
    /// Its beginning lies ahead.
    #[error("is not valid yet: check this machine's clock")]
    NotYet,
    /// Signed by nobody that we trust, or by itself.
    #[error("is signed by an unknown authority: name that authority's file in ca_file")]
    UnknownIssuer,
    /// Made for another host.
    #[error("is for another host name: check the host in the url")]
    WrongName,
    /// Revoked, malformed, not for servers.
    #[error("was refused")]
    Other,
}

/// A connector that trusts the authorities of `ca_file`, or the system's where none is named. Read
/// anew for each connection, so that a renewed file needs no restart.
///
/// # Errors
/// No authority can be read.
pub fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, TlsError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Handshake(io::Error::other(error)))?
        .with_root_certificates(authorities(ca_file)?)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The handshake. No byte of ours has been sent in clear when it returns.
///
/// # Errors
/// The certificate is refused, or the other side speaks no TLS.
pub async fn handshake(
    connector: &TlsConnector,
    host: &str,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, TlsError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Name)?;
    connector.connect(name, tcp).await.map_err(|error| {
        let cause = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match cause {
            Some(rustls::Error::InvalidCertificate(fault)) => {
                TlsError::Certificate(CertificateFault::of(fault))
            }
            _ => TlsError::Handshake(error),
        }
    })
}

fn authorities(ca_file: Option<&Path>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    let Some(path) = ca_file else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return match roots.is_empty() {
            true => Err(TlsError::NoAuthority),
            false => Ok(roots),
        };
    };
    for certificate in CertificateDer::pem_file_iter(path).map_err(TlsError::Authority)? {
        roots.add_parsable_certificates([certificate.map_err(TlsError::Authority)?]);
    }
    match roots.is_empty() {
        true => Err(TlsError::Authority(pem::Error::NoItemsFound)),
        false => Ok(roots),
    }
}

impl CertificateFault {
    fn of(fault: &CertificateError) -> Self {
        match fault {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotYet
            }
            // A bad signature: an authority of the same name with another key, as after its renewal.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::WrongName
            }
            // webpki says this of a self-signed server certificate that is marked as an authority.
            CertificateError::Other(other)
                if format!("{other:?}").contains("CaUsedAsEndEntity") =>
            {
                Self::UnknownIssuer
            }
            _ => Self::Other,
        }
    }
}
