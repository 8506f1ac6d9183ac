//! `serve`: the endpoint from which programs in a container get credentials, on loopback, for programs that can only do that. Fed from a profile, and
//! renewed.

mod endpoint;

use super::login::{Demand, Source};
use super::{Failed, online};
use crate::cli::Serve;
use crate::context::Context;
use crate::document::{Document, HIDDEN};
use crate::error::{Error, Kind};
use crate::secret::SecretString;
use crate::time;
use endpoint::{Answer, Endpoint};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How often it is looked whether credentials have to be renewed, or another process has renewed them. Nothing is asked for that.
const PAUSE: Duration = Duration::from_secs(10);
/// The least time between two tries to renew what still will do.
const BETWEEN: Duration = Duration::from_secs(60);

/// Signs in, tells where the endpoint is, by `tell`, and serves until a signal ends the process. Of `tell`'s texts the second is for a terminal.
///
/// Credentials are renewed as `credential-process` renews them: early while that asks nobody. When they have ended, a sign-in is tried once; if that
/// fails, requests are refused, and what another `login` keeps is taken up. Trying again and again would lock the account.
///
/// # Errors
/// Those of `login` for the first credentials; `io` for a port that is not free.
pub fn run(
    arguments: &Serve,
    context: &Context<'_>,
    tell: &dyn Fn(&str, &str) -> Result<(), Error>,
) -> Result<(), Failed> {
    let source = Source::new(context, &arguments.sign_in, &arguments.role, Demand::Process)?;
    let first = match source.fresh() {
        Some(fresh) => fresh,
        None => online(source.credentials())?,
    };
    let endpoint = Endpoint::start(arguments.port, answer(&first)?)?;
    let lines = |token: &str| {
        format!(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI={}\nAWS_CONTAINER_AUTHORIZATION_TOKEN={token}\n",
            endpoint.url()
        )
    };
    endpoint.with_token(|token| tell(&lines(token), &lines(HIDDEN)))?;
    online::<(), Failed>(async { Keeper::new(context, &source, &endpoint).keep().await })
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
