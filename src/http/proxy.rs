//! The proxy variables, read as curl reads them, and strictly: a value that cannot be used is an error. reqwest and others
//! skip it and connect directly, past the proxy that somebody meant to be used; or, of the exemptions, the other way round.

use super::url::{is_loopback, is_plain, place};
use crate::error::{Error, Kind, printable};
use crate::secret::{ExposeSecret, SecretString};
use std::net::{IpAddr, Ipv6Addr};
use url::Url;

/// Hosts that are never reached through a proxy: it would be another machine's loopback.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// The proxy to use, and for which hosts not.
///
/// `http_proxy` has no place here: plain http goes to this machine only, which is never proxied.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// The variable and its value, which may hold a password.
    proxy: Option<(&'static str, SecretString)>,
    /// The variable and its value.
    exempt: Option<(&'static str, String)>,
}

impl Proxies {
    /// Chooses among the variables as curl does: `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`, and for
    /// exemptions `no_proxy`, `NO_PROXY`. Blank is unset. `lookup` gives a variable's value, with U+FFFD for what is no UTF-8.
    pub fn choose(lookup: impl Fn(&str) -> Option<String>) -> Proxies {
        let value = |name: &'static str| {
            lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let proxy = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            .into_iter()
            .find_map(|name| value(name).map(|text| (name, SecretString::from(text))));
        let exempt = ["no_proxy", "NO_PROXY"].into_iter().find_map(|name| Some((name, value(name)?)));
        Proxies { proxy, exempt }
    }

    pub(super) fn to_reqwest(&self) -> Result<Option<reqwest::Proxy>, Error> {
        let Some((name, url)) = self.url()? else { return Ok(None) };
        let exempt = [self.exempt()?, vec![THIS_MACHINE]].concat().join(",");
        let proxy = reqwest::Proxy::all(url).map_err(|_| unusable(name, "is not a URL"))?;
        Ok(Some(proxy.no_proxy(reqwest::NoProxy::from_string(&exempt))))
    }

    /// The hosts that `no_proxy` names: names (with a leading dot perhaps), addresses, networks as `10.0.0.0/8`, or `*`. Brackets around an
    /// address and a star before a dot are gone: reqwest does not know them.
    ///
    /// # Errors
    /// `config` for an item that is none of these.
    pub fn exempt(&self) -> Result<Vec<&str>, Error> {
        let Some((name, list)) = &self.exempt else { return Ok(Vec::new()) };
        let items = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|item| !item.is_empty());
        items.map(|item| exemption(item).ok_or_else(|| no_exemption(name, item))).collect()
    }

    /// How messages name the proxy: its host and the variable, never its user or password. `None` for URLs that no proxy
    /// is asked for (whether `no_proxy` exempts a URL is reqwest's knowledge alone).
    pub fn name(&self, destination: &Url) -> Option<String> {
        let (name, url) = self.url().ok()??;
        (!is_loopback(destination)).then(|| format!("{} ({name})", place(&url)))
    }

    /// The variable that counts, and the proxy that it names, user and password still in it.
    ///
    /// # Errors
    /// `config` for a value that cannot be used; the message does not repeat it.
    pub fn url(&self) -> Result<Option<(&'static str, Url)>, Error> {
        let Some((name, text)) = &self.proxy else { return Ok(None) };
        let text = text.expose_secret();
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err(unusable(name, "is not UTF-8"));
        }
        // `proxy.example.com:3128` is http, as for curl. (To the URL parser the host would be a scheme.)
        let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Some(text).filter(|text| is_plain(text)).and_then(|text| Url::parse(&text).ok());
        let url = url.ok_or_else(|| unusable(name, "is not a URL"))?;
        match url.scheme() {
            "http" | "https" if url.port() == Some(0) => {
                Err(unusable(name, "has no port that can be connected to"))
            }
            // `http:/host` would be a host named http.
            "http" | "https" if url.has_host() && !matches!(url.host_str(), Some("http" | "https")) => {
                Ok(Some((name, url)))
            }
            scheme if scheme.starts_with("socks") => {
                Err(unusable(name, "names a SOCKS proxy, which is not supported"))
            }
            _ => Err(unusable(name, "names neither an http nor an https proxy")),
        }
    }
}

fn exemption(item: &str) -> Option<&str> {
    let host = item.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(item);
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    is_exemption(item).then_some(host)
}

fn is_exemption(item: &str) -> bool {
    if item == "*" || item.parse::<IpAddr>().is_ok() {
        return true;
    }
    if let Some((address, bits)) = item.split_once('/') {
        let most = match address.parse() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        return bits.bytes().all(|b| b.is_ascii_digit()) && bits.parse::<u8>().is_ok_and(|bits| bits <= most);
    }
    let bracketed = item.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = bracketed {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let name = item.strip_prefix("*.").or_else(|| item.strip_prefix('.')).unwrap_or(item);
    let labels = || name.strip_suffix('.').unwrap_or(name).split('.');
    labels().all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)))
        // All digits is an address that was not one.
        && !labels().all(|label| label.bytes().all(|b| b.is_ascii_digit()))
}

fn no_exemption(name: &str, item: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("{name} holds {}, which is no host, address or network", printable(item)),
        "write names, addresses or networks as 10.0.0.0/8, with commas between and without ports",
    )
}

fn unusable(name: &str, why: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("the value of {name} {why}"),
        "write it as http://host:port, unset it, or name the host in NO_PROXY after correcting it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::choose(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn variables_have_curls_order_and_blank_is_unset() {
        let name = |variables: &[(&str, &str)]| {
            proxies(variables).name(&Url::parse("https://example.okta.com").unwrap())
        };
        assert_eq!(name(&[]), None);
        assert_eq!(name(&[("HTTP_PROXY", "http://p")]), None);
        assert_eq!(name(&[("ALL_PROXY", "p:1"), ("https_proxy", " ")]).as_deref(), Some("p:1 (ALL_PROXY)"));
        assert_eq!(
            name(&[
                ("ALL_PROXY", "http://a:1"),
                ("HTTPS_PROXY", "http://u:pw@b:2"),
                ("https_proxy", "https://c:3")
            ])
            .as_deref(),
            Some("c:3 (https_proxy)")
        );
        assert_eq!(name(&[("HTTPS_PROXY", "u:pw@b:2")]).as_deref(), Some("b:2 (HTTPS_PROXY)"));
    }

    #[test]
    fn a_value_that_cannot_be_used_is_an_error_that_does_not_repeat_it() {
        for value in [
            "garbage://hunter2",
            "socks5://u:hunter2@p:1",
            "http://",
            "http://u:hunter2@p:port",
            "://hunter2",
            "http:/hunter2:1",
            "https:hunter2:1",
            "http://u:hunter2@pro xy:1",
            "http://u:hunter2@proxy:99999",
            "http://u:\u{fffd}hunter2@proxy:1",
            "http:///u:hunter2@p",
            "http://u:hunter2@p\\x",
            "http://u:hunter2@p\nq",
            "http://u:hunter2@p q",
            "p:0",
            "p:hunter2",
        ] {
            let error = proxies(&[("HTTPS_PROXY", value)]).to_reqwest().unwrap_err();
            assert_eq!(error.kind(), Some(Kind::Config), "{value}");
            assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        assert!(!format!("{:?}", proxies(&[("HTTPS_PROXY", "http://u:hunter2@p")])).contains("hunter2"));
    }

    #[test]
    fn what_is_wrong_with_a_proxy_is_told() {
        for (value, words) in [
            ("http://\u{fffd}", "is not UTF-8"),
            ("http://p:port", "is not a URL"),
            ("p:0", "has no port that can be connected to"),
            ("https://p:0", "has no port that can be connected to"),
            ("socks5h://p:1", "names a SOCKS proxy"),
            ("ftp://p:1", "names neither an http nor an https proxy"),
            ("http://https://p:1", "names neither an http nor an https proxy"),
            ("https://http:1", "names neither an http nor an https proxy"),
        ] {
            let error = proxies(&[("ALL_PROXY", value)]).url().unwrap_err();
            assert!(error.to_string().starts_with(&format!("the value of ALL_PROXY {words}")), "{error}");
        }
        let proxy = proxies(&[("all_proxy", " ada:pw@p:3128 ")]);
        let (name, url) = proxy.url().unwrap().unwrap();
        assert_eq!((name, url.as_str()), ("all_proxy", "http://ada:pw@p:3128/"));
    }

    #[test]
    fn exemptions_are_handed_on_as_reqwest_reads_them() {
        let list = "example.com, *.example.org .intra\t10.0.0.0/8,[::1],fe80::/10,*,,";
        let hosts = ["example.com", ".example.org", ".intra", "10.0.0.0/8", "::1", "fe80::/10", "*"];
        assert_eq!(proxies(&[("NO_PROXY", list)]).exempt().unwrap(), hosts);
        for item in ["10.0.0.0/0", "10.0.0.0/32", "::/128", "a-b_c", "1a.2b", "example.com."] {
            assert!(is_exemption(item), "{item}");
        }
        for item in ["", ".", "10.0.0.0/33", "::/129", "::/256", "[10.0.0.1]", "1.2.3.4.5", "a b"] {
            assert!(!is_exemption(item), "{item}");
        }
    }

    #[test]
    fn an_exemption_that_names_nothing_is_an_error_and_never_skipped() {
        let read = |list: &str| proxies(&[("HTTPS_PROXY", "p:1"), ("NO_PROXY", list)]).to_reqwest();
        for list in [
            "example.com",
            ".example.com, *.example.org  intra",
            "*",
            "10.0.0.1,10.0.0.0/8,::1,[::1],fe80::/10",
            "example.com.",
            ",,",
            "a_b.example",
        ] {
            assert!(read(list).is_ok(), "{list}");
        }
        for list in [
            "http://example.com",
            "example.com:443",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0",
            "300.1.1.1",
            "fe80::/129",
            "[::1",
            "ada@example.com",
            "exa\u{fffd}mple.com",
            "a..b",
            "example.*",
            "good.example,ba%d",
        ] {
            let error = read(list).unwrap_err();
            assert_eq!(error.kind(), Some(Kind::Config), "{list}");
            assert!(error.to_string().starts_with("NO_PROXY holds "), "{error}");
        }
    }

    #[test]
    fn this_machine_has_no_proxy() {
        let name = proxies(&[("HTTPS_PROXY", "p:1")]).name(&Url::parse("http://localhost:8080").unwrap());
        assert_eq!(name, None);
    }

    proptest! {
        #[test]
        fn a_proxy_is_named_or_refused_and_its_password_never_shown(
            password in "[a-zA-Z0-9%:.;,=+~-]{0,12}", rest in "\\PC{0,12}|[a-z0-9.:/\\\\ -]{0,20}", scheme in "https?|socks5|x",
        ) {
            let all = proxies(&[("HTTPS_PROXY", &format!("{scheme}://ada:hunter2{password}@{rest}"))]);
            let url = all.url();
            let org = Url::parse("https://acme.okta.com").unwrap();
            let shown = format!("{all:?} {:?} {:?} {:?}", url.as_ref().err(), all.name(&org), all.to_reqwest().err());
            prop_assert!(!shown.contains("hunter2"), "{}", shown);
            prop_assert_eq!(url.is_ok(), all.to_reqwest().is_ok());
            if let Ok(Some((_, url))) = url {
                prop_assert!(url.has_host() && matches!(url.scheme(), "http" | "https"));
            }
        }
    }
}
