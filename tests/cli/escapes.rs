//! What a peer says reaches a terminal or a log without what a terminal would obey: on stderr, in questions, in the log of `-v`, in documents
//! that are shown masked.

use crate::harness::{Outcome, World, terminal, terminals};
use oktapipe_sandbox::{Action, Exchange, Fault};
use serde_json::{Value, json};

const ADA: &str = "ada@acme.example";

/// A colour, 8-bit CSI, OSC 52 (the clipboard), BEL, CR and BS, DEL, bidi controls, joiners, a line break, a tag.
const HOSTILE: &str = "Evil\u{1b}[31m\u{9b}2J\u{1b}]52;c;ZXZpbA==\u{7}\r\u{8}\u{7f}\u{202e}\u{2066}\u{200d}\u{feff}\u{61c}\n\u{2028}\u{e0041}end";

/// Whether a text may go to a terminal.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| {
        let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}');
        !c.is_control() && !invisible && !matches!(c, '\u{e0000}'..='\u{e0fff}')
    })
}

#[track_caller]
fn is_safe(outcome: &Outcome) {
    assert!(outcome.stderr.lines().all(is_plain), "{:?}", outcome.stderr);
    assert!(outcome.stdout.is_ascii() && outcome.stdout.lines().all(is_plain), "{:?}", outcome.stdout);
    // Something of it is there: the test looks at the right place.
    assert!(outcome.stderr.contains("Evil"), "{outcome}");
}

fn okta_error(status: u16, code: &str) -> Action {
    let body = json!({"errorCode": code, "errorSummary": HOSTILE, "errorCauses": [{"errorSummary": format!("{HOSTILE} cause")}]});
    Action::answer(status, "application/json", body.to_string())
}

fn page(title: &str) -> Action {
    let title = title.replace('<', "");
    Action::answer(
        200,
        "text/html; charset=utf-8",
        format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"),
    )
}

#[test]
fn what_okta_says_is_plain_on_stderr_and_in_the_log() {
    for (status, code) in
        [(401, "E0000004"), (403, "E0000006"), (403, HOSTILE), (500, "E0000009"), (400, "E0000001")]
    {
        let world = World::new();
        world.sandbox.fault(Fault::at(Exchange::Authn, 1, okta_error(status, code)));
        let outcome = world.authn(ADA).argument("-v").run();
        is_safe(&outcome);
        assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
    }
    for body in [
        json!({"status": HOSTILE, "stateToken": "CANARY-t"}),
        json!({"status": "MFA_CHALLENGE", "factorResult": HOSTILE, "stateToken": "CANARY-t"}),
    ] {
        let world = World::new();
        let document = world.authn("push@acme.example").run().document();
        let action = Action::answer(200, "application/json", body.to_string());
        world.sandbox.fault(Fault::at(Exchange::Challenge, 1, action));
        is_safe(&world.oktapipe(&["factor-verify", "-q", "-v"]).stdin(document).run());
    }
}

#[test]
fn a_page_and_a_redirect_are_plain() {
    let world = World::new();
    let session = world.document_after(ADA, "session");
    for title in [HOSTILE, "Evil&#27;[31m&#x9b;2J&#x202e;&#7;", "Evil&#x200d;&#x2066;&#13;&#8;&#127;"] {
        for exchange in [Exchange::AppLink, Exchange::AppPage] {
            world.sandbox.fault(Fault::at(exchange, 1, page(title)));
            is_safe(&world.oktapipe(&["saml-fetch", "-v"]).stdin(&session).run());
        }
    }
    for (location, shown) in [
        ("https://Evil.example/\u{202e}", "without one readable target"),
        ("https://Evil\u{9b}31m.example/", "without one readable target"),
        ("https://user:Evil%1b%5b@Evil.example/%1b%5b31m", "evil.example"),
        ("//Evil.example/%7f%e2%80%ae", "evil.example"),
        ("https://Evil%1b%5b31m.example/", "without one readable target"),
    ] {
        let action = Action::answer(302, "", "").with("location", location);
        world.sandbox.fault(Fault::at(Exchange::AppLink, 1, action));
        let outcome = world.oktapipe(&["saml-fetch", "-v"]).stdin(&session).run();
        outcome.json();
        assert!(outcome.stderr.lines().all(is_plain) && outcome.stderr.contains(shown), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
    }
}

#[test]
fn what_sts_says_is_plain() {
    let world = World::new();
    let roles = world.document_after(ADA, "saml-roles");
    // XML can hold C1 controls and bidi controls as they are, and a parser that is not strict takes references to the others.
    for message in
        ["Evil\u{9b}2J\u{202e}\u{200d}\u{7f}", "Evil&#27;[31m&#7;&#x9b;", "Evil&#13;&#10;oktapipe: forged"]
    {
        for (status, code) in [(403, "AccessDenied"), (400, "Evil\u{9b}31m"), (400, "InvalidIdentityToken")] {
            world.sandbox.fault(Fault::at(Exchange::Assume, 9, Action::sts_error(status, code, message)));
            let outcome = world.oktapipe(&["assume", "-v"]).stdin(&roles).run();
            assert!(outcome.stderr.lines().all(is_plain), "{outcome}");
            assert!(outcome.stderr.lines().count() == 2 && outcome.stdout.is_ascii(), "{outcome}");
            world.sandbox.clear_faults();
        }
    }
}

/// A transaction with two factors whose names are hostile.
fn factors(org: &str) -> String {
    let factor = |id: &str, name: &str| {
        json!({"id": id, "factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": name},
            "_links": {"verify": {"href": format!("{org}/api/v1/authn/factors/{id}/verify"), "hints": {"allow": ["POST"]}}}})
    };
    json!({"stateToken": "00CANARY", "status": "MFA_REQUIRED",
        "_embedded": {"factors": [factor("sms1", HOSTILE), factor("sms2", &format!("{HOSTILE} 2"))]}})
    .to_string()
}

#[test]
fn names_of_factors_and_roles_are_plain_where_nobody_can_be_asked() {
    let world = World::new();
    let outcome = world.oktapipe(&["factor-verify"]).stdin(factors(&world.sandbox.org())).run();
    outcome.fails(69, "factor_ambiguous");
    is_safe(&outcome);

    let arn = |name: &str| format!("arn:aws:iam::111122223333:{name}");
    let role = |name: &str| json!({"RoleArn": arn(&format!("role/{name}")), "PrincipalArn": arn("saml-provider/OKTA")});
    let document = json!({"SAMLAssertion": "PHg+", "Roles": [role(&format!("Evil{HOSTILE}")), role("B")]});
    let outcome = world.oktapipe(&["assume"]).stdin(document.to_string()).run();
    outcome.fails(65, "wrong_document");
    is_safe(&outcome);
}

#[test]
fn a_question_on_a_terminal_is_plain() {
    if !terminals() {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), factors(&world.sandbox.org())).unwrap();
    let ended =
        terminal(&world, "sh", "oktapipe factor-verify <in >out 2>err").expect("Evil").key("C-c").run();
    assert!(
        ended.seen.replace("\r\n", "\n").lines().all(|line| is_plain(line.trim_end_matches('\r'))),
        "{ended:?}"
    );

    // What RSA asks for next, and the number of a push.
    let document = world.authn("rsa@acme.example").run().document();
    std::fs::write(world.home.join("in"), document).unwrap();
    world.sandbox.fault(Fault::at(Exchange::Code, 1, okta_error(409, "E0000113")));
    let ended = terminal(&world, "sh", "oktapipe factor-verify <in >out 2>err")
        .answer("Code of", "12345678")
        .expect("Evil")
        // Once it asks again.
        .expect("Code of")
        .key("C-c")
        .run();
    assert!(ended.seen.lines().all(|line| is_plain(line.trim_end_matches('\r'))), "{ended:?}");
}

#[test]
fn a_document_that_a_terminal_shows_is_ascii() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let body = json!({"status": "SUCCESS", "sessionToken": "20111CANARY", "expiresAt": HOSTILE,
        "_embedded": {"user": {"profile": {"firstName": HOSTILE}}}, HOSTILE: HOSTILE});
    world.sandbox.fault(Fault::at(
        Exchange::Authn,
        2,
        Action::answer(200, "application/json", body.to_string()),
    ));
    let script = "OKTA_PASSWORD=x oktapipe authn </dev/null 2>err";
    let ended = terminal(&world, "sh", script).run();
    assert!(ended.status == Some(0) && ended.seen.is_ascii(), "{ended:?}");
    assert!(ended.seen.lines().all(|line| is_plain(line.trim_end_matches('\r'))), "{ended:?}");
    let shown: Value = serde_json::from_str(&ended.seen).unwrap();
    assert_eq!(shown["_embedded"]["user"]["profile"]["firstName"], HOSTILE);
}

#[test]
fn a_shell_statement_that_a_terminal_shows_is_plain() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let credentials = |name: &str| {
        json!({"Credentials": {"AccessKeyId": "ASIAEXAMPLEEXAMPLE00", "SecretAccessKey": "sCANARY", "SessionToken": "tCANARY",
            "Expiration": "2026-03-01T10:20:57Z"}, "AssumedRoleUser": {"AssumedRoleId": name, "Arn": format!("arn:aws:sts::111122223333:assumed-role/{name}/ada")}})
    };
    std::fs::write(world.home.join("in"), credentials(HOSTILE).to_string()).unwrap();
    for format in ["bash", "fish", "env", "json"] {
        let ended = terminal(&world, "sh", &format!("oktapipe export --format {format} <in")).run();
        assert!(ended.seen.lines().all(|line| is_plain(line.trim_end_matches('\r'))), "{format}: {ended:?}");
    }
}
