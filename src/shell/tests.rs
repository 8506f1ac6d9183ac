//! Quoting against our own reading of the sh grammar, and against every shell that is installed.

use super::*;
use proptest::prelude::*;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Reads one sh word of single-quoted parts and backslash escapes, as POSIX 2.2 says; nothing else is a word of ours.
fn read_back(word: &str) -> Option<String> {
    let mut value = String::new();
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => loop {
                match chars.next()? {
                    '\'' => break,
                    c => value.push(c),
                }
            },
            '\\' => value.push(chars.next()?),
            _ => return None,
        }
    }
    Some(value)
}

fn nasty_values() -> Vec<String> {
    let ascii = (1..=127_u8).filter(|byte| !matches!(byte, b'\n' | b'\r')).map(char::from);
    let around =
        |c| [format!("{c}"), format!("x{c}y"), format!("'{c}"), format!("{c}\\{c}"), format!(" {c}{c} ")];
    let mut values: Vec<String> = ascii.flat_map(around).collect();
    let pieces = [
        "'",
        "''",
        "'\\''",
        "\"",
        "\\",
        "\\\\",
        "\\'",
        "'\\",
        "!",
        "!!",
        "!-1",
        "^a^b",
        "$",
        "$$",
        "$HOME",
        "${HOME}",
        "$(id)",
        "`id`",
        "$'x'",
        "~",
        "~root",
        "*",
        "?",
        "[a-z]",
        "{a,b}",
        "a b",
        " a ",
        "\ta\t",
        "a;b",
        "a&b",
        "a|b",
        "<x",
        ">x",
        "(a)",
        "#a",
        "a=b",
        "=ls",
        "-n",
        "-e \\t",
        "%s%n",
        "%%",
        "\\n",
        "\\c",
        "\\0",
        "\u{1b}[31m",
        "é",
        "ß",
        "日本語",
        "🔑",
        "e\u{301}",
        "\u{202e}x",
        "\u{feff}x",
        "\u{85}",
        "\u{2028}",
        "\u{a0}",
        "\u{ff07}",
        "‘’",
        "",
        "EOF",
        "export A=b",
        "FwoGZXIvYXdzEBYaD+/=",
        "2026-11-22T00:30:29Z",
    ];
    for piece in pieces {
        values.push(piece.to_owned());
        values.push(format!("x{piece}y{piece}"));
    }
    values.push("x".repeat(20_000));
    values.push("'".repeat(2_000));
    values
}

/// A shell, its arguments up to the script, and a script that takes the code of the file `$CODE` in the way of the manual and then shows
/// the environment as a program that the shell starts sees it.
type Reader = (Dialect, &'static [&'static str], &'static str);

const SH: &str = "code=$(cat \"$CODE\"); eval \"$code\"; exec env -0";

const READERS: [Reader; 15] = [
    (Dialect::Sh, &["bash", "-c"], SH),
    (Dialect::Sh, &["bash", "--posix", "-c"], SH),
    (Dialect::Sh, &["zsh", "-f", "-c"], SH),
    (Dialect::Sh, &["zsh", "-f", "-o", "rcquotes", "-o", "cshjunkiequotes", "-o", "banghist", "-c"], SH),
    (Dialect::Sh, &["dash", "-c"], SH),
    (Dialect::Sh, &["ksh", "-c"], SH),
    (Dialect::Sh, &["mksh", "-c"], SH),
    (Dialect::Sh, &["yash", "-c"], SH),
    (Dialect::Sh, &["busybox", "sh", "-c"], SH),
    (Dialect::Fish, &["fish", "--no-config", "-c"], "cat $CODE | source; or exit; exec env -0"),
    (Dialect::Fish, &["fish", "--no-config", "-c"], "eval (cat $CODE); or exit; exec env -0"),
    (Dialect::Tcsh, &["tcsh", "-f", "-c"], "source $CODE; exec env -0"),
    (Dialect::Tcsh, &["tcsh", "-f", "-c"], "eval \"`cat $CODE`\"; exec env -0"),
    (Dialect::Elvish, &["elvish", "-norc", "-c"], "eval (cat $E:CODE | slurp); exec env -0"),
    (Dialect::Xonsh, &["xonsh", "--no-rc", "-c"], "execx($(cat $CODE))\nenv -0"),
];

#[test]
fn every_installed_shell_reads_the_values_back() {
    let values = nasty_values();
    assert!(values.len() >= 600, "{}", values.len());
    let missing = READERS.iter().filter(|reader| !reads_back(reader, &values)).count();
    assert_all_there(missing);
}

/// nushell evaluates nothing: it loads JSON, and does not hand a null to its children.
#[test]
fn nushell_loads_the_values_from_json() {
    let values = nasty_values();
    let named = values.iter().enumerate().map(|(number, value)| (name_of(number), value.as_str().into()));
    let none = ("AWS_PROFILE".to_owned(), serde_json::Value::Null);
    let json = serde_json::Value::Object(std::iter::once(none).chain(named).collect()).to_string();
    let script = "open --raw $env.CODE | from json | load-env; ^env -0";
    let missing = !runs(&["nu", "-n", "-c"], script, &json, &values);
    assert_all_there(usize::from(missing));
}

/// Somebody's laptop may lack yash; the machine that vouches for a release may not.
#[allow(
    clippy::disallowed_methods,
    reason = "whether this is CI is a fact about the test run, not an input of ours"
)]
fn assert_all_there(missing: usize) {
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!ci || missing == 0, "{missing} shells are not installed");
}

fn name_of(number: usize) -> String {
    format!("OKTAPIPE_TEST_{number}")
}

/// Whether the shell is installed; panics if it is and reads something else.
fn reads_back((dialect, shell, script): &Reader, values: &[String]) -> bool {
    let mut code = Script::for_credentials(*dialect);
    code.unset(&["OKTAPIPE_TEST_SET", "OKTAPIPE_TEST_NOT_SET"]).unwrap();
    for (number, value) in values.iter().enumerate() {
        code.export(&name_of(number), value).unwrap();
    }
    runs(shell, script, &code.into_code(), values)
}

fn runs(shell: &[&str], script: &str, code: &str, values: &[String]) -> bool {
    let Some(output) = run(shell, script, code) else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{shell:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: std::collections::HashMap<&str, &str> =
        text.split('\0').filter_map(|pair| pair.split_once('=')).collect();
    let wrong: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(number, value)| (value, seen.get(name_of(number).as_str()).copied()))
        .filter(|(value, seen)| *seen != Some(value.as_str()))
        .collect();
    assert!(wrong.is_empty(), "{shell:?}, {script}: {} values, the first {:?}", wrong.len(), wrong[0]);
    assert!(!seen.contains_key("AWS_PROFILE"), "{shell:?} kept AWS_PROFILE");
    true
}

/// One process: the shell runs the script, with `code` in the file `$CODE`. None if it is not installed.
fn run(shell: &[&str], script: &str, code: &str) -> Option<Output> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let home = std::env::temp_dir().join(format!("oktapipe-shell-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("code"), code).unwrap();
    #[allow(clippy::disallowed_methods, reason = "where a shell is installed is a fact about the machine")]
    let variable = |name| std::env::var(name).unwrap_or_default();
    // As in tests/cli.
    let path = format!("{}/bin:{}", variable("OKTAPIPE_TOOLS"), variable("PATH"));
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .arg(script)
        .env_clear()
        .env("PATH", path)
        .env("HOME", &home)
        .env("LC_ALL", "C.UTF-8")
        .env("AWS_PROFILE", "other")
        .env("OKTAPIPE_TEST_SET", "x")
        .env("CODE", home.join("code"))
        .stdin(Stdio::null())
        .output();
    let _ = std::fs::remove_dir_all(&home);
    if output.is_err() {
        // Past the test harness's capture: a test that did not happen must not look like one that passed.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is not installed", shell[0]);
    }
    output.ok()
}

#[test]
fn what_overrides_keys_is_unset_before_the_first_export() {
    let mut script = Script::for_credentials(Dialect::Sh);
    script.export("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE").unwrap().export("AWS_SESSION_TOKEN", "it's").unwrap();
    assert_eq!(
        script.into_code(),
        "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN\nexport AWS_ACCESS_KEY_ID='ASIAEXAMPLE'\nexport AWS_SESSION_TOKEN='it'\\''s'\n"
    );
}

#[test]
fn a_failure_is_a_subshell_that_exits_and_may_follow_unsets() {
    assert_eq!(Dialect::Sh.failure(77), "(exit 77)\n");
    let mut script = Script::new(Dialect::Sh);
    script.unset(&["AWS_ACCESS_KEY_ID"]).unwrap().unset(&[]).unwrap();
    assert_eq!(script.failing(69), "unset AWS_ACCESS_KEY_ID\n(exit 69)\n");
}

#[test]
fn what_cannot_be_carried_is_refused() {
    for value in ["a\0b", "a\nb", "a\rb", "\n"] {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.quote(value).unwrap_err().kind(), Some(Kind::WrongDocument), "{value:?}");
        }
        for file in File::ALL {
            assert_eq!(file.line("A", value).unwrap_err().kind(), Some(Kind::WrongDocument), "{value:?}");
        }
        assert!(github_mask(value).is_err());
    }
    for name in ["", "1A", "A-B", "A B", "A=", "É", "A\n", "A;id"] {
        let mut script = Script::new(Dialect::Sh);
        assert_eq!(script.export(name, "x").unwrap_err().kind(), Some(Kind::Usage), "{name:?}");
        assert!(script.unset(&["B", name]).is_err(), "{name:?}");
        assert_eq!(script.into_code(), "", "nothing half done");
    }
}

#[test]
fn a_script_shows_no_key_in_debug() {
    let mut script = Script::new(Dialect::Sh);
    script.export("A", "CANARY").unwrap();
    assert!(!format!("{script:?}").contains("CANARY"));
}

#[test]
fn shells_of_the_sh_family_are_one_dialect() {
    for name in ["sh", "bash", "zsh", "dash", "ksh", "mksh"] {
        assert_eq!(Dialect::named(name), Some(Dialect::Sh));
    }
    assert_eq!(Dialect::named("cmd"), None);
    for dialect in Dialect::ALL {
        assert!(dialect.names().iter().all(|name| Dialect::named(name) == Some(dialect)), "{dialect:?}");
    }
}

/// What `export` sets, `unset` and what fails, in each dialect.
#[test]
fn the_dialects_look_like_this() {
    let look = |dialect| {
        let mut script = Script::new(dialect);
        script.unset(&["A", "B"]).unwrap().export("C", "it's \\ $x!").unwrap();
        let mut failed = Script::new(dialect);
        failed.unset(&["A"]).unwrap();
        (script.into_code(), failed.failing(77))
    };
    let both = |done: &str, failed: &str| (done.to_owned(), failed.to_owned());
    assert_eq!(look(Dialect::Sh), both("unset A B\nexport C='it'\\''s \\ $x!'\n", "unset A\n(exit 77)\n"));
    assert_eq!(
        look(Dialect::Fish),
        both(
            "set -eg A;\nset -eg B;\nset -gx C 'it\\'s \\\\ $x!';\ntrue;\n",
            "set -eg A;\nsh -c 'exit 77';\n"
        )
    );
    assert_eq!(
        look(Dialect::Tcsh),
        both("unsetenv A;\nunsetenv B;\nsetenv C 'it'\\''s \\ $x\\!';\n", "unsetenv A;\nsh -c 'exit 77';\n")
    );
    assert_eq!(
        look(Dialect::Elvish),
        both("unset-env A\nunset-env B\nset-env C 'it''s \\ $x!'\n", "unset-env A\n")
    );
    assert_eq!(
        look(Dialect::Xonsh),
        both(
            "${...}.pop('A', None)\n${...}.pop('B', None)\n$C = 'it\\'s \\\\ $x!'\n",
            "${...}.pop('A', None)\nraise __import__('subprocess').CalledProcessError(77, 'oktapipe')\n"
        )
    );
    assert_eq!(
        look(Dialect::PowerShell),
        both(
            "Remove-Item Env:A -ErrorAction Ignore\nRemove-Item Env:B -ErrorAction Ignore\n$env:C = 'it''s \\ $x!'\n",
            "Remove-Item Env:A -ErrorAction Ignore\nthrow 'oktapipe failed with 77'\n"
        )
    );
}

#[test]
fn powershell_knows_five_quotes_and_no_empty_variable() {
    let word = Dialect::PowerShell.quote("'\u{2018}\u{2019}\u{201a}\u{201b}\"`").unwrap();
    assert_eq!(
        word,
        "\u{27}\u{27}\u{27}\u{2018}\u{2018}\u{2019}\u{2019}\u{201a}\u{201a}\u{201b}\u{201b}\"`'"
    );
    assert_eq!(Dialect::PowerShell.quote("").unwrap_err().kind(), Some(Kind::WrongDocument));
}

/// Each value is carried as it is or refused: read back as the file's readers do, by the rest of the line, and for `Bare` and `Dotenv`
/// by shells too, which expand what some readers of `.env` expand.
#[test]
fn files_carry_a_value_or_refuse_it() {
    let carries = |file: File, value: &str| file.line("A", value).is_ok();
    for value in ["", "FwoGZXIvYXdzEBYaD+/=", "111122223333/Dev", "eu-west-1", "2026-11-22T00:30:29Z"] {
        for file in File::ALL {
            assert_eq!(file.line("A", value).unwrap(), format!("A={value}\n"), "{file:?}");
        }
    }
    assert_eq!(File::Dotenv.line("A", "a #b \"").unwrap(), "A='a #b \"'\n");
    assert!(!carries(File::Bare, "a b") && !carries(File::Bare, "~"));
    for value in ["it's", "a\\", "$x", "`x`"] {
        assert!(
            !carries(File::Dotenv, value) && carries(File::Docker, value) && carries(File::Github, value)
        );
    }
    assert!(
        !carries(File::Docker, " a") && !carries(File::Docker, "a\u{a0}") && carries(File::Github, " a ")
    );
    assert!(!carries(File::Docker, "a\tb") && !carries(File::Github, "\u{1b}[31m"));
    assert_eq!(github_mask("a%0Ab").unwrap(), "::add-mask::a%250Ab\n");
    assert_eq!(File::Bare.line("A;id", "x").unwrap_err().kind(), Some(Kind::Usage));
    for file in [File::Bare, File::Dotenv] {
        let values: Vec<String> = nasty_values().into_iter().filter(|value| carries(file, value)).collect();
        assert!(values.len() > 50, "{}", values.len());
        let lines =
            values.iter().enumerate().map(|(number, value)| file.line(&name_of(number), value).unwrap());
        let code: String = lines.chain(["unset AWS_PROFILE\n".to_owned()]).collect();
        for shell in ["bash", "dash"] {
            runs(&[shell, "-c"], "set -a; . \"$CODE\"; exec env -0", &code, &values);
        }
    }
}

/// The status of the code that a failed pipe prints, with the forms in which people evaluate it.
#[test]
fn code_of_a_failed_pipe_fails_in_every_shell_with_the_number() {
    let forms: [(Dialect, &[&str], &str); 9] = [
        (Dialect::Sh, &["bash", "-c"], "eval \"$(cat \"$CODE\")\"; printf %s \"$?\""),
        (Dialect::Sh, &["zsh", "-f", "-c"], "eval \"$(cat \"$CODE\")\"; printf %s \"$?\""),
        (Dialect::Sh, &["yash", "-c"], "eval \"$(cat \"$CODE\")\"; printf %s \"$?\""),
        (Dialect::Fish, &["fish", "--no-config", "-c"], "cat $CODE | source; printf %s $status"),
        (Dialect::Fish, &["fish", "--no-config", "-c"], "eval (cat $CODE); printf %s $status"),
        (
            Dialect::Fish,
            &["fish", "--no-config", "-c"],
            "function f; cat $CODE | source; printf %s $status; end; f",
        ),
        (Dialect::Tcsh, &["tcsh", "-f", "-c"], "eval \"`cat $CODE`\"; printf %s $status"),
        (Dialect::Tcsh, &["tcsh", "-f", "-c"], "eval `cat $CODE`; printf %s $status"),
        (
            Dialect::Xonsh,
            &["xonsh", "--no-rc", "-c"],
            "try:\n  execx($(cat $CODE))\nexcept Exception as e:\n  print(e.returncode, end='')",
        ),
    ];
    let mut missing = 0;
    for (dialect, shell, script) in forms {
        let mut code = Script::new(dialect);
        code.unset(&["AWS_PROFILE", "OKTAPIPE_TEST_NOT_SET"]).unwrap();
        let Some(output) = run(shell, script, &code.failing(77)) else {
            missing += 1;
            continue;
        };
        assert_eq!(String::from_utf8_lossy(&output.stdout), "77", "{shell:?} {script}: {output:?}");
    }
    assert_all_there(missing);
}

proptest! {
    #[test]
    fn a_quoted_value_reads_back_as_itself(value in "[^\0\r\n]*") {
        let word = Dialect::Sh.quote(&value).unwrap();
        prop_assert_eq!(read_back(&word), Some(value));
    }

    #[test]
    fn a_script_has_one_line_a_statement(value in "[^\0\r\n]*") {
        let mut script = Script::for_credentials(Dialect::Sh);
        script.export("A", &value).unwrap();
        let code = script.into_code();
        prop_assert_eq!(code.lines().count(), code.matches('\n').count());
        prop_assert!(code.split_terminator('\n').all(|line| line.starts_with("unset ") || line.starts_with("export ")));
        prop_assert_eq!(code.split_terminator('\n').count(), 2);
    }
}
