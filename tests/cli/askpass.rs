//! `OKTAPIPE_ASKPASS`: a program that asks where there is no terminal, by ssh's rules.

use crate::harness::{Case, World, terminal, terminals};
use std::os::unix::fs::PermissionsExt;

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";

/// A program that notes what it was asked in the file `asked`, and what is in its environment in `environment`.
fn program(world: &World, script: &str) -> String {
    let path = world.home.join("ask pass; $x");
    let notes = "printf '%s|%s\\n' \"$#\" \"$1\" >>\"$HOME/asked\"; env >\"$HOME/environment\"";
    std::fs::write(&path, format!("#!/bin/sh\n{notes}\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn asked(world: &World) -> String {
    std::fs::read_to_string(world.home.join("asked")).unwrap_or_default()
}

fn authn(world: &World, program: &str) -> Case {
    world.oktapipe(&["authn"]).env("OKTA_USERNAME", ADA).env("OKTAPIPE_ASKPASS", program)
}

#[test]
fn without_a_terminal_the_program_is_asked_and_its_first_line_is_the_answer() {
    let world = World::new();
    let program = program(&world, &format!("echo '{}'; echo more", world.password(ADA)));
    let document = authn(&world, &program).env("MFA_CODE", "CANARY000").run().succeeds().json();
    assert_eq!(document["status"], "SUCCESS");
    let org = &world.sandbox.environment().into_iter().find(|(name, _)| name == "OKTA_ORG").unwrap().1;
    assert_eq!(asked(&world), format!("1|Okta password of {ADA} at {org}\n"));
    let environment = std::fs::read_to_string(world.home.join("environment")).unwrap();
    assert!(environment.contains("OKTA_USERNAME=") && !environment.contains("MFA_CODE"), "{environment}");
}

#[test]
fn a_program_that_says_no_or_nothing_of_use_is_no_terminal() {
    for (script, told) in
        [("exit 1", "ended with"), ("echo secret-CANARY; exit 3", "ended with"), ("kill $$", "ended with")]
    {
        let world = World::new();
        let program = program(&world, script);
        let error = authn(&world, &program).run().fails(69, "no_terminal");
        let message = error["_oktapipe"]["error"]["message"].as_str().unwrap();
        assert!(message.contains("OKTAPIPE_ASKPASS") && message.contains(told), "{message}");
        assert!(world.sandbox.log().is_empty());
    }
    let world = World::new();
    let error = authn(&world, "/nonexistent/askpass").run().fails(69, "no_terminal");
    assert!(error["_oktapipe"]["error"]["message"].as_str().unwrap().contains("cannot be run"));
}

#[test]
fn a_wrong_code_is_asked_for_again_and_a_choice_by_its_number() {
    let world = World::new();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    let script =
        format!("if [ -e \"$HOME/once\" ]; then echo {code}; else : >\"$HOME/once\"; echo 000000; fi");
    let program = program(&world, &script);
    let document = world.document_after(GRACE, "authn");
    let outcome = world.oktapipe(&["factor-verify"]).stdin(document).env("OKTAPIPE_ASKPASS", &program).run();
    assert_eq!(outcome.json()["status"], "SUCCESS", "{outcome}");
    assert_eq!(asked(&world).matches("1|Code of token:software:totp:GOOGLE").count(), 2, "{}", asked(&world));

    let world = World::new();
    let program = crate::askpass::program(&world, "echo 3");
    let roles = world.oktapipe(&["saml-roles"]).stdin(world.sandbox.assertion(ADA).unwrap()).run().document();
    let outcome = world.oktapipe(&["assume"]).stdin(roles).env("OKTAPIPE_ASKPASS", &program).run();
    let arn = outcome.json()["AssumedRoleUser"]["Arn"].as_str().unwrap().to_owned();
    assert!(arn.contains(":assumed-role/ReadOnly/"), "{outcome}");
    assert!(asked(&world).contains("  3  444455556666/ReadOnly\nNumber (1-3)\n"), "{}", asked(&world));
}

#[test]
fn no_input_and_never_forbid_it_and_another_word_is_config() {
    let world = World::new();
    let program = program(&world, "echo x");
    let without = world.oktapipe(&["authn", "--no-input"]).env("OKTA_USERNAME", ADA);
    without.env("OKTAPIPE_ASKPASS", &program).run().fails(69, "no_terminal");
    let never = authn(&world, &program).env("OKTAPIPE_ASKPASS_REQUIRE", "never");
    never.run().fails(69, "no_terminal");
    let other = authn(&world, &program).env("OKTAPIPE_ASKPASS_REQUIRE", "always");
    other.run().fails(78, "config");
    assert_eq!(asked(&world), "");
}

#[test]
fn a_terminal_comes_first_unless_force_or_prefer_says_otherwise() {
    if !terminals() {
        return;
    }
    let script = "oktapipe authn </dev/null >out; echo over";
    let world = World::new();
    let program = program(&world, &format!("echo '{}'", world.password(ADA)));
    let named = format!("OKTAPIPE_ASKPASS={program}");
    let ended =
        terminal(&world, "sh", script).step("env", &named).answer("Okta password", world.password(ADA));
    ended.expect("over").run();
    assert_eq!(asked(&world), "");
    for word in ["force", "prefer"] {
        let case = terminal(&world, "sh", script).step("env", &named);
        let ended = case.step("env", &format!("OKTAPIPE_ASKPASS_REQUIRE={word}")).expect("over").run();
        assert!(!ended.seen.contains("password"), "{word}: {ended:?}");
    }
    assert_eq!(asked(&world).lines().count(), 2);
    // Only a preference: where the program is gone, the terminal is asked.
    let case = terminal(&world, "sh", script).step("env", "OKTAPIPE_ASKPASS=/nonexistent/askpass");
    let case = case.step("env", "OKTAPIPE_ASKPASS_REQUIRE=prefer");
    case.answer("Okta password", world.password(ADA)).expect("over").run();
}

#[test]
fn a_signal_ends_the_question_and_the_program() {
    let world = World::new();
    let program = program(&world, "echo $$ >\"$HOME/pid\"; exec sleep 60");
    let running = authn(&world, &program).start();
    let pid = world.home.join("pid");
    let ready = || std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n'));
    crate::harness::patiently("the program", || ready().then_some(()));
    running.signal(rustix::process::Signal::TERM);
    let outcome = running.end();
    assert_eq!(outcome.signal, Some(15), "{outcome}");
    let pid: i32 = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
    assert!(!std::path::Path::new(&format!("/proc/{pid}/exe")).exists(), "the program lives on");
}
