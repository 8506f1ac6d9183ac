//! Every status a password can lead to, with curl.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use support::{Browser, Got, lacks};

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

fn token(got: &Got) -> Value {
    json!({ "stateToken": got.at("/stateToken") })
}

#[test]
fn each_status_names_its_next_step() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "statuses");
    for (login, status, next) in [
        ("reset", "PASSWORD_RESET", "resetPassword"),
        ("recovery", "RECOVERY", "answer"),
        ("activate", "MFA_ENROLL_ACTIVATE", "activate"),
        ("consent", "CONSENT_REQUIRED", "consent"),
        ("strange", "SOMETHING_NEW", "something"),
        ("warned", "PASSWORD_WARN", "changePassword"),
        ("expired", "PASSWORD_EXPIRED", "changePassword"),
    ] {
        let got = browser.authn(&format!("{login}@acme.example"));
        assert_eq!((got.status, got.at("/status")), (200, status.to_owned()), "{got:?}");
        assert_eq!(got.at("/_links/next/name"), next);
        assert!(got.at("/_links/cancel/href").ends_with("/api/v1/authn/cancel"));
        assert_eq!(browser.post("/api/v1/authn", &token(&got)).at("/status"), status, "and again");
        assert_eq!(got.at("/sessionToken"), "");
    }
    let recovery = browser.authn("recovery@acme.example");
    assert!(recovery.at("/_embedded/user/recovery_question/question").ends_with('?'));
    assert_eq!(recovery.at("/recoveryType"), "PASSWORD");
    let activate = browser.authn("activate@acme.example");
    assert_eq!(activate.at("/_embedded/factor/_embedded/activation/encoding"), "base32");
    let back = browser.post(&activate.at("/_links/prev/href"), &token(&activate));
    assert_eq!(back.at("/status"), "MFA_ENROLL");
}

#[test]
fn a_warning_comes_if_asked_for_and_can_be_skipped_once() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "warn");
    assert_eq!(browser.authn("warn@acme.example").at("/status"), "SUCCESS");
    let user = sandbox.users().iter().find(|user| user.short_name() == "warn").unwrap();
    let body = json!({
        "username": user.login, "password": user.password,
        "options": { "multiOptionalFactorEnroll": false, "warnBeforePasswordExpired": true },
    });
    let warned = browser.post("/api/v1/authn", &body);
    assert_eq!(warned.at("/status"), "PASSWORD_WARN");
    assert_eq!(warned.at("/_embedded/policy/expiration/passwordExpireDays"), "5");
    assert_eq!(warned.at("/_embedded/policy/complexity/minLength"), "8");
    let skip = warned.at("/_links/skip/href");
    let skipped = browser.post(&skip, &token(&warned));
    assert!(skipped.at("/sessionToken").starts_with("20111"), "{skipped:?}");
    assert_eq!(browser.post(&skip, &token(&warned)).refusal(), (401, "E0000011".to_owned()));
    let enroll = browser.authn("enroll@acme.example");
    assert_eq!(browser.post(&skip, &token(&enroll)).refusal(), (403, "E0000079".to_owned()));
}

#[test]
fn the_password_is_judged_after_the_factor() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "late");
    for (login, status) in [("latewarn", "PASSWORD_WARN"), ("stale", "PASSWORD_EXPIRED")] {
        let began = browser.authn(&format!("{login}@acme.example"));
        assert_eq!(began.at("/status"), "MFA_REQUIRED");
        let code = sandbox.code(login, "token:software:totp").unwrap();
        let body = json!({ "stateToken": began.at("/stateToken"), "passCode": code });
        let got = browser.post(&began.at("/_embedded/factors/0/_links/verify/href"), &body);
        assert_eq!(got.at("/status"), status);
        let skipped = browser.post("/api/v1/authn/skip", &token(&got));
        assert_eq!(skipped.at("/sessionToken").starts_with("20111"), status == "PASSWORD_WARN");
    }
}

#[test]
fn a_step_up_without_its_session_wants_name_and_password() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "ended");
    let page = browser.app_page("stepup@acme.example");
    let (_, rest) = page.body.split_once("var stateToken = '").unwrap();
    let state = rest.split_once("';").unwrap().0.replace("\\x2D", "-");
    let state = json!({ "stateToken": state });
    assert_eq!(browser.post("/api/v1/authn", &state).at("/status"), "MFA_REQUIRED");
    assert_eq!(browser.curl("/api/v1/sessions/me", &["-X", "DELETE"], None).status, 204);

    let stranger = Browser::new(&sandbox, "stranger");
    let asked = stranger.post("/api/v1/authn", &state);
    assert_eq!((asked.status, asked.at("/status")), (200, "UNAUTHENTICATED".to_owned()));
    assert_eq!(asked.at("/_embedded/user"), "");
    assert_eq!(asked.at("/_embedded/target/type"), "APP");
    let sign_in = |login: &str| {
        let user = sandbox.users().iter().find(|user| user.short_name() == login).unwrap();
        let body =
            json!({ "username": user.login, "password": user.password, "stateToken": state["stateToken"] });
        stranger.post(&asked.at("/_links/next/href"), &body)
    };
    assert_eq!(sign_in("ada").refusal(), (403, "E0000079".to_owned()));
    let again = sign_in("stepup");
    assert_eq!((again.at("/status"), again.at("/type")), ("MFA_REQUIRED".into(), "SESSION_STEP_UP".into()));
    let code = sandbox.code("stepup", "token:software:totp").unwrap();
    let body = json!({ "stateToken": state["stateToken"], "passCode": code });
    let done = stranger.post(&again.at("/_embedded/factors/0/_links/verify/href"), &body);
    assert_eq!(done.at("/_links/next/name"), "original");
    assert!(stranger.follow(&done.at("/_links/next/href")).input("SAMLResponse").is_some());
}
