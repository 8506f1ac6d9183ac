//! `init`: the functions of a shell, as they stand in `shell/`. What is printed may be evaluated at each start or kept as a file:
//! it is the same text.

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

/// A shell more is a line here, its variant in `cli`, and its files.
const fn files(shell: InitShell) -> Files {
    match shell {
        InitShell::Bash => Files { functions: SH, hook: include_str!("../../shell/oktapipe.bash") },
        InitShell::Zsh => Files { functions: SH, hook: include_str!("../../shell/oktapipe.zsh") },
        InitShell::Sh => Files { functions: SH, hook: "" },
    }
}

/// Prints the functions of a shell, and the hook behind them unless it is not wanted.
///
/// # Errors
/// None today; the signature is that of every command.
pub fn run(arguments: &Init) -> Result<Output, Error> {
    let Files { functions, hook } = files(arguments.shell);
    let text = [functions, if arguments.no_hook { "" } else { hook }].concat();
    Ok(Output::Text { plain: text.clone().into(), masked: text })
}
