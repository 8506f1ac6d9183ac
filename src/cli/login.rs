//! The commands that are made of the stages, with the flags of these.

use super::{FactorArgs, Format, OrgArg, PasswordArgs, PolicyArgs, RegionArg, RoleArgs};
use clap::Args;
use std::ffi::OsString;

/// Whose login: what names the person.
#[derive(Args, Debug, Clone, Default)]
pub struct Whose {
    /// The profile of the configuration file
    // Another id than that of the common flag, which means the same.
    #[arg(id = "of_profile", value_name = "PROFILE")]
    pub profile: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub org: OrgArg,
    /// The login name [env: OKTA_USERNAME]
    #[arg(short, long, value_name = "NAME")]
    pub username: Option<String>,
}

/// How to sign in: the flags of `authn`, `factor-verify`, `session` and `saml-fetch`.
#[derive(Args, Debug, Clone, Default)]
pub struct SignIn {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub whose: Whose,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub password: PasswordArgs,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub factor: FactorArgs,
    /// The AWS app: its link, or its id (0oa... or exk...) [env: OKTA_APP_ID]
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    /// Keep the names of the roles that are offered, and of their providers, for completion
    #[arg(long)]
    pub remember: bool,
    /// Neither use nor keep what a login got: sign in anew
    #[arg(long)]
    pub no_cache: bool,
}

/// As what: the flags of `saml-roles` and `assume`.
#[derive(Args, Debug, Clone, Default)]
pub struct As {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: RoleArgs,
    /// Settle on the first role of the assertion (or of those that --role matches)
    #[arg(long)]
    pub first: bool,
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

/// `oktapipe login`
#[derive(Args, Debug, Clone)]
pub struct Login {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub sign_in: SignIn,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: As,
    /// Credentials of every role, or of those that --role matches, one document a line
    #[arg(long, conflicts_with = "first")]
    pub all: bool,
    /// Print what export prints in this format, instead of the document
    #[arg(short, long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// With --format: set this variable to ACCOUNT/NAME too; repeatable
    #[arg(long, value_name = "VAR", requires = "format")]
    pub label: Vec<String>,
}

/// `oktapipe exec`
#[derive(Args, Debug, Clone)]
pub struct Exec {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub sign_in: SignIn,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: As,
    /// Set this variable to ACCOUNT/NAME too, for a prompt that looks there, for instance AWS_VAULT; repeatable
    #[arg(long, value_name = "VAR")]
    pub label: Vec<String>,
    /// The command, and what it is given
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// What `--push-timeout` is where an SDK waits for the answer: some kill a process that takes a minute.
const PUSH_OF_SDK: &str = "Seconds to wait for a push to be answered, at most 50 [default: 50]";

/// `oktapipe credential-process`
#[derive(Args, Debug, Clone, Default)]
#[command(mut_arg("push_timeout", |argument| argument.help(PUSH_OF_SDK)))]
pub struct CredentialProcess {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub sign_in: SignIn,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: As,
}

/// `oktapipe serve`
#[derive(Args, Debug, Clone)]
#[command(mut_arg("push_timeout", |argument| argument.help(PUSH_OF_SDK)))]
pub struct Serve {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub sign_in: SignIn,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: As,
    /// The port of 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
}

/// `oktapipe roles`
#[derive(Args, Debug, Clone)]
pub struct Roles {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub sign_in: SignIn,
    /// Add the accounts' aliases; what is not known yet is looked up on AWS's sign-in page
    #[arg(long)]
    pub aliases: bool,
}

/// `oktapipe whoami`
#[derive(Args, Debug, Clone)]
pub struct Whoami {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub whose: Whose,
    /// The AWS app: its link, or its id (0oa... or exk...) [env: OKTA_APP_ID]
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub role: As,
    /// Ask AWS whom the credentials belong to, instead of reading it in what is kept
    #[arg(long)]
    pub verify: bool,
}

/// `oktapipe logout`
#[derive(Args, Debug, Clone)]
pub struct Logout {
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub whose: Whose,
    /// Every session of every org, and all that is kept
    #[arg(long, conflicts_with_all = ["of_profile", "org", "username"])]
    pub all: bool,
}
