//! AWS's sign-in page, with curl.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oktapipe_sandbox::{Options, Sandbox, Switch};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Browser, Got, lacks};

fn page(sandbox: &Sandbox, assertion: &str, more: &str) -> Got {
    let form = format!("RelayState=&SAMLResponse={}{more}", assertion.replace('+', "%2B"));
    Browser::new(sandbox, "signin").curl(&sandbox.sign_in(), &[], Some(&form))
}

#[test]
fn roles_are_listed_by_account_with_its_alias() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let assertion = sandbox.assertion("crowd").unwrap();
    let legacy = page(&sandbox, &assertion, "");
    assert_eq!(legacy.status, 200);
    for (account, count) in [
        ("Account: crowd-one (200000000001)<", 1),
        ("Account: crowd-two (200000000002)<", 1),
        ("Account: 200000000003<", 1),
        ("<input type=\"radio\" name=\"roleIndex\" value=\"arn:aws:iam::200000000003:role/Crowd-", 83),
        ("class=\"saml-account\"", 6),
        ("<form id=\"saml_form\" name=\"saml_form\" action=\"/saml\"", 1),
    ] {
        assert_eq!(legacy.body.matches(account).count(), count, "{account}");
    }
    sandbox.set(Switch::SignInNext);
    let next = page(&sandbox, &assertion, "");
    let (_, data) = next.body.split_once("<meta name=\"data\"\n    content=\"").unwrap();
    let data: Value =
        serde_json::from_slice(&STANDARD.decode(data.split_once('"').unwrap().0).unwrap()).unwrap();
    let accounts: Vec<&String> = data["roles_accounts"].as_object().unwrap().keys().collect();
    assert_eq!(accounts, ["crowd-one (200000000001)", "crowd-two (200000000002)", "200000000003"]);
    assert_eq!(
        data["roles_accounts"]["200000000003"][0],
        json!("arn:aws:iam::200000000003:role/Crowd-002-PlatformEngineering")
    );
    assert!(!next.body.contains("saml-account"));
}

#[test]
fn one_role_or_a_chosen_one_leads_to_the_console() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let console = "https://console.aws.amazon.com/console/home";
    let solo = page(&sandbox, &sandbox.assertion("solo").unwrap(), "");
    assert_eq!((solo.status, solo.header("location")), (302, console));
    let ada = sandbox.assertion("ada").unwrap();
    let chosen = page(&sandbox, &ada, "&roleIndex=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2FReadOnly");
    assert_eq!((chosen.status, chosen.header("location")), (302, console));
    assert_eq!(page(&sandbox, &ada, "&roleIndex=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FOps").status, 200);
}

#[test]
fn what_is_not_right_is_an_error_page() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let refused = |assertion: &str| {
        let got = page(&sandbox, assertion, "");
        got.body.contains("Your request included an invalid SAML response. To logout, ")
    };
    let ada = sandbox.assertion("ada").unwrap();
    assert!(!refused(&ada));
    assert!(refused("bm90IHNhbWw="));
    assert!(refused(&sandbox.assertion("noroles").unwrap()));
    sandbox.set(Switch::SignInInterstitial);
    let script = page(&sandbox, &ada, "");
    assert!(script.body.contains("hashArgs") && !script.body.contains("arn:aws"));
    sandbox.set(Switch::SignInError);
    assert!(refused(&ada));
    sandbox.advance(Duration::from_secs(300));
    assert!(refused(&ada));
    let get = Browser::new(&sandbox, "get").get(&sandbox.sign_in());
    assert_eq!(get.status, 400);
}
