//! What is there, trusted and reachable. Each look at a service takes two seconds at most.

use crate::arn::{Partition, RoleArn};
use crate::cli::{RoleArgs, Settings};
use crate::config::Profile;
use crate::context::Context;
use crate::document::Carry;
use crate::error::{Error, Kind};
use crate::http::{Request, Response};
use crate::org::Org;
use crate::sts::{self, AwsEnvironment, AwsSettings};
use crate::time;
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use url::Url;

/// How long a service may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How far the clocks may be apart: an assertion lives five minutes, and a signature fifteen.
const SKEW: u64 = 300;

/// One of the things that were looked at.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) name: &'static str,
    /// What was looked at.
    pub(super) what: String,
    /// What was found, or what is wrong.
    pub(super) found: Result<String, Error>,
}

impl Check {
    pub(super) fn new(name: &'static str, what: impl Into<String>, found: Result<String, Error>) -> Check {
        Check { name, what: what.into(), found }
    }

    pub(super) fn document(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("Check", self.name.into());
        put("Ok", self.found.is_ok().into());
        put("What", self.what.as_str().into());
        match &self.found {
            Ok(found) => {
                put("Found", found.as_str().into());
            }
            Err(Error::Failed(failure)) => {
                put("Kind", failure.kind.name().into());
                put("Message", failure.message.as_str().into());
                put("Hint", failure.hint.as_str().into());
            }
            Err(other) => {
                put("Message", other.to_string().into());
            }
        }
        members
    }

    pub(super) fn exit_code(&self) -> Option<u8> {
        let error = self.found.as_ref().err()?;
        Some(error.kind().unwrap_or(Kind::Internal).exit_code())
    }
}

/// The certificates that are trusted, file by file.
pub(super) fn trust(context: &Context<'_>) -> Vec<Check> {
    let each = context.http.trust().into_iter();
    each.map(|trust| {
        let found = trust.certificates.map(|count| format!("{count} certificates ({})", trust.from));
        Check::new("trust", trust.path.display().to_string(), found)
    })
    .collect()
}

/// The org and STS, side by side, and the clock by what they say of the time.
pub(super) async fn services(context: &Context<'_>, flags: &Settings, profile: &Profile) -> Vec<Check> {
    let (org, sts) =
        futures_util::future::join(org(context, flags, profile), sts(context, flags, profile)).await;
    let mut checks = vec![org.0, sts.0];
    if let Some(date) = org.1.or(sts.1) {
        checks.push(clock(context, date));
    }
    checks
}

async fn org(context: &Context<'_>, flags: &Settings, profile: &Profile) -> (Check, Option<i64>) {
    let flag = flags.org.org.as_deref();
    let Some(text) = context.setting("org", flag, &["OKTA_ORG"], None, profile) else {
        let error = Error::new(
            Kind::Config,
            "no Okta org is given",
            "give --org, set OKTA_ORG, or write it into a profile",
        );
        return (Check::new("org", "none", Err(error)), None);
    };
    let org = match Org::parse(&text) {
        Ok(org) => org,
        Err(error) => return (Check::new("org", "none", Err(error)), None),
    };
    let answer = ask(context, org.url("/.well-known/okta-organization")).await;
    let date = answer.as_ref().ok().and_then(|(response, _)| date(response));
    let found = answer.map(|(response, took)| {
        let members = crate::document::object(&response.body);
        let pipeline = members.as_ref().and_then(|members| members.get("pipeline")).and_then(Value::as_str);
        let engine = match pipeline {
            Some("idx") => ", Okta Identity Engine",
            Some("v1") => ", Okta Classic Engine",
            _ => ", which does not say that it is an Okta org",
        };
        format!("answers in {} ms{}{engine}", took.as_millis(), by(context, &org.url("/")))
    });
    (Check::new("org", org.origin(), found), date)
}

async fn sts(context: &Context<'_>, flags: &Settings, profile: &Profile) -> (Check, Option<i64>) {
    let mut environment = AwsEnvironment::choose(|name| context.environment.raw(name).map(str::to_owned));
    environment.flag = flags.role.region.region.clone();
    environment.context = profile.text("region").map(str::to_owned);
    // The role that will be asked for says the partition, where it is named whole.
    let RoleArgs { role, .. } = &flags.role.role;
    let roles = if role.is_empty() { profile.list("role") } else { role };
    let partition: Option<Partition> =
        roles.iter().find_map(|role| RoleArn::parse(role)).map(|role| role.partition());
    let endpoint = match AwsSettings::load(&environment).await {
        Ok(settings) => sts::endpoint(&settings, partition.as_ref()).await,
        Err(error) => Err(error),
    };
    let url = match endpoint {
        Ok(url) => url,
        Err(error) => return (Check::new("sts", "none", Err(error)), None),
    };
    let answer = ask(context, url.clone()).await;
    let date = answer.as_ref().ok().and_then(|(response, _)| date(response));
    let found = answer.map(|(_, took)| format!("answers in {} ms{}", took.as_millis(), by(context, &url)));
    (Check::new("sts", url.origin().ascii_serialization(), found), date)
}

/// Asks for a page that needs no sign-in. Any answer is one: what is looked for is the way there.
async fn ask(context: &Context<'_>, url: Url) -> Result<(Response, Duration), Error> {
    let start = Instant::now();
    match tokio::time::timeout(PATIENCE, context.http.send(Request::get(url))).await {
        Ok(response) => response.map(|response| (response, start.elapsed())),
        Err(_) => Err(Error::new(
            Kind::Timeout,
            format!("no answer within {} s", PATIENCE.as_secs()),
            "check the network and the proxy",
        )),
    }
}

fn by(context: &Context<'_>, url: &Url) -> String {
    context.http.proxy(url).map(|proxy| format!(" by the proxy {proxy}")).unwrap_or_default()
}

fn date(response: &Response) -> Option<i64> {
    time::parse_http_date(response.header(::http::header::DATE)?)
}

fn clock(context: &Context<'_>, date: i64) -> Check {
    let own = context.clock.now();
    let apart = own.abs_diff(date);
    let found = if apart <= SKEW {
        Ok(format!("right within {} s", apart.max(1)))
    } else {
        let way = if own > date { "ahead" } else { "behind" };
        let hint = "set the clock: assertions and signatures are dated, and so are certificates";
        Err(Error::new(Kind::Config, format!("it is {apart} s {way} of the services"), hint))
    };
    Check::new("clock", "this machine", found)
}

/// The profile that counts, and its file. What is wrong with either is a finding, not a failure.
pub(super) fn profile(context: &Context<'_>) -> (Profile, Vec<Check>) {
    let path = context.profiles.file().map(|path| path.display().to_string()).unwrap_or_default();
    let (file, is_good) = match context.profiles.config() {
        Ok(Some(config)) => (Ok(format!("{} profiles", config.names().count())), true),
        Ok(None) => (Ok("not there, which is no fault".to_owned()), true),
        Err(error) => (Err(error), false),
    };
    let mut checks = vec![Check::new("config", path, file)];
    if !is_good {
        return (Profile::default(), checks);
    }
    let by = context.profiles.named().map(|(_, by)| format!("named by {by}"));
    match context.profile(&mut Carry::default()) {
        Ok(profile) => {
            if !profile.name().is_empty() {
                let rest = profile.chain().get(1..).unwrap_or_default();
                let from = if rest.is_empty() {
                    String::new()
                } else {
                    format!(", inherits from {}", rest.join(", "))
                };
                let by = by.unwrap_or_else(|| "named by nobody".to_owned());
                checks.push(Check::new("profile", profile.name(), Ok(format!("{by}{from}"))));
            }
            (profile, checks)
        }
        Err(error) => {
            let name = context.profiles.named().map_or("", |(name, _)| name);
            checks.push(Check::new("profile", name, Err(error)));
            (Profile::default(), checks)
        }
    }
}
