//! `authn`: where the name and the password come from, what becomes of stdin, and an org that does not answer as it should.

use crate::harness::{Case, World};
use oktapipe_sandbox::{Action, Fault};
use serde_json::{Value, json};
use std::time::Duration;

const ADA: &str = "ada@acme.example";

/// `sh -c SCRIPT`, with ada's password in the file `password` and her name in the environment.
fn script(world: &World, script: &str) -> Case {
    std::fs::write(world.home.join("password"), format!("{}\nand more\n", world.password(ADA))).unwrap();
    world.shell("sh", script).env("OKTA_USERNAME", ADA)
}

fn is_success(document: &Value) -> bool {
    document["status"] == "SUCCESS" && document["sessionToken"].is_string()
}

/// What the last request to the org had as its body.
fn sent(world: &World) -> Value {
    serde_json::from_str(&world.sandbox.log().pop().unwrap().body).unwrap()
}

fn answer(status: u16, content_type: &str, body: &str) -> Action {
    Action::Answer {
        status,
        content_type: content_type.to_owned(),
        body: body.to_owned(),
        headers: Vec::new(),
    }
}

#[test]
fn a_password_comes_from_stdin_a_descriptor_a_command_or_a_variable() {
    for text in [
        "oktapipe authn --password-stdin <password",
        "oktapipe authn --password-fd 0 <password",
        "oktapipe authn --password-fd 3 3<password",
        "oktapipe authn --password-command 'cat password'",
        "OKTA_PASSWORD=$(head -n 1 password) oktapipe authn",
        // A flag is stronger than a variable.
        "OKTA_PASSWORD=wrong oktapipe authn --password-fd 3 3<password",
    ] {
        let world = World::new();
        assert!(is_success(&script(&world, text).run().succeeds().json()), "{text}");
        assert_eq!(sent(&world)["password"], world.password(ADA));
    }
}

#[test]
fn name_and_password_may_stand_on_stdin() {
    let world = World::new();
    let document = json!({"username": ADA, "password": world.password(ADA)}).to_string();
    let answer = world.oktapipe(&["authn"]).stdin(&document).run().succeeds().json();
    assert!(is_success(&answer) && answer.get("password").is_none());
    // A flag goes before the document, the document before the variable: it was written for this call.
    world.oktapipe(&["authn"]).stdin(&document).env("OKTA_USERNAME", "grace@acme.example").run().succeeds();
    assert_eq!(sent(&world)["username"], ADA);
    world.oktapipe(&["authn", "-u", "nobody"]).stdin(&document).run().fails(77, "authentication_failed");
    assert_eq!(sent(&world)["username"], "nobody");
}

#[test]
fn an_org_that_a_document_with_a_password_names_is_not_overridden() {
    let world = World::new();
    let document = json!({"username": ADA, "password": world.password(ADA), "_oktapipe": {"v": 1, "org": "https://other.okta.com"}});
    world.oktapipe(&["authn"]).stdin(document.to_string()).run().fails(65, "org_mismatch");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn only_the_first_line_is_the_password_and_every_byte_of_it_counts() {
    let world = World::new();
    for (text, password) in [
        ("two words \nx", "two words "),
        ("crlf\r\nx", "crlf"),
        ("no newline", "no newline"),
        ("\u{e9}\u{1f600}\n", "\u{e9}\u{1f600}"),
    ] {
        let case = world.oktapipe(&["authn", "-u", "nobody", "--password-stdin"]).stdin(text);
        case.run().fails(77, "authentication_failed");
        assert_eq!(sent(&world)["password"], password);
        // Okta counts four tries a second.
        world.sandbox.advance(Duration::from_secs(2));
    }
}

#[test]
fn stdin_is_not_touched_when_the_password_comes_from_elsewhere() {
    let world = World::new();
    let text = "printf 'one\\ntwo\\nthree\\n' | while read -r line; do \
        OKTA_PASSWORD=$(head -n 1 password) oktapipe authn >/dev/null; oktapipe authn --password-command 'cat; cat password' >/dev/null; \
        oktapipe authn --password-fd 3 3<password >/dev/null; printf '%s\\n' \"$line\"; sleep 1.1; done";
    let outcome = script(&world, text).run().succeeds();
    assert_eq!(outcome.stdout, "one\ntwo\nthree\n");
    assert_eq!(world.sandbox.log().len(), 9);
}

#[test]
fn an_idle_pipe_does_not_hold_up_a_password_from_elsewhere() {
    let world = World::new();
    assert!(is_success(&world.authn(ADA).start_idle().end().succeeds().json()));
}

#[test]
fn a_password_line_from_stdin_leaves_the_rest_to_the_next_reader() {
    let world = World::new();
    let outcome =
        script(&world, "{ oktapipe authn --password-stdin >/dev/null; cat; } <password").run().succeeds();
    assert_eq!(outcome.stdout, "and more\n");
}

#[test]
fn without_a_password_or_a_name_the_hint_names_the_ways_to_give_one() {
    let world = World::new();
    for stdin in ["", " \r\n", "{}", "{\"username\":\"ada\",\"password\":\"\"}"] {
        for arguments in [&["authn", "-u", ADA][..], &["authn", "-u", ADA, "--no-input"]] {
            let outcome = world.oktapipe(arguments).stdin(stdin).run();
            outcome.fails(69, "no_terminal");
            for way in ["--password-fd", "--password-command", "OKTA_PASSWORD"] {
                assert!(outcome.stderr.contains(way), "{outcome}");
            }
        }
    }
    let outcome = world.oktapipe(&["authn"]).env("OKTA_PASSWORD", "x").run();
    outcome.fails(69, "no_terminal");
    assert!(outcome.stderr.contains("--username") && outcome.stderr.contains("OKTA_USERNAME"), "{outcome}");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn a_password_source_that_gives_nothing_is_a_config_error() {
    let world = World::new();
    for (text, code, kind) in [
        ("oktapipe authn --password-command 'exit 3'", 78, "config"),
        ("oktapipe authn --password-command 'cat password; exit 3'", 78, "config"),
        ("oktapipe authn --password-command :", 78, "config"),
        ("oktapipe authn --password-command 'echo; cat password'", 78, "config"),
        ("oktapipe authn --password-command no-such-command 2>/dev/null", 78, "config"),
        ("oktapipe authn --password-command \"printf '\\377\\n'\"", 78, "config"),
        ("oktapipe authn --password-command 'head -c 100000 /dev/zero'", 78, "config"),
        ("oktapipe authn --password-stdin </dev/null", 78, "config"),
        ("oktapipe authn --password-fd 9", 78, "config"),
        ("oktapipe authn --password-fd 1", 2, "usage"),
        ("oktapipe authn --password-fd 2", 2, "usage"),
        ("oktapipe authn --password-fd 3 --password-stdin", 2, "usage"),
    ] {
        let outcome = script(&world, text).run();
        assert_eq!(outcome.status, Some(code), "{outcome}");
        assert_eq!(outcome.json()["_oktapipe"]["error"]["kind"], kind, "{outcome}");
    }
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn the_password_command_gets_none_of_our_secrets() {
    let world = World::new();
    let text = "OKTA_PASSWORD=CANARY1 MFA_CODE=CANARY2 OKTA_MFA_CODE=CANARY3 \
        oktapipe authn --password-command 'env >seen; cat password'";
    script(&world, text).run().succeeds();
    let seen = std::fs::read_to_string(world.home.join("seen")).unwrap();
    assert!(seen.contains("OKTA_USERNAME=") && !seen.contains("CANARY"), "{seen}");
}

#[test]
fn without_a_reader_the_password_is_not_sent() {
    let world = World::new();
    let outcome = world.authn(ADA).run_unread();
    assert_eq!((outcome.signal, outcome.stderr.as_str()), (Some(13), ""), "{outcome}");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn an_org_that_cannot_be_one_is_refused_before_anything_is_sent() {
    let world = World::new();
    for org in [
        "http://acme.okta.com",
        "https://acme.okta.com/path",
        "acme okta",
        "https://u:p@acme.okta.com",
        "ftp://x",
        "http://127.0.0.1.evil.example",
    ] {
        world.authn(ADA).env("OKTA_ORG", org).run().fails(78, "config");
        world
            .oktapipe(&["authn", "-u", "x", "--org", org])
            .env("OKTA_PASSWORD", "x")
            .run()
            .fails(78, "config");
    }
    for case in [world.authn(ADA).without("OKTA_ORG"), world.authn(ADA).env("OKTA_ORG", " ")] {
        let outcome = case.run();
        outcome.fails(2, "usage");
        assert!(outcome.stderr.contains("--org") && outcome.stderr.contains("OKTA_ORG"), "{outcome}");
    }
}

#[test]
fn an_org_is_a_host_with_a_port_or_a_url_and_the_flag_goes_first() {
    let world = World::new();
    let org = world.sandbox.org();
    let host = org.strip_prefix("https://").unwrap();
    for name in [org.as_str(), &format!("{org}/"), &host.to_uppercase(), &format!(" {host}\n")] {
        let answer = world.oktapipe(&["authn", "--org", name]).env("OKTA_USERNAME", ADA);
        let answer =
            answer.env("OKTA_PASSWORD", world.password(ADA)).env("OKTA_ORG", "other").run().succeeds().json();
        assert_eq!(
            answer["_oktapipe"],
            json!({"v": 1, "org": org, "cookies": answer["_oktapipe"]["cookies"]})
        );
    }
}

#[test]
fn an_org_that_is_not_there_or_not_trusted_has_the_kinds_of_networks() {
    let world = World::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    world.authn(ADA).env("OKTA_ORG", &format!("http://127.0.0.1:{free}")).run().fails(69, "network");
    let outcome = world.authn(ADA).env("OKTA_ORG", "no-such-host.invalid").run();
    assert!(matches!(outcome.status, Some(69)), "{outcome}");
    // TLS on a port that is plain, and a CA that is not the org's.
    let plain = world.sandbox.org().replace("https://localhost", "http://127.0.0.1");
    let outcome = world.authn(ADA).env("OKTA_ORG", &plain).run();
    assert!(matches!(outcome.status, Some(69 | 76)), "{outcome}");
    let other = World::new();
    let ca = other.sandbox.ca_file().display().to_string();
    let case = world.authn(ADA).env("SSL_CERT_FILE", &ca).without("AWS_CA_BUNDLE");
    let outcome = case.run();
    outcome.fails(69, "tls");
    assert!(outcome.stderr.contains("--ca-file"), "{outcome}");
    assert!(world.sandbox.log().is_empty());
    // A CA of one's own stands beside the system's.
    let ca = world.sandbox.ca_file().display().to_string();
    let case = world.oktapipe(&["authn", "--ca-file", &ca]).without("SSL_CERT_FILE").without("AWS_CA_BUNDLE");
    case.env("OKTA_USERNAME", ADA).env("OKTA_PASSWORD", world.password(ADA)).run().succeeds();
    let case = world.oktapipe(&["authn", "--ca-file", "absent.pem"]).env("OKTA_USERNAME", ADA);
    case.env("OKTA_PASSWORD", "x").run().fails(78, "config");
}

#[test]
fn each_answer_that_is_no_transaction_has_its_kind_and_is_asked_for_once() {
    for (action, code, kind, word) in [
        (Action::rate_limit(17), 75, "rate_limited", "wait 1"),
        (Action::okta_error(503, "E0000010", "Down"), 69, "service_error", "E0000010"),
        (answer(503, "text/html", "<html><title>Down</title>"), 69, "service_error", "503"),
        (answer(200, "text/html", "<html><title>Welcome</title>"), 76, "protocol", "no JSON"),
        (answer(200, "application/json", "[]"), 76, "protocol", "no JSON"),
        (answer(200, "application/json", ""), 76, "protocol", "no JSON"),
        (answer(200, "application/json", "{\"status\":"), 76, "protocol", "no JSON"),
        (Action::Redirect("https://evil.example/".to_owned()), 76, "protocol", "302"),
        (Action::Redirect("/api/v1/authn".to_owned()), 76, "protocol", "302"),
        (
            Action::okta_error(403, "E0000006", "You do not have permission"),
            77,
            "policy_denied",
            "administrator",
        ),
        (Action::okta_error(429, "E0000047", "Too many"), 75, "rate_limited", "wait"),
        (
            answer(200, "application/json", "{\"status\":\"NEW_STATE\",\"stateToken\":\"CANARY-token\"}"),
            77,
            "browser_needed",
            "NEW_STATE",
        ),
        (Action::CutBody(20), 69, "network", "broke off"),
        (Action::CloseBeforeAnswer, 69, "network", ""),
        (Action::Delay(Duration::from_secs(5)), 75, "timeout", "--timeout"),
        (
            answer(200, "application/json", &format!("{{\"a\":\"{}\"}}", "x".repeat(20 << 20))),
            76,
            "protocol",
            "larger",
        ),
    ] {
        let world = World::new();
        world.sandbox.fault(Fault { path_prefix: String::new(), skip: 0, times: 9, action: action.clone() });
        let case = world.oktapipe(&["authn", "--timeout", "2"]).env("OKTA_USERNAME", ADA);
        let outcome = case.env("OKTA_PASSWORD", world.password(ADA)).run();
        outcome.fails(code, kind);
        assert!(outcome.stderr.contains(word), "{outcome}");
        assert!(world.sandbox.log().len() <= 1, "{outcome}");
    }
}

#[test]
fn a_transaction_keeps_every_member_that_we_do_not_know() {
    let world = World::new();
    let body =
        r#"{"status":"SUCCESS","sessionToken":"CANARY-x","later":{"n":1.50,"list":[1,null]},"_links":{}}"#;
    world.sandbox.fault(Fault::next("/api/v1/authn", answer(200, "application/json", body)));
    let outcome = world.authn(ADA).run().succeeds();
    assert!(outcome.stdout.starts_with(body.trim_end_matches('}')), "{outcome}");
    assert!(outcome.stdout.contains("\"list\":[1,null]}"), "{outcome}");
}
