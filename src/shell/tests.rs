//! Quoting against our own reading of the sh grammar, and against every shell of the family that is installed.

use super::*;
use proptest::prelude::*;
use std::io::Write;
use std::process::{Command, Stdio};

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
    let mut values: Vec<String> = (1..=127_u8)
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .map(|byte| char::from(byte).to_string())
        .collect();
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

#[test]
fn every_installed_shell_reads_the_values_back() {
    let values = nasty_values();
    assert!(values.len() >= 200, "{}", values.len());
    let mut script = Script::for_credentials(Dialect::Sh);
    for (number, value) in values.iter().enumerate() {
        script.export(&format!("OKTAPIPE_TEST_{number}"), value).unwrap();
    }
    let code = script.into_code();
    let shells: [&[&str]; 9] = [
        &["bash"],
        &["bash", "--posix"],
        &["zsh", "-f"],
        &["zsh", "-f", "-o", "rcquotes", "-o", "cshjunkiequotes", "-o", "banghist"],
        &["dash"],
        &["ksh"],
        &["mksh"],
        &["yash"],
        &["busybox", "sh"],
    ];
    let missing = shells.iter().filter(|shell| !shell_reads_back(shell, &code, &values)).count();
    // Somebody's laptop may lack yash; the machine that vouches for a release may not.
    #[allow(
        clippy::disallowed_methods,
        reason = "whether this is CI is a fact about the test run, not an input of ours"
    )]
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!ci || missing == 0, "{missing} shells are not installed");
}

/// Whether the shell is installed; panics if it is and reads something else.
///
/// The values are exported, so one `env -0` per shell shows all of them as a program that the shell starts would see them.
fn shell_reads_back(shell: &[&str], code: &str, values: &[String]) -> bool {
    let child = Command::new(shell[0])
        .args(&shell[1..])
        .args(["-c", "code=$(cat); eval \"$code\"; exec env -0"])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("AWS_PROFILE", "other")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        // Past the test harness's capture: a test that did not happen must not look like one that passed.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is not installed", shell[0]);
        return false;
    };
    child.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{shell:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let seen: std::collections::HashMap<&str, &str> =
        text.split('\0').filter_map(|pair| pair.split_once('=')).collect();
    for (number, value) in values.iter().enumerate() {
        assert_eq!(
            seen.get(format!("OKTAPIPE_TEST_{number}").as_str()),
            Some(&value.as_str()),
            "{shell:?} {number}"
        );
    }
    assert!(!seen.contains_key("AWS_PROFILE"), "{shell:?} kept AWS_PROFILE");
    true
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
    assert_eq!(failure(77), "(exit 77)\n");
    let mut script = Script::new(Dialect::Sh);
    script.unset(&["AWS_ACCESS_KEY_ID"]).unwrap().unset(&[]).unwrap();
    assert_eq!(script.failing(69).into_code(), "unset AWS_ACCESS_KEY_ID\n(exit 69)\n");
}

#[test]
fn what_cannot_be_carried_is_refused() {
    for value in ["a\0b", "a\nb", "a\rb", "\n"] {
        assert_eq!(quote(value).unwrap_err().kind(), Some(Kind::WrongDocument), "{value:?}");
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
    assert_eq!(Dialect::named("fish"), None);
}

proptest! {
    #[test]
    fn a_quoted_value_reads_back_as_itself(value in "[^\0\r\n]*") {
        let word = quote(&value).unwrap();
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
