//! Every factor that is a code or an answer, with curl.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Options, Sandbox};
use serde_json::json;
use std::time::Duration;
use support::{Browser, Got, lacks};

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

/// A login under way, with the factor in use.
struct Login<'a> {
    browser: &'a Browser<'a>,
    began: Got,
    factor: usize,
}

impl<'a> Login<'a> {
    fn of(browser: &'a Browser<'a>, login: &str, factor: usize) -> Login<'a> {
        let began = browser.authn(&format!("{login}@acme.example"));
        assert_eq!(began.at("/status"), "MFA_REQUIRED", "{began:?}");
        Login { browser, began, factor }
    }

    fn post(&self, url: &str, member: &str, value: Option<&str>) -> Got {
        let mut body = json!({ "stateToken": self.began.at("/stateToken") });
        if let Some(value) = value {
            body.as_object_mut().unwrap().insert(member.to_owned(), json!(value));
        }
        self.browser.post(url, &body)
    }

    fn factor(&self, member: &str) -> String {
        self.began.at(&format!("/_embedded/factors/{}/{member}", self.factor))
    }

    fn verify(&self, code: Option<&str>) -> Got {
        let member = if self.factor("factorType") == "question" { "answer" } else { "passCode" };
        self.post(&self.factor("_links/verify/href"), member, code)
    }

    fn resend(&self) -> Got {
        self.post(&format!("{}/resend", self.factor("_links/verify/href")), "", None)
    }
}

#[test]
fn tokens_codes_come_in_a_row_and_are_good_once() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "tokens");
    for (login, factor_type, provider, vendor) in [
        ("hotp", "token:hotp", "CUSTOM", "Entrust"),
        ("symantec", "token", "SYMANTEC", "SYMANTEC"),
        ("onprem", "token", "DEL_OATH", "On-Prem MFA"),
        ("yubikey", "token:hardware", "YUBICO", "YUBICO"),
    ] {
        let first = Login::of(&browser, login, 0);
        assert_eq!(
            ["factorType", "provider", "vendorName"].map(|member| first.factor(member)),
            [factor_type, provider, vendor].map(str::to_owned)
        );
        let code = sandbox.code(login, factor_type).unwrap();
        assert_eq!(sandbox.code(login, &format!("{factor_type}:{provider}")), Some(code.clone()));
        assert_eq!(sandbox.code(login, &format!("{factor_type}:OTHER")), None);
        assert_eq!(first.verify(Some("123")).refusal(), (403, "E0000068".to_owned()));
        assert_eq!(first.verify(Some(&code)).at("/status"), "SUCCESS");
        let second = Login::of(&browser, login, 0);
        assert_eq!(second.verify(Some(&code)).refusal(), (403, "E0000082".to_owned()), "{login}");
        let url = format!("/sandbox/code/{login}%40acme.example/{}", factor_type.replace(':', "%3A"));
        let next = browser.get(&url).body;
        assert_ne!(next.trim(), code);
        assert_eq!(second.verify(Some(next.trim())).at("/status"), "SUCCESS", "{login}");
    }
    let key = Login::of(&browser, "yubikey", 0);
    assert_eq!(sandbox.code("yubikey", "token:hardware").unwrap().len(), 44);
    assert_eq!(key.verify(None).refusal(), (400, "E0000001".to_owned()));
}

#[test]
fn rsa_wants_the_next_code_too() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "rsa");
    let login = Login::of(&browser, "rsa", 0);
    assert_eq!(login.verify(None).at("/status"), "MFA_CHALLENGE");
    let code = || sandbox.code("rsa", "token").unwrap();
    let first = code();
    let asked = login.verify(Some(&first));
    assert_eq!(asked.refusal(), (409, "E0000113".to_owned()));
    assert!(asked.at("/errorSummary").ends_with("enter the new tokencode:"));
    assert_eq!(login.verify(Some(&first)).refusal(), (403, "E0000082".to_owned()));
    assert_eq!(login.verify(Some(&code())).at("/status"), "SUCCESS");
}

#[test]
fn a_question_has_an_answer() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "question");
    let login = Login::of(&browser, "question", 0);
    assert!(login.factor("profile/questionText").ends_with('?'));
    assert_eq!(login.verify(Some("tripe")).refusal(), (403, "E0000068".to_owned()));
    let answer = sandbox.code("question", "question").unwrap();
    assert_eq!(login.verify(Some(&answer)).at("/status"), "SUCCESS");
}

#[test]
fn messages_are_sent_first_and_again_after_a_while() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "messages");
    for (login, profile, code, pause) in [
        ("sms", "phoneNumber", "E0000109", 30),
        ("call", "phoneExtension", "E0000133", 30),
        ("email", "email", "E0000118", 5),
    ] {
        let other = Login::of(&browser, login, 0);
        let one = Login::of(&browser, login, 0);
        assert_ne!(one.factor(&format!("profile/{profile}")), "");
        assert_eq!(sandbox.code(login, login), None, "nothing has been sent");
        assert_eq!(one.verify(Some("000000")).refusal(), (403, "E0000068".to_owned()));
        let sent = one.verify(None);
        assert_eq!((sent.at("/status"), sent.at("/factorResult")), ("MFA_CHALLENGE".into(), String::new()));
        assert_eq!(sent.at("/_links/resend/0/name"), login);
        let first = sandbox.code(login, login).unwrap();
        assert_eq!(one.resend().refusal(), (429, code.to_owned()));
        sandbox.advance(Duration::from_secs(pause));
        assert_eq!(one.resend().status, 200);
        let second = sandbox.code(login, login).unwrap();
        assert_ne!(first, second);
        assert_eq!(one.verify(Some(&first)).refusal(), (403, "E0000068".to_owned()));
        assert_eq!(other.verify(Some(&second)).refusal(), (403, "E0000068".to_owned()));
        assert_eq!(one.verify(Some(&second)).at("/status"), "SUCCESS");
        assert_eq!(sandbox.code(login, login), None, "it is used");
    }
}

#[test]
fn two_phones_are_two_factors() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "phones");
    let names = Login::of(&browser, "phones", 0).began;
    let names = [0, 1].map(|at| names.at(&format!("/_embedded/factors/{at}/profile/name")));
    assert_eq!(names, ["Old phone", "New phone"]);
    let outcomes = [0, 1].map(|at| {
        let login = Login::of(&browser, "phones", at);
        assert_eq!(login.verify(None).at("/factorResult"), "WAITING");
        login.verify(None);
        let end = login.verify(None);
        format!("{}{}", end.at("/status"), end.at("/factorResult"))
    });
    assert_eq!(outcomes, ["MFA_CHALLENGEREJECTED", "SUCCESS"]);

    let mut login = Login::of(&browser, "phones", 2);
    assert_eq!(login.verify(None).status, 200);
    let first = sandbox.code("phones", "sms");
    assert_eq!(login.post("/api/v1/authn/previous", "", None).at("/status"), "MFA_REQUIRED");
    login.factor = 3;
    assert_eq!(login.verify(None).status, 200, "another number need not wait");
    let second = sandbox.code("phones", "sms");
    assert_ne!(first, second, "the last message counts");
    assert_eq!(login.verify(second.as_deref()).at("/status"), "SUCCESS");
}

#[test]
fn one_user_has_every_factor() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "all");
    let factors = Login::of(&browser, "all", 0).began.json();
    let factors = factors["_embedded"]["factors"].as_array().unwrap().clone();
    assert_eq!(factors.len(), 19);
    for (at, factor) in factors.iter().enumerate() {
        let (kind, provider) = (factor["factorType"].as_str().unwrap(), factor["provider"].as_str().unwrap());
        let login = Login::of(&browser, "all", at);
        // Not so quick: a name may be tried four times in a second.
        sandbox.advance(Duration::from_secs(1));
        if matches!(kind, "sms" | "call" | "email") {
            assert_eq!(login.verify(None).status, 200);
        }
        let Some(code) = sandbox.code("all", &format!("{kind}:{provider}")) else {
            let got = login.verify(None);
            let wanted = match kind {
                "push" => (200, "WAITING", "poll"),
                "webauthn" => (200, "CHALLENGE", "verify"),
                "u2f" => (200, "", "verify"),
                "web" => (200, "WAITING", "poll"),
                "signed_nonce" => (400, "", ""),
                "claims_provider" | "assertion:saml2" | "assertion:oidc" => (200, "", "redirect"),
                other => panic!("{other}"),
            };
            let found = (got.status, got.at("/factorResult"), got.at("/_links/next/name"));
            assert_eq!(found, (wanted.0, wanted.1.to_owned(), wanted.2.to_owned()), "{kind}");
            continue;
        };
        let got = login.verify(Some(&code));
        if provider == "RSA" {
            assert_eq!(got.status, 409);
        } else {
            assert_eq!(got.at("/status"), "SUCCESS", "{kind} {provider}");
        }
    }
}

#[test]
fn a_device_can_ask_for_pushes_without_asking() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "auto");
    let enabled = |browser: &Browser<'_>, login: &str| {
        let began = Login::of(browser, login, 0).began;
        let id = began.at("/_embedded/factors/0/id");
        began.at(&format!("/_embedded/policy/factorsPolicyInfo/{id}/autoPushEnabled"))
    };
    assert_eq!(enabled(&browser, "autopush"), "true");
    assert_eq!(enabled(&browser, "push"), "false");
    for wanted in ["true", "false"] {
        let login = Login::of(&browser, "push", 0);
        let href = format!("{}?autoPush={wanted}&rememberDevice=false", login.factor("_links/verify/href"));
        for _ in 0..3 {
            login.post(&href, "", None);
        }
        assert_eq!(enabled(&browser, "push"), wanted);
        sandbox.advance(Duration::from_secs(1));
        assert_eq!(enabled(&Browser::new(&sandbox, "other"), "push"), "false");
        sandbox.advance(Duration::from_secs(1));
    }
}
