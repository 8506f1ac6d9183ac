//! The conversation with AWS STS: an assertion for credentials, and credentials for who they are.
//!
//! What is given back is the document that the AWS CLI (version 1) prints for the call, member by member. A refusal keeps STS's
//! own words in the error's body, and in the message says what they mean for a login through Okta.

mod answer;
mod endpoint;
mod refusal;
mod role;
mod settings;

pub use answer::ANSWER_LIMIT;
pub use endpoint::endpoint;
pub use role::{RoleRequest, assume_role};
pub use settings::{AwsEnvironment, AwsSettings, RegionChoice, check_region};

use crate::arn::{Partition, PrincipalArn, RoleArn};
use crate::error::{Error, Kind};
use crate::secret::{ExposeSecret, SecretString};
use aws_sdk_sts::Client;
use aws_sdk_sts::operation::assume_role_with_saml::AssumeRoleWithSamlOutput;
use aws_sdk_sts::primitives::DateTimeFormat;
use aws_sdk_sts::types::{AssumedRoleUser, PolicyDescriptorType};
use aws_smithy_runtime_api::client::http::HttpClient;
use serde_json::{Map, Value};
use std::fmt;

/// What AssumeRoleWithSAML is asked for.
#[derive(Clone, Debug)]
pub struct AssumeRequest {
    /// The role.
    pub role_arn: RoleArn,
    /// The SAML provider that the assertion offers it through.
    pub principal_arn: PrincipalArn,
    /// The base64 of the whole `samlp:Response`. Blanks and line breaks in it are dropped.
    pub assertion: SecretString,
    /// How long the credentials shall live, in seconds. STS knows the limits, and takes 3600 where nothing is said.
    pub duration: Option<u32>,
    /// A session policy, to have less than the role.
    pub policy: Option<String>,
    /// Managed policies that serve as session policies.
    pub policy_arns: Vec<String>,
}

/// Credentials to sign with.
#[derive(Clone)]
pub struct Credentials {
    /// Not a secret.
    pub access_key_id: String,
    /// A secret.
    pub secret_access_key: SecretString,
    /// A secret, absent in long-lived credentials.
    pub session_token: Option<SecretString>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", crate::error::printable(&self.access_key_id))
    }
}

/// Redeems the assertion for credentials of the role. The call is not signed: no credentials are looked for or sent.
///
/// `transport` is [`Http::connector`](crate::http::Http::connector), or a stand-in that has its answer ready.
///
/// Asked again after throttling and 5xx answers alone; redeeming an assertion twice is allowed while it is fresh.
///
/// # Errors
/// Those of [`Http::send`](crate::http::Http::send) and [`AwsSettings::region_for`]; each refusal of STS has its row in `refusal`.
pub async fn assume_role_with_saml(
    transport: impl HttpClient + 'static,
    aws: &AwsSettings,
    request: &AssumeRequest,
) -> Result<Map<String, Value>, Error> {
    let region = aws.region_for(Some(&request.role_arn.partition()))?;
    let client = Client::from_conf(aws.client(transport, &region).build());
    let assertion =
        SecretString::from(request.assertion.expose_secret().split_ascii_whitespace().collect::<String>());
    let policies: Vec<_> =
        request.policy_arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build()).collect();
    let output = client
        .assume_role_with_saml()
        .role_arn(request.role_arn.as_str())
        .principal_arn(request.principal_arn.as_str())
        .saml_assertion(assertion.expose_secret())
        .set_duration_seconds(request.duration.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX)))
        .set_policy(request.policy.clone())
        .set_policy_arns((!policies.is_empty()).then_some(policies))
        .send()
        .await
        .map_err(|error| refusal::of_assertion(error, &assertion, request, &region))?;
    document(&output)
}

/// Asks STS whose credentials these are. Signed with them, by the machine's clock; no other credentials are looked for.
///
/// `partition` is that of an ARN which came with the credentials, if one did: they are valid in their own partition only.
///
/// # Errors
/// As [`assume_role_with_saml`]; `session_expired` and `authentication_failed` for credentials that STS does not take.
pub async fn caller_identity(
    transport: impl HttpClient + 'static,
    aws: &AwsSettings,
    credentials: &Credentials,
    partition: Option<&Partition>,
) -> Result<Map<String, Value>, Error> {
    let region = aws.region_for(partition)?;
    let output = client_of(transport, aws, &region, credentials)
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| refusal::of_credentials(error, credentials, &region))?;
    let mut document = Map::new();
    put(&mut document, "UserId", output.user_id());
    put(&mut document, "Account", output.account());
    put(&mut document, "Arn", output.arn());
    if document.is_empty() { Err(incomplete("no identity")) } else { Ok(document) }
}

/// A client that signs with these credentials and no others.
fn client_of(
    transport: impl HttpClient + 'static,
    aws: &AwsSettings,
    region: &RegionChoice,
    credentials: &Credentials,
) -> Client {
    let signer = aws_sdk_sts::config::Credentials::new(
        credentials.access_key_id.clone(),
        credentials.secret_access_key.expose_secret(),
        credentials.session_token.as_ref().map(|token| token.expose_secret().to_owned()),
        None,
        "oktapipe",
    );
    Client::from_conf(aws.client(transport, region).credentials_provider(signer).build())
}

/// The answer as the AWS CLI prints it: members in the order of AWS's model, absent ones absent.
#[allow(
    deprecated,
    reason = "PackedPolicySize gives way to SessionTokenUtilization, but STS sends it and the CLI prints it"
)]
fn document(output: &AssumeRoleWithSamlOutput) -> Result<Map<String, Value>, Error> {
    let mut document = Map::new();
    credentials_member(&mut document, output.credentials())?;
    user_member(&mut document, output.assumed_role_user());
    put(&mut document, "PackedPolicySize", output.packed_policy_size());
    put(&mut document, "Subject", output.subject());
    put(&mut document, "SubjectType", output.subject_type());
    put(&mut document, "Issuer", output.issuer());
    put(&mut document, "Audience", output.audience());
    put(&mut document, "NameQualifier", output.name_qualifier());
    put(&mut document, "SourceIdentity", output.source_identity());
    put(&mut document, "SessionTokenUtilization", output.session_token_utilization());
    put(&mut document, "SessionTokenSize", output.session_token_size());
    Ok(document)
}

fn credentials_member(
    document: &mut Map<String, Value>,
    credentials: Option<&aws_sdk_sts::types::Credentials>,
) -> Result<(), Error> {
    let credentials = credentials.ok_or_else(|| incomplete("no credentials"))?;
    let keys = [credentials.access_key_id(), credentials.secret_access_key(), credentials.session_token()];
    // For a member that is missing the SDK makes up an empty one, and 1970 as expiry.
    if keys.iter().any(|key| key.is_empty()) || credentials.expiration().secs() == 0 {
        return Err(incomplete("incomplete credentials"));
    }
    let expiration = credentials.expiration().fmt(DateTimeFormat::DateTime);
    let expiration = expiration.map_err(|_| incomplete("credentials with an impossible expiry"))?;
    let mut secrets = Map::new();
    for (name, key) in ["AccessKeyId", "SecretAccessKey", "SessionToken"].into_iter().zip(keys) {
        put(&mut secrets, name, Some(key));
    }
    put(&mut secrets, "Expiration", Some(expiration));
    document.insert("Credentials".to_owned(), Value::Object(secrets));
    Ok(())
}

fn user_member(document: &mut Map<String, Value>, user: Option<&AssumedRoleUser>) {
    if let Some(user) = user {
        let mut member = Map::new();
        put(&mut member, "AssumedRoleId", Some(user.assumed_role_id()));
        put(&mut member, "Arn", Some(user.arn()));
        document.insert("AssumedRoleUser".to_owned(), Value::Object(member));
    }
}

fn put(document: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        document.insert(name.to_owned(), value.into());
    }
}

fn incomplete(what: &str) -> Error {
    Error::new(
        Kind::Protocol,
        format!("STS answered with success and {what}"),
        "check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and proxies in between",
    )
}

#[cfg(test)]
mod tests;
