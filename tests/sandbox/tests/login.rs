//! Logging in to the org with curl: passwords, factors, pushes, errors.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Options, Sandbox};
use serde_json::json;
use std::time::Duration;
use support::{Browser, lacks};

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

#[test]
fn every_user_passes_the_gate_described() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "gate");
    for (login, status) in [
        ("ada@acme.example", "SUCCESS"),
        ("quote@acme.example", "SUCCESS"),
        ("grace@acme.example", "MFA_REQUIRED"),
        ("locked@acme.example", "LOCKED_OUT"),
        ("expired@acme.example", "PASSWORD_EXPIRED"),
        ("enroll@acme.example", "MFA_ENROLL"),
        ("stepup@acme.example", "SUCCESS"),
    ] {
        let got = browser.authn(login);
        assert_eq!((got.status, got.at("/status")), (200, status.to_owned()), "{login}: {got:?}");
        assert_eq!(got.at("/sessionToken").starts_with("20111"), status == "SUCCESS", "{login}");
    }
    assert_eq!(browser.authn("hidden@acme.example").refusal(), (401, "E0000004".to_owned()));
    let wrong = browser.post("/api/v1/authn", &json!({ "username": "ada", "password": "no" }));
    assert_eq!(wrong.refusal(), (401, "E0000004".to_owned()));
    assert_eq!(wrong.at("/errorCauses"), "[]");
    assert!(wrong.header("x-okta-request-id").len() >= 24);
    assert_eq!(wrong.header("x-rate-limit-limit"), "600");
    assert!(wrong.headers.iter().any(|(name, value)| name == "set-cookie" && value.starts_with("sid=\"\"")));
}

#[test]
fn requests_that_are_not_right_get_oktas_errors() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "errors");
    let json = ["-H", "Content-Type: application/json"];
    let send = |path: &str, arguments: &[&str], body| browser.curl(path, arguments, body).refusal();
    assert_eq!(send("/api/v1/authn", &[], Some("a=b")), (415, "E0000021".to_owned()));
    assert_eq!(send("/api/v1/authn", &json, Some("{")), (400, "E0000003".to_owned()));
    assert_eq!(send("/api/v1/authn", &json, Some("{}")), (400, "E0000001".to_owned()));
    assert_eq!(send("/api/v1/authn", &[], None), (405, "E0000022".to_owned()));
    assert_eq!(send("/api/v1/nothing", &[], None), (404, "E0000008".to_owned()));
    assert_eq!(send("/api/v1/sessions/me", &[], None), (404, "E0000007".to_owned()));
    assert_eq!(browser.curl("/api/v1/authn", &["-X", "POST"], None).status, 411);
    let large = "x".repeat(1024 * 1024 + 1);
    let refused = browser.try_curl("/api/v1/authn", &json, Some(&large));
    assert!(refused.is_err() || refused.is_ok_and(|got| got.status == 413));
    let discovery = browser.get("/.well-known/okta-organization");
    assert_eq!(discovery.at("/pipeline"), "v1");
}

#[test]
fn the_fifth_try_in_a_second_is_refused() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "rate");
    // One curl process can ask many times within a second, even on a busy machine.
    let url = format!("{}/api/v1/authn", sandbox.org());
    let again: Vec<&str> = std::iter::repeat_n(url.as_str(), 29).collect();
    let arguments = [&["-H", "Content-Type: application/json"], again.as_slice()].concat();
    let last = browser.curl(&url, &arguments, Some(r#"{"username":"ada","password":"no"}"#));
    let statuses: Vec<u16> = sandbox.log().iter().map(|asked| asked.status).collect();
    assert!(statuses.starts_with(&[401, 401, 401, 401]) && statuses.contains(&429), "{statuses:?}");
    assert!(last.body.contains("E00000"));
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(browser.authn("ada@acme.example").status, 200);
}

#[test]
fn a_code_works_once_and_a_wrong_one_leaves_the_transaction_alive() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "totp");
    let began = browser.authn("hopper@acme.example");
    let token = began.at("/stateToken");
    assert!(token.contains('-') && token.contains('_'));
    assert_eq!(began.at("/_embedded/factors/0/provider"), "OKTA");
    let verify = began.at("/_embedded/factors/1/_links/verify/href");

    let dead = browser.post(&verify, &json!({ "stateToken": "00dead", "passCode": "000000" }));
    assert_eq!(dead.refusal(), (401, "E0000011".to_owned()));
    let asked = browser.post(&verify, &json!({ "stateToken": token }));
    assert_eq!(
        (asked.at("/status"), asked.at("/_links/next/name")),
        ("MFA_CHALLENGE".into(), "verify".into())
    );
    assert_eq!(asked.at("/_embedded/factor/provider"), "GOOGLE");
    let other = began.at("/_embedded/factors/0/_links/verify/href");
    let elsewhere = browser.post(&other, &json!({ "stateToken": token, "passCode": "000000" }));
    assert_eq!(elsewhere.refusal(), (403, "E0000079".to_owned()));
    let okta = sandbox.totp("hopper", "OKTA").unwrap();
    let wrong = browser.post(&verify, &json!({ "stateToken": token, "passCode": okta }));
    assert_eq!(wrong.refusal(), (403, "E0000068".to_owned()));

    let google = browser.get("/sandbox/totp/hopper/GOOGLE").body.trim().to_owned();
    let right = browser.post(&verify, &json!({ "stateToken": token, "passCode": google, "surplus": 1 }));
    assert_eq!(right.at("/status"), "SUCCESS", "{right:?}");
    assert_eq!(
        browser.post(&verify, &json!({ "stateToken": token })).refusal(),
        (401, "E0000011".to_owned())
    );

    let token = browser.authn("hopper@acme.example").at("/stateToken");
    let replayed = browser.post(&verify, &json!({ "stateToken": token, "passCode": google }));
    assert_eq!(replayed.refusal(), (403, "E0000082".to_owned()));
    let next = sandbox.totp("hopper@acme.example", "GOOGLE").unwrap();
    assert_ne!(next, google);
    let right = browser.post(&verify, &json!({ "stateToken": token, "passCode": next }));
    assert_eq!(right.at("/status"), "SUCCESS");
}

#[test]
fn five_wrong_codes_lock_the_user() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "wrong");
    let began = browser.authn("grace@acme.example");
    let verify = began.at("/_embedded/factors/0/_links/verify/href");
    let try_code =
        || browser.post(&verify, &json!({ "stateToken": began.at("/stateToken"), "passCode": "nocode" }));
    let codes: Vec<String> = (0..6).map(|_| try_code().at("/errorCode")).collect();
    assert_eq!(codes, [["E0000068"; 5].as_slice(), &["E0000069"]].concat());
}

#[test]
fn a_push_waits_then_shows_its_outcome_and_asking_again_sends_another() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "push");
    for (login, wanted) in [
        ("push@acme.example", ["WAITING poll", "WAITING poll", " SUCCESS"]),
        ("number@acme.example", ["WAITING poll", "WAITING poll 92", " SUCCESS"]),
        ("reject@acme.example", ["WAITING poll", "WAITING poll", "REJECTED verify"]),
        ("timeout@acme.example", ["WAITING poll", "WAITING poll", "TIMEOUT verify"]),
    ] {
        let began = browser.authn(login);
        let href = began.at("/_embedded/factors/0/_links/verify/href");
        let poll = || {
            let got = browser.post(&href, &json!({ "stateToken": began.at("/stateToken") }));
            let answer = got.at("/_embedded/factor/_embedded/challenge/correctAnswer");
            let status = if got.at("/status") == "SUCCESS" { "SUCCESS" } else { "" };
            let line =
                format!("{} {}{status} {answer}", got.at("/factorResult"), got.at("/_links/next/name"));
            line.trim_end().to_owned()
        };
        assert_eq!([poll(), poll(), poll()], wanted, "{login}");
        assert_eq!(sandbox.pushes(login), 1);
        if login.starts_with("reject") {
            assert_eq!((poll(), sandbox.pushes(login)), ("WAITING poll".to_owned(), 2));
        }
    }
}

#[test]
fn transactions_are_read_left_and_cancelled() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "state");
    let began = browser.authn("mixed@acme.example");
    let token = json!({ "stateToken": began.at("/stateToken") });
    assert_eq!(browser.post("/api/v1/authn", &token).at("/status"), "MFA_REQUIRED");
    assert_eq!(browser.post("/api/v1/authn/previous", &token).refusal(), (403, "E0000079".to_owned()));
    assert_eq!(browser.post("/api/v1/authn/skip", &token).refusal(), (403, "E0000079".to_owned()));
    let push = began.at("/_embedded/factors/2/_links/verify/href");
    assert_eq!(browser.post(&push, &token).at("/factorResult"), "WAITING");
    assert_eq!(browser.post("/api/v1/authn/previous", &token).at("/status"), "MFA_REQUIRED");
    let unknown = browser.post("/api/v1/authn/factors/opfnobody00example0x7/verify", &token);
    assert_eq!(unknown.refusal(), (404, "E0000007".to_owned()));
    assert_eq!(browser.post("/api/v1/authn/cancel", &token).status, 200);
    assert_eq!(browser.post("/api/v1/authn", &token).refusal(), (401, "E0000011".to_owned()));
    assert!(sandbox.open_transactions().is_empty());

    let late = json!({ "stateToken": browser.authn("mixed@acme.example").at("/stateToken") });
    sandbox.advance(Duration::from_secs(4 * 60));
    assert_eq!(browser.post("/api/v1/authn", &late).status, 200);
    sandbox.advance(Duration::from_secs(4 * 60));
    assert_eq!(browser.post("/api/v1/authn", &late).status, 200);
    sandbox.advance(Duration::from_secs(5 * 60));
    assert_eq!(browser.post("/api/v1/authn", &late).refusal(), (401, "E0000011".to_owned()));
}

#[test]
fn questions_and_text_messages_are_answered() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "asked");
    let began = browser.authn("asked@acme.example");
    let token = began.at("/stateToken");
    let question = began.at("/_embedded/factors/0/_links/verify/href");
    let answer = json!({ "stateToken": token, "answer": "CANARY-answer broccoli" });
    assert_eq!(browser.post(&question, &answer).at("/status"), "SUCCESS");

    let token = browser.authn("asked@acme.example").at("/stateToken");
    let message = began.at("/_embedded/factors/1/_links/verify/href");
    let sent = browser.post(&message, &json!({ "stateToken": token }));
    assert_eq!(sent.at("/_links/resend/0/name"), "sms");
    let again = browser.post(&sent.at("/_links/resend/0/href"), &json!({ "stateToken": token }));
    assert_eq!(again.refusal(), (429, "E0000109".to_owned()));
    let code = json!({ "stateToken": token, "passCode": "271828" });
    assert_eq!(browser.post(&message, &code).at("/status"), "SUCCESS");
}

#[test]
fn a_remembered_device_needs_no_factor() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "device");
    let began = browser.authn("grace@acme.example");
    let verify = format!("{}?rememberDevice=true", began.at("/_embedded/factors/0/_links/verify/href"));
    let code = sandbox.totp("grace", "GOOGLE").unwrap();
    let done = browser.post(&verify, &json!({ "stateToken": began.at("/stateToken"), "passCode": code }));
    assert_eq!(done.at("/status"), "SUCCESS");
    assert_eq!(browser.authn("grace@acme.example").at("/status"), "SUCCESS");
    let stranger = Browser::new(&sandbox, "stranger");
    assert_eq!(stranger.authn("grace@acme.example").at("/status"), "MFA_REQUIRED");
}
