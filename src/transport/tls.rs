//! TLS towards the submission server: whom we trust, and what a refused certificate means.

use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, ServerName};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error, RootCertStore};

/// Why no protected connection came about. No mail, user or password has been sent then.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file named in `ca_file` can't be read, or holds no certificate.
    #[error("the authority's file holds no readable certificate: check [smtp] ca_file")]
    Authority(#[source] pem::Error),
    /// No file was named, and the system holds no authority.
    #[error("this system trusts no authority: install ca-certificates or set [smtp] ca_file")]
    NoAuthority,
    /// The host is neither a name nor an address.
    #[error("the host is no valid name for TLS: check [smtp] url")]
    Name,
    /// Its time is over.
    #[error("the server's certificate has expired: its administrator must renew it")]
    Expired,
    /// Signed by nobody that we trust, or by itself.
    #[error("the server's certificate is signed by an unknown authority: set [smtp] ca_file")]
    UnknownIssuer,
    /// Made for another host.
    #[error("the server's certificate is for another host: check the host in [smtp] url")]
    WrongHost,
    /// Refused for another reason.
    #[error("the server's certificate was refused")]
    Certificate(#[source] io::Error),
    /// No common protocol version, an alert, bytes that are no TLS.
    #[error("the TLS handshake failed: is this the TLS port?")]
    Handshake(#[source] io::Error),
}

/// Protects a connection. The authorities are read anew each time, so that a renewed file needs
/// no restart.
///
/// # Errors
/// No authority can be read, the certificate is refused, or the other side speaks no TLS.
pub(super) async fn protect(
    tcp: TcpStream,
    host: &str,
    ca_file: Option<&Path>,
) -> Result<TlsStream<TcpStream>, TlsError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Handshake(io::Error::other(error)))?
        .with_root_certificates(authorities(ca_file)?)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Name)?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, tcp).await.map_err(refusal)
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

fn refusal(error: io::Error) -> TlsError {
    let cause = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    let Some(Error::InvalidCertificate(fault)) = cause else {
        return TlsError::Handshake(error);
    };
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsError::Expired,
        CertificateError::UnknownIssuer => TlsError::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsError::WrongHost
        }
        _ => TlsError::Certificate(error),
    }
}
