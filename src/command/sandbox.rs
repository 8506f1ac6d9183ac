//! `sandbox`: the stand-in org and STS, to try scripts against.

use crate::cli::Sandbox as Arguments;
use crate::error::{Error, Kind};
use crate::shell::Dialect;
use crate::signal;
use oktapipe_sandbox::{Options, Sandbox};

/// A sandbox that runs until a signal, and what to tell about it.
pub struct Serving {
    /// The environment to use, as shell code, then comments: the users, and how to get a code.
    pub text: String,
    sandbox: Sandbox,
}

impl Serving {
    /// Waits for a signal that ends us, and takes the sandbox's files away.
    ///
    /// # Errors
    /// Always [`Error::Signal`], or `internal` when nothing can be waited for.
    pub fn wait(self) -> Result<(), Error> {
        let _hold = signal::hold();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::new(Kind::Internal, format!("the runtime cannot start: {error}"), "try again")
        })?;
        let number = runtime.block_on(signal::ending());
        drop(self.sandbox);
        Err(Error::Signal(number))
    }
}

/// Starts the sandbox.
///
/// # Errors
/// `io` when a port is taken.
pub fn run(arguments: &Arguments) -> Result<Serving, Error> {
    let sandbox =
        start(Options { port: arguments.port, sts_port: arguments.sts_port, ..Options::default() })?;
    let text = describe(&sandbox)?;
    Ok(Serving { text, sandbox })
}

pub(super) fn start(options: Options) -> Result<Sandbox, Error> {
    Sandbox::start(options).map_err(|error| {
        Error::new(
            Kind::Io,
            format!("the sandbox cannot start: {error}"),
            "choose other ports, or 0 for free ones",
        )
    })
}

fn describe(sandbox: &Sandbox) -> Result<String, Error> {
    let mut text =
        String::from("# An Okta org and an AWS STS on this machine, until Ctrl-C. In another shell:\n");
    for (name, value) in sandbox.environment() {
        text.push_str(&format!("export {name}={}\n", Dialect::Sh.quote(&value)?));
    }
    text.push_str("\n# Users and their passwords:\n");
    for user in sandbox.users() {
        text.push_str(&format!("#   {:<24} {:<40} {}\n", user.login, user.password, user.about));
    }
    text.push_str(&format!(
        "\n# A code of an authenticator app, for those who have one:\n#   curl -s \"$OKTA_ORG/sandbox/totp/grace@acme.example\"\n\
         \n# The whole pipe:\n#   export OKTA_USERNAME=grace@acme.example OKTA_PASSWORD='{}'\n\
         #   export MFA_CODE=\"$(curl -s \"$OKTA_ORG/sandbox/totp/$OKTA_USERNAME\")\"\n\
         #   eval \"$(oktapipe authn | oktapipe factor-verify | oktapipe session | oktapipe saml-fetch \\\n\
         #     | oktapipe saml-roles --first | oktapipe assume | oktapipe export)\"\n#   aws sts get-caller-identity\n",
        sandbox.users().iter().find(|user| user.login == "grace@acme.example").map_or("", |user| user.password),
    ));
    Ok(text)
}
