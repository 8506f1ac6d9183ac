//! `doctor`: where each setting comes from, what is trusted and reachable, a status that says what is wrong first, and no secret.

use crate::harness::{Case, World, terminal, terminals};
use oktapipe_sandbox::{Action, Fault};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

fn write(world: &World, text: &str) {
    let folder = world.home.join(".config/oktapipe");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

fn doctor(world: &World, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["doctor"], arguments].concat())
}

fn setting<'d>(document: &'d Value, name: &str) -> &'d Value {
    let settings = document["Settings"].as_array().unwrap();
    settings
        .iter()
        .find(|setting| setting["Setting"] == name)
        .unwrap_or_else(|| panic!("no {name} in {document}"))
}

fn check<'d>(document: &'d Value, name: &str) -> &'d Value {
    let checks = document["Checks"].as_array().unwrap();
    checks.iter().find(|check| check["Check"] == name).unwrap_or_else(|| panic!("no {name} in {document}"))
}

/// The number, and the document.
fn finds(case: Case, code: i32) -> Value {
    let outcome = case.run();
    assert!(outcome.status == Some(code) && outcome.stderr.is_empty(), "{outcome}");
    outcome.json()
}

#[test]
fn all_is_well_in_the_sandbox_and_says_so() {
    let world = World::new();
    let document = finds(doctor(&world, &[]), 0);
    for name in ["config", "kept", "trust", "org", "sts", "clock"] {
        assert_eq!(check(&document, name)["Ok"], true, "{document}");
    }
    assert!(check(&document, "org")["Found"].as_str().unwrap().contains("Okta Classic Engine"), "{document}");
    assert_eq!(check(&document, "org")["What"], world.sandbox.org());
    assert_eq!(check(&document, "sts")["What"], world.sandbox.sts());
    // Nothing was signed in to: one question each, and none with a body.
    let asked = world.sandbox.log();
    assert!(
        asked.len() == 2 && asked.iter().all(|request| request.method == "GET" && request.body.is_empty()),
        "{asked:?}"
    );
}

#[test]
fn each_setting_is_told_with_its_source() {
    let world = World::new();
    write(
        &world,
        "[profile.base]\nregion = 'eu-west-1'\nrole = ['A', 'B']\n[profile.p]\ninherit = 'base'\n\nduration = '2h'\nusername = 'ada'\norg = 'other'\n",
    );
    let document = finds(doctor(&world, &["p", "--role", "C"]).env("OKTA_USERNAME", "grace"), 0);
    let from = |name: &str| {
        let setting = setting(&document, name);
        let part = |key: &str| setting.get(key).map(|value| value.to_string()).unwrap_or_default();
        format!(
            "{} {}{}{}{}",
            setting["Value"],
            part("Flag"),
            part("Variable"),
            part("Profile"),
            part("Line")
        )
    };
    assert_eq!(from("role"), "\"C\" \"--role\"");
    assert_eq!(from("username"), "\"grace\" \"OKTA_USERNAME\"");
    assert_eq!(from("duration"), "\"2h\" \"p\"7");
    assert_eq!(from("push-timeout"), "\"300\" ");
    assert_eq!(from("policy"), "null ");
    assert_eq!(from("region"), "\"us-east-1\" \"AWS_REGION\"");
    let without = doctor(&world, &["p"]).without("AWS_REGION").without("AWS_DEFAULT_REGION");
    let document = finds(without, 0);
    assert_eq!(setting(&document, "region")["Profile"], "base");
    assert_eq!(setting(&document, "role")["Value"], "A B");
    assert_eq!(check(&document, "profile")["Found"], "named by the command line, inherits from base");
}

#[test]
fn no_secret_is_shown_and_no_command_run() {
    let world = World::new();
    write(
        &world,
        "[profile.default]\npassword-command = 'touch run; echo CANARY'\npasscode-command = 'touch run'\n",
    );
    let case = doctor(&world, &[]).env("OKTA_PASSWORD", "CANARY-password").env("MFA_CODE", "CANARY-code");
    let case = case.env("https_proxy", "http://user:CANARY@127.0.0.1:1");
    let document = finds(case, 0);
    assert_eq!(setting(&document, "password")["Value"], "(set)");
    assert_eq!(setting(&document, "password")["Variable"], "OKTA_PASSWORD");
    assert_eq!(setting(&document, "passcode")["Variable"], "MFA_CODE");
    assert_eq!(setting(&document, "password-command")["Value"], "(a command)");
    assert!(!document.to_string().contains("CANARY") && !world.home.join("run").exists(), "{document}");
}

#[test]
fn what_is_wrong_is_told_in_its_place_and_the_first_fault_is_the_status() {
    let world = World::new();
    // Neither is there.
    let document = finds(doctor(&world, &["--org", "http://127.0.0.1:1"]), 69);
    let org = check(&document, "org");
    assert!(
        org["Ok"] == false && org["Kind"] == "network" && !org["Hint"].as_str().unwrap().is_empty(),
        "{document}"
    );
    assert_eq!(check(&document, "sts")["Ok"], true);
    // Not trusted.
    let ca = world.sandbox.ca_file().display().to_string();
    let case = doctor(&world, &[]).without("SSL_CERT_FILE").without("AWS_CA_BUNDLE");
    assert_eq!(check(&finds(case, 69), "org")["Kind"], "tls");
    let case = doctor(&world, &["--ca-file", &ca]).without("SSL_CERT_FILE").without("AWS_CA_BUNDLE");
    finds(case, 0);
    // A file of certificates that is none.
    let document = finds(doctor(&world, &["--ca-file", "/nonexistent.pem"]), 78);
    let trust: Vec<&Value> =
        document["Checks"].as_array().unwrap().iter().filter(|check| check["Check"] == "trust").collect();
    assert_eq!(trust.iter().filter(|check| check["Ok"] == false).count(), 1, "{document}");
    // No org.
    assert_eq!(check(&finds(doctor(&world, &[]).without("OKTA_ORG"), 78), "org")["Kind"], "config");
    // A faulty file, and a profile that is not there: the rest is looked at all the same.
    write(&world, "[profile.a]\nnope = 1\n");
    let document = finds(doctor(&world, &[]), 78);
    assert!(check(&document, "config")["Message"].as_str().unwrap().contains("line 2"), "{document}");
    assert_eq!(check(&document, "org")["Ok"], true);
    write(&world, "[profile.a]\n");
    let document = finds(doctor(&world, &["b"]), 78);
    assert_eq!(
        (&check(&document, "config")["Ok"], &check(&document, "profile")["Ok"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn a_service_that_does_not_answer_takes_two_seconds() {
    let world = World::new();
    for service in ["okta:", "sts:"] {
        let action = Action::Delay(Duration::from_secs(30));
        world.sandbox.fault(Fault { path_prefix: format!("{service}/"), skip: 0, times: 1, action });
    }
    let start = Instant::now();
    let document = finds(doctor(&world, &[]), 75);
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    for name in ["org", "sts"] {
        assert_eq!(check(&document, name)["Kind"], "timeout", "{document}");
    }
}

#[test]
fn what_is_kept_is_told_without_what_is_in_it() {
    let world = World::new();
    const ADA: &str = "ada@acme.example";
    assert_eq!(check(&finds(doctor(&world, &[]), 0), "kept")["Found"], "nothing yet");
    let login = world.oktapipe(&["login", "--role", "Dev"]).env("OKTA_USERNAME", ADA);
    login.env("OKTA_PASSWORD", world.password(ADA)).run().succeeds();
    let document = finds(doctor(&world, &[]), 0);
    let found = check(&document, "kept")["Found"].as_str().unwrap();
    assert!(found.starts_with("sessions: 1, assertions: 1, credentials: 1; the key is in "), "{document}");
    assert!(!document.to_string().contains("CANARY"), "{document}");
    // A folder that others may look into is a finding.
    let folder = world.home.join(".local/state/oktapipe");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(check(&finds(doctor(&world, &[]), 74), "kept")["Kind"], "io");
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    let world = World::new();
    world.sandbox.advance(Duration::from_secs(600));
    let document = finds(doctor(&world, &[]), 78);
    assert!(
        check(&document, "clock")["Message"].as_str().unwrap().contains("s behind of the services"),
        "{document}"
    );
}

#[test]
fn a_terminal_gets_lines_for_people_and_with_json_the_document() {
    if !terminals() {
        return;
    }
    let world = World::new();
    write(&world, "[profile.default]\nregion = 'eu-west-1'\nduration = '2h'\n");
    let ended =
        terminal(&world, "sh", "unset AWS_REGION AWS_DEFAULT_REGION; oktapipe doctor; echo status $?").run();
    for told in
        ["duration", "2h", "profile default, line 3", "ok   org: ", "ok   sts: ", "OKTA_ORG", "status 0"]
    {
        assert!(ended.seen.contains(told), "{told}: {ended:?}");
    }
    let ended =
        terminal(&world, "sh", "oktapipe doctor --json --org http://127.0.0.1:1; echo status $?").run();
    assert!(ended.seen.contains("\"Checks\": [") && ended.seen.contains("status 69"), "{ended:?}");
}
