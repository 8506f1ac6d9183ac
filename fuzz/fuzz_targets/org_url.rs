//! An org is the host that was typed: by the grammar of hosts, https or this machine, and the URL parser agrees; so is a base URL.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::http::{base_url, is_allowed};
use oktapipe::org::Org;
use url::Url;

fuzz_target!(|text: &str| {
    if let Ok(url) = base_url(text) {
        assert!(is_allowed(&url) && base_url(url.as_str()).is_ok_and(|again| again == url), "{url}");
        assert!(!text.trim().contains(['\\', '\t', '\n', ' ']) && url.query().is_none(), "{url}");
    }
    if let Ok(app) = Org::parse("acme").expect("an org").app(text) {
        assert!(app.as_str().starts_with("https://acme.okta.com/"), "{app}");
    }
    let Ok(org) = Org::parse(text) else { return };
    assert_eq!(format!("{org:?}"), org.origin());
    let (origin, typed) = (org.origin(), text.trim().to_ascii_lowercase());
    let url = Url::parse(&origin).unwrap_or_else(|error| panic!("{error} in {origin}"));
    let host = url.host_str().unwrap_or_default();
    let typed = typed.split_once("://").map_or(typed.as_str(), |(_, rest)| rest);
    let typed = typed.strip_suffix('/').unwrap_or(typed);
    let typed = typed.rsplit_once(':').filter(|_| !typed.ends_with(']')).map_or(typed, |(host, _)| host);
    assert!(typed == host || format!("{typed}.okta.com") == host, "{typed} is not {host}");
    assert!(
        host == "[::1]"
            || host
                .split('.')
                .all(|label| !label.is_empty()
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')),
        "{host}"
    );
    let is_here = ["localhost", "[::1]"].contains(&host) || host.starts_with("127.");
    assert!(url.scheme() == "https" || (url.scheme() == "http" && is_here), "{origin}");
    assert!(Org::parse(&origin).is_ok_and(|again| again == org), "{origin}");
});
