//! A certificate authority of the tests' own, and a server certificate for loopback signed by it.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// PEM files in one folder.
pub struct Certificates {
    /// The authority, for `ca_file`.
    pub authority: PathBuf,
    /// The server's certificate, for `localhost` and 127.0.0.1.
    pub server: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
}

impl Certificates {
    /// Makes an authority and a server certificate in `folder`.
    pub fn make(folder: &Path) -> Self {
        let mut params = CertificateParams::new(Vec::default()).expect("no name is a valid list");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Vigie test authority");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate().expect("a key is made");
        let authority = params
            .self_signed(&authority_key)
            .expect("the authority signs itself");
        let issuer = Issuer::new(params, authority_key);

        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).expect("the names are valid");
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().expect("a key is made");
        let server = params
            .signed_by(&key, &issuer)
            .expect("the authority signs");

        let write = |name: &str, pem: String| {
            let path = folder.join(name);
            fs::write(&path, pem).expect("the folder is writable");
            path
        };
        Self {
            authority: write("authority.pem", authority.pem()),
            server: write("server.pem", server.pem()),
            key: write("server.key", key.serialize_pem()),
        }
    }
}
