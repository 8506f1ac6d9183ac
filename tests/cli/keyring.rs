//! The key of what is kept, in the kernel's keyring of the user: every session of the person's has it, and whoever has it not reads nothing.
//!
//! Each script runs in a user namespace of its own, where the same person has another keyring, as after the machine's next start.

use crate::harness::{Case, World, can, has};
use serde_json::Value;

const SOLO: &str = "solo@acme.example";

/// A session whose keyring does not lead to the user's, as services of systemd have it. keyctl(1) says that it joined it.
const SESSION: &str = "keyctl session - 2>joined";

fn keyrings() -> bool {
    has("keyctl") && can("a user namespace with a keyring", "unshare --user --map-root-user keyctl show @u")
}

/// A script after a start of the machine. `with` has the password, `without` has not.
fn started(world: &World, script: &str) -> Case {
    let functions = "without() { env -u OKTA_PASSWORD oktapipe \"$@\"; }; with() { oktapipe \"$@\"; }";
    world
        .shell("sh", "exec unshare --user --map-root-user sh -euc \"$SCRIPT\"")
        .env("SCRIPT", &format!("{functions}; {script}"))
        .env("OKTA_USERNAME", SOLO)
        .env("OKTA_PASSWORD", world.password(SOLO))
}

fn sign_ins(world: &World) -> usize {
    world.sandbox.log().iter().filter(|request| request.path == "/api/v1/authn").count()
}

/// Every line is the same document, got by one sign-in; and no key lies in a file.
#[track_caller]
fn is_one_login(world: &World, stdout: &str, lines: usize) {
    let documents: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), lines, "{stdout}");
    assert!(documents.iter().all(|document| *document == documents[0]));
    assert_eq!(sign_ins(world), 1);
    assert!(!world.home.join(".local/state/oktapipe/key").exists());
}

#[test]
fn every_session_of_a_person_has_what_is_kept() {
    if !keyrings() {
        return;
    }
    let world = World::new();
    let script = format!("with login; {SESSION} env -u OKTA_PASSWORD oktapipe login; without login");
    is_one_login(&world, &started(&world, &script).run().succeeds().stdout, 3);
}

/// Who adds a key from such a session does not possess it.
#[test]
fn what_a_service_keeps_first_the_persons_sessions_have() {
    if !keyrings() {
        return;
    }
    let world = World::new();
    let script = format!(
        "{SESSION} oktapipe login; without login; {SESSION} env -u OKTA_PASSWORD oktapipe login; without login"
    );
    is_one_login(&world, &started(&world, &script).run().succeeds().stdout, 4);
}

#[test]
fn a_key_that_was_left_as_it_was_added_is_used_in_every_session() {
    if !keyrings() {
        return;
    }
    let world = World::new();
    let add = "printf %s 0123456789abcdef0123456789abcdef | keyctl padd user oktapipe:cache @u >added";
    let script = format!("{add}; {SESSION} oktapipe login; without login");
    is_one_login(&world, &started(&world, &script).run().succeeds().stdout, 2);
}

#[test]
fn a_key_that_was_revoked_gives_way_to_another() {
    if !keyrings() {
        return;
    }
    let world = World::new();
    let revoke = "keyctl revoke \"$(keyctl search @u user oktapipe:cache)\"";
    let script = format!("with login; {revoke}; with login; without login");
    let outcome = started(&world, &script).run().succeeds();
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert!(lines[0] != lines[1] && lines[1] == lines[2], "{outcome}");
    assert_eq!(sign_ins(&world), 2);
}

#[test]
fn after_the_next_start_nothing_kept_is_read_and_a_login_is_a_fresh_one() {
    if !keyrings() {
        return;
    }
    let world = World::new();
    let first = started(&world, "with login; without login").run().succeeds();
    // Nothing is said of it, and nothing given out; only a command that has to sign in says that it cannot.
    for (command, status) in
        [("login", 69), ("credential-process", 69), ("roles", 69), ("exec -- true", 125), ("logout", 0)]
    {
        let started_anew = started(&world, &format!("without {command}")).run();
        assert_eq!(started_anew.status, Some(status), "{started_anew}");
        assert!(!started_anew.stdout.contains("CANARY"), "{started_anew}");
    }
    started(&world, "with login >kept").run().succeeds();
    let second = started(&world, "with login; without login").run().succeeds();
    let (first, second): (Vec<&str>, Vec<&str>) =
        (first.stdout.lines().collect(), second.stdout.lines().collect());
    assert!(first[0] == first[1] && second[0] == second[1] && first[0] != second[0]);
    assert_eq!(sign_ins(&world), 3);
}
