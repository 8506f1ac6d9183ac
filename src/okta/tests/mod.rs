//! Conversations with an org that says what it is told to.

mod push;
mod redirects;
mod refusals;

use super::*;
use crate::http::loopback::{Loopback, answer, client, run};

/// A server, and what talks to it as to an org.
struct Talk {
    server: Loopback,
    http: Http,
}

impl Talk {
    fn new(answers: Vec<Vec<u8>>) -> Talk {
        Talk { server: Loopback::new(answers), http: client() }
    }

    fn org(&self) -> Org {
        Org::parse(self.server.url.as_str()).unwrap()
    }

    fn okta(&self) -> Okta<'_> {
        Okta::new(&self.http, self.org(), Jar::new(vec![("DT".to_owned(), SecretString::from("d1"))]))
    }

    fn link(&self, path: &str) -> String {
        self.server.url.join(path).unwrap().into()
    }

    /// First lines of the requests so far.
    fn asked(&self) -> Vec<String> {
        self.server.requests().iter().map(|request| request.lines().next().unwrap().to_owned()).collect()
    }

    /// The JSON that was sent last.
    fn sent(&self) -> Value {
        let requests = self.server.requests();
        serde_json::from_str(requests.last().unwrap().split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

fn json_answer(status: u16, body: &Value) -> Vec<u8> {
    answer(status, "Content-Type: application/json\r\n", &body.to_string())
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[test]
fn a_password_is_posted_with_the_cookies_and_those_of_the_answer_are_kept() {
    let body = r#"{"status": "SUCCESS"}"#;
    let talk = Talk::new(vec![answer(200, "Set-Cookie: t=1\r\nSet-Cookie: sid=102CANARY; Path=/\r\n", body)]);
    let okta = talk.okta();
    assert_eq!(okta.org(), &talk.org());
    let transaction = run(okta.authn("ada", &secret("CANARY"))).unwrap();
    assert_eq!(Value::Object(transaction), json!({"status": "SUCCESS"}));
    assert_eq!(talk.asked(), ["POST /api/v1/authn HTTP/1.1"]);
    let sent = talk.sent();
    assert_eq!((&sent["username"], &sent["password"]), (&json!("ada"), &json!("CANARY")));
    assert!(talk.server.requests()[0].contains("cookie: DT=d1\r\n"));
    let jar = okta.into_jar();
    assert_eq!(jar.pairs().collect::<Vec<_>>(), [("DT", "d1"), ("t", "1"), ("sid", "102CANARY")]);
}

#[test]
fn links_are_followed_with_the_state_token_and_what_goes_with_it() {
    let state = json!({"status": "MFA_REQUIRED"});
    let talk = Talk::new(vec![json_answer(200, &state), json_answer(200, &state), json_answer(200, &state)]);
    let (okta, token) = (talk.okta(), secret("00CANARY"));
    run(async {
        assert_eq!(Value::Object(okta.state(&token).await.unwrap()), state);
        assert_eq!(talk.sent(), json!({"stateToken": "00CANARY"}));
        assert_eq!(Value::Object(okta.follow(&talk.link("a/verify"), &token).await.unwrap()), state);
        assert_eq!(talk.sent(), json!({"stateToken": "00CANARY"}));
        let link = talk.link("b/verify?rememberDevice=true");
        let answer = okta.follow_with(&link, &token, "passCode", &secret("123456")).await.unwrap();
        assert_eq!(Value::Object(answer), state);
        assert_eq!(talk.sent(), json!({"stateToken": "00CANARY", "passCode": "123456"}));
    });
    assert_eq!(
        talk.asked(),
        [
            "POST /api/v1/authn HTTP/1.1",
            "POST /a/verify HTTP/1.1",
            "POST /b/verify?rememberDevice=true HTTP/1.1"
        ]
    );
}

#[test]
fn a_link_that_leaves_the_org_is_followed_by_nobody() {
    let talk = Talk::new(vec![]);
    let (okta, token) = (talk.okta(), secret("00CANARY"));
    for link in ["https://evil.example/verify", "//evil.example/", "http://localhost:1/"] {
        let code = secret("123456");
        for error in [
            run(okta.follow(link, &token)).unwrap_err(),
            run(okta.follow_with(link, &token, "passCode", &code)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), Some(Kind::Protocol), "{link}");
            assert!(error.to_string().contains(&talk.org().origin()), "{error}");
        }
    }
    assert!(talk.asked().is_empty());
}

#[test]
fn a_transaction_is_cancelled_by_its_link_and_a_failure_of_that_is_silent() {
    let talk = Talk::new(vec![json_answer(500, &json!({}))]);
    let okta = talk.okta();
    let cancel = |value: Value| {
        let members = value.as_object().unwrap();
        run(okta.cancel(&Transaction::read(members).unwrap()));
    };
    let href = talk.link("api/v1/authn/cancel");
    cancel(json!({"status": "MFA_REQUIRED", "stateToken": "00CANARY"}));
    cancel(json!({"status": "MFA_REQUIRED", "_links": {"cancel": {"href": href}}}));
    assert!(talk.asked().is_empty());
    cancel(json!({"status": "MFA_REQUIRED", "stateToken": "00CANARY", "_links": {"cancel": {"href": href}}}));
    assert_eq!(talk.asked(), ["POST /api/v1/authn/cancel HTTP/1.1"]);
    assert_eq!(talk.sent(), json!({"stateToken": "00CANARY"}));
}

#[test]
fn a_session_has_an_id_or_the_token_was_used() {
    let refused = json!({"errorCode": "E0000011", "errorSummary": "Invalid token provided"});
    let talk = Talk::new(vec![
        json_answer(200, &json!({"id": "102CANARY", "status": "ACTIVE"})),
        json_answer(200, &json!({"id": ""})),
        json_answer(200, &json!({"status": "ACTIVE"})),
        json_answer(401, &refused),
        json_answer(403, &json!({"errorCode": "E0000006"})),
    ]);
    let okta = talk.okta();
    let session = || run(okta.session(&secret("20CANARY")));
    assert_eq!(session().unwrap().get("id"), Some(&json!("102CANARY")));
    assert_eq!(talk.asked(), ["POST /api/v1/sessions HTTP/1.1"]);
    assert_eq!(talk.sent(), json!({"sessionToken": "20CANARY"}));
    for _ in 0..2 {
        let error = session().unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Protocol));
        assert!(error.to_string().contains("no id"), "{error}");
    }
    let error = session().unwrap_err();
    assert_eq!(error.kind(), Some(Kind::SessionExpired));
    assert_eq!(error.okta_code(), Some("E0000011"));
    assert!(error.to_string().contains("used already"), "{error}");
    assert_eq!(session().unwrap_err().kind(), Some(Kind::PolicyDenied));
}

#[test]
fn a_session_is_ended_by_its_cookie_or_had_ended_already() {
    for (status, ends) in [(204, true), (200, true), (404, true), (403, false), (500, false), (302, false)] {
        let talk = Talk::new(vec![json_answer(status, &json!({"errorCode": "E0000006"}))]);
        assert_eq!(run(talk.okta().close_session()).is_ok(), ends, "{status}");
        let sent = talk.server.requests().concat();
        assert!(
            sent.starts_with("DELETE /api/v1/sessions/me HTTP/1.1\r\n") && sent.contains("DT=d1"),
            "{sent}"
        );
    }
}

#[test]
fn an_answer_is_a_transaction_by_its_status_and_its_members() {
    for (status, body, kind) in [
        (200, "{}", None),
        (299, "{}", None),
        (300, "{}", Some(Kind::Protocol)),
        (400, r#"{"status": "SUCCESS"}"#, Some(Kind::Protocol)),
        (503, "{}", Some(Kind::ServiceError)),
        (200, r#"{"errorCode": "E0000004"}"#, Some(Kind::AuthenticationFailed)),
        (401, r#"{"errorCode": "E0000004"}"#, Some(Kind::AuthenticationFailed)),
        (200, "[]", Some(Kind::Protocol)),
        (200, "<html>", Some(Kind::Protocol)),
    ] {
        let talk = Talk::new(vec![answer(status, "", body)]);
        let result = run(talk.okta().state(&secret("00CANARY")));
        assert_eq!(result.err().and_then(|error| error.kind()), kind, "{status} {body}");
    }
}
