//! AssumeRole: credentials for those of a further role.

mod refusal;

use super::{
    AwsSettings, Credentials, client_of, credentials_member, put, refusal as any_refusal, user_member,
};
use crate::arn::RoleArn;
use crate::error::{Error, Kind};
use aws_sdk_sts::error::BuildError;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use aws_smithy_runtime_api::client::http::HttpClient;
use serde_json::{Map, Value};

/// What AssumeRole is asked for. Limits are STS's to know; what it makes of them is said in its refusal.
#[derive(Clone, Debug)]
pub struct RoleRequest {
    /// The role.
    pub role_arn: RoleArn,
    /// How the session is called in its ARN and in CloudTrail.
    pub session_name: String,
    /// How long the credentials shall live, in seconds.
    pub duration: u32,
    /// What the role's trust policy may demand of whom the role is lent to. Not a secret, as AWS has it.
    pub external_id: Option<String>,
    /// Who is behind the session. It cannot be changed in later sessions.
    pub source_identity: Option<String>,
    /// Session tags: key and value.
    pub tags: Vec<(String, String)>,
    /// Keys of the tags that later sessions keep.
    pub transitive_tags: Vec<String>,
    /// A session policy, to have less than the role.
    pub policy: Option<String>,
    /// Managed policies that serve as session policies.
    pub policy_arns: Vec<String>,
}

/// Takes the role. The call is signed with these credentials; no others are looked for.
///
/// `transport` as for [`assume_role_with_saml`](super::assume_role_with_saml). Asked again after throttling and 5xx answers alone: a role that is taken
/// twice leaves a second session behind, which nobody has the keys of.
///
/// # Errors
/// As [`caller_identity`](super::caller_identity); each refusal of the role has its row in `refusal`.
pub async fn assume_role(
    transport: impl HttpClient + 'static,
    aws: &AwsSettings,
    credentials: &Credentials,
    request: &RoleRequest,
) -> Result<Map<String, Value>, Error> {
    let region = aws.region_for(Some(&request.role_arn.partition()))?;
    let policies: Vec<_> =
        request.policy_arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build()).collect();
    let tag = |(key, value): &(String, String)| Tag::builder().key(key).value(value).build();
    let tags = request.tags.iter().map(tag).collect::<Result<Vec<_>, _>>().map_err(unbuilt)?;
    let transitive = request.transitive_tags.clone();
    let output = client_of(transport, aws, &region, credentials)
        .assume_role()
        .role_arn(request.role_arn.as_str())
        .role_session_name(&request.session_name)
        .duration_seconds(i32::try_from(request.duration).unwrap_or(i32::MAX))
        .set_external_id(request.external_id.clone())
        .set_source_identity(request.source_identity.clone())
        .set_tags((!tags.is_empty()).then_some(tags))
        .set_transitive_tag_keys((!transitive.is_empty()).then_some(transitive))
        .set_policy(request.policy.clone())
        .set_policy_arns((!policies.is_empty()).then_some(policies))
        .send()
        .await
        .map_err(|error| {
            refusal::of_role(any_refusal::of_credentials(error, credentials, &region), request)
        })?;
    document(&output)
}

/// The answer as the AWS CLI prints it: members in the order of AWS's model, absent ones absent.
#[allow(
    deprecated,
    reason = "PackedPolicySize gives way to SessionTokenUtilization, but STS sends it and the CLI prints it"
)]
fn document(output: &AssumeRoleOutput) -> Result<Map<String, Value>, Error> {
    let mut document = Map::new();
    credentials_member(&mut document, output.credentials())?;
    user_member(&mut document, output.assumed_role_user());
    put(&mut document, "PackedPolicySize", output.packed_policy_size());
    put(&mut document, "SourceIdentity", output.source_identity());
    put(&mut document, "SessionTokenUtilization", output.session_token_utilization());
    put(&mut document, "SessionTokenSize", output.session_token_size());
    Ok(document)
}

fn unbuilt(error: BuildError) -> Error {
    Error::new(Kind::Internal, format!("the call cannot be made: {error}"), "report it")
}

#[cfg(test)]
mod tests;
