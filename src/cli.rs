//! The command line as a value: what may be typed, and nothing about what it does.
//!
//! Help, completions and the manual's list of flags derive from these types. Environment variables are not read
//! here (clap would show their values in `--help`): a setting's variable is named in its help text and read through `context`.

mod arguments;
mod flattened;
mod login;
mod onward;
mod profiles;
mod shells;
mod step;

pub use arguments::*;
pub use flattened::*;
pub use login::*;
pub use onward::*;
pub use profiles::*;
pub use shells::*;
pub use step::{Explain, Schema, Step};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::{OsStr, OsString};
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
    after_help = "Each command has a manual page: oktapipe man authn, oktapipe man factor-verify, ...",
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

impl Cli {
    /// The command line as clap reads it. The one that an SDK runs for every call is read without it: building what clap knows of all
    /// commands takes longer than all the rest of `credential-process PROFILE`.
    ///
    /// # Errors
    /// What clap refuses, and what it prints by itself.
    pub fn parse_from(arguments: &[OsString]) -> Result<Cli, clap::Error> {
        match arguments {
            [_, command, profile] if command == "credential-process" && is_plain(profile) => {
                let profile = profile.to_str().map(str::to_owned);
                let whose = Whose { profile, ..Whose::default() };
                let sign_in = SignIn { whose, ..SignIn::default() };
                let command = CredentialProcess { sign_in, ..CredentialProcess::default() };
                Ok(Cli { common: Common::default(), command: Command::CredentialProcess(command) })
            }
            _ => Cli::try_parse_from(arguments),
        }
    }
}

/// Whether clap would take it for a profile's name, and for nothing else.
fn is_plain(word: &OsStr) -> bool {
    word.to_str().is_some_and(|word| !word.is_empty() && !word.starts_with('-'))
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
    /// Seconds that one request may take [default: 30]
    // An option, not clap's default: a profile stands between the two.
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: Option<u64>,
    /// Show secrets on a terminal; without it they are masked there (a pipe is never masked)
    #[arg(long, global = true)]
    pub reveal: bool,
    /// Never ask on the terminal: fail instead
    #[arg(long, global = true)]
    pub no_input: bool,
    /// PEM file of certificate authorities to trust besides the system's [also: AWS_CA_BUNDLE; SSL_CERT_FILE replaces the system's]
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// The profile of the configuration file whose settings count where nothing else gives them [env: OKTAPIPE_PROFILE]
    #[arg(long, global = true, value_name = "PROFILE")]
    pub profile: Option<String>,
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
    /// Write credentials into profiles of the AWS credentials file: prints which
    ToProfile(ToProfile),
    /// Ask AWS whom the credentials on stdin belong to: prints what the AWS CLI prints
    CallerIdentity(CallerIdentity),
    /// Go on from credentials to those of a further role: prints what the AWS CLI prints
    AssumeRole(AssumeRole),
    /// Make the address that signs a browser in to the AWS console: prints AWS's sign-in token, and the address
    Console(Console),
    /// Sign in, all stages in one: prints the credentials as assume does, or as export does with --format
    Login(Login),
    /// Run a command with credentials of a role in its environment
    Exec(Exec),
    /// Print credentials as the AWS SDKs want them of a credential_process
    CredentialProcess(CredentialProcess),
    /// Serve credentials on this machine as containers get them, and renew them
    Serve(Serve),
    /// List the roles that are offered, as saml-roles does
    Roles(Roles),
    /// Say whom the credentials that are kept belong to, as caller-identity does
    Whoami(Whoami),
    /// End the Okta session, and drop what is kept
    Logout(Logout),
    /// Write a profile of the configuration file: by questions, or by flags
    // Boxed: its flags are those of five stages.
    Configure(Box<Configure>),
    /// Take over the settings of saml2aws, gimme-aws-creds or okta-aws-cli as profiles
    Import(Import),
    /// Tell what is configured and by what, and what is trusted and reachable
    Doctor(Box<Doctor>),
    /// Print the curl, jq and aws commands that a stage stands for
    Explain(Explain),
    /// Print the JSON Schema of what a stage prints
    Schema(Schema),
    /// Print the functions of a shell: eval "$(oktapipe init bash)"
    Init(Init),
    /// Show a page of the manual; to a pipe, print its source
    Man(Man),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print what may stand for the word that is being typed
    #[command(hide = true, disable_help_flag = true)]
    Complete(Complete),
    /// Run a stand-in Okta org and AWS STS on loopback, to try scripts against
    #[cfg(feature = "sandbox")]
    Sandbox(Sandbox),
    /// See the whole pipeline work against the sandbox, stage by stage
    #[cfg(feature = "sandbox")]
    Demo(Demo),
}

impl Command {
    /// The profile that stands behind the command's name: it precedes `--profile`.
    pub fn profile(&self) -> Option<&str> {
        match self {
            Command::Login(arguments) => &arguments.sign_in.whose.profile,
            Command::Exec(arguments) => &arguments.sign_in.whose.profile,
            Command::CredentialProcess(arguments) => &arguments.sign_in.whose.profile,
            Command::Serve(arguments) => &arguments.sign_in.whose.profile,
            Command::Roles(arguments) => &arguments.sign_in.whose.profile,
            Command::Whoami(arguments) => &arguments.whose.profile,
            Command::Logout(arguments) => &arguments.whose.profile,
            Command::Doctor(arguments) => &arguments.name,
            _ => &None,
        }
        .as_deref()
    }

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
            Command::ToProfile(_) => "to-profile",
            Command::CallerIdentity(_) => "caller-identity",
            Command::AssumeRole(_) => "assume-role",
            Command::Console(_) => "console",
            Command::Login(_) => "login",
            Command::Exec(_) => "exec",
            Command::CredentialProcess(_) => "credential-process",
            Command::Serve(_) => "serve",
            Command::Roles(_) => "roles",
            Command::Whoami(_) => "whoami",
            Command::Logout(_) => "logout",
            Command::Configure(_) => "configure",
            Command::Import(_) => "import",
            Command::Doctor(_) => "doctor",
            Command::Explain(_) => "explain",
            Command::Schema(_) => "schema",
            Command::Init(_) => "init",
            Command::Man(_) => "man",
            Command::Completions(_) => "completions",
            Command::Complete(_) => "complete",
            #[cfg(feature = "sandbox")]
            Command::Sandbox(_) => "sandbox",
            #[cfg(feature = "sandbox")]
            Command::Demo(_) => "demo",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn what_is_read_without_clap_is_what_clap_reads() {
        for name in ["prod", "a b", "7", "x=y", "exec", "help"] {
            let words = ["oktapipe", "credential-process", name].map(OsString::from);
            let (ours, claps) = (Cli::parse_from(&words).unwrap(), Cli::try_parse_from(&words).unwrap());
            assert_eq!(format!("{ours:?}"), format!("{claps:?}"));
        }
        for words in [["oktapipe", "credential-process", "--help"], ["oktapipe", "credential-process", ""]] {
            assert!(!is_plain(OsStr::new(words[2])), "{words:?}");
        }
    }

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
