//! What an origin is, and what is made of one.

use super::*;

#[test]
fn an_origin_is_safe_on_https_or_on_this_machine_and_is_nothing_but_one() {
    for (text, expected) in [
        ("https://acme.okta.com", true),
        ("https://acme.okta.com:8443/", true),
        ("http://localhost:1", true),
        ("http://127.8.9.10:1", true),
        ("http://[::1]:1", true),
        ("http://acme.okta.com", false),
        ("http://10.0.0.1", false),
        ("http://[::2]", false),
        ("ftp://localhost", false),
        ("https://acme.okta.com/x", false),
        ("https://acme.okta.com/?x", false),
        ("https://acme.okta.com/#x", false),
        ("https://ada@acme.okta.com/", false),
        ("https://ada@acme.okta.com/x?y#z", false),
        ("data:,x", false),
    ] {
        assert_eq!(is_safe(&Url::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn a_path_may_bring_a_query_and_an_org_is_shown_as_its_origin() {
    let org = Org::parse("http://127.0.0.1:8443").unwrap();
    assert_eq!(format!("{org:?}"), "http://127.0.0.1:8443");
    assert_eq!(org.url("/a?b=c?d").as_str(), "http://127.0.0.1:8443/a?b=c?d");
    assert_eq!(org.url("/a b#c").as_str(), "http://127.0.0.1:8443/a%20b%23c");
}
