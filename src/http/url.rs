//! Which URLs we talk to: https anywhere, plain http to this machine only.

use crate::error::{Error, Kind, printable};
use url::{Host, Url};

/// Whether a request may go to this URL: https, or http to 127.0.0.0/8, `[::1]` or `localhost`; no user or password in it
/// (they would become an Authorization header, and travel in every message about the URL).
pub fn is_allowed(url: &Url) -> bool {
    let scheme = match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback(url),
        _ => false,
    };
    scheme && url.username().is_empty() && url.password().is_none()
}

/// Whether the URL's host is this machine, without asking DNS. `localhost.` and `x.localhost` are not: they are looked up.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Reads a base URL that a person or a setting gave: [`is_allowed`], and without query or fragment.
///
/// # Errors
/// `config`. The message holds the scheme and host at most, never a password or query.
pub fn base_url(text: &str) -> Result<Url, Error> {
    let text = text.trim();
    let not_a_url = |why: &str| {
        Error::new(Kind::Config, format!("not a URL: {why}"), "give one such as https://example.okta.com")
    };
    // The parser drops tabs and line breaks, takes a backslash for a slash, and adds slashes that are not there; to other readers of
    // the same setting such a URL leads elsewhere.
    if !is_plain(text) {
        return Err(not_a_url("it holds a blank, a backslash or a control character, or no ://"));
    }
    let url = Url::parse(text).map_err(|error| not_a_url(&error.to_string()))?;
    if !is_allowed(&url) {
        return Err(refused(&url));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::new(
            Kind::Config,
            format!("the URL of {} has a query or fragment", place(&url)),
            "give the URL up to its host or path",
        ));
    }
    Ok(url)
}

/// Whether a URL is written so that all parsers take it alike: `scheme://host`, and nothing in it that some of them drop.
pub(super) fn is_plain(text: &str) -> bool {
    let has_host = text.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.bytes().all(|b| b.is_ascii_alphanumeric()) && !rest.starts_with('/')
    });
    has_host && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\')
}

/// The error for a URL that is not [`is_allowed`].
pub(super) fn refused(url: &Url) -> Error {
    if !url.username().is_empty() || url.password().is_some() {
        return Error::new(
            Kind::Config,
            format!("the URL of {} has a user or password in it", place(url)),
            "leave them out of the URL",
        );
    }
    Error::new(
        Kind::Config,
        format!("refused to talk {} to {}", printable(url.scheme()), place(url)),
        "use https; plain http is for 127.0.0.1, [::1] and localhost only",
    )
}

/// Host and, where it is not the scheme's own, port: what messages call a peer.
pub(super) fn place(url: &Url) -> String {
    let host = printable(url.host_str().unwrap_or("a URL without host"));
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn https_goes_anywhere_and_http_stays_on_this_machine() {
        for (text, expected) in [
            ("https://example.okta.com", true),
            ("https://10.0.0.1:8443/x?y", true),
            ("http://127.0.0.1:8080", true),
            ("http://127.8.9.10/", true),
            ("http://[::1]:1/", true),
            ("http://LOCALHOST:1/", true),
            ("http://0x7f.1/", true),
            ("http://localhost./", false),
            ("http://localhost.example.com/", false),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://example.okta.com", false),
            ("http://0.0.0.0/", false),
            ("http://169.254.169.254/", false),
            ("https://user@example.okta.com", false),
            ("https://:pw@example.okta.com", false),
            ("http://127.0.0.1:1@example.com/", false),
            ("file:///etc/passwd", false),
            ("ftp://localhost/", false),
            ("data:text/html,x", false),
        ] {
            assert_eq!(is_allowed(&Url::parse(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn a_refused_url_is_named_without_its_secrets() {
        for text in
            ["https://ada:hunter2@example.com/", "http://example.com/?t=hunter2", "https://h/?t=hunter2#x"]
        {
            let error = base_url(text).unwrap_err();
            assert_eq!(error.kind(), Some(Kind::Config));
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        for text in [
            "nonsense",
            "https:example.com",
            "https:/example.com",
            "https:///example.com",
            "https://exa\nmple.com",
            "ht\ttps://example.com",
            "https://example.com\\@evil.example",
            "https://example.com/a b",
            "https://example.com/\u{1}a",
            "https://example.com/\u{7f}",
            "https://example.com/\\a",
            "\u{1}https://example.com",
        ] {
            assert_eq!(base_url(text).unwrap_err().kind(), Some(Kind::Config), "{text}");
        }
        assert_eq!(base_url(" https://sts.example.com/x\n").unwrap().as_str(), "https://sts.example.com/x");
    }

    #[test]
    fn what_is_wrong_with_a_url_is_told() {
        for (text, words) in [
            ("https://ada@example.com/x", "the URL of example.com has a user or password in it"),
            ("https://:pw@example.com:8443", "the URL of example.com:8443 has a user or password in it"),
            ("http://example.com", "refused to talk http to example.com"),
            ("https://example.com/?x", "the URL of example.com has a query or fragment"),
            ("https://example.com/#x", "the URL of example.com has a query or fragment"),
            (
                "https:example.com",
                "not a URL: it holds a blank, a backslash or a control character, or no ://",
            ),
            ("https://exa mple.com", "not a URL: it holds a blank"),
            ("https://[::1", "not a URL: "),
        ] {
            let error = base_url(text).unwrap_err();
            assert!(error.to_string().starts_with(words), "{error}");
        }
        assert_eq!(place(&Url::parse("data:,x").unwrap()), "a URL without host");
    }

    proptest! {
        #[test]
        fn a_base_url_is_allowed_and_reads_back(text in "\\PC{0,30}|https?://[a-z0-9.:@/\\\\?#%\\[\\]\t -]{0,25}") {
            if let Ok(url) = base_url(&text) {
                prop_assert!(is_allowed(&url) && url.query().is_none() && url.fragment().is_none());
                prop_assert_eq!(base_url(url.as_str()).unwrap(), url);
                prop_assert!(!text.trim().contains(['\\', '\t', ' ']));
            }
        }
    }
}
