//! What the commands take that write, take over and look at profiles.

use super::{As, OrgArg};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `oktapipe configure`
#[derive(Args, Debug)]
// What is in a variable now is no setting to be written: here these have none.
#[command(
    mut_arg("org", |argument| argument.help("The Okta org: a name (acme), a host (acme.okta.com, login.acme.example) or a URL")),
    mut_arg("region", |argument| argument.help("The AWS region"))
)]
pub struct Configure {
    /// The profile; without it the one that --profile or OKTAPIPE_PROFILE names, else default
    #[arg(value_name = "PROFILE")]
    pub name: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub settings: Settings,
    /// The profile that this one inherits from
    #[arg(long, value_name = "PROFILE")]
    pub inherit: Option<String>,
    /// Take the setting of this flag out of the profile; repeatable
    #[arg(long, value_name = "KEY")]
    pub unset: Vec<String>,
    /// Have this AWS profile of ~/.aws/config get its credentials by oktapipe credential-process
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// The settings of a profile, as flags. (`--ca-file` and `--timeout` are common options.)
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub org: OrgArg,
    /// The login name
    #[arg(short, long, value_name = "NAME")]
    pub username: Option<String>,
    /// The command that prints the password (run by sh -c)
    #[arg(long, value_name = "COMMAND")]
    pub password_command: Option<String>,
    /// The factor to use, for instance push or token:software:totp:GOOGLE; repeatable
    #[arg(long, value_name = "TYPE[:PROVIDER[:NAME]]")]
    pub factor: Vec<String>,
    /// Only factors of this provider, for instance OKTA or GOOGLE
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,
    /// The command that prints the code (run by sh -c)
    #[arg(long, value_name = "COMMAND")]
    pub passcode_command: Option<String>,
    /// Seconds to wait for a push to be answered
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub push_timeout: Option<u64>,
    /// The AWS app: its link, or its id (0oa... or exk...)
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: As,
    /// A variable for export to put ACCOUNT/NAME into, for instance AWS_VAULT; repeatable
    #[arg(long, value_name = "VAR")]
    pub label: Vec<String>,
    /// Keep the names of the roles that are offered, for completion
    #[arg(long)]
    pub remember: bool,
    /// Neither use nor keep what a login got
    #[arg(long)]
    pub no_cache: bool,
}

/// `oktapipe import`
#[derive(Args, Debug)]
pub struct Import {
    /// The tool whose settings are taken over
    pub tool: Peer,
    /// Its file, in place of the one where it has it
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Replace profiles that are there already
    #[arg(long)]
    pub overwrite: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Another tool that turns an Okta login into AWS credentials.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// ~/.saml2aws
    #[value(name = "saml2aws")]
    Saml2aws,
    /// ~/.okta_aws_login_config
    GimmeAwsCreds,
    /// ~/.okta/okta.yaml, .env and OKTA_AWSCLI_...
    OktaAwsCli,
}

/// `oktapipe doctor`
#[derive(Args, Debug)]
pub struct Doctor {
    /// The profile; without it the one that --profile or OKTAPIPE_PROFILE names, else default
    #[arg(value_name = "PROFILE")]
    pub name: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub settings: Settings,
    /// Print the document on a terminal too
    #[arg(long)]
    pub json: bool,
}
