//! What each command takes of its own.

use super::{FactorArgs, OrgArg, PasswordArgs, PolicyArgs, RegionArg, RoleArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `oktapipe authn`
#[derive(Args, Debug)]
pub struct Authn {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub org: OrgArg,
    /// The login name [env: OKTA_USERNAME]
    #[arg(short, long, value_name = "NAME")]
    pub username: Option<String>,
    /// Read the password from stdin, to its first newline
    #[arg(long, conflicts_with_all = ["password_fd", "password_command"])]
    pub password_stdin: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub password: PasswordArgs,
}

/// `oktapipe factor-verify`
#[derive(Args, Debug, Clone)]
pub struct FactorVerify {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub org: OrgArg,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub factor: FactorArgs,
}

/// `oktapipe session`
#[derive(Args, Debug)]
pub struct Session {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub org: OrgArg,
}

/// `oktapipe saml-fetch`
#[derive(Args, Debug)]
pub struct SamlFetch {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub org: OrgArg,
    /// The AWS app: its link, or its id (0oa... or exk...) [env: OKTA_APP_ID]
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
}

/// `oktapipe saml-roles`
#[derive(Args, Debug, Clone)]
pub struct SamlRoles {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: RoleArgs,
    /// Settle on the first role of the assertion (or of those that --role matches)
    #[arg(long, conflicts_with = "each")]
    pub first: bool,
    /// Print one document a role, one a line, with that role settled: for all roles, or those that --role matches
    #[arg(long)]
    pub each: bool,
    /// Print only what `aws sts assume-role-with-saml --cli-input-json` takes
    #[arg(long)]
    pub skeleton: bool,
    /// Keep the names of the roles that are offered, and of their providers, for completion
    #[arg(long)]
    pub remember: bool,
    /// Add the accounts' aliases, and take ALIAS/NAME for a role; what is not known yet is looked up on AWS's sign-in page
    #[arg(long)]
    pub aliases: bool,
}

/// `oktapipe assume`
#[derive(Args, Debug, Clone)]
pub struct Assume {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: RoleArgs,
    /// Fail instead of asking for less when the role forbids so long a session
    #[arg(long)]
    pub strict_duration: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub policy: PolicyArgs,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
}

/// `oktapipe export`
#[derive(Args, Debug, Clone, Default)]
pub struct Export {
    /// What to print
    #[arg(short, long, value_name = "FORMAT", default_value = "sh")]
    pub format: Format,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
    /// Set this variable to ACCOUNT/NAME too, for a prompt that looks there, for instance AWS_VAULT; repeatable
    #[arg(long, value_name = "VAR")]
    pub label: Vec<String>,
    /// What the shell shall do with the variables of the last role when the pipe failed
    #[arg(long, value_name = "WHAT", default_value = "keep")]
    pub on_error: OnError,
    /// Read nothing, and print code that unsets the variables
    #[arg(long, conflicts_with_all = ["region", "on_error"])]
    pub unset: bool,
}

/// What becomes of older variables after a failure.
#[derive(ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnError {
    /// They stay
    #[default]
    Keep,
    /// They are unset
    Clear,
}

/// What `export` prints. The names are those of `aws configure export-credentials` where it has them.
#[derive(ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    // No quotes and no dollar in these: clap writes them into fish completions between double quotes, and fish runs what is in $( ).
    /// Statements for bash, zsh, dash, ksh and other sh, to eval in double quotes
    #[default]
    #[value(aliases = ["env", "bash", "zsh", "dash", "ksh", "ksh93", "mksh", "yash", "ash"])]
    Sh,
    /// For fish: oktapipe ... | oktapipe export -f fish | source
    Fish,
    /// For tcsh, to eval in double quotes
    #[value(alias = "csh")]
    Tcsh,
    /// For elvish: eval (oktapipe ... | oktapipe export -f elvish | slurp)
    Elvish,
    /// For nushell: oktapipe ... | oktapipe export -f nushell | from json | load-env
    #[value(alias = "nu")]
    Nushell,
    /// For xonsh, to execx
    Xonsh,
    /// For PowerShell: oktapipe ... | oktapipe export -f powershell | Out-String | Invoke-Expression
    #[value(name = "powershell", alias = "pwsh")]
    PowerShell,
    /// Lines NAME=value without quotes
    EnvNoExport,
    /// A .env file
    Dotenv,
    /// A file for docker run --env-file
    Docker,
    /// For a step of GitHub Actions: masks the keys in its log, and sets the variables for the next steps
    #[value(alias = "github-actions")]
    Github,
    /// The variables as one JSON object
    Json,
    /// What an AWS credential_process prints
    #[value(aliases = ["credential_process", "credential-process"])]
    Process,
    /// Not offered: cmd.exe carries no % and no quotes, and loses the status
    #[value(hide = true)]
    WindowsCmd,
}

/// `oktapipe to-profile`
#[derive(Args, Debug)]
pub struct ToProfile {
    /// The profile's name; {account}, {role}, {session}, {partition} and {alias} stand for what the credentials tell
    #[arg(short, long, value_name = "TEMPLATE", default_value = "{account}-{role}")]
    pub name: String,
    /// The credentials file [env: AWS_SHARED_CREDENTIALS_FILE]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Write this region into the profile too
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Replace profiles of other roles, and those that get their credentials in another way
    #[arg(long)]
    pub overwrite: bool,
    /// Replace long-term keys: nobody gives you those again
    #[arg(long)]
    pub overwrite_long_term: bool,
}

/// `oktapipe caller-identity`
#[derive(Args, Debug)]
pub struct CallerIdentity {
    /// Add the account's alias, by the file of profiles or iam:ListAccountAliases
    #[arg(long)]
    pub alias: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
}

/// `oktapipe sandbox`
#[cfg(feature = "sandbox")]
#[derive(Args, Debug)]
pub struct Sandbox {
    /// The org's port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// The port of STS; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub sts_port: u16,
}

/// `oktapipe demo`
#[cfg(feature = "sandbox")]
#[derive(Args, Debug)]
pub struct Demo {}
