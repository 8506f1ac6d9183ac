//! Whatever Locations an org sends, what is followed has its origin, by the letter, and no user.
#![no_main]

use http::{HeaderMap, HeaderValue, header::LOCATION};
use libfuzzer_sys::fuzz_target;
use oktapipe::http::{Response, is_allowed};
use oktapipe::org::Org;

fuzz_target!(|input: (bool, u8, Vec<Vec<Vec<u8>>>)| {
    let (loopback, status, hops) = input;
    let (name, origin) = if loopback {
        ("http://127.0.0.1:8443", "http://127.0.0.1:8443/")
    } else {
        ("acme", "https://acme.okta.com/")
    };
    let org = Org::parse(name).expect("an org");
    let mut url = org.url("/home/amazon_aws/0oa1/272?onetimetoken=x");
    for locations in hops.iter().take(10) {
        let lines = locations.iter().filter_map(|line| HeaderValue::from_bytes(line).ok());
        let headers: HeaderMap = lines.map(|line| (LOCATION, line)).collect::<Vec<_>>().into_iter().fold(
            HeaderMap::new(),
            |mut all, (name, line)| {
                all.append(name, line);
                all
            },
        );
        let status = [301, 302, 303, 307, 308, 200][usize::from(status) % 6];
        let response = Response { status, headers, body: Vec::new().into(), url: url.clone() };
        assert!(response.set_cookies().count() == 0 && !format!("{response:?}").contains("onetimetoken"));
        let Some(next) = response.redirect().and_then(|target| org.own(&url, target.as_str())) else {
            return;
        };
        assert!(next.as_str().starts_with(origin) && is_allowed(&next) && status != 200, "{next}");
        let mut lines = locations.iter().filter_map(|line| HeaderValue::from_bytes(line).ok());
        let first = lines.next();
        assert!(lines.all(|line| Some(line) == first), "two Locations");
        url = next;
    }
});
