//! The formats of `export`: what each prints, and what the shells make of it in the forms that the manual gives.

use crate::harness::{Case, World, has};
use serde_json::{Value, json};

const FAILED: &str = r#"{"_oktapipe": {"v": 1, "error": {"stage": "authn", "kind": "authentication_failed", "message": "m", "hint": "h", "exit_code": 77, "retryable": false}}}"#;

/// A world with `creds.json` and the document of a failed pipe, `failed.json`.
fn world() -> World {
    let world = World::new();
    let credentials = json!({"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "CANARYsk/a+b=",
        "SessionToken": "IQoCANARY+/==", "Expiration": "2030-01-02T03:04:05Z"},
        "AssumedRoleUser": {"Arn": "arn:aws-cn:sts::111122223333:assumed-role/Dev,=@.+_-1/ada"}});
    std::fs::write(world.home.join("creds.json"), credentials.to_string()).unwrap();
    std::fs::write(world.home.join("failed.json"), FAILED).unwrap();
    world
}

fn export(world: &World, arguments: &[&str]) -> Case {
    let creds = std::fs::read(world.home.join("creds.json")).unwrap();
    let case = world.oktapipe(&[&["export"], arguments].concat()).stdin(creds);
    case.without("AWS_REGION").without("AWS_DEFAULT_REGION")
}

fn stdout(world: &World, arguments: &[&str]) -> String {
    export(world, arguments).run().succeeds().stdout
}

#[test]
fn the_formats_print_this() {
    let world = world();
    let fish = stdout(&world, &["-f", "fish", "--label", "AWS_VAULT"]);
    assert_eq!(
        fish,
        "set -eg AWS_PROFILE;\nset -eg AWS_DEFAULT_PROFILE;\nset -eg AWS_SECURITY_TOKEN;\n\
        set -gx AWS_ACCESS_KEY_ID 'ASIAEXAMPLE';\nset -gx AWS_SECRET_ACCESS_KEY 'CANARYsk/a+b=';\n\
        set -gx AWS_SESSION_TOKEN 'IQoCANARY+/==';\nset -gx AWS_CREDENTIAL_EXPIRATION '2030-01-02T03:04:05Z';\n\
        set -gx AWS_SESSION_EXPIRATION '2030-01-02T03:04:05Z';\nset -gx OKTAPIPE_EXPIRES_EPOCH '1893553445';\n\
        set -gx OKTAPIPE_ROLE '111122223333/Dev,=@.+_-1';\nset -gx AWS_VAULT '111122223333/Dev,=@.+_-1';\ntrue;\n"
    );
    let powershell = stdout(&world, &["-f", "powershell", "--region", "eu-west-1"]);
    assert_eq!(
        powershell,
        "Remove-Item Env:AWS_PROFILE -ErrorAction Ignore\nRemove-Item Env:AWS_DEFAULT_PROFILE -ErrorAction Ignore\n\
        Remove-Item Env:AWS_SECURITY_TOKEN -ErrorAction Ignore\n$env:AWS_ACCESS_KEY_ID = 'ASIAEXAMPLE'\n\
        $env:AWS_SECRET_ACCESS_KEY = 'CANARYsk/a+b='\n$env:AWS_SESSION_TOKEN = 'IQoCANARY+/=='\n\
        $env:AWS_REGION = 'eu-west-1'\n$env:AWS_DEFAULT_REGION = 'eu-west-1'\n\
        $env:AWS_CREDENTIAL_EXPIRATION = '2030-01-02T03:04:05Z'\n$env:AWS_SESSION_EXPIRATION = '2030-01-02T03:04:05Z'\n\
        $env:OKTAPIPE_EXPIRES_EPOCH = '1893553445'\n$env:OKTAPIPE_ROLE = '111122223333/Dev,=@.+_-1'\n"
    );
    let lines = "AWS_ACCESS_KEY_ID=ASIAEXAMPLE\nAWS_SECRET_ACCESS_KEY=CANARYsk/a+b=\nAWS_SESSION_TOKEN=IQoCANARY+/==\n\
        AWS_CREDENTIAL_EXPIRATION=2030-01-02T03:04:05Z\nAWS_SESSION_EXPIRATION=2030-01-02T03:04:05Z\n\
        OKTAPIPE_EXPIRES_EPOCH=1893553445\nOKTAPIPE_ROLE=111122223333/Dev,=@.+_-1\n";
    for format in ["env-no-export", "dotenv", "docker"] {
        assert_eq!(stdout(&world, &["-f", format]), lines, "{format}");
    }
    let nushell: Value =
        serde_json::from_str(&stdout(&world, &["-f", "nu", "--label", "AWS_VAULT"])).unwrap();
    let mut variables: Value =
        serde_json::from_str(&stdout(&world, &["-f", "json", "--label", "AWS_VAULT"])).unwrap();
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"] {
        variables[name] = Value::Null;
    }
    assert_eq!(nushell, variables);
    assert_eq!(variables["AWS_VAULT"], "111122223333/Dev,=@.+_-1");
}

#[test]
fn the_names_are_those_of_the_aws_cli_and_of_the_shells() {
    let world = world();
    for (name, other) in [
        ("env", "sh"),
        ("bash", "sh"),
        ("zsh", "sh"),
        ("dash", "sh"),
        ("ksh", "sh"),
        ("mksh", "sh"),
        ("yash", "sh"),
        ("csh", "tcsh"),
        ("nu", "nushell"),
        ("pwsh", "powershell"),
        ("credential_process", "process"),
    ] {
        assert_eq!(stdout(&world, &["--format", name]), stdout(&world, &["--format", other]), "{name}");
    }
    let outcome = export(&world, &["-f", "windows-cmd"]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{outcome}");
    assert!(outcome.stderr.contains("windows-cmd is not offered"), "{outcome}");
}

#[test]
fn github_masks_before_it_sets() {
    let world = world();
    let file = world.home.join("github.env");
    let run = |file: &str| export(&world, &["-f", "github"]).env("GITHUB_ENV", file).run();
    let name = file.display().to_string();
    let missing = run(&name);
    assert_eq!(missing.status, Some(74), "{missing}");
    std::fs::write(&file, "BEFORE=1\n").unwrap();
    let masks = "::add-mask::ASIAEXAMPLE\n::add-mask::CANARYsk/a+b=\n::add-mask::IQoCANARY+/==\n";
    assert_eq!(run(&name).succeeds().stdout, masks);
    let lines = stdout(&world, &["-f", "docker"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("BEFORE=1\n{lines}"));
    let unread = export(&world, &["-f", "github"]).env("GITHUB_ENV", &name).run_unread();
    assert!(unread.status != Some(0), "{unread}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("BEFORE=1\n{lines}"), "not masked, not set");
    let nowhere = export(&world, &["-f", "github"]).run();
    assert_eq!((nowhere.status, nowhere.stdout.as_str()), (Some(78), ""), "{nowhere}");
}

#[test]
fn what_a_format_cannot_do_and_what_is_no_label_is_refused() {
    let world = world();
    for format in ["env-no-export", "dotenv", "docker", "github", "json", "process"] {
        for flags in [&["--unset"][..], &["--on-error", "clear"]] {
            let outcome = export(&world, &[&["-f", format], flags].concat()).run();
            assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{outcome}");
        }
    }
    for label in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "PATH", "A;id", "", "1A"] {
        let outcome = export(&world, &["--label", label]).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), "(exit 2)\n"), "{outcome}");
    }
    let both = export(&world, &["--unset", "--region", "eu-west-1"]).run();
    assert_eq!(both.status, Some(2), "{both}");
}

#[test]
fn a_failure_is_told_in_the_dialect_that_was_asked_for() {
    let world = world();
    let failed = |arguments: &[&str]| {
        let outcome = world.oktapipe(&[&["export"], arguments].concat()).stdin(FAILED).run();
        outcome.passes_on(77);
        outcome.stdout
    };
    for (format, text) in [
        ("fish", "sh -c 'exit 77';\n"),
        ("tcsh", "sh -c 'exit 77';\n"),
        ("elvish", ""),
        ("nushell", ""),
        ("xonsh", "raise __import__('subprocess').CalledProcessError(77, 'oktapipe')\n"),
        ("powershell", "throw 'oktapipe failed with 77'\n"),
        ("env-no-export", ""),
        ("dotenv", ""),
        ("docker", ""),
        ("github", ""),
    ] {
        assert_eq!(failed(&["-f", format]), text, "{format}");
    }
    let names = "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION \
        AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH";
    assert_eq!(failed(&["--on-error=clear"]), format!("unset {names}\n(exit 77)\n"));
    let clear = ["--on-error", "clear", "--label", "AWS_VAULT"];
    assert_eq!(failed(&clear), format!("unset {names} AWS_VAULT\n(exit 77)\n"));
    assert!(failed(&["-f", "elvish", "--on-error=clear"]).starts_with("unset-env AWS_ACCESS_KEY_ID\n"));
    // clap's refusals too, with the format in any spelling.
    for format in [&["-f", "fish"][..], &["-ffish"], &["-f=fish"], &["--format", "fish"], &["--format=fish"]]
    {
        let outcome = export(&world, &[format, &["--nonsense"]].concat()).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), "sh -c 'exit 2';\n"), "{outcome}");
    }
    let outcome = export(&world, &["--on-error=clear", "--label=AWS_VAULT", "--nonsense"]).run();
    assert_eq!(outcome.stdout, format!("unset {names} AWS_VAULT\n(exit 2)\n"), "{outcome}");
    // Unset reads nothing.
    let unset = world.oktapipe(&["export", "--unset"]).run().succeeds().stdout;
    assert_eq!(unset, format!("unset {names}\n"));
}

/// A shell, its arguments, its rc-less `-c`, the form in which the manual calls `export` there, and how it shows the status.
struct Shell {
    command: &'static [&'static str],
    format: &'static str,
    /// `EXPORT` is the call.
    form: &'static str,
    /// Shows `STATUS:` and the status of the form before it, a failure in it included; `FORM` is that.
    shows: &'static str,
    /// What is shown after the failure 77, and after a program that is not there where that is known.
    fails: &'static str,
}

const SHOWS_SH: &str = "FORM; echo \"STATUS:$?\"; env";

const fn sh(command: &'static [&'static str]) -> Shell {
    Shell { command, format: "sh", form: "eval \"$(EXPORT)\"", shows: SHOWS_SH, fails: "STATUS:77" }
}

const SHELLS: [Shell; 15] = [
    sh(&["bash", "--norc"]),
    sh(&["zsh", "-f"]),
    sh(&["dash"]),
    sh(&["ksh"]),
    sh(&["mksh"]),
    sh(&["yash", "--noprofile"]),
    Shell { form: "code=$(EXPORT) && eval \"$code\"", ..sh(&["bash", "--norc"]) },
    Shell {
        command: &["fish", "--no-config"],
        format: "fish",
        form: "EXPORT | source",
        shows: "FORM; echo STATUS:$status; env",
        fails: "STATUS:77",
    },
    Shell {
        command: &["fish", "--no-config"],
        format: "fish",
        form: "eval (EXPORT)",
        shows: "function f; FORM; echo STATUS:$status; end; f; env",
        fails: "STATUS:77",
    },
    Shell {
        command: &["fish", "--no-config"],
        format: "fish",
        form: "set -l code (EXPORT); and string join \\n -- $code | source",
        shows: "FORM; echo STATUS:$status; env",
        fails: "STATUS:77",
    },
    Shell {
        command: &["tcsh", "-f"],
        format: "tcsh",
        form: "eval \"`EXPORT`\"",
        shows: "FORM; echo STATUS:$status; env",
        fails: "STATUS:77",
    },
    Shell {
        command: &["tcsh", "-f"],
        format: "tcsh",
        form: "eval `EXPORT`",
        shows: "FORM; echo STATUS:$status; env",
        fails: "STATUS:77",
    },
    Shell {
        command: &["elvish", "-norc"],
        format: "elvish",
        form: "eval (EXPORT | slurp)",
        shows: "try { FORM; echo STATUS:0 } catch e { echo STATUS:$e[reason][exit-status] }; env",
        fails: "STATUS:77",
    },
    Shell {
        command: &["nu", "-n"],
        format: "nushell",
        form: "EXPORT | from json | load-env",
        shows: "try { FORM; print STATUS:0 } catch {|e| print $\"STATUS:($e.exit_code)\" }; ^env",
        fails: "STATUS:77",
    },
    Shell {
        command: &["xonsh", "--no-rc"],
        format: "xonsh",
        form: "execx($(EXPORT))",
        shows: "try:\n  FORM\n  print('STATUS:0')\nexcept Exception as e:\n  print(f'STATUS:{e.returncode}')\nenv",
        fails: "STATUS:77",
    },
];

impl Shell {
    /// The form, its status, and the environment behind it, in a shell that holds another role.
    fn run(&self, world: &World, options: &str, document: &str) -> (String, Vec<String>) {
        let call = format!("sh -c 'oktapipe export -f {} {options} < {document}'", self.format);
        let script = self.shows.replace("FORM", &self.form.replace("EXPORT", &call));
        let arguments = [&self.command[1..], &["-c", &script]].concat();
        let mut case = Case::new(self.command[0], &arguments, &world.home);
        for (name, value) in OTHER {
            case = case.env(name, value);
        }
        let outcome = case.run();
        let lines: Vec<String> = outcome.stdout.lines().map(str::to_owned).collect();
        let status = lines.iter().find(|line| line.starts_with("STATUS:"));
        let shown = status.unwrap_or_else(|| panic!("{outcome}")).clone();
        let ours = |line: &&String| ["AWS_", "OKTAPIPE_"].iter().any(|prefix| line.starts_with(prefix));
        let mut variables: Vec<String> = lines.iter().filter(ours).cloned().collect();
        variables.sort();
        (shown, variables)
    }
}

/// What a role before left behind.
const OTHER: [(&str, &str); 5] = [
    ("AWS_ACCESS_KEY_ID", "ASIAOTHER"),
    ("AWS_PROFILE", "other"),
    ("AWS_SECURITY_TOKEN", "old"),
    ("AWS_VAULT", "other"),
    ("OKTAPIPE_ROLE", "444455556666/Other"),
];

#[test]
fn every_shell_takes_the_variables_and_knows_of_a_failure() {
    let world = world();
    let mut others: Vec<String> = OTHER.iter().map(|(name, value)| format!("{name}={value}")).collect();
    others.sort();
    let mut set = stdout(&world, &["-f", "docker", "--region", "eu-west-1", "--label", "AWS_VAULT"])
        .lines()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    set.sort();
    for shell in SHELLS.iter().filter(|shell| has(shell.command[0])) {
        let told = format!("{:?} {}", shell.command, shell.form);
        let taken = shell.run(&world, "--region eu-west-1 --label AWS_VAULT", "creds.json");
        assert_eq!(taken, ("STATUS:0".to_owned(), set.clone()), "{told}");
        let failed = shell.run(&world, "--label AWS_VAULT", "failed.json");
        assert_eq!(failed, (shell.fails.to_owned(), others.clone()), "{told}");
        let unset = shell.run(&world, "--unset --label AWS_VAULT", "creds.json");
        assert_eq!(unset, ("STATUS:0".to_owned(), vec!["AWS_PROFILE=other".to_owned()]), "{told}");
        let cleared = shell.run(&world, "--on-error clear --label AWS_VAULT", "failed.json");
        // Where nothing is evaluated after a failure, nothing can be cleared. xonsh 0.25 raises before it evaluates, but once, in CI, did
        // not: the code is evaluated then, and its own exception tells the failure.
        let evaluated = match shell.format {
            "xonsh" => cleared.1.len() == 1,
            "elvish" | "nushell" => false,
            _ => !told.contains("code"),
        };
        let left = if evaluated { vec!["AWS_PROFILE=other".to_owned()] } else { others.clone() };
        assert_eq!(cleared, (shell.fails.to_owned(), left), "{told}");
    }
}
