//! `serve`: the endpoint from which programs in a container get credentials, on loopback, for programs that can only do that. Fed from a profile, and
//! renewed. Until a signal ends it, or for as long as a command runs.

mod beside;
mod endpoint;

use super::login::{Demand, Lent, Source, at};
use super::{Failed, exec, online};
use crate::cli::{Export, Serve};
use crate::context::Context;
use crate::document::{Document, HIDDEN};
use crate::error::{Error, Kind};
use crate::secret::SecretString;
use crate::time;
use endpoint::{Answer, Endpoint};
use serde_json::{Value, json};
use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

/// The two variables by which SDKs find an endpoint.
const URL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
/// How often it is looked whether credentials have to be renewed, or another process has renewed them. Nothing is asked for that.
const PAUSE: Duration = Duration::from_secs(10);
/// The least time between two tries to renew what still will do.
const BETWEEN: Duration = Duration::from_secs(60);

/// What a command gets of what `export` sets: the rest would be the keys, and when they end, which here they do not.
const KEPT: [&str; 3] = ["AWS_REGION", "AWS_DEFAULT_REGION", "OKTAPIPE_ROLE"];
/// What SDKs look at before the two variables, or take instead of one of them.
const PRECEDING: [&str; 4] = [
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
];

/// How a command ended that was served.
#[derive(Debug)]
pub enum End {
    /// By itself.
    Status(u8),
    /// By a signal.
    Signal(i32),
    /// It did not begin.
    NotRun(Box<Command>, io::Error),
}

/// Signs in, and serves: until a signal ends the process, after it told where the endpoint is, by `tell`; or while a command runs. Of `tell`'s texts the
/// second is for a terminal.
///
/// Credentials are renewed as `credential-process` renews them: early while that asks nobody. When they have ended, a sign-in is tried once, which asks
/// nobody where a command has the terminal; if that fails, requests are refused, and what another `login` keeps is taken up. Trying again and again would
/// lock the account.
///
/// # Errors
/// Those of `login` for the first credentials; `io` for a port that is not free.
pub fn run(
    arguments: &Serve,
    context: &Context<'_>,
    tell: &dyn Fn(&str, &str) -> Result<(), Error>,
) -> Result<End, Failed> {
    let terminal = Lent::new(context.terminal);
    let context = &at(context, &terminal);
    let source = Source::new(context, &arguments.sign_in, &arguments.role, Demand::Process)?;
    let first = match source.fresh() {
        Some(fresh) => fresh,
        None => online(source.credentials())?,
    };
    let endpoint = Endpoint::start(arguments.port, answer(&first)?)?;
    let keeper = Keeper::new(context, &source, &endpoint);
    if arguments.command.is_empty() {
        let lines = |token: &str| format!("{URL}={}\n{TOKEN}={token}\n", endpoint.url());
        endpoint.with_token(|token| tell(&lines(token), &lines(HIDDEN)))?;
        return online(async { keeper.keep().await.map(|()| End::Status(0)) });
    }
    let mut command = exec::command(&arguments.command)?;
    let format = Export { region: arguments.role.region.clone(), ..Export::default() };
    let variables = exec::variables(context, first, format)?;
    for (name, value) in variables.members() {
        match value.as_str().filter(|_| KEPT.contains(&name.as_str())) {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    PRECEDING.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.env(URL, endpoint.url());
    endpoint.with_token(|token| {
        command.env(TOKEN, token);
    });
    terminal.lend();
    online::<End, Failed>(beside::run(command, keeper, context))
}

/// Keeps what is served fresh.
struct Keeper<'s, 'c, 'w> {
    context: &'c Context<'w>,
    source: &'s Source<'c, 'w>,
    endpoint: &'s Endpoint,
    /// When renewing was tried last.
    tried: Option<Instant>,
    /// A sign-in has failed: none is tried again.
    has_failed: bool,
}

impl<'s, 'c, 'w> Keeper<'s, 'c, 'w> {
    fn new(context: &'c Context<'w>, source: &'s Source<'c, 'w>, endpoint: &'s Endpoint) -> Self {
        Keeper { context, source, endpoint, tried: None, has_failed: false }
    }

    async fn keep(mut self) -> Result<(), Failed> {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Some(error) = self.endpoint.fault() {
                return Err(error.into());
            }
            if let Some(fresh) = self.source.fresh() {
                self.has_failed = false;
                self.endpoint.serve(answer(&fresh)?);
            } else if self.is_due() {
                self.tried = Some(Instant::now());
                self.renew().await?;
            }
        }
    }

    fn is_due(&self) -> bool {
        let left = self.endpoint.until() - self.context.clock.now();
        // Without what is kept nothing says how fresh they are.
        left < 15 * 60 && !self.has_failed && self.tried.is_none_or(|tried| tried.elapsed() >= BETWEEN)
    }

    async fn renew(&mut self) -> Result<(), Failed> {
        match self.source.credentials().await {
            Ok(document) => self.endpoint.serve(answer(&document)?),
            Err(failed) => {
                let error = &failed.error;
                if matches!(error, Error::Signal(_)) {
                    return Err(failed);
                }
                // What passes by itself is tried again; a refusal is not, nor a question that nobody answered.
                let kinds = [Kind::Network, Kind::ServiceError, Kind::Timeout, Kind::RateLimited];
                self.has_failed = !error.kind().is_some_and(|kind| kinds.contains(&kind));
                (self.context.warn)(&format!("the credentials are not renewed: {error}"));
                if self.has_failed {
                    (self.context.warn)("sign in with oktapipe login, and these are served");
                }
            }
        }
        Ok(())
    }
}

/// What the endpoint answers with: the member is `Token`, not `SessionToken`, and an end is needed.
fn answer(document: &Document) -> Result<Answer, Error> {
    let missing = || Error::new(Kind::Internal, "the credentials have no keys or no end", "report it");
    let credentials = document.members().get("Credentials").ok_or_else(missing)?;
    let text = |name: &str| credentials.get(name).and_then(Value::as_str).ok_or_else(missing);
    let expiration = text("Expiration")?;
    let until = time::parse(expiration).ok_or_else(missing)?;
    // Whole seconds and Z, whatever AWS wrote.
    let expiration = time::format(until).ok_or_else(missing)?;
    let body = json!({
        "AccessKeyId": text("AccessKeyId")?, "SecretAccessKey": text("SecretAccessKey")?,
        "Token": text("SessionToken")?, "Expiration": expiration,
    });
    Ok(Answer { body: SecretString::from(body.to_string()), until })
}
