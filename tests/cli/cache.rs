//! What a login leaves for the next one: whose it is, how long it is good, that nobody else can read it, and how it goes.

use crate::harness::{CANARY, Case, Clock, World, has, terminal, terminals};
use oktapipe_sandbox::{Action, Fault};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const ADA: &str = "ada@acme.example";
const SOLO: &str = "solo@acme.example";

/// How often a path was asked for with a method.
fn asked(world: &World, method: &str, path: &str) -> usize {
    world.sandbox.log().iter().filter(|request| request.method == method && request.path == path).count()
}

fn sign_ins(world: &World) -> usize {
    asked(world, "POST", "/api/v1/authn")
}

/// A command with the password, and one without.
fn with(world: &World, login: &str, arguments: &[&str]) -> Case {
    without(world, login, arguments).env("OKTA_PASSWORD", world.password(login))
}

fn without(world: &World, login: &str, arguments: &[&str]) -> Case {
    world.oktapipe(arguments).env("OKTA_USERNAME", login)
}

fn folder(world: &World) -> PathBuf {
    world.home.join(".local/state/oktapipe")
}

fn files(world: &World) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder(world)).map(|entries| entries.map(|entry| entry.unwrap().path()).collect());
    let mut files: Vec<PathBuf> = entries.unwrap_or_default();
    files.sort();
    files
}

#[test]
fn the_next_login_asks_nobody_and_gets_the_same() {
    let world = World::new();
    let first = with(&world, SOLO, &["login"]).run().succeeds();
    let requests = world.sandbox.log().len();
    let second = without(&world, SOLO, &["login"]).run().succeeds();
    assert_eq!(first.json(), second.json());
    assert_eq!(world.sandbox.log().len(), requests);
}

#[test]
fn another_role_needs_the_assertion_only_and_then_the_session_only() {
    let world = World::new();
    with(&world, ADA, &["login", "--role", "Dev"]).run().succeeds();
    let before = world.sandbox.log().len();
    without(&world, ADA, &["login", "--role", "ReadOnly"]).run().succeeds();
    let log = world.sandbox.log().split_off(before);
    assert!(log.len() == 1 && log[0].service != "okta", "{log:?}");
    // What is asked of AWS differs, so it is not what is kept.
    without(&world, ADA, &["login", "--role", "Dev", "--duration", "15m"]).run().succeeds();
    assert_eq!(sign_ins(&world), 1);
}

#[test]
fn people_apps_and_orgs_share_nothing() {
    let world = World::new();
    with(&world, ADA, &["login", "--first"]).run().succeeds();
    without(&world, SOLO, &["login", "--first"]).run().fails(69, "no_terminal");
    without(&world, ADA, &["login", "--first"])
        .env("OKTA_ORG", "https://127.0.0.1:1")
        .run()
        .fails(69, "no_terminal");
    // Another app of the same person needs no password: the session is the org's.
    let before = world.sandbox.log().len();
    let outcome =
        without(&world, ADA, &["login", "--first"]).env("OKTA_APP_ID", "0oaother0000000000x7").run();
    assert!(outcome.status != Some(0) && outcome.status != Some(69), "{outcome}");
    assert!(world.sandbox.log().len() > before && sign_ins(&world) == 1);
}

#[test]
fn without_the_cache_nothing_is_read_and_nothing_written() {
    let world = World::new();
    with(&world, SOLO, &["login", "--no-cache"]).run().succeeds();
    assert!(files(&world).is_empty());
    with(&world, SOLO, &["login"]).run().succeeds();
    without(&world, SOLO, &["login", "--no-cache"]).run().fails(69, "no_terminal");
    assert_eq!(sign_ins(&world), 2);
}

#[test]
fn nothing_kept_shows_a_secret_or_a_name_after_success_and_failure() {
    let world = World::new();
    with(&world, SOLO, &["login"]).run().succeeds();
    without(&world, ADA, &["login"])
        .env("OKTA_PASSWORD", "CANARY-wrong")
        .run()
        .fails(77, "authentication_failed");
    let files = files(&world);
    assert!(files.len() >= 5, "{files:?}");
    for path in &files {
        let bytes = fs::read(path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(CANARY) && !text.contains("solo@") && !text.contains(":role/"), "{path:?}");
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
    }
    assert_eq!(fs::metadata(folder(&world)).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_session_that_okta_has_ended_is_signed_in_anew() {
    let world = World::new();
    with(&world, ADA, &["login", "--role", "Dev"]).run().succeeds();
    // Past the session's end and the assertion's, for Okta. Our own clock stands.
    world.sandbox.advance(Duration::from_secs(3 * 3600));
    let drop_assertions = || {
        for path in files(&world).iter().filter(|path| fs::metadata(path).unwrap().len() > 5000) {
            fs::remove_file(path).unwrap();
        }
    };
    drop_assertions();
    without(&world, ADA, &["login", "--role", "ReadOnly"]).run().fails(69, "no_terminal");
    with(&world, ADA, &["login", "--role", "ReadOnly"]).run().succeeds();
    assert_eq!(sign_ins(&world), 2);
}

#[test]
fn damaged_entries_are_fetched_anew_without_a_word() {
    let world = World::new();
    with(&world, SOLO, &["login"]).run().succeeds();
    for path in files(&world) {
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(bytes.len() / 2);
        fs::write(&path, bytes).unwrap();
    }
    with(&world, SOLO, &["login"]).run().succeeds();
    assert_eq!(sign_ins(&world), 2);
    without(&world, SOLO, &["login"]).run().succeeds();
}

#[test]
fn a_folder_that_others_can_look_into_is_not_used_and_no_login_fails_for_it() {
    let world = World::new();
    fs::create_dir_all(folder(&world)).unwrap();
    fs::set_permissions(folder(&world), Permissions::from_mode(0o755)).unwrap();
    let outcome = with(&world, SOLO, &["login"]).run();
    assert!(
        outcome.stderr.contains("can be read by others") && outcome.stderr.lines().count() == 1,
        "{outcome}"
    );
    outcome.document();
    assert!(files(&world).is_empty());
    with(&world, SOLO, &["login", "-q"]).run().succeeds();
}

/// A container that forbids keyctl(2), as docker's does.
#[test]
fn where_there_is_no_keyring_the_key_is_a_file_that_is_told_once() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    let forbidden = |arguments: &str| {
        let script =
            format!("exec strace -f -o /dev/null -e inject=keyctl,add_key:error=EPERM oktapipe {arguments}");
        world.shell("sh", &script).env("OKTA_USERNAME", SOLO)
    };
    let first = forbidden("login").env("OKTA_PASSWORD", world.password(SOLO)).run();
    assert!(first.status == Some(0) && first.stderr.lines().count() == 1, "{first}");
    assert!(
        first.stderr.contains("keyring cannot be used") && first.stderr.contains("/oktapipe/key"),
        "{first}"
    );
    let key = fs::metadata(folder(&world).join("key")).unwrap();
    assert_eq!((key.len(), key.permissions().mode() & 0o777), (32, 0o600));
    let second = forbidden("login").run().succeeds();
    assert_eq!(first.stdout, second.stdout);
    // With the keyring, its key is another one: what the file's has sealed is nobody's.
    without(&world, SOLO, &["login"]).run().fails(69, "no_terminal");
}

#[test]
fn a_full_disk_is_told_once_and_no_login_fails_for_it() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    let script = "exec strace -f -o trace -e inject=rename,renameat,renameat2:error=ENOSPC oktapipe login";
    let full =
        world.shell("sh", script).env("OKTA_USERNAME", SOLO).env("OKTA_PASSWORD", world.password(SOLO));
    let outcome = full.run();
    assert!(outcome.status == Some(0) && outcome.stderr.lines().count() == 1, "{outcome}");
    assert!(outcome.stderr.contains("is not kept"), "{outcome}");
    let trace = fs::read_to_string(world.home.join("trace")).unwrap();
    assert_eq!(trace.matches("(INJECTED)").count(), 3, "session, form and credentials: {trace}");
    outcome.document();
}

#[test]
fn logging_out_ends_the_session_and_drops_what_is_kept_of_this_person() {
    let world = World::new();
    for login in [ADA, SOLO] {
        with(&world, login, &["login", "--first"]).run().succeeds();
    }
    assert_eq!(world.sandbox.open_sessions().len(), 2);
    let outcome = without(&world, ADA, &["logout"]).run().succeeds();
    assert!(outcome.stdout.is_empty());
    assert_eq!(asked(&world, "DELETE", "/api/v1/sessions/me"), 1);
    assert_eq!(world.sandbox.open_sessions().len(), 1);
    without(&world, ADA, &["login", "--first"]).run().fails(69, "no_terminal");
    without(&world, SOLO, &["login", "--first"]).run().succeeds();
    // Once more there is nothing to end.
    without(&world, ADA, &["logout"]).run().succeeds();
    assert_eq!(asked(&world, "DELETE", "/api/v1/sessions/me"), 1);
}

#[test]
fn logging_out_of_all_leaves_nothing_but_locks() {
    // With a key of its own: this takes the one of the keyring away, from other tests too.
    if !has("strace") {
        return;
    }
    let world = World::new();
    let forbidden = |login: &str, arguments: &str| {
        let script =
            format!("exec strace -f -o /dev/null -e inject=keyctl,add_key:error=EPERM oktapipe {arguments}");
        world.shell("sh", &script).env("OKTA_USERNAME", login).env("OKTA_PASSWORD", world.password(login))
    };
    for login in [ADA, SOLO] {
        forbidden(login, "login -q --first").run().succeeds();
    }
    forbidden(ADA, "logout --all").run().succeeds();
    assert!(world.sandbox.open_sessions().is_empty());
    assert!(files(&world).iter().all(|path| path.extension().is_some_and(|end| end == "lock")));
}

#[test]
fn what_is_kept_is_dropped_even_if_okta_cannot_be_told() {
    let world = World::new();
    with(&world, SOLO, &["login"]).run().succeeds();
    world.sandbox.fault(Fault::next("/api/v1/sessions/me", Action::CloseBeforeAnswer));
    let outcome = without(&world, SOLO, &["logout"]).run();
    assert!(outcome.status == Some(69) && outcome.stdout.is_empty(), "{outcome}");
    world.sandbox.clear_faults();
    without(&world, SOLO, &["login"]).run().fails(69, "no_terminal");
}

#[test]
fn whoami_reads_what_is_kept_and_asks_aws_if_told_to() {
    let world = World::new();
    without(&world, SOLO, &["whoami"]).run().fails(77, "session_expired");
    let credentials = with(&world, SOLO, &["login"]).run().succeeds();
    let before = world.sandbox.log().len();
    let kept = without(&world, SOLO, &["whoami"]).run().succeeds().json();
    assert_eq!(world.sandbox.log().len(), before);
    let verified = without(&world, SOLO, &["whoami", "--verify"]).run().succeeds().json();
    assert_eq!(kept, verified);
    let asked = world.oktapipe(&["caller-identity"]).stdin(&credentials.stdout).run().succeeds().json();
    assert_eq!(verified, asked);
}

#[test]
fn whoami_finds_a_role_in_whatever_words_it_was_asked_for() {
    let world = World::new();
    with(&world, ADA, &["login", "--all"]).run().succeeds();
    let arn = |role: &str| {
        let outcome = without(&world, ADA, &["whoami", "--role", role]).run().succeeds();
        outcome.json()["Arn"].as_str().unwrap().to_owned()
    };
    assert!(arn("111122223333/Dev").ends_with("111122223333:assumed-role/Dev/ada@acme.example"));
    assert!(arn("4444*/Read*").contains(":assumed-role/ReadOnly/"));
    let outcome = without(&world, ADA, &["whoami", "--role", "Nobody"]).run();
    assert!(outcome.stderr.contains("no credentials of that role are kept"), "{outcome}");
    outcome.fails(77, "session_expired");
}

#[test]
fn an_org_that_is_none_is_told_and_nobody_is_called_signed_out() {
    let world = World::new();
    for (command, stage) in [("whoami", "whoami"), ("logout", "logout"), ("login", "authn")] {
        let outcome = without(&world, ADA, &[command, "--org", "a b"]).run();
        assert_eq!(outcome.status, Some(78), "{outcome}");
        let told = format!("oktapipe {stage}: 'a b' is not an Okta org; ");
        assert!(outcome.stderr.starts_with(&told) && outcome.stderr.lines().count() == 1, "{outcome}");
    }
}

#[test]
fn where_no_folder_is_named_nothing_is_kept_and_a_warning_says_so() {
    let world = World::new();
    let outcome = with(&world, SOLO, &["login"]).without("HOME").run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("warning: nothing can be kept: no variable names a folder"), "{outcome}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    let outcome = with(&world, SOLO, &["login", "--no-cache"]).without("HOME").run().succeeds();
    assert_eq!(outcome.stderr, "");
}

#[test]
fn roles_are_listed_from_the_assertion_that_is_kept() {
    let world = World::new();
    let listed = with(&world, ADA, &["roles"]).run().succeeds().json();
    assert_eq!(listed["Roles"].as_array().unwrap().len(), 3);
    let before = world.sandbox.log().len();
    let again = without(&world, ADA, &["roles"]).run().succeeds().json();
    assert_eq!(listed, again);
    assert_eq!(world.sandbox.log().len(), before);
}

/// By the clock, for the one without a choice of roles.
fn later(world: &World, clock: &Clock, arguments: &[&str]) -> Case {
    clock.rules(without(world, SOLO, arguments))
}

fn end_session(world: &World, from: &str) {
    // Nobody tells the person: another browser's sign-out, an administrator, idleness.
    let answer = Action::Answer {
        status: 200,
        content_type: "text/html".to_owned(),
        body: "<title>Sign in</title><div id=\"okta-sign-in\"></div>".to_owned(),
        headers: Vec::new(),
    };
    world.sandbox.fault(Fault { times: 50, ..Fault::next(from, answer) });
}

#[test]
fn credentials_of_a_person_are_renewed_by_the_session_when_a_quarter_of_their_life_is_gone() {
    let world = World::new();
    let Some(clock) = Clock::new(&world) else { return };
    let first = with(&world, SOLO, &["login"]).run().succeeds();
    clock.advance(&world, 10);
    let same = later(&world, &clock, &["login"]).run().succeeds();
    assert_eq!(first.stdout, same.stdout);
    clock.advance(&world, 15);
    let before = world.sandbox.log().len();
    let renewed = later(&world, &clock, &["login"]).run().succeeds();
    assert_ne!(first.json()["Credentials"], renewed.json()["Credentials"]);
    // The app's page by the session, and STS; no sign-in.
    let log = world.sandbox.log().split_off(before);
    assert!(log.len() == 3 && sign_ins(&world) == 1, "{log:?}");
}

#[test]
fn credentials_that_cannot_be_renewed_are_served_while_they_will_do() {
    let world = World::new();
    let Some(clock) = Clock::new(&world) else { return };
    let first = with(&world, SOLO, &["login"]).run().succeeds();
    end_session(&world, "/home/");
    clock.advance(&world, 40);
    let served = later(&world, &clock, &["login"]).run().succeeds();
    assert_eq!(first.stdout, served.stdout);
    // With three minutes left they are not what a person wants, who then has to sign in.
    clock.advance(&world, 17);
    later(&world, &clock, &["login"]).run().fails(69, "no_terminal");
}

#[test]
fn credentials_of_all_roles_are_got_anew_each_time_and_kept_for_logins_that_name_one() {
    let world = World::new();
    let first = with(&world, SOLO, &["login", "--all"]).run().succeeds().json();
    let again = without(&world, SOLO, &["login", "--all"]).run().succeeds().json();
    assert_ne!(first["Credentials"], again["Credentials"]);
    let before = world.sandbox.log().len();
    let named = ["login", "--role", "arn:aws:iam::111122223333:role/Dev"];
    let one = without(&world, SOLO, &named).run().succeeds().json();
    assert_eq!((&one["Credentials"], world.sandbox.log().len()), (&again["Credentials"], before));
    assert_eq!(sign_ins(&world), 1);
}

#[test]
fn an_sdk_is_served_from_what_is_kept_then_by_the_session_and_at_last_to_the_end() {
    let world = World::new();
    let Some(clock) = Clock::new(&world) else { return };
    let process = ["credential-process"];
    let first = with(&world, SOLO, &["credential-process"]).run().succeeds();
    clock.advance(&world, 40);
    let before = world.sandbox.log().len();
    let same = later(&world, &clock, &process).run().succeeds();
    assert_eq!((first.stdout.as_str(), world.sandbox.log().len()), (same.stdout.as_str(), before));
    clock.advance(&world, 6);
    let renewed = later(&world, &clock, &process).run().succeeds();
    assert_ne!(first.stdout, renewed.stdout);
    end_session(&world, "/home/");
    clock.advance(&world, 50);
    let served = later(&world, &clock, &process).run().succeeds();
    assert_eq!(renewed.stdout, served.stdout);
    clock.advance(&world, 10);
    let outcome = later(&world, &clock, &process).run();
    assert!(outcome.status == Some(69) && outcome.stdout.is_empty(), "{outcome}");
}

#[test]
fn what_could_not_be_renewed_in_ten_seconds_is_served_and_tried_again_after_a_minute() {
    let world = World::new();
    let Some(clock) = Clock::new(&world) else { return };
    let process = ["credential-process"];
    let first = with(&world, SOLO, &["credential-process"]).run().succeeds();
    clock.advance(&world, 50);
    world.sandbox.fault(Fault { times: 2, ..Fault::next("/home/", Action::Delay(Duration::from_secs(25))) });
    let start = Instant::now();
    let served = later(&world, &clock, &process).run().succeeds();
    assert_eq!(first.stdout, served.stdout);
    let took = start.elapsed();
    assert!((10..20).contains(&took.as_secs()), "{took:?}");
    // botocore asks before each call from here on: nothing is tried for a while.
    let before = world.sandbox.log().len();
    let served = later(&world, &clock, &process).run().succeeds();
    assert_eq!((first.stdout.as_str(), before), (served.stdout.as_str(), world.sandbox.log().len()));
    world.sandbox.clear_faults();
    clock.advance(&world, 2);
    let renewed = later(&world, &clock, &process).run().succeeds();
    assert_ne!(first.stdout, renewed.stdout);
    assert_eq!(sign_ins(&world), 1);
}

#[test]
fn a_role_that_was_picked_is_picked_again_and_by_its_name_needs_nobody() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let ask = |script: &str| terminal(&world, "sh", script);
    let first = ask("TERM=dumb oktapipe login").answer("Okta password of", world.password(ADA));
    let first = first.answer("Number (1-3): ", "2").run();
    assert!(first.status == Some(0) && first.seen.contains("assumed-role/Deploy/"), "{first:?}");
    let second = ask("TERM=dumb oktapipe login").answer("Number (1-3): ", "1").run();
    assert!(second.status == Some(0) && second.seen.contains("assumed-role/Dev/"), "{second:?}");
    let named = without(&world, ADA, &["login", "--role", "arn:aws:iam::111122223333:role/Dev"]);
    let requests = world.sandbox.log().len();
    named.run().succeeds();
    assert_eq!(world.sandbox.log().len(), requests);
    assert_eq!(sign_ins(&world), 1);
}

#[test]
fn a_stdin_that_never_ends_is_not_waited_for() {
    let world = World::new();
    for arguments in [
        &["login"][..],
        &["credential-process"],
        &["roles"],
        &["exec", "--", "true"],
        &["whoami"],
        &["logout"],
    ] {
        let outcome = with(&world, SOLO, arguments).start_idle().end();
        assert_eq!(outcome.status, Some(0), "{outcome}");
    }
}

#[test]
fn doctor_says_what_is_kept_and_what_keeps_it_from_being_used() {
    let world = World::new();
    let kept = |case: Case| {
        let document = case.run().json();
        let checks = document["Checks"].as_array().unwrap();
        checks.iter().find(|check| check["Check"] == "kept").unwrap().clone()
    };
    assert_eq!(kept(without(&world, SOLO, &["doctor"]))["Found"], "nothing yet");
    with(&world, SOLO, &["login"]).run().succeeds();
    let found = kept(without(&world, SOLO, &["doctor"]))["Found"].as_str().unwrap().to_owned();
    assert!(found.starts_with("sessions: 1, assertions: 1, credentials: 1; the key is in "), "{found}");
    fs::set_permissions(folder(&world), Permissions::from_mode(0o755)).unwrap();
    let bad = kept(without(&world, SOLO, &["doctor"]));
    assert_eq!((&bad["Ok"], &bad["Kind"]), (&false.into(), &"io".into()), "{bad}");
}

#[test]
fn a_profile_can_have_nothing_kept() {
    let world = World::new();
    fs::create_dir_all(world.home.join(".config/oktapipe")).unwrap();
    fs::write(world.home.join(".config/oktapipe/config.toml"), "[profile.dev]\nno-cache = true\n").unwrap();
    with(&world, SOLO, &["login", "dev"]).run().succeeds();
    assert!(files(&world).is_empty());
}

#[test]
fn what_a_profile_settles_and_a_flag_settles_is_the_same_and_what_neither_does_is_another() {
    let world = World::new();
    fs::create_dir_all(world.home.join(".config/oktapipe")).unwrap();
    let profile = "[profile.first]\nfirst = true\n[profile.deploy]\nrole = \"Deploy\"\n";
    fs::write(world.home.join(".config/oktapipe/config.toml"), profile).unwrap();
    let first = with(&world, ADA, &["login", "first"]).run().succeeds();
    let before = world.sandbox.log().len();
    let by_flag = without(&world, ADA, &["login", "--first"]).run().succeeds().json();
    assert_eq!(by_flag["Credentials"], first.json()["Credentials"]);
    // The document names the profile that was named now, and no other.
    assert!(by_flag["_oktapipe"]["profile"].is_null(), "{by_flag}");
    assert_eq!(without(&world, ADA, &["login", "first"]).run().succeeds().json(), first.json());
    assert_eq!(world.sandbox.log().len(), before);
    without(&world, ADA, &["login"]).run().fails(69, "role_ambiguous");
    let deploy = without(&world, ADA, &["login", "deploy"]).run().succeeds();
    assert!(deploy.stdout.contains("assumed-role/Deploy/"), "{deploy}");
}
