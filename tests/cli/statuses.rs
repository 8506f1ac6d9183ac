//! Every state in which a sign-in can stand, and what a wrong password costs.

use crate::harness::{World, has, terminal, terminals};
use oktapipe_sandbox::{Action, Fault};
use serde_json::json;

const ADA: &str = "ada@acme.example";

/// How often a path was posted to.
fn posts(world: &World, path: &str) -> usize {
    world.sandbox.log().iter().filter(|request| request.path == path).count()
}

#[test]
fn a_password_that_expires_soon_is_warned_of_and_works() {
    let world = World::new();
    let outcome = world.authn("warned@acme.example").run();
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    assert!(
        outcome.stderr.starts_with("oktapipe authn: warning: the Okta password expires soon"),
        "{outcome}"
    );
    let document = outcome.document();
    assert_eq!((posts(&world, "/api/v1/authn"), posts(&world, "/api/v1/authn/skip")), (1, 1));
    world.oktapipe(&["session"]).stdin(document).run().succeeds();
    // The warning is nothing that fails, and quiet is quiet.
    world
        .oktapipe(&["authn", "-q"])
        .env("OKTA_USERNAME", "warned@acme.example")
        .env("OKTA_PASSWORD", world.password("warned@acme.example"))
        .run()
        .succeeds();
    // Who is warned only if a client asks for it is not warned: we do not ask.
    world.authn("warn@acme.example").run().succeeds();
    assert_eq!(posts(&world, "/api/v1/authn/skip"), 2);
}

#[test]
fn a_warning_that_comes_after_the_second_factor_is_skipped_there() {
    let world = World::new();
    let login = "latewarn@acme.example";
    let document = world.authn(login).run().document();
    let code = world.sandbox.totp(login, "GOOGLE").unwrap();
    let outcome = world.oktapipe(&["factor-verify"]).stdin(document).env("MFA_CODE", &code).run();
    assert!(
        outcome.stderr.starts_with("oktapipe factor-verify: warning: the Okta password expires"),
        "{outcome}"
    );
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    world.oktapipe(&["session"]).stdin(outcome.document()).run().succeeds();
}

#[test]
fn a_warning_without_a_way_past_it_is_named() {
    let world = World::new();
    for body in [
        json!({"status": "PASSWORD_WARN", "stateToken": "CANARY-t"}),
        json!({"status": "PASSWORD_WARN", "_links": {"skip": {"href": "https://localhost/skip"}}}),
        json!({"status": "PASSWORD_WARN", "stateToken": "CANARY-t", "_links": {"skip": []}}),
    ] {
        let content_type = "application/json".to_owned();
        let action =
            Action::Answer { status: 200, content_type, body: body.to_string(), headers: Vec::new() };
        world.sandbox.fault(Fault::next("/api/v1/authn", action));
        let outcome = world.authn(ADA).run();
        outcome.fails(77, "browser_needed");
        assert!(outcome.stderr.contains("PASSWORD_WARN"), "{outcome}");
    }
}

#[test]
fn each_state_from_which_no_pipe_goes_on_has_its_kind_and_a_next_step() {
    for (login, kind, status, step) in [
        ("locked", "locked_out", "LOCKED_OUT", "wait for the lock to end"),
        ("expired", "password_expired", "PASSWORD_EXPIRED", "change it in a browser"),
        ("reset", "password_expired", "PASSWORD_RESET", "set it in a browser"),
        ("enroll", "enrollment_required", "MFA_ENROLL", "in a browser"),
        ("activate", "enrollment_required", "MFA_ENROLL_ACTIVATE", "in a browser"),
        ("recovery", "browser_needed", "RECOVERY", "finish the recovery in a browser"),
        ("consent", "consent_required", "CONSENT_REQUIRED", "in a browser"),
        ("strange", "browser_needed", "SOMETHING_NEW", "in a browser"),
    ] {
        let world = World::new();
        let outcome = world.authn(&format!("{login}@acme.example")).run();
        let error = outcome.fails(77, kind);
        assert_eq!(error["status"], status, "{outcome}");
        assert!(error["_oktapipe"]["error"]["hint"].as_str().unwrap().contains(step), "{outcome}");
        // No token of it is passed on, and the password went out once.
        assert!(error.get("stateToken").is_none() && world.sandbox.log().len() == 1, "{outcome}");
    }
    let world = World::new();
    let error = world.authn("hidden@acme.example").run().fails(77, "authentication_failed");
    assert!(error["_oktapipe"]["error"]["hint"].as_str().unwrap().contains("locked"), "{error}");
}

#[test]
fn a_state_that_ends_the_pipe_may_come_after_the_second_factor() {
    let world = World::new();
    let login = "stale@acme.example";
    let document = world.authn(login).run().document();
    let code = world.sandbox.totp(login, "GOOGLE").unwrap();
    let outcome = world.oktapipe(&["factor-verify"]).stdin(document).env("MFA_CODE", &code).run();
    assert_eq!(outcome.fails(77, "password_expired")["status"], "PASSWORD_EXPIRED");
}

#[test]
fn a_step_up_whose_session_is_gone_is_named() {
    let world = World::new();
    let session = world.document_after("stepup@acme.example", "session");
    let body = json!({"status": "UNAUTHENTICATED", "stateToken": "CANARY-t"}).to_string();
    let content_type = "application/json".to_owned();
    let action = Action::Answer { status: 200, content_type, body, headers: Vec::new() };
    world.sandbox.fault(Fault::next("/api/v1/authn", action));
    let outcome = world.oktapipe(&["saml-fetch"]).stdin(session).run();
    let kind = outcome.json()["_oktapipe"]["error"]["kind"].as_str().unwrap_or_default().to_owned();
    outcome.fails(77, &kind);
    assert!(outcome.stderr.contains("sign in"), "{outcome}");
}

#[test]
fn a_given_password_that_is_wrong_is_sent_once() {
    for (arguments, stdin, variable) in [
        (&["authn"][..], "", Some("wrong CANARY")),
        (&["authn", "--password-stdin"], "wrong CANARY\n", None),
        (&["authn", "--password-command", "echo wrong"], "", None),
        (&["authn"], "{\"password\":\"wrong CANARY\"}", None),
    ] {
        let world = World::new();
        let mut case = world.oktapipe(arguments).env("OKTA_USERNAME", ADA).stdin(stdin);
        if let Some(password) = variable {
            case = case.env("OKTA_PASSWORD", password);
        }
        case.run().fails(77, "authentication_failed");
        assert_eq!(posts(&world, "/api/v1/authn"), 1);
    }
}

#[test]
fn a_typed_password_that_is_wrong_is_asked_for_once_more_and_not_again() {
    if !terminals() || !has("jq") {
        return;
    }
    let script =
        "oktapipe authn </dev/null 2>err >out; echo \"$?\"; jq -r '._oktapipe.error.kind // .status' out";
    let question = "Okta password of ada@acme.example";
    let world = World::new();
    let ended = terminal(&world, "sh", script)
        .answer(question, "wrong")
        .expect("Once more")
        .answer(question, world.password(ADA))
        .run();
    assert!(ended.seen.ends_with("0\nSUCCESS\n"), "{ended:?}");
    assert_eq!(posts(&world, "/api/v1/authn"), 2);
    let world = World::new();
    let ended = terminal(&world, "sh", script).answer(question, "wrong").answer(question, "wrong too").run();
    assert!(ended.seen.ends_with("77\nauthentication_failed\n"), "{ended:?}");
    assert_eq!(posts(&world, "/api/v1/authn"), 2);
}
