//! Flags that several commands take.

use clap::Args;

/// Which Okta org.
#[derive(Args, Debug, Clone, Default)]
pub struct OrgArg {
    /// The Okta org: a name (acme), a host (acme.okta.com, login.acme.example) or a URL [env: OKTA_ORG]
    #[arg(long, value_name = "ORG")]
    pub org: Option<String>,
}

/// The password, from elsewhere than the terminal.
#[derive(Args, Debug, Clone, Default)]
pub struct PasswordArgs {
    /// Read the password from this file descriptor, to its first newline
    #[arg(long, value_name = "N", conflicts_with = "password_command")]
    pub password_fd: Option<u32>,
    /// Take the password from this command's output, to its first newline (run by sh -c)
    #[arg(long, value_name = "COMMAND")]
    pub password_command: Option<String>,
}

/// Which factor, and how it is answered.
#[derive(Args, Debug, Clone, Default)]
pub struct FactorArgs {
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
    /// Seconds to wait for a push to be answered [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub push_timeout: Option<u64>,
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

/// What the credentials shall be limited to.
#[derive(Args, Debug, Clone, Default)]
pub struct PolicyArgs {
    /// A session policy: JSON, or file://PATH
    #[arg(long, value_name = "POLICY")]
    pub policy: Option<String>,
    /// The ARN of a managed policy to use as a session policy; repeatable, at most 10
    #[arg(long, value_name = "ARN")]
    pub policy_arn: Vec<String>,
}

/// Which AWS region.
#[derive(Args, Debug, Clone, Default)]
pub struct RegionArg {
    /// The AWS region [env: AWS_REGION, AWS_DEFAULT_REGION]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}
