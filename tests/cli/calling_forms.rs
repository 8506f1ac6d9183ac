//! The forms in which people call `export` in their shells, the bad ones too, and the status that each gives. What the manual says about a
//! form stands on this table.

use crate::harness::{Case, World, has};
use serde_json::json;

const FAILED: &str = r#"{"_oktapipe": {"v": 1, "error": {"stage": "authn", "kind": "authentication_failed", "message": "m", "hint": "h", "exit_code": 77, "retryable": false}}}"#;

/// A family of shells, how its members are started, and how a script shows `STATUS KEY` behind a `FORM`.
struct Family {
    shells: &'static [&'static [&'static str]],
    format: &'static str,
    shows: &'static str,
    /// `EXPORT` is the call, and the numbers are the status after a success, after the failure 77, and without an oktapipe.
    forms: &'static [(&'static str, [&'static str; 3])],
}

const SH: &str = "FORM; echo \"$? ${AWS_ACCESS_KEY_ID-none}\"";
const ALL: &[&[&str]] = &[
    &["bash", "--norc"],
    &["zsh", "-f"],
    &["dash"],
    &["ksh"],
    &["mksh"],
    &["yash", "--noprofile"],
    &["busybox", "sh"],
];

const FAMILIES: [Family; 9] = [
    Family {
        shells: ALL,
        format: "sh",
        shows: SH,
        forms: &[
            ("eval \"$(EXPORT)\"", ["0", "77", "0"]),
            ("code=$(EXPORT) && eval \"$code\"", ["0", "77", "127"]),
            // Masked: nothing is evaluated, and nothing is noticed.
            ("export CODE=\"$(EXPORT)\"", ["0", "0", "0"]),
            ("if eval \"$(EXPORT)\"; then :; else false; fi", ["0", "1", "0"]),
        ],
    },
    // `set -e` stops at a failure (nothing is shown), and not at a program that is missing.
    Family {
        shells: ALL,
        format: "sh",
        shows: "set -eu; FORM; echo \"$? ${AWS_ACCESS_KEY_ID-none}\"",
        forms: &[("eval \"$(EXPORT)\"", ["0", "", "0"]), ("code=$(EXPORT); eval \"$code\"", ["0", "", ""])],
    },
    Family {
        shells: &[
            &["bash", "--norc"],
            &["zsh", "-f"],
            &["dash"],
            &["mksh"],
            &["yash", "--noprofile"],
            &["busybox", "sh"],
        ],
        format: "sh",
        shows: "f() { FORM; echo \"$? ${AWS_ACCESS_KEY_ID-none}\"; }; f",
        forms: &[("local code=\"$(EXPORT)\"", ["0", "0", "0"])],
    },
    Family {
        shells: &[&["bash", "--norc"], &["zsh", "-f"], &["ksh"]],
        format: "sh",
        shows: SH,
        // It is the code that fails here: the status of the process is lost.
        forms: &[("source <(EXPORT)", ["0", "77", "0"])],
    },
    Family {
        shells: &[&["fish", "--no-config"]],
        format: "fish",
        shows: "FORM; echo $status (set -q AWS_ACCESS_KEY_ID; and echo $AWS_ACCESS_KEY_ID; or echo none)",
        forms: &[
            // fish looks for all programs of a pipe before it starts one.
            ("EXPORT | source", ["0", "77", "127"]),
            ("eval (EXPORT)", ["0", "77", "127"]),
            ("source (EXPORT | psub)", ["0", "77", "127"]),
            ("set -l code (EXPORT); and eval $code", ["0", "77", "127"]),
            ("set -l code (EXPORT | string collect); and eval $code", ["0", "77", "127"]),
            ("EXPORT | source; test \"$pipestatus\" = '0 0'", ["0", "1", "1"]),
        ],
    },
    Family {
        shells: &[&["tcsh", "-f"]],
        format: "tcsh",
        shows: "FORM; sh -c 'echo \"$0 ${AWS_ACCESS_KEY_ID-none}\"' $status",
        forms: &[("eval `EXPORT`", ["0", "77", "1"]), ("eval \"`EXPORT`\"", ["0", "77", "1"])],
    },
    Family {
        shells: &[&["elvish", "-norc"]],
        format: "elvish",
        shows: "var s = 0; try { FORM } catch e { set s = 1; if (has-value [(keys $e[reason])] exit-status) { set s = $e[reason][exit-status] } }; \
            echo $s (if (has-env AWS_ACCESS_KEY_ID) { get-env AWS_ACCESS_KEY_ID } else { put none })",
        forms: &[("eval (EXPORT | slurp)", ["0", "77", ""])],
    },
    Family {
        shells: &[&["nu", "-n"]],
        format: "nushell",
        shows: "$env.S = 0; try { FORM } catch {|e| $env.S = ($e.exit_code? | default 1) }; print $'($env.S) ($env.AWS_ACCESS_KEY_ID? | default none)'",
        forms: &[("EXPORT | from json | load-env", ["0", "77", "1"])],
    },
    Family {
        shells: &[&["xonsh", "--no-rc"]],
        format: "xonsh",
        shows: "s = 0\ntry:\n  FORM\nexcept Exception as e:\n  s = getattr(e, 'returncode', 1)\nprint(s, ${...}.get('AWS_ACCESS_KEY_ID', 'none'))",
        forms: &[("execx($(EXPORT))", ["0", "77", "1"])],
    },
];

#[test]
fn each_form_of_calling_export_gives_the_status_that_the_manual_says() {
    let world = World::new();
    let credentials = json!({"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "CANARYsk", "SessionToken": "CANARYst"}});
    std::fs::write(world.home.join("creds.json"), credentials.to_string()).unwrap();
    std::fs::write(world.home.join("failed.json"), FAILED).unwrap();
    let mut wrong = Vec::new();
    for family in FAMILIES {
        for shell in family.shells.iter().filter(|shell| has(shell[0])) {
            for (form, statuses) in family.forms {
                let ways = [("oktapipe", "creds"), ("oktapipe", "failed"), ("no-such-oktapipe", "creds")];
                for ((program, document), status) in ways.into_iter().zip(statuses) {
                    // nushell and elvish know no `<`, or not there.
                    let call = match family.format {
                        "nushell" | "elvish" if program == "oktapipe" => {
                            format!("sh -c '{program} export -f {} < {document}.json'", family.format)
                        }
                        "nushell" => format!("^{program}"),
                        "elvish" => program.to_owned(),
                        _ => format!("{program} export -f {} < {document}.json", family.format),
                    };
                    let script = family.shows.replace("FORM", &form.replace("EXPORT", &call));
                    let outcome = Case::new(shell[0], &[&shell[1..], &["-c", &script]].concat(), &world.home)
                        .env("PYTHONWARNINGS", "ignore")
                        .run();
                    // Where code is only kept, or there is none, no variable is set.
                    let evaluated = document == "creds"
                        && program == "oktapipe"
                        && !form.contains("local ")
                        && !form.contains("CODE=");
                    let key = if evaluated { "ASIAEXAMPLE" } else { "none" };
                    let expected =
                        if status.is_empty() { String::new() } else { format!("{status} {key}\n") };
                    if outcome.stdout != expected {
                        wrong.push(format!(
                            "{shell:?} {form} {program} {document}: {expected:?} is {outcome}"
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
