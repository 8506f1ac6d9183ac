//! An Okta org's origin, and the links that lead to an app in it.

use crate::error::{Error, Kind, printable};
use std::fmt;
use url::{Host, Url};

/// The origin of an Okta org: `https://acme.okta.com`, or `http://127.0.0.1:PORT` and the like for a stand-in.
#[derive(Clone, PartialEq, Eq)]
pub struct Org(Url);

impl Org {
    /// An org as people write it: a name (`acme`), a host (`acme.okta.com`, `login.acme.example`), or a URL without a
    /// path. Letters of the host may be upper case.
    ///
    /// # Errors
    /// `config` for anything else. The host is matched against letters, digits, `-` and `.` before a URL parser sees it: that
    /// parser takes `https://acme.okta.com@evil`, full-width letters and tabs, which no person means.
    pub fn parse(text: &str) -> Result<Org, Error> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest);
        let is_this_machine = host.eq_ignore_ascii_case("localhost");
        let is_name =
            !host.contains('.') && !is_this_machine && !host.starts_with('[') && !text.contains("://");
        let domain = if is_name { ".okta.com" } else { "" };
        let allowed = is_host(host) && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        // To the URL parser `ht\ntps` is a scheme too.
        let allowed = allowed && ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        let host = format!("{}{domain}", host.to_ascii_lowercase());
        let url = if allowed { Url::parse(&format!("{scheme}://{host}{port}")).ok() } else { None };
        // A host that it reads as another (`0x7f.1` is 127.0.0.1 to it) is one to nobody else.
        match url.filter(|url| is_safe(url) && url.host_str() == Some(&host)) {
            Some(url) => Ok(Org(url)),
            None => Err(Error::new(
                Kind::Config,
                format!("'{}' is not an Okta org", printable(text)),
                "give a name (acme), a host (acme.okta.com) or an https URL without a path",
            )),
        }
    }

    /// `https://acme.okta.com`, without a slash at the end.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The org's URL of a path that begins with a slash.
    pub fn url(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// A link that the org sent, absolute or relative to `base`. `None` if it leads anywhere but to the org's own origin:
    /// links are a peer's words, and tokens go where they lead.
    pub fn own(&self, base: &Url, link: &str) -> Option<Url> {
        let url = base.join(link).ok()?;
        // The scheme too: the origin of `blob:https://acme.okta.com/x` is that of the URL in it.
        let is_own = url.scheme() == self.0.scheme() && url.origin() == self.0.origin();
        (is_own && url.username().is_empty() && url.password().is_none()).then_some(url)
    }

    /// The link of an app: a link of this org as it is; `0oa…` (an app's id) is its embed link; `exk…` (its SAML entity)
    /// is the SAML endpoint; any other id is `/login`, as the published recipe has it.
    ///
    /// 272 is the number of the link inside the catalogue's AWS app in orgs recorded in 2025.
    ///
    /// # Errors
    /// `org_mismatch` for a link to another origin, `config` for what is neither a link nor an id.
    pub fn app(&self, app: &str) -> Result<Url, Error> {
        let app = app.trim();
        if app.contains("://") {
            return self.own(&self.0, app).ok_or_else(|| {
                Error::new(
                    Kind::OrgMismatch,
                    format!("the app link does not lead to {}", self.origin()),
                    "give an app of that org, or its id",
                )
            });
        }
        if app.is_empty()
            || !app.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        {
            return Err(Error::new(
                Kind::Config,
                format!("'{}' is neither a link nor the id of an app", printable(app)),
                "give the app's link from the Okta dashboard, or its id (0oa... or exk...)",
            ));
        }
        Ok(match app.get(..3) {
            Some("0oa") => self.url(&format!("/home/amazon_aws/{app}/272")),
            Some("exk") => self.url(&format!("/app/amazon_aws/{app}/sso/saml")),
            _ => self.url(&format!("/app/amazon_aws/{app}/login")),
        })
    }
}

impl fmt::Debug for Org {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host == "[::1]" || (host.len() <= 253 && host.split('.').all(label))
}

/// https, or http to this machine; nothing but an origin.
fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let plain =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

#[cfg(test)]
mod tests {
    mod origins;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_org_is_a_name_a_host_or_an_origin() {
        for (text, origin) in [
            ("tubi", "https://tubi.okta.com"),
            ("tubi.okta.com", "https://tubi.okta.com"),
            (" Login.Acme.Example \n", "https://login.acme.example"),
            ("https://acme.oktapreview.com/", "https://acme.oktapreview.com"),
            ("https://acme.example:8443", "https://acme.example:8443"),
            ("acme.example:8443", "https://acme.example:8443"),
            ("localhost:8443", "https://localhost:8443"),
            ("LocalHost", "https://localhost"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]", "http://[::1]"),
            ("[::1]:8443", "https://[::1]:8443"),
            ("[::1]", "https://[::1]"),
            ("https://acme", "https://acme"),
            ("HTTPS://ACME.okta.com/", "https://acme.okta.com"),
        ] {
            assert_eq!(Org::parse(text).map(|org| org.origin()).ok().as_deref(), Some(origin), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "acme.",
            "http://acme.okta.com",
            "http://127.0.0.1.evil.example",
            "ftp://acme.okta.com",
            "https://acme.okta.com@evil.example",
            "https://u:p@acme.okta.com",
            "https://acme.okta.com/path",
            "acme.okta.com?x",
            "acme.okta.com#x",
            "acme.ok\nta.com",
            "acme okta",
            "https:acme.okta.com",
            "https:///acme",
            "\u{ff41}cme",
            "acme%2eokta.com",
            "https://",
            "acme:0",
            "acme:99999",
            "acme:x",
            "https://https://acme",
            "acme\\evil",
            "https://0x7f.1",
            "https://127.1",
            "https://2130706433.0",
            "ht\ntps://acme.okta.com",
            "\u{1}https://acme.okta.com",
            "acme:+443",
            "javascript://acme",
            "xn--a.okta.com",
            "[::1",
            "https://[::2]",
            "acme_x",
        ] {
            assert!(Org::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn labels_are_no_longer_than_dns_has_them() {
        let label = "a".repeat(63);
        for text in [label.clone(), format!("{label}.okta.com"), [label.as_str(); 3].join(".")] {
            assert!(Org::parse(&text).is_ok(), "{text}");
            assert!(Org::parse(&format!("a{text}")).is_err(), "{text}");
        }
        assert!(Org::parse(&[label.as_str(); 4].join(".")).is_err());
    }

    #[test]
    fn a_link_of_another_origin_is_not_the_orgs() {
        let org = Org::parse("acme").unwrap();
        for (link, own) in [
            ("/app/x", true),
            ("https://acme.okta.com/x?y", true),
            ("https://acme.okta.com:443/x", true),
            ("x/y", true),
            ("//evil.example/x", false),
            ("/\\evil.example", false),
            ("http://acme.okta.com/x", false),
            ("https://acme.okta.com:444/x", false),
            ("https://acme.okta.com.evil.example/", false),
            ("https://u@acme.okta.com/", false),
            ("https://:p@acme.okta.com/", false),
            ("javascript:alert(1)", false),
            ("blob:https://acme.okta.com/x", false),
            ("/\t/evil.example", false),
            ("ht\ntps://evil.example", false),
            ("data:text/html,x", false),
        ] {
            assert_eq!(org.own(&org.url("/home"), link).is_some(), own, "{link}");
        }
    }

    #[test]
    fn an_app_is_a_link_or_an_id() {
        let org = Org::parse("acme").unwrap();
        for (app, path) in [
            ("0oa1", "/home/amazon_aws/0oa1/272"),
            ("exk1", "/app/amazon_aws/exk1/sso/saml"),
            ("abc_1", "/app/amazon_aws/abc_1/login"),
            ("a-b", "/app/amazon_aws/a-b/login"),
            ("ab", "/app/amazon_aws/ab/login"),
            ("https://acme.okta.com/home/amazon_aws/0oa1/9?x=1", "/home/amazon_aws/0oa1/9?x=1"),
        ] {
            assert_eq!(org.app(app).unwrap().as_str(), format!("https://acme.okta.com{path}"));
        }
        assert_eq!(org.app("https://evil.example/home").unwrap_err().kind(), Some(Kind::OrgMismatch));
        for app in ["", "a/b", "../x", "a b", "0oa1?x"] {
            assert_eq!(org.app(app).unwrap_err().kind(), Some(Kind::Config), "{app}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_https_or_this_machine(text in "\\PC{0,40}|(https?://)?[a-zA-Z0-9.:/@\\[\\]-]{0,40}") {
            if let Ok(org) = Org::parse(&text) {
                let origin = org.origin();
                prop_assert!(origin.starts_with("https://") || origin.starts_with("http://127.") || origin.starts_with("http://localhost")
                    || origin.starts_with("http://[::1]"), "{}", origin);
                let typed = text.trim().to_ascii_lowercase();
                let host = Url::parse(&origin).unwrap().host_str().unwrap().to_owned();
                prop_assert!(typed.contains(host.strip_suffix(".okta.com").unwrap_or(&host)), "{} of {}", host, typed);
                prop_assert_eq!(Org::parse(&origin).unwrap(), org);
            }
        }

        #[test]
        fn no_link_leaves_the_origin(
            link in "\\PC{0,30}|(blob:|https?:|//|/|\\\\|\t)?(//)?(acme\\.okta\\.com|evil\\.example|127\\.0\\.0\\.1)?[:@/\\\\?#.a-z0-9%\t]{0,20}",
            base in "/[a-z./]{0,10}",
        ) {
            for (org, origin) in [("acme", "https://acme.okta.com/"), ("http://127.0.0.1:8443", "http://127.0.0.1:8443/")] {
                let org = Org::parse(org).unwrap();
                if let Some(url) = org.own(&org.url(&base), &link) {
                    prop_assert!(url.as_str().starts_with(origin), "{}", url);
                }
                if let Ok(url) = org.app(&link) {
                    prop_assert!(url.as_str().starts_with(origin), "{}", url);
                }
            }
        }
    }
}
