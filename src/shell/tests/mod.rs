//! Quoting against our own reading of the grammars, and against every shell that is installed. What the tests share stands here.

use super::*;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

mod dialects;
mod files;
mod read;
mod sh;
mod shells;

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
fn a_name_is_what_every_shell_takes_for_a_variable() {
    for name in ["A", "_", "_a1", "a_B_2", "Z9"] {
        assert!(is_name(name), "{name}");
    }
    for name in ["", "1", "9A", "A-B", "A.B", "A ", "\u{e9}", "A\u{e9}", "-"] {
        assert!(!is_name(name), "{name}");
    }
}

#[test]
fn a_script_shows_no_key_in_debug() {
    let mut script = Script::new(Dialect::Sh);
    script.export("A", "CANARY").unwrap();
    assert_eq!(format!("{script:?}"), "Script { dialect: Sh, bytes: 18 }");
}
