//! `exec`: the command as if it ran alone, but for its variables, in every shell.

use crate::harness::{CANARY, Case, World, has, terminal, terminals};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const SOLO: &str = "solo@acme.example";

/// Shells, and how each runs a script. In the scripts `CMD` is what runs the command, and `STATUS` its status.
const SHELLS: [(&str, &[&str]); 8] = [
    ("bash", &["-c"]),
    ("zsh", &["-f", "-c"]),
    ("dash", &["-c"]),
    ("ksh", &["-c"]),
    ("mksh", &["-c"]),
    ("yash", &["--norcfile", "-c"]),
    ("busybox", &["sh", "-c"]),
    ("fish", &["--no-config", "-c"]),
];

/// Those that are no sh, and what prints the status of `CMD sh -c 'exit 7'`, of one that a signal ends, and what it reads.
const OTHERS: [(&str, &[&str], &str); 4] = [
    ("tcsh", &["-f", "-c"], "echo a | CMD sh -c 'read x; echo got:$x; exit 7'; echo $status"),
    (
        "elvish",
        &["-norc", "-c"],
        "try { echo a | CMD sh -c 'read x; echo got:$x; exit 7' } catch e { echo $e[reason][exit-status] }",
    ),
    (
        "nu",
        &["-n", "-c"],
        "let r = ('a' | CMD sh -c 'read x; echo got:$x; exit 7' | complete); print $r.stdout $r.exit_code",
    ),
    (
        "xonsh",
        &["--no-rc", "-c"],
        "r = !(echo a | CMD sh -c 'read x; echo got:$x; exit 7')\nprint(r.out, r.rtn)",
    ),
];

const SCRIPTS: [&str; 6] = [
    "CMD sh -c 'exit 7'; echo STATUS",
    "CMD sh -c 'kill -TERM $$'; echo STATUS",
    "CMD sh -c 'kill -KILL $$'; echo STATUS",
    // The command reads its line, and what follows is for the next one.
    "printf 'a\\nb\\n' | sh -c 'CMD sh -c \"read x; echo got:\\$x\"; cat'",
    "CMD sh -c 'echo out; echo err >&2' 2>&1 >/dev/null",
    // ksh's pipe is a socket, and now and then `yes` says of it that it was reset.
    "CMD yes 2>/dev/null | head -n 2",
];

/// With credentials that are kept, so that nothing but `exec` is at work.
fn signed_in() -> World {
    let world = World::new();
    let case = world.oktapipe(&["login"]).env("OKTA_USERNAME", SOLO);
    case.env("OKTA_PASSWORD", world.password(SOLO)).run().succeeds();
    world
}

fn exec(world: &World, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["exec", "--"], arguments].concat()).env("OKTA_USERNAME", SOLO)
}

fn with_shell(world: &World, shell: &str, flags: &[&str], script: &str) -> Case {
    let arguments: Vec<&str> = flags.iter().copied().chain([script]).collect();
    let mut case = Case::new(shell, &arguments, &world.home).env("OKTA_USERNAME", SOLO);
    for (name, value) in world.sandbox.environment() {
        case = case.env(&name, &value);
    }
    // xonsh keeps its history somewhere.
    case.env("XONSH_HISTORY_BACKEND", "dummy")
}

#[test]
fn in_every_shell_status_stdin_and_signals_are_the_commands_own() {
    let world = signed_in();
    let mut tried = 0;
    for (shell, flags) in SHELLS {
        if !has(shell) {
            continue;
        }
        let status = if shell == "fish" { "$status" } else { "$?" };
        for script in SCRIPTS {
            let [alone, ours] = ["env", "oktapipe exec --"].map(|command| {
                let script = script.replace("CMD", command).replace("STATUS", status);
                let outcome = with_shell(&world, shell, flags, &script).run();
                (outcome.status, outcome.signal, outcome.stdout.clone(), outcome.stderr.clone())
            });
            // A shell may name the command, and the process, when it tells of a signal.
            let plain = |text: &str| {
                text.replace("oktapipe exec --", "env").replace(|c: char| c.is_ascii_digit() || c == ' ', "")
            };
            assert_eq!((alone.0, alone.1, &alone.2), (ours.0, ours.1, &ours.2), "{shell}: {script}");
            assert_eq!(plain(&alone.3), plain(&ours.3), "{shell}: {script}");
            tried += 1;
        }
    }
    for (shell, flags, script) in OTHERS {
        if !has(shell) {
            continue;
        }
        let [alone, ours] = ["env", "oktapipe exec --"].map(|command| {
            let outcome = with_shell(&world, shell, flags, &script.replace("CMD", command)).run();
            assert!(outcome.stdout.contains("got:a") && outcome.stdout.contains('7'), "{shell}: {outcome}");
            (outcome.status, outcome.stdout.clone())
        });
        assert_eq!(alone, ours, "{shell}");
        tried += 1;
    }
    assert!(tried >= 6, "{tried}");
}

#[test]
fn the_command_is_the_process_that_was_started() {
    let world = signed_in();
    let script = "oktapipe exec -- sh -c 'echo $$' & wait; echo $!";
    let outcome = world.shell("sh", script).env("OKTA_USERNAME", SOLO).run().succeeds();
    let pids: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(pids[0], pids[1], "{outcome}");
}

#[test]
fn ctrl_c_and_ctrl_z_are_for_the_command() {
    if !terminals() {
        return;
    }
    let world = signed_in();
    let command =
        "oktapipe exec -- sh -c 'trap \"echo $((50+2)); exit 5\" INT; echo $((40+2)); read x <>fifo'";
    // It starts no process: a shell that is stopped while it starts one may wait for that one for ever.
    Case::new("mkfifo", &["fifo"], &world.home).run().succeeds();
    let env = format!("OKTA_USERNAME={SOLO} {command}");
    // Not a child of that shell, which Ctrl-C ends too.
    let ended = terminal(&world, "sh", &format!("exec env {env}")).expect("42").key("C-c").expect("52").run();
    assert_eq!(ended.status, Some(5), "{ended:?}");
    for shell in ["bash", "zsh"].into_iter().filter(|shell| has(shell)) {
        let ended = terminal(&world, shell, &env)
            .flag("interactive")
            .expect("42")
            .key("C-z")
            .expect("ready$ ")
            .step("type", "jobs; fg\\n")
            .expect("oktapipe exec")
            .step("sleep", "0.5")
            .key("C-c")
            .expect("52")
            .expect("ready$ ")
            .run();
        assert!(
            ended.seen.to_lowercase().contains("stopped") || ended.seen.contains("suspended"),
            "{ended:?}"
        );
    }
}

fn variables(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter_map(|line| line.split_once('=')).collect()
}

#[test]
fn the_environment_is_the_persons_with_what_export_sets_and_without_what_it_unsets() {
    let world = signed_in();
    let before = exec(&world, &["env"])
        .env("AWS_PROFILE", "old")
        .env("AWS_SECURITY_TOKEN", "stale")
        .env("OKTA_PASSWORD", "CANARY-password")
        .env("MFA_CODE", "CANARY-code")
        .env("OKTA_MFA_CODE", "CANARY-code")
        .env("MINE", "kept as it is, 'quoted'");
    let outcome = before.run();
    assert!(outcome.status == Some(0) && outcome.stderr.is_empty(), "{outcome}");
    let set = variables(&outcome.stdout);
    assert_eq!(set["MINE"], "kept as it is, 'quoted'");
    for name in ["AWS_PROFILE", "AWS_SECURITY_TOKEN", "OKTA_PASSWORD", "MFA_CODE", "OKTA_MFA_CODE"] {
        assert!(!set.contains_key(name), "{name}: {outcome}");
    }
    let exported = world.oktapipe(&["login", "--format", "json"]).env("OKTA_USERNAME", SOLO).run().succeeds();
    let exported = exported.json();
    for (name, value) in exported.as_object().unwrap() {
        assert_eq!(set.get(name.as_str()).copied(), value.as_str(), "{name}");
    }
    assert_eq!(set["OKTAPIPE_ROLE"], "111122223333/Dev");
    let labelled = world.oktapipe(&["exec", "--label", "AWS_VAULT", "--", "sh", "-c", "echo \"$AWS_VAULT\""]);
    let labelled = labelled.env("OKTA_USERNAME", SOLO).run().succeeds();
    assert_eq!(labelled.stdout, format!("{}\n", set["OKTAPIPE_ROLE"]));
}

#[test]
fn the_command_gets_the_core_limit_and_signal_actions_that_we_were_started_with() {
    let world = signed_in();
    // SigIgn, and the limit, by the kernel's word: in the shell's own environment, and under us.
    let seen = "grep -E \"SigBlk|SigIgn|SigCgt\" /proc/self/status; ulimit -c";
    for before in ["ulimit -c 4096", "ulimit -c 0", "trap '' HUP"] {
        let [alone, ours] = ["env", "oktapipe exec --"].map(|command| {
            let script = format!("{before}; {command} sh -c '{seen}'");
            world.shell("sh", &script).env("OKTA_USERNAME", SOLO).run().succeeds().stdout
        });
        assert_eq!(alone, ours, "{before}");
    }
}

#[test]
fn nothing_of_ours_stays_open_in_the_command() {
    let world = signed_in();
    let list = |command: &str| {
        let script = format!("{command} sh -c 'ls /proc/self/fd | wc -l'");
        world.shell("sh", &script).env("OKTA_USERNAME", SOLO).run().succeeds().stdout
    };
    assert_eq!(list("env"), list("oktapipe exec --"));
}

#[test]
fn what_is_ours_is_125_what_cannot_be_run_126_and_what_is_not_there_127() {
    let world = signed_in();
    let plain = world.home.join("plain");
    fs::write(&plain, "no program\n").unwrap();
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o644)).unwrap();
    let fails = |case: Case, status: i32, what: &str| {
        let outcome = case.run();
        assert!(outcome.status == Some(status) && outcome.stdout.is_empty(), "{outcome}");
        assert!(outcome.stderr.lines().count() == 1 && outcome.stderr.contains(what), "{outcome}");
        assert!(!outcome.stderr.contains(CANARY), "{outcome}");
    };
    fails(exec(&world, &["no-such-program"]), 127, "oktapipe exec: no-such-program cannot be run");
    fails(exec(&world, &[plain.to_str().unwrap()]), 126, "Permission denied");
    fails(exec(&world, &[world.home.to_str().unwrap()]), 126, "cannot be run");
    fails(world.oktapipe(&["exec", "--no-such-flag", "--", "true"]), 125, "there is no flag");
    // Not behind --, where a command stands.
    for words in
        [&["exec"][..], &["exec", "dev"], &["exec", "dev", "aws", "s3", "ls"], &["exec", "dev", "ls", "-l"]]
    {
        fails(world.oktapipe(words), 125, "put -- before the command: oktapipe exec [PROFILE] -- COMMAND");
    }
    // A refusal is told as the stage tells it, and no command runs.
    let refused = world.oktapipe(&["exec", "--", "touch", "ran"]).env("OKTA_USERNAME", "ada@acme.example");
    fails(refused.env("OKTA_PASSWORD", "wrong"), 125, "oktapipe authn: Okta says");
    assert!(!world.home.join("ran").exists());
    let usage = world.oktapipe(&["exec", "--role", "Dev", "true"]).run();
    assert_eq!(usage.status, Some(125), "{usage}");
}

#[test]
fn a_command_with_any_arguments_gets_them_as_they_are() {
    let world = signed_in();
    let words = ["--help", "-v", "--", "", "a b", "'\"$x`\\", "--role"];
    let outcome = exec(&world, &[&["printf", "<%s>\n"], &words[..]].concat()).run().succeeds();
    let expected: String = words.iter().map(|word| format!("<{word}>\n")).collect();
    assert_eq!(outcome.stdout, expected);
}
