//! The identity provider's signing key and certificate. There is one a process, because making it is slow; it
//! is never written anywhere.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use std::io;
use std::sync::OnceLock;

/// The length Okta's app certificates have.
const BITS: usize = 2048;

/// An RSA key with its self-signed certificate.
pub(crate) struct IdpKey {
    pair: RsaKeyPair,
    certificate: Vec<u8>,
}

impl IdpKey {
    /// The process's key, made on the first call.
    pub(crate) fn of_this_process() -> io::Result<&'static IdpKey> {
        static KEY: OnceLock<Result<IdpKey, String>> = OnceLock::new();
        KEY.get_or_init(|| IdpKey::make().map_err(|error| error.to_string()))
            .as_ref()
            .map_err(|error| io::Error::other(error.clone()))
    }

    fn make() -> io::Result<IdpKey> {
        let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).map_err(io::Error::other)?;
        let pkcs8 = private.to_pkcs8_der().map_err(io::Error::other)?;
        let pair =
            RsaKeyPair::from_pkcs8(pkcs8.as_bytes()).map_err(|error| io::Error::other(error.to_string()))?;
        let for_certificate =
            KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.as_bytes().into(), &PKCS_RSA_SHA256)
                .map_err(io::Error::other)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        // The subject's parts as in certificates of Okta apps (observed).
        params.distinguished_name = DistinguishedName::new();
        for (kind, value) in [
            (DnType::CountryName, "US"),
            (DnType::StateOrProvinceName, "California"),
            (DnType::LocalityName, "San Francisco"),
            (DnType::OrganizationName, "Okta"),
            (DnType::OrganizationalUnitName, "SSOProvider"),
            (DnType::CommonName, "acme-sandbox"),
        ] {
            params.distinguished_name.push(kind, value);
        }
        let certificate = params.self_signed(&for_certificate).map_err(io::Error::other)?;
        Ok(IdpKey { pair, certificate: certificate.der().to_vec() })
    }

    /// The certificate, DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// An RSA-SHA256 signature. Empty if the key refuses, which then fails to verify.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        match self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature) {
            Ok(()) => signature,
            Err(_) => Vec::new(),
        }
    }

    /// Whether a signature over the message is this key's.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public().as_ref())
            .verify(message, signature)
            .is_ok()
    }
}
