//! Faults as a script arms them, seen by curl.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Exchange, NAMED_FAULTS, NamedFault, Options, Sandbox};
use serde_json::json;
use std::process::Command;
use support::{Browser, lacks};

const ADA: &str = r#"{"username":"ada@acme.example","password":"wrong"}"#;

fn authn(browser: &Browser<'_>) -> Result<u16, i32> {
    let got = browser.try_curl("/api/v1/authn", &["-H", "Content-Type: application/json"], Some(ADA));
    got.map(|got| got.status)
}

#[test]
fn a_script_lists_arms_and_clears_faults_by_name() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let browser = Browser::new(&sandbox, "arms");
    let post = |path: &str| browser.curl(path, &["-X", "POST"], None).status;
    let listed = browser.curl("/sandbox/faults", &[], None).body;
    assert!(listed.starts_with("0 armed\n") && NAMED_FAULTS.iter().all(|fault| listed.contains(fault.name)));

    assert_eq!(post("/sandbox/faults/503/authn?skip=1&times=2"), 200);
    let statuses: Vec<_> = (0..4).map(|_| authn(&browser)).collect();
    assert_eq!(statuses, [Ok(401), Ok(503), Ok(503), Ok(401)]);

    assert_eq!(post("/sandbox/faults/503/authn"), 200);
    assert_eq!(browser.curl("/sandbox/faults", &["-X", "DELETE"], None).status, 200);
    assert_eq!(authn(&browser), Ok(401));

    for (path, status) in [
        ("/sandbox/faults/no-such-fault/authn", 404),
        ("/sandbox/faults/503/no-such-exchange", 404),
        ("/sandbox/faults/503/authn?times=many", 400),
    ] {
        assert_eq!(post(path), status, "{path}");
    }
    assert_eq!(browser.curl("/sandbox/faults/503/authn", &[], None).status, 405);
}

/// What curl, a program that is not ours, says of the faults of connection and length: each is what its name says.
#[test]
fn curl_meets_what_the_names_say() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let browser = Browser::new(&sandbox, "names");
    for (name, code) in [
        ("refused", 7),
        ("reset", 35),
        ("tls-self-signed", 60),
        ("tls-expired", 60),
        ("tls-not-yet", 60),
        ("tls-other-name", 60),
        ("tls-alert", 35),
        ("tls-cut", 35),
        ("tls-1-1", 35),
        ("tls-none", 35),
        ("close", 52),
        ("cut-body", 18),
        ("cut-last", 18),
        ("long-length", 18),
        ("chunk-garbage", 56),
        ("chunk-cut", 18),
        ("not-http", 1),
    ] {
        sandbox.named_fault(NamedFault::named(name).unwrap(), Exchange::Authn, 0, 1);
        assert_eq!(authn(&browser), Err(code), "{name}");
        sandbox.clear_faults();
        // And nothing is left of it. Time passes, for Okta takes four tries a second.
        sandbox.advance(std::time::Duration::from_secs(2));
        assert_eq!(authn(&browser), Ok(401), "after {name}");
    }
    for name in ["until-close", "twice", "interim", "cookies", "short-length"] {
        sandbox.named_fault(NamedFault::named(name).unwrap(), Exchange::Authn, 0, 1);
        assert!(authn(&browser).is_ok(), "{name}");
        sandbox.clear_faults();
    }
}

#[test]
fn each_connection_is_one_request_while_connections_are_counted() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    sandbox.named_fault(NamedFault::named("tls-expired").unwrap(), Exchange::Session, 2, 1);
    let url = format!("{}/.well-known/okta-organization", sandbox.org());
    let output = Command::new("curl")
        .args([
            "-q",
            "-sS",
            "-w",
            "%{http_code} ",
            "-o",
            "/dev/null",
            "-o",
            "/dev/null",
            "-o",
            "/dev/null",
            "--cacert",
        ])
        .arg(sandbox.ca_file())
        .args([&url, &url, &url])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "200 200 000 ", "{output:?}");
}

#[test]
fn the_exchanges_of_a_push_are_told_apart() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let browser = Browser::new(&sandbox, "push");
    let user = sandbox.users().iter().find(|user| user.login == "push@acme.example").unwrap();
    let body = json!({ "username": user.login, "password": user.password }).to_string();
    let kind = ["-H", "Content-Type: application/json"];
    let begun = browser.curl("/api/v1/authn", &kind, Some(&body));
    let link = begun.at("/_embedded/factors/0/_links/verify/href");
    let body = json!({ "stateToken": begun.at("/stateToken") }).to_string();
    sandbox.named_fault(NamedFault::named("503").unwrap(), Exchange::Poll, 0, 1);
    let statuses: Vec<u16> = (0..3).map(|_| browser.curl(&link, &kind, Some(&body)).status).collect();
    assert_eq!(statuses, [200, 503, 200]);
}
