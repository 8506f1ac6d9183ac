//! People who sign in: without a second factor, with a code, with a push, and those who cannot.

use crate::harness::World;
use serde_json::Value;

/// The whole pipe, stage by stage, to the caller identity.
fn sign_in(login: &str) -> Value {
    let world = World::new();
    let credentials = world.document_after(login, "assume");
    let outcome = world.oktapipe(&["caller-identity"]).stdin(credentials).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    outcome.json()
}

#[test]
fn a_person_without_a_second_factor_gets_credentials() {
    assert!(sign_in("ada@acme.example")["Arn"].as_str().unwrap().starts_with("arn:aws:sts::"));
}

#[test]
fn a_person_with_one_role_gets_credentials() {
    assert!(sign_in("solo@acme.example")["Arn"].as_str().unwrap().contains(":assumed-role/"));
}

#[test]
fn a_person_with_a_google_code_gets_credentials() {
    assert!(sign_in("grace@acme.example")["Arn"].as_str().unwrap().contains("grace@acme.example"));
}

#[test]
fn a_password_with_quotes_and_backslashes_arrives_whole() {
    assert!(sign_in("quote@acme.example")["Arn"].is_string());
}

#[test]
fn a_role_in_china_is_assumed_there() {
    assert!(sign_in("china@acme.example")["Arn"].as_str().unwrap().starts_with("arn:aws-cn:sts::"));
}

#[test]
fn a_wrong_password_is_authentication_failed_and_is_sent_once() {
    let world = World::new();
    let outcome = world
        .oktapipe(&["authn"])
        .env("OKTA_USERNAME", "ada@acme.example")
        .env("OKTA_PASSWORD", "wrong")
        .run();
    assert_eq!(outcome.fails(77, "authentication_failed")["errorCode"], "E0000004");
    assert_eq!(world.sandbox.log().len(), 1);
}

#[test]
fn states_from_which_no_pipe_can_go_on_are_refused() {
    for (login, kind) in [
        ("locked@acme.example", "locked_out"),
        ("hidden@acme.example", "authentication_failed"),
        ("expired@acme.example", "password_expired"),
        ("enroll@acme.example", "enrollment_required"),
    ] {
        World::new().authn(login).run().fails(77, kind);
    }
}
