//! Why no answer came, in words that lead somewhere.
//!
//! reqwest's own messages print the URL with its query, and of a failed handshake only "error sending request"; what
//! happened is at the far end of the chain of sources.

use super::Settings;
use super::url::place;
use crate::error::{Error, Kind, printable};
use rustls::CertificateError;
use std::error::Error as StdError;
use std::io;
use url::Url;

/// An error of reqwest's as one of ours.
pub(super) fn explain(error: reqwest::Error, url: &Url, settings: &Settings) -> Error {
    let error = error.without_url();
    let place = place(url);
    if let Some(words) = tunnel(&error) {
        let proxy = settings.proxies.name(url).unwrap_or_else(|| "the proxy".to_owned());
        return through_proxy(&words, &proxy, &place, find::<rustls::Error>(&error).is_some());
    }
    if let Some(error) = find::<rustls::Error>(&error) {
        return tls(error, &place);
    }
    if error.is_timeout() {
        return if error.is_connect() {
            let seconds = super::CONNECT_TIMEOUT.min(settings.timeout).as_secs_f32();
            Error::new(
                Kind::Timeout,
                format!("no connection to {place} within {seconds} s"),
                "check the network, VPN and proxy settings, then try again",
            )
        } else {
            Error::new(
                Kind::Timeout,
                format!("{place} did not answer within {} s", settings.timeout.as_secs_f32()),
                "try again, or allow more with --timeout",
            )
        };
    }
    if error.is_dns() {
        return Error::new(
            Kind::Network,
            format!("the name {place} cannot be resolved"),
            "check its spelling, and the network",
        );
    }
    // hyper's word for chunks whose sizes are none.
    let kind = find::<io::Error>(&error).map(io::Error::kind);
    let is_garbage = matches!(kind, Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData));
    let chain: Vec<String> = sources(&error).map(|source| source.to_string()).collect();
    if is_garbage
        || chain.iter().any(|text| text.starts_with("invalid ") || text.contains("message head is too large"))
    {
        return Error::new(
            Kind::Protocol,
            format!("{place} did not answer in HTTP ({})", last(&chain)),
            "check the URL: scheme, host and port",
        );
    }
    let what = if error.is_connect() {
        format!("cannot connect to {place}: {}", reason(&error, &chain))
    } else if error.is_body() || error.is_decode() {
        format!("the answer of {place} broke off: {}", reason(&error, &chain))
    } else {
        format!("no answer from {place}: {}", reason(&error, &chain))
    };
    Error::new(Kind::Network, what, "check the network, VPN and proxy settings, then try again")
}

/// An answer above the limits.
pub(super) fn too_large(url: &Url) -> Error {
    Error::new(
        Kind::Protocol,
        format!("the answer of {} is larger than anything that belongs to a login", place(url)),
        "check that the URL is the org's or endpoint's own",
    )
}

/// An answer with a Content-Encoding.
pub(super) fn compressed(url: &Url) -> Error {
    Error::new(
        Kind::Protocol,
        format!("{} sent a compressed answer, though asked not to", place(url)),
        "look for a proxy that rewrites answers",
    )
}

fn through_proxy(words: &str, proxy: &str, place: &str, tls: bool) -> Error {
    let (what, hint) = match words {
        "proxy authorization required" => (
            format!("the proxy {proxy} wants a user and password (407)"),
            "write them into the variable: http://user:password@host:port",
        ),
        "failed to create underlying connection" if tls => (
            format!("no TLS connection to the proxy {proxy}"),
            "check whether the proxy is meant to be http:// instead of https://",
        ),
        "failed to create underlying connection" => (
            format!("cannot connect to the proxy {proxy}"),
            "check the variable; NO_PROXY names hosts to be reached directly",
        ),
        words => (
            format!("the proxy {proxy} made no connection to {place} ({words})"),
            "ask whoever runs the proxy, or name the host in NO_PROXY",
        ),
    };
    Error::new(if tls { Kind::Tls } else { Kind::Network }, what, hint)
}

fn tls(error: &rustls::Error, place: &str) -> Error {
    const TRUST: &str = "if your network inspects TLS or the host has a CA of its own, name that CA with --ca-file or SSL_CERT_FILE";
    const CLOCK: &str = "check this machine's clock; if it is right, the host's certificate needs renewing (--ca-file and SSL_CERT_FILE do not help)";
    const NAME: &str =
        "check the host's spelling; --ca-file and SSL_CERT_FILE do not help against a wrong name";
    let (why, hint) = match error {
        rustls::Error::InvalidCertificate(fault) => match fault {
            CertificateError::UnknownIssuer => {
                ("its certificate comes from an unknown issuer".to_owned(), TRUST)
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ("its certificate is for another name".to_owned(), NAME)
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                ("its certificate has expired".to_owned(), CLOCK)
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                ("its certificate is not valid yet".to_owned(), CLOCK)
            }
            CertificateError::Revoked => {
                ("its certificate was revoked".to_owned(), "do not go on; tell whoever runs the host")
            }
            // What `openssl req -x509` makes unless told otherwise. Naming it as a CA does not make it fit for a host.
            CertificateError::Other(fault) if fault.to_string().contains("CaUsedAsEndEntity") => (
                "its certificate is a self-signed CA's, which serves no host".to_owned(),
                "have that CA issue a certificate for the host, and name the CA with --ca-file or SSL_CERT_FILE",
            ),
            other => {
                (format!("its certificate is not acceptable ({})", printable(&format!("{other}"))), TRUST)
            }
        },
        rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion)
        | rustls::Error::PeerIncompatible(_) => (
            "it offers no TLS that is still safe (1.2 or 1.3)".to_owned(),
            "ask whoever runs the host or the proxy to enable TLS 1.2",
        ),
        other => (
            printable(&other.to_string()),
            "check the URL's scheme and port; a CA of your own is named with --ca-file or SSL_CERT_FILE",
        ),
    };
    Error::new(Kind::Tls, format!("no trusted connection to {place}: {why}"), hint)
}

/// What hyper-util's tunnel says about the proxy, if it took part. The type is not public, its words are.
fn tunnel(error: &reqwest::Error) -> Option<String> {
    sources(error).find_map(|source| source.to_string().strip_prefix("tunnel error: ").map(str::to_owned))
}

/// The chain of sources. What a custom `io::Error` holds is not its source but itself, so it is looked into.
fn sources<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source())
    })
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    sources(error).find_map(|source| source.downcast_ref::<T>())
}

fn last(chain: &[String]) -> String {
    printable(chain.last().map(String::as_str).unwrap_or_default())
}

/// The operating system's word where there is one, without `(os error 111)`.
fn reason(error: &reqwest::Error, chain: &[String]) -> String {
    match find::<io::Error>(error).map(io::Error::kind) {
        None | Some(io::ErrorKind::Other) => last(chain),
        Some(kind) => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CertificateError as C;

    #[test]
    fn a_failed_check_is_named_and_so_is_what_helps() {
        let other = |text: &str| C::Other(rustls::OtherError(std::sync::Arc::new(io::Error::other(text))));
        for (fault, what, hint) in [
            (other("CaUsedAsEndEntity"), "a self-signed CA", "have that CA issue"),
            (other("UnsupportedCertVersion"), "not acceptable", "SSL_CERT_FILE"),
            (C::UnknownIssuer, "unknown issuer", "--ca-file or SSL_CERT_FILE"),
            (C::NotValidForName, "another name", "do not help"),
            (C::Expired, "expired", "clock"),
            (C::NotValidYet, "not valid yet", "clock"),
            (C::Revoked, "revoked", "do not go on"),
            (C::BadSignature, "not acceptable", "SSL_CERT_FILE"),
        ] {
            let error = tls(&rustls::Error::InvalidCertificate(fault), "example.okta.com");
            assert_eq!(error.kind(), Some(Kind::Tls));
            let text = error.to_string();
            assert!(
                text.contains("example.okta.com") && text.contains(what) && text.contains(hint),
                "{text}"
            );
        }
    }
}
