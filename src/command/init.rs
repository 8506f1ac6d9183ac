//! `init`: the functions of a shell, as they stand in `shell/`. What is printed may be evaluated at each start or kept as a file:
//! it is the same text (for tcsh without the comments).

use crate::cli::{Init, InitShell};
use crate::error::Error;
use crate::stage::Output;

/// What a shell is given: files of `shell/`, one behind the other.
struct Files {
    functions: &'static str,
    /// What calls `oktapipe_warn` before each prompt; empty for a shell that has no place for it.
    hook: &'static str,
}

const SH: &str = include_str!("../../shell/oktapipe.sh");

/// The line of a file with which its hook begins, to its end. What is installed as one file is one file in `shell/`.
const HOOK: &str = "# The hook";

/// A shell more is a line here, its variant in `cli`, and its files.
fn files(shell: InitShell) -> Files {
    match shell {
        InitShell::Bash => Files { functions: SH, hook: include_str!("../../shell/oktapipe.bash") },
        InitShell::Zsh => Files { functions: SH, hook: include_str!("../../shell/oktapipe.zsh") },
        InitShell::Sh => Files { functions: SH, hook: "" },
        InitShell::Fish => split(include_str!("../../shell/oktapipe.fish")),
        InitShell::Elvish => split(include_str!("../../shell/oktapipe.elv")),
        InitShell::Nushell => split(include_str!("../../shell/oktapipe.nu")),
        InitShell::Tcsh => split(include_str!("../../shell/oktapipe.tcsh")),
        InitShell::Xonsh => split(include_str!("../../shell/oktapipe.xsh")),
        InitShell::Powershell => split(include_str!("../../shell/oktapipe.ps1")),
    }
}

fn split(text: &'static str) -> Files {
    let at = text.find(HOOK).unwrap_or(text.len());
    let (functions, hook) = text.split_at_checked(at).unwrap_or((text, ""));
    Files { functions, hook }
}

/// For tcsh's `eval`, which makes one line of what it is given: there a comment has no end, and a backslash no line break behind it.
fn for_eval(text: &str) -> String {
    let statements = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    statements
        .map(|line| line.strip_suffix('\\').map_or_else(|| format!("{line}\n"), str::to_owned))
        .collect()
}

/// Prints the functions of a shell, and the hook behind them unless it is not wanted.
///
/// # Errors
/// None today; the signature is that of every command.
pub fn run(arguments: &Init) -> Result<Output, Error> {
    let Files { functions, hook } = files(arguments.shell);
    let mut text = [functions, if arguments.no_hook { "" } else { hook }].concat();
    if arguments.shell == InitShell::Tcsh {
        text = for_eval(&text);
    }
    Ok(Output::Text { plain: text.clone().into(), masked: text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    /// The default login stands once in every shell's file, and is the same in all of them.
    #[test]
    fn every_shell_has_the_functions_the_login_and_a_hook_that_can_be_left_out() {
        for shell in InitShell::value_variants() {
            let Files { functions, hook } = files(*shell);
            for name in ["oktapipe_eval", "oktapipe_role", "oktapipe_who", "oktapipe_drop", "oktapipe_warn"] {
                assert!(functions.contains(name), "{shell:?} {name}");
            }
            let words = functions.split(|c: char| c.is_whitespace() || "'\"\\|".contains(c));
            let words: Vec<&str> = words.filter(|word| !word.is_empty() && *word != "command").collect();
            let login = "oktapipe roles --remember";
            assert_eq!(words.join(" ").matches(login).count(), 1, "{shell:?}");
            assert!(*shell == InitShell::Sh || hook.contains("oktapipe_warn"), "{shell:?}");
            assert_eq!(functions.matches(HOOK).count(), 0, "{shell:?}");
        }
    }

    #[test]
    fn tcsh_gets_statements_of_one_line() {
        let Files { functions, hook } = files(InitShell::Tcsh);
        let text = for_eval(&[functions, hook].concat());
        assert!(text.lines().all(|line| line.ends_with(';') && !line.starts_with('#')), "{text}");
        assert!(text.contains("alias oktapipe_eval "), "{text}");
    }
}
