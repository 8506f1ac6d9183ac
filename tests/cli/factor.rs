//! `factor-verify`: which factor, the code, and the documents that come and go. Pushes are in `push`.

use crate::harness::{World, has};
use serde_json::{Value, json};

const GRACE: &str = "grace@acme.example";
const HOPPER: &str = "hopper@acme.example";
const MIXED: &str = "mixed@acme.example";

/// How often a factor was posted to.
pub fn verifications(world: &World) -> usize {
    world.sandbox.log().iter().filter(|request| request.path.contains("/verify")).count()
}

/// What `authn` prints, to be changed.
fn transaction(world: &World, login: &str) -> Value {
    world.authn(login).run().json()
}

fn verify(world: &World, document: &Value, code: &str) -> crate::harness::Outcome {
    world.oktapipe(&["factor-verify"]).stdin(document.to_string()).env("MFA_CODE", code).run()
}

fn is_success(document: &Value) -> bool {
    document["status"] == "SUCCESS" && document["sessionToken"].is_string()
}

#[test]
fn a_code_of_google_or_of_okta_finishes_the_sign_in() {
    for (login, provider, variable) in
        [(GRACE, "GOOGLE", "MFA_CODE"), (HOPPER, "OKTA", "OKTA_MFA_CODE"), (HOPPER, "google", "MFA_CODE")]
    {
        let world = World::new();
        let code = world.sandbox.totp(login, &provider.to_uppercase()).unwrap();
        let document = world.authn(login).run().document();
        let case = world.oktapipe(&["factor-verify", "--provider", provider]).stdin(document);
        assert!(is_success(&case.env(variable, &code).run().succeeds().json()), "{login} {provider}");
    }
}

#[test]
fn two_factors_that_fit_are_listed_and_nothing_is_sent() {
    for code in [None, Some("123456")] {
        let world = World::new();
        let mut case = world.oktapipe(&["factor-verify"]).stdin(world.document_after(HOPPER, "authn"));
        if let Some(code) = code {
            case = case.env("MFA_CODE", code);
        }
        let outcome = case.run();
        outcome.fails(69, "factor_ambiguous");
        for name in ["token:software:totp:OKTA", "token:software:totp:GOOGLE", "--factor"] {
            assert!(outcome.stderr.contains(name), "{outcome}");
        }
        assert_eq!(verifications(&world), 0);
        assert_eq!(world.sandbox.open_transactions().len(), 1);
    }
}

#[test]
fn the_first_factor_named_that_the_user_has_is_used() {
    let world = World::new();
    let code = world.sandbox.totp(HOPPER, "GOOGLE").unwrap();
    let arguments = ["factor-verify", "--factor", "push", "--factor", "TOKEN:software:totp:google"];
    let case = world.oktapipe(&arguments).stdin(world.document_after(HOPPER, "authn"));
    assert!(is_success(&case.env("MFA_CODE", &code).run().succeeds().json()));
}

#[test]
fn a_factor_that_the_user_lacks_is_refused_with_those_that_there_are() {
    let world = World::new();
    let document = world.document_after(GRACE, "authn");
    for arguments in [["--factor", "push"], ["--provider", "OKTA"]] {
        let outcome = world.oktapipe(&[&["factor-verify"], &arguments[..]].concat()).stdin(&document).run();
        outcome.fails(77, "factor_unsupported");
        assert!(outcome.stderr.contains("token:software:totp:GOOGLE"), "{outcome}");
    }
    assert_eq!(verifications(&world), 0);
}

#[test]
fn a_wrong_code_is_sent_once_and_the_transaction_lives_on() {
    let world = World::new();
    let document = transaction(&world, GRACE);
    let error = verify(&world, &document, "000000").fails(77, "passcode_wrong");
    assert_eq!(error["errorCode"], "E0000068");
    assert_eq!((verifications(&world), world.sandbox.open_transactions().len()), (1, 1));
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    assert!(is_success(&verify(&world, &document, &code).succeeds().json()));
}

#[test]
fn a_code_that_was_used_is_refused_as_such() {
    let world = World::new();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    verify(&world, &transaction(&world, GRACE), &code).succeeds();
    let outcome = verify(&world, &transaction(&world, GRACE), &code);
    assert_eq!(outcome.fails(77, "passcode_wrong")["errorCode"], "E0000082");
    assert!(outcome.stderr.contains("next one"), "{outcome}");
}

#[test]
fn too_many_wrong_codes_are_locked_out() {
    let world = World::new();
    let document = transaction(&world, GRACE);
    for _ in 0..5 {
        verify(&world, &document, "000000").fails(77, "passcode_wrong");
    }
    verify(&world, &document, "000000").fails(77, "locked_out");
}

#[test]
fn a_transaction_that_grew_old_is_session_expired() {
    let world = World::new();
    let document = transaction(&world, GRACE);
    world.sandbox.advance(std::time::Duration::from_secs(3600));
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    let outcome = verify(&world, &document, &code);
    assert_eq!(outcome.fails(77, "session_expired")["errorCode"], "E0000011");
    assert!(outcome.stderr.contains("authn"), "{outcome}");
}

#[test]
fn a_code_comes_from_a_descriptor_or_a_command() {
    for script in [
        "oktapipe factor-verify --passcode-fd 3 3<code",
        "oktapipe factor-verify --passcode-command 'cat code; echo more'",
        // A flag is stronger than a variable.
        "MFA_CODE=000000 oktapipe factor-verify --passcode-command 'cat code'",
    ] {
        let world = World::new();
        let document = world.document_after(GRACE, "authn");
        let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
        std::fs::write(world.home.join("code"), format!("{code}\r\nand more\n")).unwrap();
        assert!(is_success(&world.shell("sh", script).stdin(document).run().succeeds().json()), "{script}");
    }
}

#[test]
fn a_code_source_that_gives_nothing_is_a_config_error() {
    let world = World::new();
    let document = world.document_after(GRACE, "authn");
    for script in [
        "oktapipe factor-verify --passcode-fd 3 3</dev/null",
        "oktapipe factor-verify --passcode-fd 9",
        "oktapipe factor-verify --passcode-command :",
        "oktapipe factor-verify --passcode-command 'echo 123456; exit 3'",
    ] {
        world.shell("sh", script).stdin(&document).run().fails(78, "config");
    }
    let case = world.oktapipe(&["factor-verify", "--passcode-fd", "0"]).stdin(&document);
    case.run().fails(2, "usage");
    assert_eq!(verifications(&world), 0);
}

#[test]
fn without_a_code_or_a_terminal_the_hint_names_the_ways_to_give_one() {
    let world = World::new();
    let document = world.document_after(GRACE, "authn");
    for arguments in [&["factor-verify"][..], &["factor-verify", "--no-input"]] {
        let outcome = world.oktapipe(arguments).stdin(&document).run();
        outcome.fails(69, "no_terminal");
        for way in ["--passcode-fd", "--passcode-command", "MFA_CODE"] {
            assert!(outcome.stderr.contains(way), "{outcome}");
        }
    }
    assert_eq!(verifications(&world), 0);
}

#[test]
fn factors_that_cannot_be_verified_here_are_skipped_and_listed_when_verbose() {
    let world = World::new();
    let document = world.document_after(MIXED, "authn");
    let outcome = world.oktapipe(&["factor-verify"]).stdin(&document).run();
    let error = outcome.fails(69, "factor_ambiguous");
    let message = error["_oktapipe"]["error"]["message"].as_str().unwrap();
    assert!(message.contains("push:OKTA") && !message.contains("webauthn"), "{message}");

    let code = world.sandbox.totp(MIXED, "GOOGLE").unwrap();
    let case = world.oktapipe(&["factor-verify", "-v", "--provider", "google"]).stdin(&document);
    let outcome = case.env("MFA_CODE", &code).run();
    let log = outcome.stderr.clone();
    assert!(is_success(&serde_json::from_str(&outcome.document()).unwrap()));
    for name in ["signed_nonce:OKTA", "webauthn:FIDO", "web:DUO"] {
        assert!(log.contains(name), "{log}");
    }
}

#[test]
fn a_given_code_limits_the_choice_to_factors_that_take_one() {
    let world = World::new();
    let document = world.document_after(MIXED, "authn");
    let run = |arguments: &[&str], code: &str| {
        let case = world.oktapipe(&[&["factor-verify"], arguments].concat()).stdin(&document);
        case.env("MFA_CODE", code).run()
    };
    let error = run(&[], "123456").fails(69, "factor_ambiguous");
    assert!(!error["_oktapipe"]["error"]["message"].as_str().unwrap().contains("push"), "{error}");
    run(&["--factor", "push"], "123456").fails(77, "factor_unsupported");
    let code = world.sandbox.totp(MIXED, "OKTA").unwrap();
    assert!(is_success(&run(&["--provider", "OKTA"], &code).succeeds().json()));
    assert_eq!(world.sandbox.pushes(MIXED), 0);
}

#[test]
fn a_person_with_nothing_but_foreign_factors_is_told_which() {
    let world = World::new();
    let document = world.document_after("odd@acme.example", "authn");
    let outcome = world.oktapipe(&["factor-verify"]).stdin(document).run();
    outcome.fails(77, "factor_unsupported");
    assert!(
        ["webauthn:FIDO", "signed_nonce:OKTA"].iter().all(|name| outcome.stderr.contains(name)),
        "{outcome}"
    );
    assert_eq!(verifications(&world), 0);
}

#[test]
fn what_is_finished_passes_through_as_it_came() {
    let world = World::new();
    for last in ["authn", "session", "saml-fetch"] {
        let document = world.document_after("ada@acme.example", last);
        let asked = world.sandbox.log().len();
        let outcome = world.oktapipe(&["factor-verify"]).stdin(&document).run().succeeds();
        assert_eq!(outcome.stdout, document);
        assert_eq!(world.sandbox.log().len(), asked);
    }
    let foreign = "{\"status\":\"SUCCESS\",\"sessionToken\":\"x\",\"later\":[1.50,12345678901234567890123,null,\"\\u00e9\"]}\n";
    let outcome = world.oktapipe(&["factor-verify"]).stdin(foreign).without("OKTA_ORG").run().succeeds();
    assert_eq!(outcome.stdout, foreign);
}

#[test]
fn factors_as_an_object_and_links_as_arrays_are_read() {
    let world = World::new();
    let mut document = transaction(&world, GRACE);
    let mut factor = document["_embedded"]["factors"][0].clone();
    factor["_links"]["verify"] = json!([factor["_links"]["verify"]]);
    document["_embedded"]["factors"] = factor;
    document["_links"]["cancel"] = json!([document["_links"]["cancel"]]);
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    assert!(is_success(&verify(&world, &document, &code).succeeds().json()));
}

#[test]
fn an_org_that_is_not_the_documents_is_refused_before_anything_is_sent() {
    let world = World::new();
    let document = world.document_after(GRACE, "authn");
    let by_flag = world.oktapipe(&["factor-verify", "--org", "other"]);
    let by_variable = world.oktapipe(&["factor-verify"]).env("OKTA_ORG", "other.okta.com");
    for case in [by_flag, by_variable] {
        let outcome = case.stdin(&document).env("MFA_CODE", "123456").run();
        outcome.fails(65, "org_mismatch");
        assert!(
            outcome.stderr.contains("other.okta.com") && outcome.stderr.contains("localhost"),
            "{outcome}"
        );
    }
    assert_eq!(verifications(&world), 0);
}

#[test]
fn a_document_of_curl_names_its_org_by_its_links() {
    let world = World::new();
    let mut document = transaction(&world, GRACE);
    document.as_object_mut().unwrap().remove("_oktapipe");
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    let case = world.oktapipe(&["factor-verify"]).stdin(document.to_string()).without("OKTA_ORG");
    let answer = case.env("MFA_CODE", &code).run().succeeds().json();
    assert_eq!(answer["_oktapipe"]["org"], world.sandbox.org().as_str());
}

#[test]
fn links_that_lead_to_two_origins_or_off_the_org_get_nothing() {
    let world = World::new();
    let mut document = transaction(&world, GRACE);
    let evil = world.sandbox.sts();
    document["_embedded"]["factors"][0]["_links"]["verify"]["href"] = format!("{evil}/verify").into();
    // The context says the org, and one link leaves it.
    verify(&world, &document, "123456").fails(76, "protocol");
    // No context: two origins.
    document.as_object_mut().unwrap().remove("_oktapipe");
    verify(&world, &document, "123456").fails(65, "org_mismatch");
    // No context, and the one origin is another than the one that is set.
    document["_links"] = json!({});
    verify(&world, &document, "123456").fails(65, "org_mismatch");
    assert!(world.sandbox.log().iter().all(|request| request.path == "/api/v1/authn"));
}

#[test]
fn a_transaction_without_its_token_or_org_is_refused() {
    let world = World::new();
    let mut document = transaction(&world, GRACE);
    document.as_object_mut().unwrap().remove("stateToken");
    verify(&world, &document, "123456").fails(65, "wrong_document");
    let bare = json!({"status": "MFA_REQUIRED", "stateToken": "x"}).to_string();
    world.oktapipe(&["factor-verify"]).stdin(bare).without("OKTA_ORG").run().fails(2, "usage");
}

#[test]
fn states_that_curl_passes_on_are_refused_here_too() {
    let world = World::new();
    for (status, kind) in [
        ("LOCKED_OUT", "locked_out"),
        ("PASSWORD_EXPIRED", "password_expired"),
        ("MFA_ENROLL", "enrollment_required"),
        ("SOMETHING_NEW", "browser_needed"),
    ] {
        let document = json!({"status": status, "stateToken": "00-CANARY_st"}).to_string();
        world.oktapipe(&["factor-verify"]).stdin(document).run().fails(77, kind);
    }
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn a_challenge_that_curl_began_is_finished_with_a_code() {
    if !has("curl") || !has("jq") {
        return;
    }
    let world = World::new();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    let script = "oktapipe authn >t && jq '{stateToken}' t | curl -sS --json @- \
        \"$(jq -r '._embedded.factors[0]._links.verify.href' t)\" | oktapipe factor-verify";
    let case =
        world.shell("sh", script).env("OKTA_USERNAME", GRACE).env("OKTA_PASSWORD", world.password(GRACE));
    assert!(is_success(&case.env("MFA_CODE", &code).run().succeeds().json()));
}
