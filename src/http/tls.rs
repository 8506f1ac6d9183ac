//! The trust store: the system's, replaced by `SSL_CERT_FILE`/`SSL_CERT_DIR`, widened by CA files.

use super::Settings;
use crate::error::{Error, Kind};
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where distributions keep their bundle. One file is read: `load_native_certs` reads the same certificates a second time
/// from a hundred and more single files beside it, which costs 2 ms in every process.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// TLS 1.2 and 1.3 with ring, as reqwest's `tls_backend_preconfigured` takes it. (aws-lc-rs gathers entropy for 21 ms in
/// every process that makes a connection.)
pub(super) fn client_config(settings: &Settings) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| {
        Error::new(Kind::Internal, format!("TLS cannot be set up: {error}"), "report this as a bug")
    })?;
    Ok(builder.with_root_certificates(roots(settings)?).with_no_client_auth())
}

/// A file, or folders, of certificates that are trusted.
#[derive(Debug)]
pub struct Trust {
    /// The setting that names it, or `system`.
    pub from: String,
    /// Where it is.
    pub path: PathBuf,
    /// How many certificates are in it.
    pub certificates: Result<usize, Error>,
}

/// Every source that [`roots`] takes certificates from.
pub(super) fn trust(settings: &Settings) -> Vec<Trust> {
    type Add<'a> = &'a dyn Fn(&mut RootCertStore) -> Result<(), Error>;
    let count = |add: Add<'_>| {
        let mut store = RootCertStore::empty();
        add(&mut store).map(|()| store.len())
    };
    let mut found = Vec::new();
    let mut file = |from: &str, path: &Path| {
        let certificates = count(&|store| add_file(store, from, path));
        found.push(Trust { from: from.to_owned(), path: path.to_owned(), certificates });
    };
    match (&settings.ssl_cert_file, &settings.ssl_cert_dir) {
        (None, None) => {
            if let Some(bundle) = BUNDLES.iter().map(Path::new).find(|path| path.exists()) {
                file("system", bundle);
            }
        }
        (given, _) => given.iter().for_each(|path| file("SSL_CERT_FILE", path)),
    }
    settings.ca_files.iter().for_each(|(from, path)| file(from, path));
    if let Some(dirs) = &settings.ssl_cert_dir {
        let certificates = count(&|store| add_dirs(store, dirs));
        found.push(Trust { from: "SSL_CERT_DIR".to_owned(), path: dirs.clone(), certificates });
    }
    found
}

fn roots(settings: &Settings) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    match (&settings.ssl_cert_file, &settings.ssl_cert_dir) {
        // A system without any certificate is no error here: it may be talked to over http on loopback, and over
        // TLS the handshake fails with a hint.
        (None, None) => {
            store.add_parsable_certificates(system().certs);
        }
        (file, dirs) => {
            if let Some(file) = file {
                add_file(&mut store, "SSL_CERT_FILE", file)?;
            }
            if let Some(dirs) = dirs {
                add_dirs(&mut store, dirs)?;
            }
        }
    }
    for (name, file) in &settings.ca_files {
        add_file(&mut store, name, file)?;
    }
    Ok(store)
}

fn system() -> CertificateResult {
    match BUNDLES.iter().map(Path::new).find(|path| path.exists()) {
        Some(bundle) => load_certs_from_paths(Some(bundle), None),
        None => load_native_certs(),
    }
}

fn add_file(store: &mut RootCertStore, name: &str, path: &Path) -> Result<(), Error> {
    // Read here, not by load_certs_from_paths, for its errors: the person should see which file could not be opened, and why.
    if let Err(error) = std::fs::File::open(path) {
        return Err(bad(name, path, &format!("cannot be read ({})", error.kind())));
    }
    match store.add_parsable_certificates(load_certs_from_paths(Some(path), None).certs) {
        (0, _) => Err(bad(name, path, "holds no certificate in PEM form")),
        _ => Ok(()),
    }
}

fn add_dirs(store: &mut RootCertStore, dirs: &Path) -> Result<(), Error> {
    let certs = std::env::split_paths(dirs).flat_map(|dir| load_certs_from_paths(None, Some(&dir)).certs);
    match store.add_parsable_certificates(certs) {
        (0, _) => Err(bad("SSL_CERT_DIR", dirs, "holds no certificate in PEM form")),
        _ => Ok(()),
    }
}

fn bad(name: &str, path: &Path, why: &str) -> Error {
    let path = crate::error::printable(&path.display().to_string());
    Error::new(
        Kind::Config,
        format!("{name}: {path} {why}"),
        format!("name a PEM file with CA certificates, or unset {name}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_ca_file_that_cannot_be_used_is_named_with_its_setting() {
        let empty = std::env::temp_dir().join(format!("oktapipe-empty-{}.pem", std::process::id()));
        std::fs::write(&empty, "").unwrap();
        for (settings, name) in [
            (
                Settings {
                    ca_files: vec![("--ca-file".into(), "/nonexistent.pem".into())],
                    ..Settings::default()
                },
                "--ca-file",
            ),
            (
                Settings { ca_files: vec![("AWS_CA_BUNDLE".into(), empty.clone())], ..Settings::default() },
                "AWS_CA_BUNDLE",
            ),
            (
                Settings { ssl_cert_file: Some("/nonexistent.pem".into()), ..Settings::default() },
                "SSL_CERT_FILE",
            ),
            (Settings { ssl_cert_file: Some(empty.clone()), ..Settings::default() }, "SSL_CERT_FILE"),
            (Settings { ssl_cert_file: Some("/tmp".into()), ..Settings::default() }, "SSL_CERT_FILE"),
            (Settings { ssl_cert_dir: Some("/nonexistent".into()), ..Settings::default() }, "SSL_CERT_DIR"),
        ] {
            let error = roots(&settings).unwrap_err();
            assert_eq!(error.kind(), Some(Kind::Config));
            assert!(error.to_string().starts_with(name), "{error}");
        }
        std::fs::remove_file(empty).unwrap();
    }

    #[test]
    fn ssl_cert_file_replaces_the_system_store_and_ca_files_widen_it() {
        let Some(bundle) = BUNDLES.iter().map(PathBuf::from).find(|path| path.exists()) else { return };
        let text = std::fs::read_to_string(&bundle).unwrap();
        let end = text.find("-----END CERTIFICATE-----").unwrap() + "-----END CERTIFICATE-----\n".len();
        let single = std::env::temp_dir().join(format!("oktapipe-single-{}.pem", std::process::id()));
        std::fs::write(&single, &text[..end]).unwrap();
        let system = roots(&Settings::default()).unwrap().len();
        assert!(system > 0);
        let mut settings = Settings { ssl_cert_file: Some(single.clone()), ..Settings::default() };
        assert_eq!(roots(&settings).unwrap().len(), 1);
        settings.ca_files = vec![("--ca-file".into(), bundle)];
        assert!(roots(&settings).unwrap().len() > system);
        std::fs::remove_file(single).unwrap();
    }
}
