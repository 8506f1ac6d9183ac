//! The command line as a value: what may be typed, and nothing about what it does.
//!
//! Help, completions and the manual's list of flags derive from these types. Environment variables are not read
//! here (clap would show their values in `--help`): a setting's variable is named in its help text and read through `context`.

mod step;

pub use step::{Explain, Schema, Step};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `oktapipe`, as typed.
#[derive(Debug, Parser)]
#[command(
    name = "oktapipe",
    version,
    propagate_version = true,
    about = "Turns an Okta login into temporary AWS credentials, one Unix pipe stage at a time",
    long_about = "Turns an Okta login into temporary AWS credentials, one Unix pipe stage at a time:\n\n  \
        oktapipe authn | oktapipe factor-verify | oktapipe session \\\n    | oktapipe saml-fetch | oktapipe saml-roles | oktapipe assume | oktapipe export\n\n\
        Each stage reads one JSON document on stdin and writes one on stdout: the document that curl or the AWS CLI would print there.",
    after_help = "Each command has a manual page: oktapipe-authn(1), oktapipe-factor-verify(1), ...",
    max_term_width = 100,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = false
)]
pub struct Cli {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub common: Common,
    #[command(subcommand)]
    #[allow(missing_docs, reason = "described by its type")]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Log each request on stderr: method, URL without its query, status, milliseconds
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// No warnings and notes on stderr; errors stay
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Colour on stderr [also: NO_COLOR, CLICOLOR, CLICOLOR_FORCE]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Seconds that one request may take
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Show secrets on a terminal; without it they are masked there (a pipe is never masked)
    #[arg(long, global = true)]
    pub reveal: bool,
    /// Never ask on the terminal: fail instead
    #[arg(long, global = true)]
    pub no_input: bool,
    /// PEM file of certificate authorities to trust besides the system's [also: AWS_CA_BUNDLE; SSL_CERT_FILE replaces the system's]
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// When to colour.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The stages, in the order of the pipe, and what is made of them.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Sign in with a name and a password: prints Okta's transaction
    Authn(Authn),
    /// Verify a factor of an MFA_REQUIRED or MFA_CHALLENGE transaction: prints Okta's transaction
    FactorVerify(FactorVerify),
    /// Make an Okta session of a transaction's session token: prints Okta's session
    Session(Session),
    /// Fetch the AWS app's sign-in form with a session or a session token: prints the form's fields
    SamlFetch(SamlFetch),
    /// List the roles of an assertion, and settle one: prints them with the assertion
    SamlRoles(SamlRoles),
    /// Exchange the assertion for temporary credentials of a role: prints what the AWS CLI prints
    Assume(Assume),
    /// Print credentials for a shell, as JSON, or for credential_process
    Export(Export),
    /// Ask AWS whom the credentials on stdin belong to: prints what the AWS CLI prints
    CallerIdentity(CallerIdentity),
    /// Print the curl, jq and aws commands that a stage stands for
    Explain(Explain),
    /// Print the JSON Schema of what a stage prints
    Schema(Schema),
    /// Print the completions of a shell
    Completions(Completions),
    /// Run a stand-in Okta org and AWS STS on loopback, to try scripts against
    #[cfg(feature = "sandbox")]
    Sandbox(Sandbox),
    /// See the whole pipeline work against the sandbox, stage by stage
    #[cfg(feature = "sandbox")]
    Demo(Demo),
}

impl Command {
    /// The subcommand's name, as error documents carry it in `stage`.
    pub const fn name(&self) -> &'static str {
        match self {
            Command::Authn(_) => "authn",
            Command::FactorVerify(_) => "factor-verify",
            Command::Session(_) => "session",
            Command::SamlFetch(_) => "saml-fetch",
            Command::SamlRoles(_) => "saml-roles",
            Command::Assume(_) => "assume",
            Command::Export(_) => "export",
            Command::CallerIdentity(_) => "caller-identity",
            Command::Explain(_) => "explain",
            Command::Schema(_) => "schema",
            Command::Completions(_) => "completions",
            #[cfg(feature = "sandbox")]
            Command::Sandbox(_) => "sandbox",
            #[cfg(feature = "sandbox")]
            Command::Demo(_) => "demo",
        }
    }
}

/// Which Okta org.
#[derive(Args, Debug, Clone, Default)]
pub struct OrgArg {
    /// The Okta org: a name (acme), a host (acme.okta.com, login.acme.example) or a URL [env: OKTA_ORG]
    #[arg(long, value_name = "ORG")]
    pub org: Option<String>,
}

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
    /// Read the password from this file descriptor, to its first newline
    #[arg(long, value_name = "N", conflicts_with = "password_command")]
    pub password_fd: Option<u32>,
    /// Take the password from this command's output, to its first newline (run by sh -c)
    #[arg(long, value_name = "COMMAND")]
    pub password_command: Option<String>,
}

/// `oktapipe factor-verify`
#[derive(Args, Debug)]
pub struct FactorVerify {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub org: OrgArg,
    /// The factor to use, for instance push or token:software:totp:GOOGLE; repeatable, the first that the user has is used
    #[arg(long, value_name = "TYPE[:PROVIDER[:NAME]]")]
    pub factor: Vec<String>,
    /// Only factors of this provider, for instance OKTA or GOOGLE
    #[arg(long, value_name = "PROVIDER")]
    pub provider: Option<String>,
    /// Read the code from this file descriptor, to its first newline
    #[arg(long, value_name = "N", conflicts_with = "passcode_command")]
    pub passcode_fd: Option<u32>,
    /// Take the code from this command's output, to its first newline (run by sh -c)
    #[arg(long, value_name = "COMMAND")]
    pub passcode_command: Option<String>,
    /// Seconds to wait for a push to be answered
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub push_timeout: u64,
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

/// Which role, and for how long.
#[derive(Args, Debug, Clone, Default)]
pub struct RoleArgs {
    /// The role: an ARN, NAME, or ACCOUNT/NAME; * and ? match; repeatable
    #[arg(long, value_name = "ROLE")]
    pub role: Vec<String>,
    /// The SAML provider's ARN, for a role that is offered through two (or an encrypted assertion)
    #[arg(long, value_name = "ARN")]
    pub principal: Option<String>,
    /// How long the credentials shall live: seconds, 30m, 1h, assertion (its SessionDuration) or max
    #[arg(long, value_name = "TIME")]
    pub duration: Option<String>,
}

/// `oktapipe saml-roles`
#[derive(Args, Debug)]
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
}

/// `oktapipe assume`
#[derive(Args, Debug)]
pub struct Assume {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: RoleArgs,
    /// Fail instead of asking for less when the role forbids so long a session
    #[arg(long)]
    pub strict_duration: bool,
    /// A session policy: JSON, or file://PATH
    #[arg(long, value_name = "POLICY")]
    pub policy: Option<String>,
    /// The ARN of a managed policy to use as a session policy; repeatable, at most 10
    #[arg(long, value_name = "ARN")]
    pub policy_arn: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
}

/// Which AWS region.
#[derive(Args, Debug, Clone, Default)]
pub struct RegionArg {
    /// The AWS region [env: AWS_REGION, AWS_DEFAULT_REGION]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// `oktapipe export`
#[derive(Args, Debug)]
pub struct Export {
    /// What to print
    #[arg(short, long, value_name = "FORMAT", default_value = "sh")]
    pub format: Format,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
}

/// What `export` prints. The names are those of `aws configure export-credentials` where it has them.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Statements for bash, zsh, dash, ksh and other sh: eval "$(oktapipe ... | oktapipe export)"
    #[value(aliases = ["env", "bash", "zsh", "dash", "ksh", "mksh", "yash"])]
    Sh,
    /// The variables as one JSON object
    Json,
    /// What an AWS credential_process prints
    #[value(alias = "credential_process")]
    Process,
}

/// `oktapipe caller-identity`
#[derive(Args, Debug)]
pub struct CallerIdentity {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
}

/// `oktapipe completions`
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_every_flag_has_help() {
        let command = Cli::command();
        command.clone().debug_assert();
        for subcommand in command.get_subcommands() {
            assert!(subcommand.get_about().is_some(), "{}", subcommand.get_name());
            for argument in subcommand.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", subcommand.get_name(), argument.get_id());
            }
        }
    }
}
