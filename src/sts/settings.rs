//! Region, endpoint, FIPS and dual-stack, as the AWS SDKs resolve them, without what they do unasked.
//!
//! aws-config reads the process's environment and `~/.aws/config` by itself, which for AWS's own settings is what people
//! expect. Three things about it are not: without a region it dials 169.254.169.254, with a credentials chain it may run
//! `credential_process` (us, again), and a malformed endpoint is skipped, so that the call goes elsewhere. So it is always
//! handed a region, never builds credentials, and the values that it would skip are checked here first.

use super::answer::Checked;
use crate::arn::Partition;
use crate::error::{Error, Kind, printable};
use crate::http::base_url;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_smithy_runtime_api::client::http::HttpClient;
use std::fmt;
use std::time::Duration;

/// Asked where neither a person nor a partition says anything else.
const DEFAULT_REGION: &str = "us-east-1";

/// How often STS is asked at most. Only throttling and 5xx answers are asked about again.
const ATTEMPTS: u32 = 3;

/// What was chosen about AWS, by precedence. Blank values count as unset, as the AWS CLI has it.
#[derive(Clone, Debug, Default)]
pub struct AwsEnvironment {
    /// `--region`.
    pub flag: Option<String>,
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub variable: Option<String>,
    /// The `region` of the document's context, else of oktapipe's profile.
    pub context: Option<String>,
    /// An endpoint given by flag; it precedes all that AWS's variables and files say.
    pub endpoint_url: Option<String>,
    /// The AWS profile whose region and endpoint count. `None` leaves it to `AWS_PROFILE`.
    pub profile: Option<String>,
    /// Variables that aws-config reads by itself, and skips when they are malformed: to be checked.
    pub checked: Vec<(&'static str, String)>,
}

impl AwsEnvironment {
    /// What AWS's own variables say. `lookup` gives a variable's value.
    pub fn choose(lookup: impl Fn(&str) -> Option<String>) -> AwsEnvironment {
        let value = |name: &'static str| filled(lookup(name).as_deref());
        let names = [ENDPOINTS[0], ENDPOINTS[1], IGNORE, SWITCHES[0], SWITCHES[1]];
        AwsEnvironment {
            variable: value("AWS_REGION").or_else(|| value("AWS_DEFAULT_REGION")),
            // aws-config would look for a profile whose name is nothing.
            profile: lookup("AWS_PROFILE")
                .filter(|name| name.trim().is_empty())
                .map(|_| "default".to_owned()),
            checked: names.into_iter().filter_map(|name| Some((name, value(name)?))).collect(),
            ..AwsEnvironment::default()
        }
    }

    fn check(&self) -> Result<(), Error> {
        let is_true = |value: &str| value.eq_ignore_ascii_case("true");
        let ignored = self.checked.iter().any(|(name, value)| *name == IGNORE && is_true(value));
        for (name, value) in &self.checked {
            if ENDPOINTS.contains(name) {
                if !ignored {
                    endpoint(name, value)?;
                }
            } else if !is_true(value) && !value.eq_ignore_ascii_case("false") {
                return Err(Error::new(
                    Kind::Config,
                    format!("{name} is neither true nor false"),
                    format!("set {name} to one of these, or unset it"),
                ));
            }
        }
        Ok(())
    }
}

const ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"];
const IGNORE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
const SWITCHES: [&str; 2] = ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"];

fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn endpoint(name: &str, value: &str) -> Result<String, Error> {
    base_url(value).map(String::from).map_err(|error| match error {
        Error::Failed(failure) => {
            Error::new(failure.kind, format!("{name}: {}", failure.message), failure.hint)
        }
        other => other,
    })
}

/// Settings of AWS, resolved once for any number of calls.
#[derive(Clone)]
pub struct AwsSettings {
    sdk: SdkConfig,
    region: Option<String>,
}

impl fmt::Debug for AwsSettings {
    /// The region alone: the SDK's configuration holds the profiles of `~/.aws/credentials`, keys and all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwsSettings({})", self.region.as_deref().unwrap_or("no region"))
    }
}

/// The region to ask, and what to tell the person about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionChoice {
    /// Its name.
    pub name: String,
    /// Set when the chosen region gave way because it lies in another partition.
    pub warning: Option<String>,
}

impl AwsSettings {
    /// Resolves the settings. Reads files, asks no network.
    ///
    /// # Errors
    /// `config`: a region, endpoint or switch that cannot be meant.
    pub async fn load(environment: &AwsEnvironment) -> Result<AwsSettings, Error> {
        environment.check()?;
        let given = [&environment.flag, &environment.variable, &environment.context];
        let region = match given.into_iter().find_map(|region| filled(region.as_deref())) {
            Some(region) => Some(region),
            None => profile_region(environment.profile.as_deref()).await,
        };
        if let Some(region) = &region {
            check_region(region)?;
        }
        let fallback = region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned());
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(fallback))
            .no_credentials()
            // Set, for the default panics on AWS_MAX_ATTEMPTS=0.
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(Duration::from_millis(200)),
            )
            // Our HTTP client has the one timeout rule.
            .timeout_config(TimeoutConfig::disabled());
        if let Ok(name) = AppName::new("oktapipe") {
            loader = loader.app_name(name);
        }
        if let Some(profile) = &environment.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = filled(environment.endpoint_url.as_deref()) {
            loader = loader.endpoint_url(endpoint("the STS endpoint", &url)?);
        }
        Ok(AwsSettings { sdk: loader.load().await, region })
    }

    /// The region that was chosen, if one was.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The region to ask about something of `partition`. A chosen region of another partition gives way: the role does not
    /// exist there, and the answer would be a misleading refusal.
    ///
    /// # Errors
    /// `config`: no region was chosen, and the partition is too new for us to know one of its.
    pub fn region_for(&self, partition: Option<&Partition>) -> Result<RegionChoice, Error> {
        let Some(partition) = partition else {
            let name = self.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned());
            return Ok(RegionChoice { name, warning: None });
        };
        match (&self.region, partition.default_region()) {
            (Some(region), Some(default)) if Partition::from_region(region) != *partition => {
                let partition = printable(partition.name());
                let warning = format!("region {region} is not in {partition}; asking {default} instead");
                Ok(RegionChoice { name: default.to_owned(), warning: Some(warning) })
            }
            // Of a partition that we do not know, we do not know the regions either.
            (Some(region), _) => Ok(RegionChoice { name: region.clone(), warning: None }),
            (None, Some(default)) => Ok(RegionChoice { name: default.to_owned(), warning: None }),
            (None, None) => Err(Error::new(
                Kind::Config,
                format!("no region is known for the partition {}", printable(partition.name())),
                "name one with --region or AWS_REGION",
            )),
        }
    }

    pub(super) fn client(
        &self,
        transport: impl HttpClient + 'static,
        region: &RegionChoice,
    ) -> aws_sdk_sts::config::Builder {
        aws_sdk_sts::config::Builder::from(&self.sdk)
            .region(Region::new(region.name.clone()))
            .http_client(Checked(transport))
    }
}

async fn profile_region(profile: Option<&str>) -> Option<String> {
    let mut builder = ProfileFileRegionProvider::builder();
    if let Some(profile) = profile {
        builder = builder.profile_name(profile);
    }
    let region = builder.build().region().await?;
    filled(Some(region.as_ref()))
}

/// Refuses what is no region's name: it becomes part of a host's name, where `x.example.com/#` would send the assertion to example.com, and of code
/// in somebody's shell.
///
/// # Errors
/// `config`.
pub fn check_region(region: &str) -> Result<(), Error> {
    let is_label = (1..=63).contains(&region.len())
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_label {
        return Ok(());
    }
    Err(Error::new(
        Kind::Config,
        format!("{} is no region", printable(region)),
        "give a name such as eu-west-1 with --region or AWS_REGION",
    ))
}
