//! `factor-verify` with a push: one push, waited for, and taken back when nobody waits any more.

use crate::factor::verifications;
use crate::harness::{Case, Running, World, has, patiently, terminal, terminals};
use oktapipe_sandbox::{Action, Fault, Options};
use rustix::process::Signal;
use serde_json::json;

/// A world in which a push says WAITING so many times.
fn world(push_polls: u32) -> World {
    World::with(Options { push_polls, ..Options::default() })
}

fn verify(world: &World, login: &str, arguments: &[&str]) -> Case {
    let document = world.document_after(login, "authn");
    world.oktapipe(&[&["factor-verify"], arguments].concat()).stdin(document)
}

fn cancels(world: &World) -> usize {
    world.sandbox.log().iter().filter(|request| request.path == "/api/v1/authn/cancel").count()
}

/// A push that goes on waiting, once it was sent.
fn waiting(world: &World) -> Running {
    let running = verify(world, "push@acme.example", &[]).start();
    patiently("the push", || (verifications(world) > 0).then_some(()));
    running
}

#[test]
fn a_push_is_sent_once_and_polled_until_it_is_approved() {
    let world = world(2);
    let outcome = verify(&world, "push@acme.example", &[]).run();
    let note = outcome.stderr.clone();
    let document: serde_json::Value = serde_json::from_str(&outcome.document()).unwrap();
    assert!(document["status"] == "SUCCESS" && document["sessionToken"].is_string());
    assert_eq!(note.lines().count(), 1, "{note}");
    assert_eq!((world.sandbox.pushes("push@acme.example"), verifications(&world)), (1, 3));
}

#[test]
fn quiet_says_nothing_of_a_push() {
    let world = world(1);
    verify(&world, "push@acme.example", &["-q"]).run().succeeds();
}

#[test]
fn the_number_to_tap_is_shown_once_even_when_quiet() {
    let world = world(3);
    let outcome = verify(&world, "number@acme.example", &["-q"]).run();
    assert_eq!(outcome.stderr, "Tap 92 on the phone.\n", "{outcome}");
    assert_eq!(outcome.json()["status"], "SUCCESS");
    assert_eq!(world.sandbox.pushes("number@acme.example"), 1);
}

#[test]
fn a_rejected_push_and_one_that_nobody_answers_have_kinds_of_their_own() {
    for (login, code, kind, retryable) in [
        ("reject@acme.example", 77, "mfa_rejected", false),
        ("timeout@acme.example", 75, "mfa_timeout", true),
    ] {
        let world = world(1);
        let error = verify(&world, login, &["-q"]).run().fails(code, kind);
        assert_eq!(error["_oktapipe"]["error"]["retryable"], retryable);
        assert_eq!(error["status"], "MFA_CHALLENGE");
        assert!(error.get("stateToken").is_none());
        assert_eq!(world.sandbox.pushes(login), 1);
    }
}

#[test]
fn a_push_that_had_its_end_is_not_sent_again_by_the_next_stage() {
    let world = world(1);
    let mut document = world.authn("push@acme.example").run().json();
    let verify = document["_embedded"]["factors"][0]["_links"]["verify"]["href"].clone();
    document["_embedded"] = json!({"factor": document["_embedded"]["factors"][0]});
    document["_links"]["next"] = json!({"name": "verify", "href": verify});
    document["status"] = "MFA_CHALLENGE".into();
    for (result, code, kind) in
        [("REJECTED", 77, "mfa_rejected"), ("TIMEOUT", 75, "mfa_timeout"), ("NEW", 77, "mfa_rejected")]
    {
        document["factorResult"] = result.into();
        world.oktapipe(&["factor-verify"]).stdin(document.to_string()).run().fails(code, kind);
    }
    assert_eq!(verifications(&world), 0);
}

#[test]
fn our_own_limit_waits_as_long_as_it_says_and_cancels_the_transaction() {
    let world = world(100);
    let case = verify(&world, "push@acme.example", &["-q", "--push-timeout", "2"]);
    let start = std::time::Instant::now();
    let outcome = case.run();
    outcome.fails(75, "mfa_timeout");
    assert!(start.elapsed().as_secs_f32() >= 2.0, "{:?}", start.elapsed());
    assert!(outcome.stderr.contains("2 s"), "{outcome}");
    assert_eq!((cancels(&world), world.sandbox.open_transactions().len()), (1, 0));
    assert_eq!(world.sandbox.pushes("push@acme.example"), 1);
}

#[test]
fn a_signal_takes_the_push_back_and_ends_us_as_it_would_have() {
    for (signal, number) in [(Signal::INT, 2), (Signal::TERM, 15), (Signal::HUP, 1)] {
        let world = world(100);
        let running = waiting(&world);
        running.signal(signal);
        let outcome = running.end();
        assert_eq!(outcome.signal, Some(number), "{outcome}");
        assert_eq!(outcome.stdout, "");
        assert_eq!((cancels(&world), world.sandbox.open_transactions().len()), (1, 0));
    }
}

#[test]
fn ctrl_c_does_not_wait_for_an_org_that_does_not_hear_the_cancellation() {
    let world = world(100);
    let running = waiting(&world);
    world
        .sandbox
        .fault(Fault::next("/api/v1/authn/cancel", Action::Delay(std::time::Duration::from_secs(15))));
    let start = std::time::Instant::now();
    running.signal(Signal::INT);
    assert_eq!(running.end().signal, Some(2));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn a_reader_that_leaves_takes_the_push_back() {
    let world = world(100);
    let mut running = waiting(&world);
    running.leave();
    let outcome = running.end();
    assert_eq!(outcome.signal, Some(13), "{outcome}");
    assert_eq!((cancels(&world), world.sandbox.open_transactions().len()), (1, 0));
}

#[test]
fn without_a_reader_no_push_and_no_code_is_sent() {
    let world = world(1);
    let outcome = verify(&world, "push@acme.example", &[]).run_unread();
    assert_eq!((outcome.signal, outcome.stderr.as_str()), (Some(13), ""), "{outcome}");
    let outcome = verify(&world, "grace@acme.example", &[]).env("MFA_CODE", "123456").run_unread();
    assert_eq!(outcome.signal, Some(13), "{outcome}");
    assert_eq!(verifications(&world), 0);
}

#[test]
fn a_poll_that_fails_is_tried_again_and_sends_no_second_push() {
    for action in
        [Action::CloseBeforeAnswer, Action::rate_limit(1), Action::okta_error(503, "E0000010", "Down")]
    {
        let world = world(1);
        world.sandbox.fault(Fault {
            path_prefix: "/api/v1/authn/factors".to_owned(),
            skip: 1,
            times: 1,
            action,
        });
        verify(&world, "push@acme.example", &["-q"]).run().succeeds();
        assert_eq!((world.sandbox.pushes("push@acme.example"), verifications(&world)), (1, 3));
    }
}

#[test]
fn a_push_request_that_fails_is_not_repeated() {
    let world = world(1);
    world.sandbox.fault(Fault::next("/api/v1/authn/factors", Action::CloseBeforeAnswer));
    verify(&world, "push@acme.example", &[]).run().fails(69, "network");
    assert_eq!(verifications(&world), 1);
}

#[test]
fn a_push_that_curl_sent_is_waited_for_without_a_second_one() {
    if !has("curl") || !has("jq") {
        return;
    }
    let world = world(1);
    let script = "oktapipe authn >t && jq '{stateToken}' t | curl -sS --json @- \
        \"$(jq -r '._embedded.factors[0]._links.verify.href' t)\" | oktapipe factor-verify";
    let case = world.shell("sh", script).env("OKTA_USERNAME", "push@acme.example");
    let outcome = case.env("OKTA_PASSWORD", world.password("push@acme.example")).run().succeeds();
    assert_eq!(outcome.json()["status"], "SUCCESS");
    assert_eq!(world.sandbox.pushes("push@acme.example"), 1);
}

/// On a terminal's stderr the seconds of a wait are shown, in one line that is gone in the end.
#[test]
fn a_wait_for_a_push_shows_its_seconds_on_a_terminal_and_leaves_nothing() {
    if !terminals() {
        return;
    }
    let world = world(2);
    std::fs::write(world.home.join("in"), world.document_after("push@acme.example", "authn")).unwrap();
    let script = "oktapipe factor-verify <in >out; echo over";
    let case = terminal(&world, "sh", script).step("env", "TERM=xterm").step("size", "24x100");
    let ended = case
        .expect("waiting for the push to be answered on ")
        .expect(" 1 s (Ctrl-C cancels)")
        .expect("over")
        .run();
    let last = ended.seen.rsplit_once("over").unwrap().0;
    assert!(last.ends_with("\r\x1b[K") || last.ends_with("\r\x1b[J"), "{ended:?}");
    // Without a cursor that moves, one plain line; with --quiet nothing.
    let case = terminal(&world, "sh", "oktapipe factor-verify <in2 >out; echo over");
    std::fs::write(world.home.join("in2"), world.document_after("push@acme.example", "authn")).unwrap();
    let ended = case.expect("waiting for the push").expect("over").run();
    assert_eq!(ended.seen.lines().count(), 2, "{ended:?}");
    std::fs::write(world.home.join("in2"), world.document_after("push@acme.example", "authn")).unwrap();
    let quiet =
        terminal(&world, "sh", "oktapipe factor-verify -q <in2 >out; echo over").step("env", "TERM=xterm");
    assert_eq!(quiet.expect("over").run().seen, "over\n");
}
