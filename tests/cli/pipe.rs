//! How failure travels in real shells, none of them told `pipefail`: one line on stderr from the stage that failed, its number at the
//! end of the pipe, and no variable set.

use crate::harness::{Case, Outcome, World, has, has_all};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

const SHELLS: [&str; 4] = ["bash", "dash", "zsh", "ksh"];

/// The stages up to credentials.
const ASSUME: &str = "oktapipe authn | oktapipe factor-verify | oktapipe session | oktapipe saml-fetch \
    | oktapipe saml-roles --first | oktapipe assume";

/// A pipe that fails in one stage, what the stage says, and the number.
struct Failing {
    stage: &'static str,
    pipe: String,
    kind: &'static str,
    code: i32,
    login: &'static str,
    variables: &'static [(&'static str, &'static str)],
    /// Puts what the pipe needs into the home.
    prepare: fn(&World),
}

fn failing(stage: &'static str, pipe: &str, code: i32, kind: &'static str, login: &'static str) -> Failing {
    Failing { stage, pipe: pipe.to_owned(), kind, code, login, variables: &[], prepare: |_| () }
}

fn credentials(world: &World) {
    std::fs::write(world.home.join("creds.json"), world.document_after("solo@acme.example", "assume"))
        .unwrap();
}

/// A failure in each stage but caller-identity, which has no stage behind it.
fn failures() -> Vec<Failing> {
    let no_role = ASSUME.replace("--first", "--role Nobody");
    let denied = ASSUME.replace("--first", "--role Denied");
    let spent = "oktapipe session < spent.json | oktapipe saml-fetch | oktapipe saml-roles | oktapipe assume";
    let ada = "ada@acme.example";
    vec![
        Failing {
            variables: &[("OKTA_PASSWORD", "not CANARY")],
            ..failing("authn", ASSUME, 77, "authentication_failed", ada)
        },
        Failing {
            variables: &[("MFA_CODE", "000000")],
            ..failing("factor-verify", ASSUME, 77, "passcode_wrong", "grace@acme.example")
        },
        Failing {
            prepare: |world| {
                let transaction = world.document_after("ada@acme.example", "authn");
                world.oktapipe(&["session"]).stdin(&transaction).run().document();
                std::fs::write(world.home.join("spent.json"), transaction).unwrap();
            },
            ..failing("session", spent, 77, "session_expired", ada)
        },
        failing("saml-fetch", ASSUME, 77, "app_not_assigned", "unassigned@acme.example"),
        failing("saml-roles", &no_role, 77, "no_role", ada),
        failing("assume", &denied, 77, "role_denied", "quote@acme.example"),
        Failing {
            variables: &[("AWS_ENDPOINT_URL_STS", "https://localhost:1")],
            ..failing("assume", ASSUME, 69, "network", ada)
        },
        failing("authn", &ASSUME.replacen("authn", "authn --no-such-flag", 1), 2, "usage", ada),
        failing("assume", &format!("{ASSUME} --no-such-flag"), 2, "usage", ada),
    ]
}

impl Failing {
    fn case(&self, world: &World, shell: &str, script: &str) -> Case {
        (self.prepare)(world);
        let pipe = &self.pipe;
        let mut case = world.shell(shell, &script.replace("PIPE", pipe)).env("OKTA_USERNAME", self.login);
        case = case.env("OKTA_PASSWORD", world.password(self.login));
        self.variables.iter().fold(case, |case, (name, value)| case.env(name, value))
    }

    /// One line on stderr for each pipe that ran, each from the stage that failed.
    #[track_caller]
    fn told(&self, shell: &str, outcome: &Outcome, pipes: usize) {
        let lines: Vec<&str> = outcome.stderr.lines().collect();
        let from = format!("oktapipe {}: ", self.stage);
        assert!(
            lines.len() == pipes && lines.iter().all(|line| line.starts_with(&from)),
            "{shell}: {}: {outcome}",
            self.stage
        );
    }
}

/// Each failure in a world of its own, in each shell that is there.
fn in_each_shell(check: impl Fn(&World, &str, &Failing) + Sync) {
    let check = &check;
    std::thread::scope(|scope| {
        for shell in SHELLS {
            if has(shell) {
                scope.spawn(move || {
                    failures().iter().for_each(|failing| check(&World::new(), shell, failing))
                });
            }
        }
    });
}

#[test]
fn the_error_document_and_the_number_of_the_failed_stage_reach_the_end_of_the_pipe() {
    in_each_shell(|world, shell, failing| {
        let outcome = failing.case(world, shell, "PIPE | oktapipe caller-identity").run();
        let document = outcome.fails(failing.code, failing.kind);
        assert_eq!(document["_oktapipe"]["error"]["stage"], failing.stage, "{shell}: {outcome}");
        failing.told(shell, &outcome, 1);
    });
}

#[test]
fn eval_of_a_failed_pipe_fails_with_the_number_and_sets_nothing() {
    in_each_shell(|world, shell, failing| {
        let script = "eval \"$(PIPE | oktapipe export)\"
            echo \"$? ${AWS_ACCESS_KEY_ID-unset} ${AWS_SESSION_TOKEN-unset}\"
            if eval \"$(PIPE | oktapipe export)\"; then echo taken; else echo \"else $?\"; fi";
        let outcome = failing.case(world, shell, script).run();
        let code = failing.code;
        assert_eq!(outcome.stdout, format!("{code} unset unset\nelse {code}\n"), "{shell}: {outcome}");
        failing.told(shell, &outcome, 2);
    });
}

#[test]
fn set_e_stops_at_the_eval_of_a_failed_pipe() {
    in_each_shell(|world, shell, failing| {
        let outcome =
            failing.case(world, shell, "set -e\neval \"$(PIPE | oktapipe export)\"\necho went on").run();
        assert!(outcome.status == Some(failing.code) && outcome.stdout.is_empty(), "{shell}: {outcome}");
        failing.told(shell, &outcome, 1);
    });
}

#[test]
fn an_assignment_of_a_failed_pipe_fails_with_the_number() {
    in_each_shell(|world, shell, failing| {
        let script = "creds=$(PIPE) || echo \"document $?\"
            code=$(PIPE | oktapipe export) || { echo \"code $?\"; eval \"$code\" || exit; }";
        let outcome = failing.case(world, shell, script).run();
        let code = failing.code;
        assert_eq!(outcome.stdout, format!("document {code}\ncode {code}\n"), "{shell}: {outcome}");
        assert_eq!(outcome.status, Some(code), "{shell}: {outcome}");
        failing.told(shell, &outcome, 2);
    });
}

#[test]
fn formats_that_parsers_read_are_empty_after_a_failure() {
    in_each_shell(|world, shell, failing| {
        for format in ["process", "json"] {
            let script = format!("PIPE | oktapipe export --format {format}");
            let outcome = failing.case(world, shell, &script).run();
            assert!(outcome.status == Some(failing.code) && outcome.stdout.is_empty(), "{shell}: {outcome}");
            failing.told(shell, &outcome, 1);
        }
    });
}

#[test]
fn an_error_document_survives_a_variable_and_echo() {
    in_each_shell(|world, shell, failing| {
        let outcome = failing.case(world, shell, "doc=$(PIPE)\necho $doc | oktapipe caller-identity").run();
        outcome.fails(failing.code, failing.kind);
    });
}

/// `shell/oktapipe.sh`, traced: the harness finds a secret in the trace.
#[test]
fn the_shell_function_takes_the_variables_or_returns_the_number_and_traces_no_secret() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/shell/oktapipe.sh");
    let script = format!(
        ". '{file}'\nset -x\noktapipe_eval 'PIPE'\n{{ echo \"$? ${{AWS_ACCESS_KEY_ID-unset}}\"; }} 2>/dev/null"
    );
    in_each_shell(|world, shell, failing| {
        let outcome = failing.case(world, shell, &script).run();
        assert_eq!(outcome.stdout, format!("{} unset\n", failing.code), "{shell}: {outcome}");
        let ours = outcome.stderr.lines().filter(|line| line.starts_with("oktapipe ")).count();
        assert_eq!(ours, 1, "{shell}: {outcome}");
    });
    for shell in SHELLS.into_iter().filter(|shell| has(shell)) {
        let world = World::new();
        let outcome = failing("", ASSUME, 0, "", "ada@acme.example").case(&world, shell, &script).run();
        assert!(outcome.status == Some(0) && outcome.stdout.starts_with("0 ASIA"), "{shell}: {outcome}");
    }
}

/// What the functions promise beyond that, in every shell that they are for.
#[test]
fn the_shell_functions_pass_their_own_tests_with_the_real_oktapipe() {
    let own = Path::new(env!("CARGO_BIN_EXE_oktapipe")).parent().unwrap().display().to_string();
    own_tests(&own);
}

/// A stand-in carries values that no key of AWS has, and shows what it was called with.
#[test]
fn the_shell_functions_pass_their_own_tests_with_a_stand_in() {
    own_tests("-");
}

fn own_tests(directory: &str) {
    if !has_all(&["diff", "sed"]) {
        return;
    }
    let world = World::new();
    let root = env!("CARGO_MANIFEST_DIR");
    let ci = std::env::var("CI").unwrap_or_default();
    // One process a shell: all of them in one take longer on a busy machine than a test has patience.
    for shell in FUNCTION_SHELLS {
        let script =
            format!("sh '{root}/tests/cli/function.sh' '{root}/shell/oktapipe.sh' '{directory}' '{shell}'");
        let outcome = world.shell("sh", &script).env("CI", &ci).run();
        let is_missing = outcome.stderr.contains("SKIPPED") && ci != "true";
        assert!(outcome.status == Some(0) && (is_missing || outcome.stdout.contains("ok ")), "{outcome}");
        assert!(!outcome.stdout.contains("not ok"), "{outcome}");
        // A shell that is missing is told.
        let _ = std::io::stderr().write_all(outcome.stderr.as_bytes());
    }
}

/// Every shell that `shell/oktapipe.sh` says it is for, with its options.
const FUNCTION_SHELLS: [&str; 9] = [
    "bash --norc",
    "bash --posix",
    "zsh -f",
    "zsh -f -o ksharrays -o shwordsplit -o globsubst -o cshjunkiequotes",
    "dash",
    "ksh",
    "mksh",
    "yash --noprofile",
    "busybox sh",
];

/// The same for the stages at the end of a pipe.
#[test]
fn export_and_caller_identity_fail_alike() {
    let world = World::new();
    credentials(&world);
    for shell in SHELLS.into_iter().filter(|shell| has(shell)) {
        for (script, code) in [
            ("eval \"$(echo '{\"Credentials\":{\"AccessKeyId\":\"ASIA\"}}' | oktapipe export)\"", 65),
            ("eval \"$(oktapipe export < /dev/null)\"", 66),
            ("eval \"$(oktapipe export --no-such-flag < creds.json)\"", 2),
            ("eval \"$(oktapipe export --format=nonsense < creds.json)\"", 2),
        ] {
            let script = format!("{script}; echo \"$? ${{AWS_ACCESS_KEY_ID-unset}}\"");
            let outcome = world.shell(shell, &script).run();
            assert_eq!(outcome.stdout, format!("{code} unset\n"), "{shell}: {outcome}");
            assert!(
                outcome.stderr.lines().count() == 1 && outcome.stderr.starts_with("oktapipe export: "),
                "{shell}: {outcome}"
            );
        }
        let script = "eval \"$(oktapipe export < creds.json)\"; echo \"$? ${AWS_ACCESS_KEY_ID:+set}\"";
        let outcome = world.shell(shell, script).run().succeeds();
        assert_eq!(outcome.stdout, "0 set\n", "{shell}: {outcome}");
    }
    let wrong = "echo '{\"id\":\"102\"}' | oktapipe export --format process";
    let usage = "oktapipe export --format process --no-such-flag < creds.json";
    for (script, code) in [(wrong, 65), (usage, 2)] {
        let outcome = world.shell("sh", script).run();
        assert!(outcome.status == Some(code) && outcome.stdout.is_empty(), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    }
    world.sandbox.advance(Duration::from_secs(13 * 3600));
    for shell in SHELLS.into_iter().filter(|shell| has(shell)) {
        for pipe in ["", "| oktapipe caller-identity", "| oktapipe caller-identity | oktapipe assume"] {
            let outcome = world.shell(shell, &format!("oktapipe caller-identity < creds.json {pipe}")).run();
            outcome.fails(77, "session_expired");
        }
    }
}
