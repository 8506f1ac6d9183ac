//! The org's answers in other shapes, with curl.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Action, Fault, Options, Sandbox, Switch};
use serde_json::json;
use support::{Browser, lacks};

fn sandbox(switches: &[Switch]) -> Sandbox {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    switches.iter().for_each(|switch| sandbox.set(*switch));
    sandbox
}

#[test]
fn one_factor_is_an_object_or_has_another_name() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox(&[Switch::LoneFactorAsObject]);
    let browser = Browser::new(&sandbox, "object");
    assert_eq!(browser.authn("grace@acme.example").at("/_embedded/factors/provider"), "GOOGLE");
    let several = browser.authn("hopper@acme.example");
    assert_eq!(several.at("/_embedded/factors/1/provider"), "GOOGLE");
    sandbox.set(Switch::FactorListNamedFactor);
    assert_eq!(browser.authn("grace@acme.example").at("/_embedded/factor/provider"), "GOOGLE");
    let several = browser.authn("hopper@acme.example");
    assert_eq!(several.at("/_embedded/factor/1/provider"), "GOOGLE");
    assert_eq!(several.at("/_embedded/factors"), "");
}

#[test]
fn a_login_works_with_lists_for_links_and_odd_ids() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox(&[Switch::LinksAsLists, Switch::OddFactorIds, Switch::NoProfile, Switch::NoPolicy]);
    let browser = Browser::new(&sandbox, "lists");
    let began = browser.authn("phones@acme.example");
    assert_eq!(began.at("/_embedded/factors/2/id"), "opfphones1example002");
    assert_eq!(began.at("/_embedded/factors/1/id"), "smsphones2example001");
    assert_eq!((began.at("/_embedded/policy"), began.at("/_embedded/factors/0/profile")), Default::default());
    assert!(began.at("/_links/cancel/0/href").ends_with("/cancel"));
    let token = json!({ "stateToken": began.at("/stateToken") });
    let sent = browser.post(&began.at("/_embedded/factors/2/_links/verify/0/href"), &token);
    assert_eq!((sent.status, sent.at("/_links/next/0/name")), (200, "verify".to_owned()));
    let again = browser.post(&sent.at("/_links/resend/0/href"), &token);
    assert_eq!(again.refusal(), (429, "E0000109".to_owned()));
    let code = sandbox.code("phones", "sms");
    let body = json!({ "stateToken": began.at("/stateToken"), "passCode": code });
    assert_eq!(browser.post(&sent.at("/_links/next/0/href"), &body).at("/status"), "SUCCESS");
}

#[test]
fn a_challenge_can_differ_too() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox(&[Switch::ChallengedFactorInList, Switch::ResendAsObject, Switch::NoCancel]);
    let browser = Browser::new(&sandbox, "challenge");
    let began = browser.authn("sms@acme.example");
    assert_eq!(began.at("/_links"), "", "cancel was the only one");
    let token = json!({ "stateToken": began.at("/stateToken") });
    let sent = browser.post(&began.at("/_embedded/factors/0/_links/verify/href"), &token);
    assert_eq!(
        (sent.at("/_embedded/factor/0/factorType"), sent.at("/_links/resend/name")),
        ("sms".into(), "sms".into())
    );
    assert_eq!(sent.at("/_links/cancel"), "");
}

#[test]
fn an_endpoint_is_busy_first() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox(&[]);
    let browser = Browser::new(&sandbox, "busy");
    let began = browser.authn("hotp@acme.example");
    let verify = began.at("/_embedded/factors/0/_links/verify/href");
    let path = verify.strip_prefix(&sandbox.org()).unwrap();
    sandbox.fault(Fault::next(&format!("okta:{path}"), Action::rate_limit(1)));
    let body =
        json!({ "stateToken": began.at("/stateToken"), "passCode": sandbox.code("hotp", "token:hotp") });
    assert_eq!(browser.post(&verify, &body).refusal(), (429, "E0000047".to_owned()));
    assert_eq!(browser.post(&verify, &body).at("/status"), "SUCCESS", "the code was not used up");
}
