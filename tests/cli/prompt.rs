//! Questions on a real terminal: `/dev/tty` while stdin, stdout and stderr are pipes; echo; Ctrl-C; two stages that ask at once.
//!
//! A person types a password on a terminal that they look at, so what is seen may hold no canary either: echo is off.

use crate::harness::{World, has, terminal, terminals};

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";

/// How the scripts tell whether a document came, without showing it.
const STATUS: &str = "jq -r .status out; cat err";

#[test]
fn the_password_is_asked_on_the_terminal_while_all_descriptors_are_pipes() {
    if !terminals() || !has("jq") {
        return;
    }
    for shell in ["bash", "dash", "zsh", "ksh"].into_iter().filter(|shell| has(shell)) {
        let world = World::new();
        let script = format!("oktapipe authn </dev/null 2>err | cat >out; {STATUS}");
        let ended = terminal(&world, shell, &script)
            .answer("Okta password of ada@acme.example", world.password(ADA))
            .run();
        assert!(ended.seen.ends_with("SUCCESS\n"), "{shell}: {ended:?}");
    }
}

#[test]
fn the_name_is_asked_too_and_shown() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    let script = format!("unset OKTA_USERNAME; oktapipe authn </dev/null 2>err >out; {STATUS}");
    let case = terminal(&world, "sh", &script).answer("Okta user name", ADA);
    let ended = case.answer("Okta password of ada@acme.example", world.password(ADA)).run();
    assert!(ended.seen.contains(&format!(": {ADA}\n")) && ended.seen.ends_with("SUCCESS\n"), "{ended:?}");
    assert!(!ended.seen.contains("::"), "{ended:?}");
}

#[test]
fn ctrl_c_at_a_question_ends_by_the_signal_and_leaves_echo_on() {
    if !terminals() {
        return;
    }
    for shell in ["bash", "zsh", "dash", "ksh"].into_iter().filter(|shell| has(shell)) {
        // ksh93 prompts before the pipe in its $(...) has ended: what its line editor then takes for the terminal's modes are those of
        // the question.
        let last = if shell == "ksh" {
            None
        } else {
            Some("eval \"$(oktapipe authn </dev/null | oktapipe export)\"")
        };
        for script in ["oktapipe authn </dev/null", "x=$(oktapipe authn </dev/null)"].into_iter().chain(last)
        {
            let world = World::new();
            let case = terminal(&world, shell, script)
                .flag("interactive")
                .expect("Okta password")
                .key("C-c")
                .expect("ready$ ")
                // dash prompts before the pipe in its $(...) has ended. A command typed within that moment takes the terminal away from
                // the stage before it has put the modes back, and no person types so fast.
                .step("sleep", "1.5");
            let ended = case.run();
            assert!(!ended.seen.contains("Authentication"), "{shell}: {ended:?}");
            assert!(world.sandbox.log().is_empty(), "{shell}: {script}");
        }
    }
}

#[test]
fn a_script_stops_at_ctrl_c() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let ended = terminal(&world, "bash", "oktapipe authn </dev/null; echo went on")
        .expect("Okta password")
        .key("C-c")
        .run();
    assert!(ended.signal == Some(2) && !ended.seen.contains("went on"), "{ended:?}");
}

#[test]
fn ctrl_d_at_a_question_is_a_failure_with_an_error_document() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    let script = "oktapipe authn </dev/null 2>err >out; echo \"status $?\"; jq -r ._oktapipe.error.kind out";
    let ended = terminal(&world, "sh", script).expect("Okta password").key("C-d").run();
    assert!(ended.seen.ends_with("status 69\nno_terminal\n"), "{ended:?}");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn a_typed_code_that_is_wrong_may_be_typed_again() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), world.document_after(GRACE, "authn")).unwrap();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    let case = terminal(&world, "sh", &format!("oktapipe factor-verify <in 2>err >out; {STATUS}"));
    let ended = case
        .answer("Code of token:software:totp:GOOGLE", "000000")
        .expect("not accepted")
        .answer("Code of token:software:totp:GOOGLE", &code)
        .run();
    assert!(ended.seen.ends_with("SUCCESS\n"), "{ended:?}");
    assert_eq!(crate::factor::verifications(&world), 2);
}

#[test]
fn a_factor_and_a_role_are_picked_from_lists() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    let hopper = "hopper@acme.example";
    std::fs::write(world.home.join("in"), world.document_after(hopper, "authn")).unwrap();
    let code = world.sandbox.totp(hopper, "GOOGLE").unwrap();
    let case =
        terminal(&world, "sh", &format!("MFA_CODE={code} oktapipe factor-verify <in 2>err >out; {STATUS}"));
    let ended = case
        .expect("2  token:software:totp:GOOGLE")
        .answer("Number (1-2)", "7")
        .answer("none of the numbers", "2")
        .run();
    assert!(ended.seen.ends_with("SUCCESS\n"), "{ended:?}");

    let world = World::new();
    std::fs::write(world.home.join("in"), world.sandbox.assertion(ADA).unwrap()).unwrap();
    let script =
        "oktapipe saml-roles <in | oktapipe assume 2>err >out; jq -r .AssumedRoleUser.Arn out; cat err";
    let ended = terminal(&world, "sh", script)
        .expect("Which role?")
        .expect("3  444455556666/ReadOnly")
        .answer("Number (1-3)", "3")
        .run();
    assert!(ended.seen.contains("assumed-role/ReadOnly/"), "{ended:?}");
}

#[test]
fn two_stages_of_one_pipe_ask_one_after_the_other() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    let script = format!(
        "OKTA_USERNAME={GRACE}; oktapipe authn </dev/null | oktapipe factor-verify | oktapipe session >out 2>err; {STATUS}"
    );
    let case = terminal(&world, "bash", &script).answer("Okta password of grace", world.password(GRACE));
    let ended = case.answer("Code of token:software:totp:GOOGLE", &code).run();
    assert!(ended.seen.ends_with("ACTIVE\n"), "{ended:?}");
}

#[test]
fn a_reader_that_leaves_closes_the_question() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let ended = terminal(&world, "bash", "oktapipe authn </dev/null | sleep 0.5; echo \"${PIPESTATUS[0]}\"")
        .expect("Okta password")
        .expect("141")
        .run();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn without_input_nothing_is_asked_on_a_terminal_either() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let ended = terminal(&world, "sh", "oktapipe authn --no-input </dev/null | cat >out; cat out")
        .expect("--no-input")
        .run();
    assert!(ended.seen.contains("no_terminal") && ended.seen.contains("--password-fd"), "{ended:?}");
}

#[test]
fn a_stage_whose_stdin_is_the_terminal_says_so_at_once() {
    if !terminals() {
        return;
    }
    let world = World::new();
    for stage in ["factor-verify", "session", "saml-fetch", "saml-roles", "assume", "caller-identity"] {
        let ended = terminal(&world, "sh", &format!("oktapipe {stage}")).expect("stdin is a terminal").run();
        // On a terminal the line is enough: no error document.
        assert!(ended.status == Some(66) && !ended.seen.contains("_oktapipe"), "{ended:?}");
    }
}
