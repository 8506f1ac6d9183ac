//! What every shell that is installed reads.

use super::*;

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

/// Whether the shell is installed; panics if it is and reads something else.
fn reads_back((dialect, shell, script): &Reader, values: &[String]) -> bool {
    let mut code = Script::for_credentials(*dialect);
    code.unset(&["OKTAPIPE_TEST_SET", "OKTAPIPE_TEST_NOT_SET"]).unwrap();
    for (number, value) in values.iter().enumerate() {
        code.export(&name_of(number), value).unwrap();
    }
    runs(shell, script, &code.into_code(), values)
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
