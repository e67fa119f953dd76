//! TLS towards the mail server: whom we refuse, in which words, and that nothing of ours is sent then.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use vigie::config::{self, Secret, Security};
use vigie::mailbox::imap::{Imap, ImapError, Limits};
use vigie::tls::{CertificateFault, TlsError};

/// A server behind TLS, and the bytes that it got through the protection.
pub struct Server {
    pub port: u16,
    pub authority: PathBuf,
    pub heard: Arc<AtomicUsize>,
    _folder: TempDir,
}

/// What its certificate is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Like {
    Sound,
    Expired,
    NotYet,
    OtherName,
    SelfSigned,
    OtherAuthority,
}

impl Server {
    pub async fn start(like: Like) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (authority, issuer) = authority();
        let path = folder.path().join("authority.pem");
        fs::write(&path, &authority).expect("the folder is ours");
        let name = if like == Like::OtherName {
            "other.example"
        } else {
            "localhost"
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        match like {
            Like::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            Like::NotYet => params.not_before = date_time_ymd(2090, 1, 1),
            _ => (),
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = match like {
            Like::SelfSigned => params.self_signed(&key),
            Like::OtherAuthority => params.signed_by(&key, &self::authority().1),
            _ => params.signed_by(&key, &issuer),
        }
        .expect("it is signed");
        let heard = Arc::new(AtomicUsize::new(0));
        let port = serve(certificate.der().clone(), &key, Arc::clone(&heard)).await;
        Self {
            port,
            authority: path,
            heard,
            _folder: folder,
        }
    }

    fn client(&self, ca_file: PathBuf) -> Imap {
        let config = config::Imap {
            security: Security::Tls,
            host: "localhost".to_owned(),
            port: self.port,
            user: "box".to_owned(),
            password: Secret::new("secret".to_owned()),
            ca_file: Some(ca_file),
            folder: "INBOX".to_owned(),
            done_folder: None,
        };
        Imap::new(config, 1024, Limits::default())
    }
}

fn authority() -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::new(Vec::default()).expect("no name is a valid list");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "Vigie test authority");
    let key = KeyPair::generate().expect("a key");
    let pem = params.self_signed(&key).expect("it signs itself").pem();
    (pem, Issuer::new(params, key))
}

/// Greets, then takes what comes and hangs up at the first line.
async fn serve(
    certificate: CertificateDer<'static>,
    key: &KeyPair,
    heard: Arc<AtomicUsize>,
) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, heard) = (acceptor.clone(), Arc::clone(&heard));
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut line = [0; 100];
                let _ = stream.write_all(b"* OK ready\r\n").await;
                let read = stream.read(&mut line).await.unwrap_or(0);
                heard.fetch_add(read, Ordering::SeqCst);
            });
        }
    });
    port
}

#[tokio::test]
async fn imap_34_a_certificate_that_is_not_to_be_trusted_is_refused_with_its_reason() {
    for (like, fault) in [
        (Like::Expired, CertificateFault::Expired),
        (Like::NotYet, CertificateFault::NotYet),
        (Like::OtherName, CertificateFault::WrongName),
        (Like::SelfSigned, CertificateFault::UnknownIssuer),
        (Like::OtherAuthority, CertificateFault::UnknownIssuer),
    ] {
        let server = Server::start(like).await;
        let error = server
            .client(server.authority.clone())
            .begin(None)
            .await
            .unwrap_err();
        match error {
            ImapError::Tls(TlsError::Certificate(found)) => assert_eq!(found, fault),
            other => panic!("{fault}: {other:?}"),
        }
        assert_eq!(
            server.heard.load(Ordering::SeqCst),
            0,
            "{fault}: something was sent"
        );
    }
}

#[tokio::test]
async fn a_sound_certificate_of_our_own_authority_is_trusted() {
    let server = Server::start(Like::Sound).await;
    let error = server
        .client(server.authority.clone())
        .begin(None)
        .await
        .unwrap_err();
    assert!(matches!(error, ImapError::Closed { .. }), "{error:?}");
    assert!(server.heard.load(Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn an_authority_that_can_t_be_read_is_named_before_anything_is_sent() {
    let server = Server::start(Like::Sound).await;
    let empty = server.authority.with_file_name("empty.pem");
    fs::write(&empty, "no certificate").expect("the folder is ours");
    for path in [empty, server.authority.with_file_name("missing.pem")] {
        let error = server.client(path).begin(None).await.unwrap_err();
        assert!(
            matches!(error, ImapError::Tls(TlsError::Authority(_))),
            "{error:?}"
        );
        assert!(!error.is_transient());
    }
    assert_eq!(server.heard.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_gets_no_password() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
    let port = listener.local_addr().expect("an address").port();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        stream
            .write_all(b"* OK ready\r\n")
            .await
            .expect("it is read");
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all).await;
        all
    });
    let server = Server::start(Like::Sound).await;
    let client = Server { port, ..server };
    let error = client
        .client(client.authority.clone())
        .begin(None)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ImapError::Tls(TlsError::Handshake(_))),
        "{error:?}"
    );
    let heard = heard.await.expect("no panic");
    assert!(
        !heard
            .windows(6)
            .any(|window| window == b"secret" || window == b"LOGIN ")
    );
}
