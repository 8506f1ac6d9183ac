//! Questions in every shell and calling form, on a terminal of an interactive shell with job control: answered, Ctrl-C, Ctrl-Z, a reader that
//! is gone, two stages that ask, the background. After each cell the harness looks whether the terminal echoes and has lines again.

use crate::harness::{World, has, terminal, terminals};
use std::thread;

const GRACE: &str = "grace@acme.example";
const ADA: &str = "ada@acme.example";
const SHELLS: [&str; 8] = ["bash", "zsh", "dash", "ksh", "mksh", "yash", "fish", "tcsh"];

/// The forms in which a stage that asks is called; each leaves the document in the file `out`.
fn forms(shell: &str) -> &'static [&'static str] {
    match shell {
        "fish" => &[
            "oktapipe authn </dev/null | cat >out",
            "oktapipe authn </dev/null | tee out | sed 's/.*/true/' | source",
            "eval (oktapipe authn </dev/null >out)",
            "set o (oktapipe authn </dev/null | tee out)",
        ],
        "tcsh" => &[
            "oktapipe authn </dev/null | cat >out",
            "eval `oktapipe authn </dev/null >out`",
            "set o = `oktapipe authn </dev/null | tee out | wc -c`",
        ],
        _ => &[
            "oktapipe authn </dev/null | cat >out",
            "o=$(oktapipe authn </dev/null); echo \"$o\" >out",
            "eval \"$(oktapipe authn </dev/null >out)\"",
            "eval \"$(oktapipe authn </dev/null | tee out | sed 's/.*/:/')\"",
        ],
    }
}

/// Every shell that is there, each in a thread of its own.
fn in_each(shells: &[&'static str], check: impl Fn(&'static str) + Sync) {
    if !terminals() {
        return;
    }
    let check = &check;
    thread::scope(|scope| {
        for shell in shells.iter().copied().filter(|shell| has(shell)) {
            scope.spawn(move || check(shell));
        }
    });
}

#[test]
fn an_answered_question_gives_the_document_in_every_form() {
    in_each(&SHELLS, |shell| {
        for form in forms(shell) {
            let world = World::new();
            let case = terminal(&world, shell, form).flag("interactive");
            let ended = case
                .answer("Okta password", world.password(ADA))
                .expect("ready$ ")
                .step("sleep", "0.3")
                .run();
            let out = std::fs::read_to_string(world.home.join("out")).unwrap_or_default();
            assert!(out.contains("\"status\":\"SUCCESS\""), "{shell}: {form}: {ended:?}");
        }
    });
}

#[test]
fn ctrl_c_sends_nothing_and_leaves_the_terminal_as_it_was_in_every_form() {
    in_each(&SHELLS, |shell| {
        // ksh93 prompts before the pipe in its $(...) has ended: what its line editor then takes for the terminal's modes are those of
        // the question.
        let skipped = |form: &&&str| shell == "ksh" && form.contains("| tee");
        for form in forms(shell).iter().filter(|form| !skipped(form)) {
            let world = World::new();
            let case = terminal(&world, shell, form).flag("interactive").expect("Okta password").key("C-c");
            // dash prompts before the pipe in its $(...) has ended: see tests/cli/prompt.rs.
            let ended = case.expect("ready$ ").step("sleep", "1.5").run();
            assert!(world.sandbox.log().is_empty(), "{shell}: {form}: {ended:?}");
        }
    });
}

#[test]
fn ctrl_z_stops_and_fg_asks_again() {
    in_each(&["bash", "zsh", "mksh", "fish"], |shell| {
        let world = World::new();
        let ended = terminal(&world, shell, "oktapipe authn </dev/null >out")
            .flag("interactive")
            .expect("Okta password")
            .key("C-z")
            .expect("ready$ ")
            .step("type", "fg\\n")
            .answer("Okta password", world.password(ADA))
            .expect("ready$ ")
            .run();
        let out = std::fs::read_to_string(world.home.join("out")).unwrap_or_default();
        assert!(out.contains("\"status\":\"SUCCESS\""), "{shell}: {ended:?}");
    });
}

#[test]
fn a_reader_that_is_gone_is_noticed_before_anything_is_typed() {
    in_each(&SHELLS, |shell| {
        let world = World::new();
        let script = "oktapipe authn </dev/null | sleep 0.5; echo over";
        let ended = terminal(&world, shell, script).flag("interactive");
        let ended = ended.expect("Okta password").expect("over").expect("ready$ ").run();
        assert!(world.sandbox.log().is_empty(), "{shell}: {ended:?}");
    });
}

#[test]
fn two_stages_of_one_pipe_ask_one_after_the_other_in_every_shell() {
    in_each(&SHELLS, |shell| {
        let world = World::new();
        let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
        let script = "oktapipe authn -u grace@acme.example </dev/null | oktapipe factor-verify | oktapipe session >out";
        let case = terminal(&world, shell, script).flag("interactive");
        let case = case.answer("Okta password of grace", world.password(GRACE));
        let ended = case.answer("Code of token:software:totp:GOOGLE", &code).expect("ready$ ").run();
        let out = std::fs::read_to_string(world.home.join("out")).unwrap_or_default();
        assert!(out.contains("\"status\":\"ACTIVE\""), "{shell}: {ended:?}");
    });
}

#[test]
fn in_the_background_nobody_is_asked_and_the_shell_goes_on() {
    in_each(&["bash", "zsh", "dash", "ksh", "mksh", "yash", "fish", "tcsh"], |shell| {
        let world = World::new();
        let script = match shell {
            "tcsh" => "(oktapipe authn </dev/null >out) >& err &",
            _ => "oktapipe authn </dev/null >out 2>err &",
        };
        let ended = terminal(&world, shell, script)
            .flag("interactive")
            .expect("ready$ ")
            .step("sleep", "0.7")
            .step("type", "\\n")
            .expect("ready$ ")
            .run();
        let told = std::fs::read_to_string(world.home.join("err")).unwrap();
        assert!(told.contains("is in the background of its terminal"), "{shell}: {told} {ended:?}");
        assert!(world.sandbox.log().is_empty(), "{shell}");
    });
}

/// zsh runs it in a background group, where a program that reads the terminal hangs the shell.
#[test]
fn source_of_a_process_substitution_is_refused_in_zsh_and_hangs_nobody() {
    if !terminals() || !has("zsh") {
        return;
    }
    let world = World::new();
    let script = "source <(oktapipe authn </dev/null 2>err); echo over";
    let ended = terminal(&world, "zsh", script).flag("interactive").expect("over").expect("ready$ ").run();
    let told = std::fs::read_to_string(world.home.join("err")).unwrap();
    assert!(told.contains("not source <(...)"), "{told} {ended:?}");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn without_any_terminal_the_flag_that_helps_is_named() {
    let world = World::new();
    let outcome = world.oktapipe(&["authn"]).env("OKTA_USERNAME", ADA).run();
    let error = outcome.fails(69, "no_terminal");
    let error = &error["_oktapipe"]["error"];
    assert!(error["message"].as_str().unwrap().contains("there is no terminal"), "{error}");
    assert!(
        error["hint"].as_str().unwrap().contains("--password-command, --password-fd or OKTA_PASSWORD"),
        "{error}"
    );
}
