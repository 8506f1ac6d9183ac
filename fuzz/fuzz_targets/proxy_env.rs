//! A proxy variable names a proxy or is an error, and neither name nor error repeats its password. A list of exemptions is plain hosts,
//! which say the same again, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::http::Proxies;
use url::Url;

fuzz_target!(|text: &str| {
    let proxies = |value: String| Proxies::choose(move |name| (name == "HTTPS_PROXY").then(|| value.clone()));
    let org = Url::parse("https://acme.okta.com").expect("a URL");
    match proxies(text.to_owned()).url() {
        Ok(None) => assert!(text.trim().is_empty(), "{text}"),
        Ok(Some((_, url))) => {
            assert!(
                matches!(url.scheme(), "http" | "https") && url.has_host() && url.port() != Some(0),
                "{url}"
            );
            assert!(!text.trim().contains(['\\', '\t', '\n', ' ']), "{text}");
        }
        Err(error) => assert!(error.to_string().contains("HTTPS_PROXY"), "{error}"),
    }
    let secret = proxies(format!("http://ada:CANARY{text}@proxy.example:3128"));
    let shown = format!("{:?} {:?} {:?}", secret, secret.url().err(), secret.name(&org));
    // Behind an @ or a slash of its own, the text is no password any more.
    assert!(text.contains(['@', '/', '?', '#', '\\']) || !shown.contains("CANARY"), "{shown}");
    let exempt = |list: String| Proxies::choose(move |name| (name == "NO_PROXY").then(|| list.clone()));
    match exempt(text.to_owned()).exempt() {
        Ok(hosts) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/*".contains(c);
            assert!(hosts.iter().all(|host| text.contains(host) && host.chars().all(plain)), "{hosts:?}");
            let again = exempt(hosts.join(","));
            assert_eq!(again.exempt().ok().as_ref(), Some(&hosts));
        }
        Err(error) => assert!(error.to_string().contains("NO_PROXY"), "{error}"),
    }
});
