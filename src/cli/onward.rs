//! What the stages take that go on from credentials.

use super::{PolicyArgs, RegionArg};
use clap::{Args, ValueEnum};

/// `oktapipe assume-role`
#[derive(Args, Debug)]
pub struct AssumeRole {
    /// The role's ARN
    #[arg(long, value_name = "ARN")]
    pub role: String,
    /// The name of the session, 2 to 64 letters, digits and _+=,.@-; without it, that of the session the credentials are of
    #[arg(long, value_name = "NAME")]
    pub session_name: Option<String>,
    /// How long the credentials shall live: seconds, 30m, 1h or max
    #[arg(long, value_name = "TIME")]
    pub duration: Option<String>,
    /// Fail instead of asking for less when so long a session is not given
    #[arg(long)]
    pub strict_duration: bool,
    /// A session tag; repeatable, at most 50
    #[arg(long, value_name = "KEY=VALUE")]
    pub tag: Vec<String>,
    /// The key of a session tag that sessions of further roles shall keep; repeatable
    #[arg(long, value_name = "KEY")]
    pub transitive_tag: Vec<String>,
    /// The external id that the role's trust policy asks for
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Who is behind the session; later sessions keep it
    #[arg(long, value_name = "NAME")]
    pub source_identity: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub policy: PolicyArgs,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
}

/// `oktapipe console`
#[derive(Args, Debug)]
pub struct Console {
    /// Where the browser shall end: an https URL, or a service's name in console URLs, for instance s3
    #[arg(long, value_name = "URL|SERVICE")]
    pub destination: Option<String>,
    /// How long the console's session shall last: seconds, 30m, 1h or max; without it, as long as the credentials
    #[arg(long, value_name = "TIME")]
    pub duration: Option<String>,
    /// The URL that AWS shows when the session has ended; without it, the Okta org's
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// Print the address alone
    #[arg(long)]
    pub url: bool,
    /// Open the address in a browser
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "page")]
    pub open: Option<Opening>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "described by its type")]
    pub region: RegionArg,
}

/// What a browser is started with.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// A page of your own that leads there: the address is in no argument list
    Page,
    /// The address itself, which everybody on this machine can read meanwhile
    Address,
}
