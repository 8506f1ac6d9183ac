//! What a person's shell and eyes are given: functions, completions, the manual.

use clap::{Args, ValueEnum};

/// `oktapipe init`
#[derive(Args, Debug)]
pub struct Init {
    /// The shell
    pub shell: InitShell,
    /// Without the hook that warns before each prompt when a role is about to end
    #[arg(long)]
    pub no_hook: bool,
}

/// Whose functions `init` prints.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitShell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// Any other sh
    #[value(aliases = ["dash", "ksh", "ksh93", "mksh", "yash", "ash"])]
    Sh,
    /// fish
    Fish,
    /// elvish
    Elvish,
    /// nushell
    #[value(alias = "nu")]
    Nushell,
    /// tcsh
    #[value(alias = "csh")]
    Tcsh,
    /// xonsh
    Xonsh,
    /// PowerShell (never tried)
    #[value(alias = "pwsh")]
    Powershell,
}

/// `oktapipe man`
#[derive(Args, Debug)]
pub struct Man {
    /// The page: a command, pipeline or json; without it, that of oktapipe itself
    #[arg(value_hint = clap::ValueHint::Other)]
    pub page: Option<String>,
    /// List the pages, one a line
    #[arg(long, conflicts_with = "page")]
    pub list: bool,
}

/// `oktapipe completions`
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    pub shell: CompletionShell,
}

/// A shell that can be told how to complete.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is its own name")]
pub enum CompletionShell {
    Bash,
    Elvish,
    Fish,
    #[value(alias = "nu")]
    Nushell,
    #[value(name = "powershell", alias = "pwsh")]
    PowerShell,
    Zsh,
}

/// `oktapipe complete`, which the scripts of `completions` call at each TAB. In no list of commands: its face may change with any version.
#[derive(Args, Debug)]
pub struct Complete {
    /// SHELL WORD...: the words of the command line, its command first; the last is being typed
    // Of the system's own kind, and taken as they come: a word may be any bytes, and begin with a dash.
    #[arg(num_args = 0.., trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<std::ffi::OsString>,
}
