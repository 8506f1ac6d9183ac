//! `completions`: the script that tells a shell how to complete.
//!
//! The scripts are ours, and ask `oktapipe complete` at each TAB. clap's own were tried: bash's gives nothing behind the first colon of an ARN and inserts
//! an apostrophe as it is, zsh's and fish's give nothing within open quotes, and zsh's nothing at all on the first TAB.

use crate::cli::{Cli, CompletionShell, Completions};
use crate::error::Error;
use crate::stage::Output;
use clap::{Command, CommandFactory};

/// Prints the script that a shell sources.
///
/// # Errors
/// None today; the signature is that of every command.
pub fn run(arguments: &Completions) -> Result<Output, Error> {
    let text = match arguments.shell {
        CompletionShell::Bash => include_str!("../../shell/completions/oktapipe.bash").to_owned(),
        CompletionShell::Elvish => include_str!("../../shell/completions/oktapipe.elv").to_owned(),
        CompletionShell::Fish => include_str!("../../shell/completions/oktapipe.fish").to_owned(),
        CompletionShell::Nushell => include_str!("../../shell/completions/oktapipe.nu").to_owned(),
        CompletionShell::Zsh => include_str!("../../shell/completions/_oktapipe").to_owned(),
        CompletionShell::PowerShell => power_shell(),
    };
    Ok(Output::Text { plain: text.clone().into(), masked: text })
}

/// clap's script of flags and listed values. There is no PowerShell here to try one of ours in, and clap's that asks the program evaluates the
/// typed line.
fn power_shell() -> String {
    let mut script = Vec::new();
    clap_complete::generate(
        clap_complete::Shell::PowerShell,
        &mut shown(Cli::command()),
        "oktapipe",
        &mut script,
    );
    String::from_utf8_lossy(&script).into_owned()
}

/// The command without what is in no list: clap's scripts hide flags and values, and name every command.
fn shown(whole: Command) -> Command {
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let bare = Command::new("oktapipe").version(env!("CARGO_PKG_VERSION"));
    bare.propagate_version(true)
        .disable_help_subcommand(true)
        .args(whole.get_arguments().cloned())
        .subcommands(shown)
}
