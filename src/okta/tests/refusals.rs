//! Each refusal of Okta's: its kind, and what it tells to do.

use super::*;

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn response(status: u16, headers: &[(&'static str, &str)]) -> Response {
    let mut all = http::HeaderMap::new();
    for (name, value) in headers {
        all.insert(http::HeaderName::from_static(name), value.parse().unwrap());
    }
    let url = Url::parse("https://acme.okta.com/").unwrap();
    Response { status, headers: all, body: Vec::new().into(), url }
}

fn answered(status: u16, body: Option<&Value>) -> (Kind, String) {
    let error = refused_answer(&response(status, &[]), body.map(members));
    (error.kind().unwrap(), error.to_string())
}

#[test]
fn an_error_body_is_told_by_its_code_being_a_text() {
    for (value, expected) in [
        (json!({"errorCode": "E0000004"}), true),
        (json!({"errorCode": ""}), true),
        (json!({"errorCode": 4}), false),
        (json!({"errorSummary": "x"}), false),
        (json!({}), false),
    ] {
        assert_eq!(is_refusal(&members(&value)), expected, "{value}");
    }
}

#[test]
fn each_code_has_its_kind_and_its_hint_whatever_the_status() {
    for (code, kind, hint) in [
        ("E0000004", Kind::AuthenticationFailed, "check the name and the password"),
        ("E0000005", Kind::SessionExpired, "sign in again"),
        ("E0000006", Kind::PolicyDenied, "ask an Okta administrator for access"),
        ("E0000015", Kind::PolicyDenied, "ask an Okta administrator for access"),
        ("E0000009", Kind::ServiceError, "try again later"),
        ("E0000010", Kind::ServiceError, "try again later"),
        ("E0000074", Kind::ServiceError, "try again later"),
        ("E0000011", Kind::SessionExpired, "start again with authn"),
        ("E0000047", Kind::RateLimited, "wait a minute"),
        ("E0000064", Kind::PasswordExpired, "in a browser"),
        ("E0000067", Kind::MfaTimeout, "try again"),
        ("E0000068", Kind::PasscodeWrong, "shows now"),
        ("E0000082", Kind::PasscodeWrong, "once"),
        ("E0000069", Kind::LockedOut, "unlock"),
        ("E0000119", Kind::LockedOut, "unlock"),
        ("E0000085", Kind::PolicyDenied, "sign-on policy"),
        ("E0000092", Kind::StepUpRequired, "in a browser"),
        ("E0000109", Kind::RateLimited, "use the code that came"),
        ("E0000118", Kind::RateLimited, "use the code that came"),
        ("E0000133", Kind::RateLimited, "use the code that came"),
        ("E0000113", Kind::PasscodeWrong, "its next code"),
        ("E0000154", Kind::FactorUnsupported, "--factor"),
        ("E0000180", Kind::FactorUnsupported, "--factor"),
    ] {
        for status in [0, 400, 401, 403, 503] {
            let error = refused_body(status, members(&json!({"errorCode": code, "errorSummary": "said"})));
            assert_eq!(error.kind(), Some(kind), "{code} {status}");
            let text = error.to_string();
            assert!(text.starts_with(&format!("Okta says: said ({code}): ")), "{text}");
            assert!(text.contains(hint), "{code}: {text}");
            assert_eq!(error.okta_code(), Some(code));
        }
    }
}

#[test]
fn a_code_that_is_not_known_goes_by_the_status() {
    for (status, kind, hint) in [
        (429, Kind::RateLimited, "wait a minute"),
        (401, Kind::AuthenticationFailed, "sign in again"),
        (403, Kind::PolicyDenied, "ask an Okta administrator"),
        (500, Kind::ServiceError, "try again later"),
        (599, Kind::ServiceError, "try again later"),
        (404, Kind::Protocol, "-v"),
        (499, Kind::Protocol, "-v"),
        (0, Kind::Protocol, "-v"),
    ] {
        let error = refused_body(status, members(&json!({"errorCode": "E9999999"})));
        assert_eq!(error.kind(), Some(kind), "{status}");
        let text = error.to_string();
        assert!(text.starts_with("Okta says: no reason given (E9999999): ") && text.contains(hint), "{text}");
    }
}

#[test]
fn a_cause_is_said_where_it_says_more_than_the_summary() {
    for (cause, expected) in [
        (json!([{"errorSummary": "Passcode doesn't match"}]), "said (E0000068): Passcode doesn't match: "),
        (json!([{"errorSummary": "said"}]), "said (E0000068): give"),
        (json!([{"errorSummary": "\u{202e}"}]), "said (E0000068): give"),
        (json!([]), "said (E0000068): give"),
        (json!("x"), "said (E0000068): give"),
    ] {
        let body = json!({"errorCode": "E0000068", "errorSummary": "said", "errorCauses": cause});
        let text = refused_body(403, members(&body)).to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn an_answer_without_an_error_body_goes_by_its_status_too() {
    let (kind, text) = answered(503, None);
    assert_eq!(kind, Kind::ServiceError);
    assert!(text.starts_with("Okta answered HTTP 503, and no JSON: "), "{text}");
    let (kind, text) = answered(403, Some(&json!({"status": "SUCCESS"})));
    assert_eq!(kind, Kind::PolicyDenied);
    assert!(text.starts_with("Okta answered HTTP 403: "), "{text}");
    let (kind, text) = answered(403, Some(&json!({"errorCode": "E0000068", "errorSummary": "said"})));
    assert_eq!(kind, Kind::PasscodeWrong);
    assert!(text.starts_with("Okta says: said "), "{text}");
}

#[test]
fn too_many_requests_say_how_long_to_wait_and_a_message_sent_just_now_says_so_itself() {
    for (headers, wait) in [(&[][..], "wait a minute, then"), (&[("retry-after", "17")], "wait 17 s, then")] {
        let body = members(&json!({"errorCode": "E0000047", "errorSummary": "API call exceeded rate limit"}));
        let error = refused_answer(&response(429, headers), Some(body));
        assert_eq!((error.kind(), error.okta_code()), (Some(Kind::RateLimited), Some("E0000047")));
        let text = error.to_string();
        assert!(text.starts_with("Okta has had too many requests: ") && text.contains(wait), "{text}");
    }
    let (kind, text) = answered(429, None);
    assert_eq!(kind, Kind::RateLimited);
    assert!(text.contains("too many requests"), "{text}");
    for (status, code) in [(429, "E0000109"), (400, "E0000118"), (429, "E0000133")] {
        let (kind, text) =
            answered(status, Some(&json!({"errorCode": code, "errorSummary": "sent, wait 30 seconds"})));
        assert_eq!(kind, Kind::RateLimited);
        assert!(text.starts_with("Okta says: sent, wait 30 seconds"), "{text}");
    }
    // Elsewhere than in a 429 a code of its own counts, and no header.
    let body = members(&json!({"errorCode": "E0000068", "errorSummary": "said"}));
    assert!(
        refused_answer(&response(400, &[("retry-after", "17")]), Some(body)).to_string().contains("said")
    );
}

#[test]
fn a_state_that_ends_the_pipe_is_said_and_goes_along_as_the_body() {
    for (state, words) in [
        (json!({"status": "LOCKED_OUT"}), "the account is locked"),
        (json!({"status": "PASSWORD_EXPIRED"}), "has expired"),
        (json!({"status": "PASSWORD_RESET"}), "a new password"),
        (json!({"status": "MFA_ENROLL"}), "none is enrolled"),
        (json!({"status": "MFA_CHALLENGE", "factorResult": "REJECTED"}), "was rejected"),
        (json!({"status": "MFA_CHALLENGE", "factorResult": "TIMEOUT"}), "in time"),
        (json!({"status": "MFA_CHALLENGE", "factorResult": "CANCELLED"}), "ended with CANCELLED"),
        (json!({"status": "MFA_CHALLENGE"}), "the state 'MFA_CHALLENGE'"),
        (json!({"status": "CONSENT_REQUIRED"}), "consent"),
        (json!({"status": "RECOVERY_CHALLENGE"}), "being recovered"),
        (json!({"status": "SOMETHING\u{1b}NEW"}), "the state 'SOMETHING NEW'"),
        (json!({"factorResult": "WAITING"}), "no transaction"),
    ] {
        let Error::Failed(failure) = refused_status(&members(&state)) else { panic!("{state}") };
        assert!(failure.message.contains(words), "{}", failure.message);
        assert_eq!(Value::Object(failure.body), state);
    }
}
