//! Twenty at once: one signs in, one question is asked, and what comes of it is everybody's.

use crate::harness::{Case, Outcome, World, patiently};
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const SOLO: &str = "solo@acme.example";
const ADA: &str = "ada@acme.example";
const MANY: usize = 20;

/// A person at a window: each question is a line in `asked`, with the process that asks; the answer takes a while.
fn askpass(world: &World, script: &str) -> String {
    let path = world.home.join("askpass");
    let note = "echo \"$PPID\" >>\"$HOME/asked\"; n=$(wc -l <\"$HOME/asked\")";
    std::fs::write(&path, format!("#!/bin/sh\n{note}\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn asked(world: &World) -> Vec<u32> {
    let text = std::fs::read_to_string(world.home.join("asked")).unwrap_or_default();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

fn sign_ins(world: &World) -> usize {
    world.sandbox.log().iter().filter(|request| request.path == "/api/v1/authn").count()
}

fn case(world: &World, login: &str, arguments: &[&str], askpass: &str) -> Case {
    world.oktapipe(arguments).env("OKTA_USERNAME", login).env("OKTAPIPE_ASKPASS", askpass)
}

/// All at once, each in a thread that reads what it prints.
fn all(cases: Vec<Case>) -> Vec<Outcome> {
    let threads: Vec<_> = cases.into_iter().map(|case| std::thread::spawn(|| case.run())).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn right(world: &World, login: &str) -> String {
    askpass(world, &format!("sleep 2; echo '{}'", world.password(login)))
}

#[test]
fn of_twenty_one_signs_in_and_asks_and_all_get_the_same_credentials() {
    let world = World::new();
    let askpass = right(&world, SOLO);
    let outcomes = all((0..MANY).map(|_| case(&world, SOLO, &["credential-process"], &askpass)).collect());
    let first = outcomes[0].stdout.clone();
    for outcome in outcomes {
        assert_eq!(outcome.stdout, first, "{outcome}");
        let outcome = outcome.succeeds();
        assert_eq!(outcome.json()["Version"], 1, "{outcome}");
    }
    assert_eq!((asked(&world).len(), sign_ins(&world)), (1, 1));
    let of_aws = world.sandbox.log().iter().filter(|request| request.service == "sts").count();
    assert_eq!(of_aws, 1);
}

#[test]
fn of_twenty_with_different_roles_one_signs_in() {
    let world = World::new();
    let askpass = right(&world, ADA);
    let roles = ["Dev", "Deploy", "ReadOnly"];
    let cases = (0..MANY)
        .map(|number| case(&world, ADA, &["credential-process", "--role", roles[number % 3]], &askpass));
    for outcome in all(cases.collect()) {
        outcome.succeeds();
    }
    assert_eq!((asked(&world).len(), sign_ins(&world)), (1, 1));
}

#[test]
fn when_it_fails_all_fail_alike_and_the_account_is_tried_no_more() {
    let world = World::new();
    // Typed wrong once is common, so the one who asks asks twice; nobody else does.
    let askpass = askpass(&world, "sleep 1; echo CANARY-wrong");
    let outcomes = all((0..MANY).map(|_| case(&world, SOLO, &["credential-process"], &askpass)).collect());
    let asked = asked(&world);
    assert!(asked.len() == 2 && asked[0] == asked[1] && sign_ins(&world) == 2, "{asked:?}");
    let told = format!("(told by oktapipe, pid {}, which this one waited for)", asked[0]);
    let mut own = 0;
    for outcome in &outcomes {
        assert!(outcome.status == Some(77) && outcome.stdout.is_empty(), "{outcome}");
        assert!(outcome.stderr.lines().count() == 1, "{outcome}");
        assert!(outcome.stderr.starts_with("oktapipe authn: Okta says: Authentication failed"), "{outcome}");
        own += usize::from(!outcome.stderr.contains(&told));
    }
    assert_eq!(own, 1);
    // An SDK that asks again at once gets the same answer, and Okta does not hear of it.
    let again = case(&world, SOLO, &["credential-process"], &askpass).run();
    assert!(again.status == Some(77) && again.stderr.contains(&told), "{again}");
    assert_eq!(sign_ins(&world), 2);
}

#[test]
fn the_error_document_of_a_failure_that_is_shared_is_that_of_the_stage() {
    let world = World::new();
    let askpass = askpass(&world, "sleep 2; echo CANARY-wrong");
    let outcomes = all((0..3).map(|_| case(&world, SOLO, &["login", "-q"], &askpass)).collect());
    for outcome in &outcomes {
        let document = outcome.json();
        assert!(outcome.status == Some(77) && document["_oktapipe"]["error"]["exit_code"] == 77, "{outcome}");
        assert_eq!(document["_oktapipe"]["error"]["stage"], "authn");
        assert_eq!(document["errorCode"], "E0000004");
    }
}

#[test]
fn what_another_app_refused_fails_nobody_but_those_who_wanted_it() {
    let world = World::new();
    let askpass = right(&world, SOLO);
    let other =
        || case(&world, SOLO, &["credential-process"], &askpass).env("OKTA_APP_ID", "0oaother0000000000x7");
    let first = other().start();
    patiently("the question", || asked(&world).first().copied());
    let waiting = all(vec![case(&world, SOLO, &["credential-process"], &askpass), other()]);
    let Ok([right, wrong]) = <[Outcome; 2]>::try_from(waiting) else { panic!() };
    let first = first.end();
    assert!(first.status != Some(0) && first.stderr.contains("saml-fetch"), "{first}");
    assert!(wrong.status == first.status && wrong.stderr.contains("(told by oktapipe, pid"), "{wrong}");
    right.succeeds();
    assert_eq!((asked(&world).len(), sign_ins(&world)), (1, 1));
}

#[test]
fn when_the_one_is_killed_another_takes_over() {
    let world = World::new();
    let script = format!("[ \"$n\" = 1 ] && exec sleep 4; sleep 1; echo '{}'", world.password(SOLO));
    let askpass = askpass(&world, &script);
    let running: Vec<_> =
        (0..MANY).map(|_| case(&world, SOLO, &["credential-process"], &askpass).start()).collect();
    let first = patiently("the first question", || asked(&world).first().copied());
    // The others shall be there, and wait.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    kill_process(Pid::from_raw(i32::try_from(first).unwrap()).unwrap(), Signal::KILL).unwrap();
    let outcomes: Vec<_> = running.into_iter().map(crate::harness::Running::end).collect();
    let (killed, rest): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|outcome| outcome.signal == Some(9));
    assert_eq!((killed.len(), rest.len()), (1, MANY - 1));
    for outcome in rest {
        outcome.succeeds();
    }
    assert_eq!((asked(&world).len(), sign_ins(&world)), (2, 1));
}

#[test]
fn a_person_who_waits_is_told_for_whom() {
    let world = World::new();
    let askpass = right(&world, SOLO);
    let first = case(&world, SOLO, &["login"], &askpass).start();
    patiently("the question", || asked(&world).first().copied());
    let second = case(&world, SOLO, &["login"], &askpass).run();
    let pid = asked(&world)[0];
    assert_eq!(second.stderr, format!("waiting for oktapipe (pid {pid}) to sign in\n"), "{second}");
    assert_eq!(first.end().document(), second.document());
}

#[test]
fn one_that_could_ask_nobody_speaks_for_those_who_can_ask_nobody_either() {
    let world = World::new();
    // A password command that takes its time and gives nothing: then nobody is there to be asked.
    let slow = |path: &PathBuf| format!("sleep 1; cat {}", path.display());
    let empty = world.home.join("empty");
    std::fs::write(&empty, "").unwrap();
    let run = || {
        let case = world.oktapipe(&["credential-process", "--password-command", &slow(&empty)]);
        case.env("OKTA_USERNAME", SOLO)
    };
    for outcome in all((0..3).map(|_| run()).collect()) {
        assert!(outcome.status == Some(78) && outcome.stderr.lines().count() == 1, "{outcome}");
    }
    assert!(world.sandbox.log().is_empty());
}
