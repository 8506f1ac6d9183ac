//! A certificate authority that lives as long as the sandbox, the certificate its listeners show, and some that are no good.

use crate::connection::Acceptors;
use crate::fault::Certificate;
use crate::random::Random;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

/// The names the certificate is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A fresh folder only the user can enter, removed with everything in it when dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    ca_file: PathBuf,
}

impl Folder {
    /// Makes the folder and puts the authority's certificate in it.
    fn with_ca(pem: &str, random: &mut Random) -> io::Result<Folder> {
        let path = std::env::temp_dir().join(format!("oktapipe-sandbox-{}", random.suffix()));
        // Not recursive: a folder that is there already is someone else's, and an error.
        DirBuilder::new().mode(0o700).create(&path)?;
        let folder = Folder { ca_file: path.join("ca.pem"), path };
        File::create_new(&folder.ca_file)?.write_all(pem.as_bytes())?;
        Ok(folder)
    }

    pub(crate) fn ca_file(&self) -> &Path {
        &self.ca_file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and it is the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Makes the authority and the server's certificates. The authority's key is forgotten on return, so nothing
/// else can ever be signed with it.
pub(crate) fn make(random: &mut Random) -> io::Result<(Acceptors, Folder)> {
    let ca_key = KeyPair::generate().map_err(io::Error::other)?;
    let mut ca = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    ca.distinguished_name.push(DnType::CommonName, "oktapipe sandbox, not to be trusted");
    let ca_certificate = ca.self_signed(&ca_key).map_err(io::Error::other)?;
    let issuer = Issuer::from_params(&ca, &ca_key);

    let key = KeyPair::generate().map_err(io::Error::other)?;
    let server = |names: &[&str]| -> io::Result<CertificateParams> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut server = CertificateParams::new(names).map_err(io::Error::other)?;
        server.distinguished_name.push(DnType::CommonName, "localhost");
        // OpenSSL 3.x in strict mode (Python 3.13 and later) demands the key identifiers.
        server.use_authority_key_identifier_extension = true;
        Ok(server)
    };
    let signed = |server: CertificateParams| -> io::Result<TlsAcceptor> {
        acceptor(&server.signed_by(&key, &issuer).map_err(io::Error::other)?, &key)
    };
    let good = signed(server(&NAMES)?)?;
    let mut expired = server(&NAMES)?;
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut not_yet = server(&NAMES)?;
    (not_yet.not_before, not_yet.not_after) = (date_time_ymd(2120, 1, 1), date_time_ymd(2121, 1, 1));
    let mut own = server(&NAMES)?;
    own.use_authority_key_identifier_extension = false;
    let bad = vec![
        (Certificate::SelfSigned, acceptor(&own.self_signed(&key).map_err(io::Error::other)?, &key)?),
        (Certificate::Expired, signed(expired)?),
        (Certificate::NotYetValid, signed(not_yet)?),
        (Certificate::OtherName, signed(server(&["evil.example"])?)?),
    ];
    let folder = Folder::with_ca(&ca_certificate.pem(), random)?;
    Ok((Acceptors { good, bad }, folder))
}

fn acceptor(certificate: &rcgen::Certificate, key: &KeyPair) -> io::Result<TlsAcceptor> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
